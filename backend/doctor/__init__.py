"""Finds out what the chosen server and model can do, by the same client code that chats use."""
