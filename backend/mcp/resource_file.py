"""What a server answered when a resource was read, as files."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from mcp_types import (
    AudioContent,
    BlobResourceContents,
    ImageContent,
    ReadResourceResult,
    TextResourceContents,
)

from backend.domain.file_names import safe_name
from backend.domain.file_types import HEAD_BYTES, binary_name, image_type, text_name
from backend.domain.text import clean_text
from backend.mcp.failures import CallFailed
from backend.mcp.remote_tool import shown_text

_MAX_PATH_CHARS: Final = 80
_MAX_URI_CHARS: Final = 500
"""What is kept of an address, which goes wherever its file is named."""
_MAX_TYPE_CHARS: Final = 100
_SEPARATORS: Final = re.compile(r"[^\w.]+")

Redacted = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class ResourceFile:
    name: str
    """`server · path`, as far as a file can be called that."""
    origin: str
    """`server · uri`"""
    uri: str
    media_type: str | None
    """As the server says; of a picture, as it is."""
    is_text: bool
    content: bytes


def files_of(
    result: ReadResourceResult, server: str, redacted: Redacted
) -> tuple[ResourceFile, ...]:
    """Returns a file for each content. May take long: meant for a thread. Raises `CallFailed`."""
    if not result.contents:
        raise CallFailed("There is nothing at this address.")
    return tuple(content_file(each, server, redacted) for each in result.contents)


def content_file(
    content: TextResourceContents | BlobResourceContents, server: str, redacted: Redacted
) -> ResourceFile:
    """Raises `CallFailed`."""
    uri = redacted(shown_text(content.uri, _MAX_URI_CHARS))
    name = _name(server, uri)
    origin = f"{server} · {uri}"
    media_type = shown_text(content.mime_type or "", _MAX_TYPE_CHARS) or None
    if isinstance(content, TextResourceContents):
        text = redacted(clean_text(content.text))
        return ResourceFile(
            text_name(name, media_type), origin, uri, media_type, True, text.encode()
        )
    return _binary(name, origin, uri, media_type, content.blob)


def media_file(content: ImageContent | AudioContent, server: str, origin: str) -> ResourceFile:
    """Returns a picture or a sound that `origin` brought along. Raises `CallFailed`."""
    uri = shown_text(origin, _MAX_URI_CHARS)
    name = safe_name(f"{server} · {uri[:_MAX_PATH_CHARS]} {content.type}")
    media_type = shown_text(content.mime_type, _MAX_TYPE_CHARS)
    return _binary(name, f"{server} · {uri}", uri, media_type, content.data)


def _binary(name: str, origin: str, uri: str, media_type: str | None, data: str) -> ResourceFile:
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise CallFailed(f"What it sent for {uri} is not base64.") from None
    head = content[:HEAD_BYTES]
    name = binary_name(name, media_type, head)
    return ResourceFile(name, origin, uri, image_type(head) or media_type, False, content)


def _name(server: str, uri: str) -> str:
    """Returns a name whose end is the end of the address, which tells most."""
    path = unquote(uri).partition(":")[2] or uri
    words = _SEPARATORS.sub("-", path).strip("-.")[-_MAX_PATH_CHARS:]
    return safe_name(f"{server} · {words.lstrip('-.') or 'resource'}")
