"""Watching the server at work: figures, logs and traces for those who run it."""
