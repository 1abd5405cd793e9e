"""Threads in memory: their state, their event log, and who follows them."""
