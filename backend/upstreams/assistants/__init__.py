"""The Assistants API v2, at any server that still speaks it."""

from backend.upstreams.assistants.upstream import create_upstream as create_upstream
