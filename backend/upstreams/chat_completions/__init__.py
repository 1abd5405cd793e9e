"""The Chat Completions API: what every older server and most gateways speak."""

from backend.upstreams.chat_completions.upstream import create_upstream as create_upstream
