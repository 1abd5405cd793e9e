"""The Chat Completions API, which every vendor and every older server speaks."""

from backend.upstreams.chat_completions.upstream import create_upstream as create_upstream
