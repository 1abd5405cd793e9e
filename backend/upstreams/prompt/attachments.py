"""What a user attached, as parts of a message's content.

Pictures are sent inline in each request, since the server stores nothing; documents are references to
their copies, where the server has any.
https://platform.openai.com/docs/guides/images-vision
https://platform.openai.com/docs/guides/pdf-files
"""

from collections.abc import Mapping
from typing import Any, Final

from backend.domain.assistant import FILE_SEARCH
from backend.domain.file import IMAGE_TYPES
from backend.domain.file_types import is_searchable
from backend.domain.ids import FileId
from backend.domain.item_files import item_files
from backend.domain.items import UserMessage
from backend.domain.parts import FilePart
from backend.upstreams.prompt.words import said, with_names
from backend.upstreams.request import RunRequest
from backend.upstreams.tool_pictures import picture_content

MAX_IMAGES: Final = 20
MAX_IMAGE_BYTES: Final = 20_971_520
"""The limit for all pictures of a request together. The oldest are left out first."""

Parts = Mapping[FileId, dict[str, Any]]


async def attached_parts(request: RunRequest) -> Parts:
    """Returns the content part of each attachment that is sent. The others are only named."""
    parts: dict[FileId, dict[str, Any]] = {}
    images, image_bytes = 0, 0
    for attachment in _newest_first(request):
        if attachment.media_type in IMAGE_TYPES:
            read = request.files.contents.get(attachment.file_id)
            size = attachment.size or 0
            fits = image_bytes + size <= MAX_IMAGE_BYTES and images < MAX_IMAGES
            if (
                read is not None
                and fits
                and (image := await picture_content(read, attachment.media_type))
            ):
                parts[attachment.file_id] = image
                images, image_bytes = images + 1, image_bytes + size
        elif (remote_id := request.files.remote_ids.get(attachment.file_id)) and _is_read(
            attachment, request
        ):
            parts[attachment.file_id] = {"type": "input_file", "file_id": remote_id}
    return parts


def content(message: UserMessage, parts: Parts) -> str | list[dict[str, Any]]:
    """Returns the text with the attachments that are sent, and the names of the others."""
    if not message.files:
        return said(message)
    going = [parts[file.file_id] for file in message.files if file.file_id in parts]
    named = [file.name for file in message.files if file.file_id not in parts]
    text = with_names(said(message), named)
    return [{"type": "input_text", "text": text}, *going] if going else text


def _newest_first(request: RunRequest) -> list[FilePart]:
    return [file for item in reversed(request.history) for file in item_files(item)]


def _is_read(attachment: FilePart, request: RunRequest) -> bool:
    """Returns whether the model reads the file whole, rather than searching it."""
    return (
        is_searchable(attachment.name, attachment.media_type)
        and FILE_SEARCH not in request.assistant.tools
    )
