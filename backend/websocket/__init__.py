"""The socket: the messages of the protocol, commands, and catching up after a lost connection."""
