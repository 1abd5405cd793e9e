"""The functions that an assistant may be given."""
