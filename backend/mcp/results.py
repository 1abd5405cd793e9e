"""What a server answered to a call, as outputs like those of functions."""

import base64
import binascii
from collections.abc import Callable, Iterator
from typing import Any

from mcp_types import (
    AudioContent,
    BlobResourceContents,
    CallToolResult,
    ContentBlock,
    EmbeddedResource,
    ImageContent,
    ResourceLink,
    TextContent,
    TextResourceContents,
)
from pydantic import ValidationError
from pydantic_core import from_json

from backend.domain.file_names import safe_name
from backend.domain.file_types import HEAD_BYTES, ending_of, image_type
from backend.domain.parts import JsonPart, TextPart
from backend.domain.text import clean_text, json_text
from backend.mcp.remote_tool import shown_text
from backend.tools.app import App
from backend.tools.media import MAX_OUTPUTS, File, Image, Output
from backend.tools.output import UnusableOutput, as_output


def outputs_of(
    result: CallToolResult, limit_bytes: int, redacted: Callable[[str], str]
) -> tuple[Output, ...]:
    """Returns at most 20 outputs, whose texts have at most `limit_bytes` together.

    May take long: meant for a thread.
    """
    outputs: list[Output] = []
    left = limit_bytes
    blocks = _without_repetition(result)
    for value in blocks:
        if len(outputs) == MAX_OUTPUTS - 1:
            outputs.append(TextPart(text=f"[{len(blocks) - len(outputs)} more were left out.]"))
            break
        if isinstance(value, Image | File):
            value.name = redacted(value.name or "file")
        if isinstance(value, Image | File | App):
            outputs.append(value)
            continue
        output = _shortened(value, max(left, 256), redacted)
        left -= len(output.model_dump_json())
        outputs.append(output)
    return tuple(outputs)


def _shortened(
    value: TextPart | JsonPart, limit_bytes: int, redacted: Callable[[str], str]
) -> TextPart | JsonPart:
    if isinstance(value, JsonPart):
        try:
            return JsonPart(value=as_output(value.value, limit_bytes, redacted))
        except UnusableOutput:
            # The beginning of a text is better than nothing.
            value = TextPart(text=json_text(value.value))
    return TextPart(text=str(as_output(value.text, limit_bytes, redacted)))


def _without_repetition(result: CallToolResult) -> list[Output]:
    """Returns content and structured content, the latter once: servers repeat it as text.

    https://modelcontextprotocol.io/specification/2025-11-25/server/tools#structured-content
    """
    content = [output for block in result.content for output in _outputs(block)]
    structured = result.structured_content
    if structured is None:
        return content
    texts = [output.text for output in content if isinstance(output, TextPart)]
    others = [output for output in content if not isinstance(output, TextPart)]
    # The SDK's servers wrap what is no object.
    wrapped = structured.get("result") if _is_wrapper(structured) else None
    if _is_wrapper(structured) and texts in ([wrapped], wrapped):
        return content
    values = [_json(text) for text in texts]
    if values in ([structured], [wrapped], wrapped) or not texts:
        return [_structure(structured), *others]
    return [*content, _structure(structured)]


def _structure(value: Any) -> TextPart | JsonPart:
    try:
        return JsonPart(value=value)
    except ValidationError:
        # Infinite numbers, or nested too deeply.
        return TextPart(text=json_text(value))


def _is_wrapper(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"result"}


def _json(text: str) -> Any:
    try:
        return from_json(text)
    except ValueError:
        return text


def _outputs(block: ContentBlock) -> Iterator[Output]:
    match block:
        case TextContent():
            yield TextPart(text=block.text)
        case ImageContent() | AudioContent():
            kind = "image" if isinstance(block, ImageContent) else "audio"
            yield _file(block.data, block.mime_type, kind)
        case EmbeddedResource(resource=BlobResourceContents() as resource):
            yield _file(
                resource.blob, resource.mime_type, resource.uri.rstrip("/").rpartition("/")[2]
            )
        case EmbeddedResource(resource=resource):
            assert isinstance(resource, TextResourceContents)
            yield TextPart(text=f"{shown_text(resource.uri, 2_000)}\n{resource.text}")
        case ResourceLink():
            about = f": {block.description}" if block.description else ""
            title = shown_text(block.title or block.name, 200)
            yield TextPart(text=f"{title} <{shown_text(block.uri, 2_000)}>{about}")


def _file(data: str, media_type: str | None, name: str) -> Output:
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return TextPart(text=f"[A file of type {media_type} that is not base64.]")
    name = safe_name(clean_text(name or "file"))
    if image_type(content[:HEAD_BYTES]) is not None:
        return Image(content, name=name)
    return File(content, name=name if "." in name else name + ending_of(media_type, ".bin"))
