"""Parts: what messages and the outputs of tools consist of.

A `file_id` is that of a file of this server, with its content at `/api/files/{file_id}/content`; until
`runs/` has copied it here, it may be the upstream's.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from backend.domain.annotations import ItemAnnotation
from backend.domain.app import AppPart
from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import FileId
from backend.domain.text import text_or_json


class TextPart(FrozenModel):
    type: Literal["text"] = "text"
    text: str = ""
    annotations: tuple[ItemAnnotation, ...] = ()


class ImagePart(FrozenModel):
    """An image: a file of this server, or a URL."""

    type: Literal["image"] = "image"
    file_id: FileId | None = None
    alt: str | None = None
    """What it shows, for those who cannot see it."""
    url: str | None = None
    name: str | None = None
    media_type: str | None = None
    size: int | None = None
    """Bytes."""


class FilePart(FrozenModel):
    """A file as it was when it was sent or made. The file itself may be deleted by now."""

    type: Literal["file"] = "file"
    file_id: FileId
    name: str
    media_type: str = "application/octet-stream"
    size: int | None = None
    """Bytes."""
    origin: str | None = None
    """Where it was read, for people: `server · uri` if an MCP server gave it."""


class JsonPart(FrozenModel):
    type: Literal["json"] = "json"
    value: JsonValue = None


Part = Annotated[TextPart | ImagePart | FilePart | JsonPart | AppPart, Field(discriminator="type")]
"""What a tool may answer with."""

MessagePart = Annotated[TextPart | ImagePart | FilePart, Field(discriminator="type")]


def as_part(value: JsonValue) -> TextPart | JsonPart:
    """Returns a text as text and any other value as JSON."""
    return TextPart(text=value) if isinstance(value, str) else JsonPart(value=value)


def value_of(parts: Iterable[object]) -> JsonValue:
    """Returns the text or JSON among the parts, a list where there are several, None for none."""
    values = [value for part in parts for value in _values(part)]
    return values[0] if len(values) == 1 else values or None


def in_words(parts: Iterable[Part]) -> str:
    """Returns parts as a text for a model, which names the pictures, files and apps in it."""
    lines: list[str] = []
    for shown, group in groupby(
        parts, lambda part: isinstance(part, ImagePart | FilePart | AppPart)
    ):
        if shown:
            lines.append(f"[Shown to the user: {', '.join(map(_name, group))}]")
        else:
            lines += [text_or_json(value) for part in group for value in _values(part)]
    return "\n".join(lines)


def _values(part: object) -> Iterable[JsonValue]:
    match part:
        case TextPart(text=text):
            return (text,)
        case JsonPart(value=value):
            return (value,)
        case _:
            return ()


def _name(part: Part) -> str:
    if isinstance(part, AppPart):
        return f"the app {part.title}" if part.title else "an app"
    assert isinstance(part, ImagePart | FilePart)
    name = part.name or "a picture"
    size = "" if part.size is None else f" ({part.size:,} bytes)"
    about = f": {part.alt}" if isinstance(part, ImagePart) and part.alt else ""
    return name + size + about
