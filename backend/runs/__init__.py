"""Runs: the loop of rounds and calls, its beginnings and endings, and recovery after a crash."""
