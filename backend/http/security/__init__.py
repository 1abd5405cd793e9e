"""Who may come in: hosts, origins, tokens, owners; and the headers that protect the page."""
