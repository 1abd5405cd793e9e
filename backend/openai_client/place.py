"""What may be said of a server: where it is, and its own words, both without secrets."""

from typing import Final

import httpx2

from backend.config.redaction import redact_beginning, secrets_of
from backend.config.settings import Settings
from backend.openai_client.client import base_url

_LONGEST_QUOTE: Final = 300
"""Characters of a server's own message."""


def place(settings: Settings) -> str:
    """Returns the base URL for a sentence, without credentials and query."""
    url = httpx2.URL(base_url(settings))
    return str(url.copy_with(userinfo=b"", query=None, fragment=None)).rstrip("/")


def quote(text: str, settings: Settings) -> str:
    """Returns a server's own words on one line, without secrets and cut to a bearable length."""
    said = redact_beginning(text, secrets_of(settings), 10 * _LONGEST_QUOTE)
    line = " ".join(said.split())
    return line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 1].rstrip() + "…"
