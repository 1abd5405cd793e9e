"""Logging in with the access token, and out: a page without scripts, and two endpoints."""
