"""Removes secrets from text that others wrote: answers of upstreams, log records."""

import json
import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from backend.config.settings import Settings

REMOVED = "[secret removed]"

LONGEST_SECRET_CHARS = 4_096

_SHORTEST_SECRET = 8
"""A shorter one is a placeholder such as `none` or `ollama`, or may be an ordinary word."""

_KEY_LIKE = re.compile(
    r"\b(?:sk|pk|rk|sess)-[A-Za-z0-9_*.…-]{6,}"
    r"|(?i:\bbearer\s+)[^\s\"',;]{6,}"
    r"|(?<=://)[^/@\s:]*:[^/@\s]+(?=@)"
)
"""An API key, also a partly masked one; a bearer token; `user:password` in a URL."""


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Returns every secret among the settings, in clear text."""
    found = [settings.api_key]
    for token in (
        settings.access_token,
        settings.metrics_token,
        settings.secret_key,
        settings.aws_secret_access_key,
        settings.aws_session_token,
    ):
        found.append(token.get_secret_value() if token is not None else None)
    found += [token.get_secret_value() for _, token in settings.hosted_mcp_tokens or ()]
    for url in (settings.openai_base_url, settings.database_url):
        found.append(urlsplit(url).password if url else None)
    return tuple(secret for secret in found if secret)


def redact(text: str, secrets: Iterable[str]) -> str:
    """Returns `text` without these secrets and without what looks like a key."""
    return _KEY_LIKE.sub(REMOVED, redact_known(text, secrets))


def redact_beginning(text: str, secrets: Iterable[str], limit: int) -> str:
    """Returns at most `limit` characters of a text of any length, redacted, and says what was cut off.

    Only a little more than is kept is read: a huge text would keep the server busy.
    """
    if len(text) <= limit:
        return redact(text, secrets)
    # A secret that is cut through is not known any more, so the last of what is read is not kept.
    read = redact(text[: limit + LONGEST_SECRET_CHARS], secrets)
    kept = read[: min(limit, len(read) - LONGEST_SECRET_CHARS)]
    return f"{kept} [Cut here, after {len(kept):,} of {len(text):,} characters.]"


def redact_known(text: str, secrets: Iterable[str]) -> str:
    """Returns `text` without these secrets, plain, JSON- or URL-encoded."""
    for secret in secrets:
        if len(secret) < _SHORTEST_SECRET:
            continue
        for spelling in {secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], quote(secret, "")}:
            text = text.replace(spelling, REMOVED)
    return text
