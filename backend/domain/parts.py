"""Parts: what messages and the outputs of tools consist of.

A `file_id` is that of a file of this server, with its content at `/api/files/{file_id}/content`; until
`runs/` has copied it here, it may be the upstream's.
"""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from backend.domain.annotations import ItemAnnotation
from backend.domain.frozen_model import FrozenModel


class TextPart(FrozenModel):
    type: Literal["text"] = "text"
    text: str = ""
    annotations: tuple[ItemAnnotation, ...] = ()


class ImagePart(FrozenModel):
    """An image: a file of this server, or a URL."""

    type: Literal["image"] = "image"
    file_id: str | None = None
    url: str | None = None
    name: str | None = None
    media_type: str | None = None
    size: int | None = None
    """Bytes."""


class FilePart(FrozenModel):
    """A file as it was when it was sent or made. The file itself may be deleted by now."""

    type: Literal["file"] = "file"
    file_id: str
    name: str | None = None
    media_type: str | None = None
    size: int | None = None
    """Bytes."""


class JsonPart(FrozenModel):
    type: Literal["json"] = "json"
    value: JsonValue = None


Part = Annotated[TextPart | ImagePart | FilePart | JsonPart, Field(discriminator="type")]
"""What a tool may answer with."""

MessagePart = Annotated[TextPart | ImagePart | FilePart, Field(discriminator="type")]
