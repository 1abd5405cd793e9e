"""Talking to an OpenAI-compatible server: the client, event streams, failures, and files."""
