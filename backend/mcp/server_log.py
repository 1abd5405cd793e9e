"""What a server writes to its standard error or logs: its end for those who look why it failed, and
what it logs in our log as well.

https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/logging
"""

import logging
import time
from collections.abc import Collection, Mapping
from typing import Final

from backend.config.redaction import redact
from backend.domain.text import clean_text, text_or_json
from backend.mcp.remote_tool import shown_text

MAX_CHARS: Final = 4_000
MAX_LINE_CHARS: Final = 500
MAX_LAST_CHARS: Final = 200
MAX_LINES_A_MINUTE: Final = 60
"""Of one server in our log."""

_MARGIN: Final = 4_096
"""Kept beside, so that a secret is whole where it is taken out."""
_LEVELS: Final[Mapping[str, int]] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "notice": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "alert": logging.CRITICAL,
    "emergency": logging.CRITICAL,
}
"""Those of RFC 5424."""

log = logging.getLogger(__name__)


class ServerLog:
    def __init__(self, name: str, secrets: Collection[str]) -> None:
        """`secrets` are taken out of what is shown; more may come."""
        self._name = name
        self._secrets = secrets
        self._text = ""
        self._is_of_before = False
        self._minute_began, self._lines = 0.0, 0

    def begin(self) -> None:
        """A new start: what the one before wrote stays until this one writes something."""
        self._is_of_before = True

    def add(self, text: str) -> None:
        before = "" if self._is_of_before else self._text
        self._is_of_before = False
        self._text = (before + text)[-MAX_CHARS - _MARGIN :]

    def hear(self, level: str, source: str | None, data: object) -> None:
        """Take what the server logs: any JSON."""
        words = text_or_json(data)[: MAX_LINE_CHARS + _MARGIN]
        line = self.redacted(f"{source}: {words}" if source else words)
        line = shown_text(line, MAX_LINE_CHARS)
        self.add(f"[{level}] {line}\n")
        now = time.monotonic()
        if now - self._minute_began >= 60:
            self._minute_began, self._lines = now, 0
        self._lines += 1
        if self._lines <= MAX_LINES_A_MINUTE:
            log.log(
                _LEVELS.get(level, logging.INFO), "The MCP server %s logs: %s", self._name, line
            )
        elif self._lines == MAX_LINES_A_MINUTE + 1:
            log.warning("The MCP server %s logs more than is kept of a minute.", self._name)

    def end(self) -> str:
        """Returns the last lines, without secrets."""
        return self.redacted(self._text)[-MAX_CHARS:].strip()

    def last_line(self) -> str:
        """Returns the last words of this start on one line, without secrets."""
        if self._is_of_before:
            return ""
        lines = reversed(self.end().splitlines())
        return next(filter(None, (shown_text(line, MAX_LAST_CHARS) for line in lines)), "")

    def redacted(self, text: str) -> str:
        """Returns what a server said, without its secrets."""
        return redact(clean_text(text), self._secrets)
