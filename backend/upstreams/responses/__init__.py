"""The Responses API of OpenAI and of the servers that are compatible with it."""

from backend.upstreams.responses.upstream import create_upstream as create_upstream
