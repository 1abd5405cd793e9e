"""What a server offers besides tools, as it describes it: resources, templates of such, prompts.

https://modelcontextprotocol.io/specification/2026-07-28/server/resources
https://modelcontextprotocol.io/specification/2026-07-28/server/prompts
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RemoteResource:
    """A resource, or a template: resources whose addresses follow a pattern."""

    uri: str
    """Of a template the pattern, https://datatracker.ietf.org/doc/html/rfc6570"""
    name: str
    title: str | None
    description: str
    media_type: str | None
    size: int | None
    """Bytes, where the server says."""


@dataclass(frozen=True, slots=True)
class RemoteArgument:
    name: str
    title: str | None
    description: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class RemotePrompt:
    name: str
    title: str | None
    description: str
    arguments: tuple[RemoteArgument, ...]


@dataclass(slots=True)
class Offers:
    """What a connection lists in the background. A list that failed stays as it was."""

    resources: tuple[RemoteResource, ...] = ()
    templates: tuple[RemoteResource, ...] = ()
    prompts: tuple[RemotePrompt, ...] = ()
    completes: bool = False
    """Whether the server knows how the values of arguments go on."""
    are_listed: bool = False
    """Whether the first lists are here."""
    problems: dict[str, str] = field(default_factory=dict)
    """Why a list could not be had, by what is listed."""
