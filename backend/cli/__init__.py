"""The command line: the chat client, and the generator of the page's types."""
