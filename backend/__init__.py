"""A chat app for tool-using assistants: browser sessions bridged to thread run streams."""

__version__ = "0.1.0"
