"""Taking secrets out of text that others wrote: an upstream's answers, log records."""

import json
import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from backend.config.settings import Settings

REMOVED = "[secret removed]"

_SHORTEST_SECRET = 8
"""Shorter ones are placeholders such as `none` or `ollama`, and words of ordinary sentences."""

_KEY_LIKE = re.compile(
    r"\b(?:sk|pk|rk|sess)-[A-Za-z0-9_*.…-]{6,}"
    r"|(?i:\bbearer\s+)[^\s\"',;]{6,}"
    r"|(?<=://)[^/@\s:]*:[^/@\s]+(?=@)"
)
"""An API key, also a partly masked one; a bearer token; `user:password` in a URL."""


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Every secret among the settings, in clear."""
    found = [settings.api_key]
    if settings.access_token is not None:
        found.append(settings.access_token.get_secret_value())
    for url in (settings.openai_base_url, settings.database_url):
        found.append(urlsplit(url).password if url else None)
    return tuple(secret for secret in found if secret)


def redact(text: str, secrets: Iterable[str]) -> str:
    """`text` without the secrets, as they are, JSON- or URL-encoded, or anything like a key."""
    for secret in secrets:
        if len(secret) < _SHORTEST_SECRET:
            continue
        for spelling in {secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], quote(secret, "")}:
            text = text.replace(spelling, REMOVED)
    return _KEY_LIKE.sub(REMOVED, text)
