"""File search here: reading documents, cutting them into passages, and finding those."""
