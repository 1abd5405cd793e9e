"""Which process may change a thread now."""
