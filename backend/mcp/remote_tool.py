"""A tool as its server describes it, read field by field, since anybody may have written it."""

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from backend.config.redaction import redact_known
from backend.domain.text import json_text, seen_text
from backend.domain.text import shown_text as shown_text
from backend.mcp.arguments import Arguments


@dataclass(frozen=True)
class RemoteTool:
    name: str
    title: str | None
    description: str
    schema: dict[str, Any] = field(repr=False)
    """JSON Schema of the arguments, as the server wrote it."""
    is_read_only: bool = False
    is_destructive: bool = True
    is_idempotent: bool = False
    app_uri: str | None = None
    """The `ui://` resource that shows its results."""
    callers: frozenset[str] = frozenset({"model", "app"})
    """Who may call it: the model, an app of the same server."""
    as_told: str | None = None
    """The fingerprint of what the server said, where secrets were taken out of it."""

    @cached_property
    def arguments(self) -> Arguments:
        return Arguments.of(self.schema)

    @cached_property
    def fingerprint(self) -> str:
        """What changes whenever anything changes that somebody may have read before allowing it."""
        if self.as_told is not None:
            return self.as_told
        told = [self.name, self.title, self.description, self.schema]
        hints = [self.is_read_only, self.is_destructive, self.is_idempotent]
        ui = [] if self.app_uri is None else [self.app_uri]
        text = json_text([*told, *hints, *ui])
        return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:12]

    @property
    def hides(self) -> bool:
        """Whether a name in it holds characters that nobody sees."""
        text = json_text([self.name, self.schema])
        return seen_text(text) != text

    def without(self, secrets: Collection[str]) -> "RemoteTool":
        """Returns the tool without these, and without what nobody sees, in each text for reading."""

        def redacted(text: str) -> str:
            return redact_known(seen_text(text), secrets)

        return replace(
            self,
            title=None if self.title is None else redacted(self.title),
            description=redacted(self.description),
            schema=_redacted(self.schema, redacted),
            as_told=self.fingerprint,
        )


_READ: Final = frozenset({"title", "description", "default", "examples", "$comment"})
"""The parts of a schema that are no names."""


def _redacted(value: Any, redacted: Callable[[str], str], is_read: bool = False) -> Any:
    match value:
        case str():
            return redacted(value) if is_read else value
        case list():
            return [_redacted(each, redacted, is_read) for each in value]
        case dict():
            return {
                # A property may be called as one of them is, and is a schema then.
                key: _redacted(each, redacted, is_read or key in _READ)
                for key, each in value.items()
            }
        case _:
            return value
