"""A chat app for tool-using assistants: browser sessions bridged to thread run streams."""

__version__ = "0.1.0"
PRODUCT = "Runstream"
"""Its name, for everybody who reads it: the page has it in `frontend/src/product.ts`."""
