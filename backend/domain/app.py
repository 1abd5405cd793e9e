"""Apps: pages that tools bring along, each shown in a frame that can reach nothing but itself.

https://github.com/modelcontextprotocol/ext-apps/blob/main/specification/2026-01-26/apps.mdx
"""

import re
from collections.abc import Iterable
from typing import Annotated, Final, Literal

from pydantic import Field, JsonValue

from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import FileId

_ORIGIN = (
    r"^(https?|wss?)://(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*"
    r"(:[0-9]{1,5})?$"
)

AppOrigin = Annotated[str, Field(pattern=_ORIGIN, max_length=255)]
"""A source in a Content Security Policy: `https://api.example.com`, `https://*.example.com`."""

ANY = "*"
"""Allows every origin that an app asks for."""

MAX_CONTEXTS: Final = 8
MAX_CONTEXT_CHARS: Final = 10_000
"""Of each app, with one message."""


class AppDomains(FrozenModel):
    """The other origins that an app asks for, by what for. Of none it may load or send anything."""

    connect: tuple[AppOrigin, ...] = Field(default=(), max_length=50)
    """Requests and sockets."""
    resource: tuple[AppOrigin, ...] = Field(default=(), max_length=50)
    """Scripts, styles, pictures, fonts, media."""
    frame: tuple[AppOrigin, ...] = Field(default=(), max_length=50)
    """Frames within it."""
    base_uri: tuple[AppOrigin, ...] = Field(default=(), max_length=50)
    """What its `<base>` may name."""

    def granted(self, allowed: Iterable[str]) -> "AppDomains":
        """Returns those that somebody allows: the same, below `https://*.name`, or all for `*`."""
        allowed = tuple(allowed)

        def kept(asked: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(each for each in asked if any(_covers(entry, each) for entry in allowed))

        return AppDomains(
            connect=kept(self.connect),
            resource=kept(self.resource),
            frame=kept(self.frame),
            base_uri=kept(self.base_uri),
        )

    def all(self) -> tuple[str, ...]:
        """Returns each origin once."""
        named = (*self.connect, *self.resource, *self.frame, *self.base_uri)
        return tuple(dict.fromkeys(named))


class AppPart(FrozenModel):
    """An app, with what it is given beside the arguments and the output of its call."""

    type: Literal["app"] = "app"
    file_id: FileId
    """The file of this server that holds its page: HTML with all its scripts and styles."""
    title: str | None = Field(default=None, max_length=200)
    data: dict[str, JsonValue] | None = None
    """For the app alone: the model is not told."""
    meta: dict[str, JsonValue] | None = None
    """The `_meta` of the result, for the app alone."""
    domains: AppDomains = AppDomains()
    tools: dict[str, str] | None = None
    """What it may call, of its own MCP server: the server's names, and those in this chat. None: the
    functions of this server."""
    prefers_border: bool | None = None
    """None leaves it to the chat whether a border is drawn."""


class AppResource(FrozenModel):
    """What an app reads of its server: a text or, in base64, bytes."""

    uri: str
    mime_type: str | None = None
    text: str | None = None
    blob: str | None = None


class AppContext(FrozenModel):
    """What an app tells the model of its state, with a message of the reader's, who has seen it."""

    title: str = Field(max_length=200)
    """Of the app."""
    text: str = Field(min_length=1, max_length=MAX_CONTEXT_CHARS)


def is_origin(text: str) -> bool:
    """Returns whether it is an `AppOrigin`, or `*`."""
    return text == ANY or (len(text) <= 255 and re.fullmatch(_ORIGIN, text) is not None)


def _covers(allowed: str, asked: str) -> bool:
    if allowed in (ANY, asked):
        return True
    scheme, _, host = allowed.partition("://")
    return host.startswith("*.") and asked.startswith(f"{scheme}://") and asked.endswith(host[1:])
