"""Readers of documents. They run in a process of their own; see `__main__.py`."""
