"""An interface of a function's own: a page that the chat shows in a frame that reaches nothing else.

return App(Path(__file__).with_suffix(".html"), data={"rows": rows})
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from backend.domain.app import AppDomains, AppPart
from backend.domain.errors import FilesUnavailable
from backend.domain.ids import FileId, OwnerId
from backend.domain.items import FunctionCall, Item
from backend.files.files import Files

MAX_PAGE_BYTES: Final = 4_194_304


@dataclass(frozen=True, config=ConfigDict(strict=True))
class App:
    """A page of HTML with all its scripts and styles in it. A `Path` is read.

    It speaks with the chat as MCP Apps do, and gets the call's arguments, what the function returned
    beside the app, of which the model is told, too, and `data`. Raises `ValidationError` for a value
    that makes no sense.
    """

    html: str | Path
    title: str | None = Field(default=None, max_length=200, kw_only=True)
    data: dict[str, Any] | None = Field(default=None, kw_only=True)
    """For the app alone, in JSON: the `structuredContent` of its result."""
    domains: AppDomains = Field(default=AppDomains(), kw_only=True)
    """What it wants to load from elsewhere. It gets what `APP_DOMAINS` of the server allows."""
    prefers_border: bool | None = Field(default=None, kw_only=True)
    tools: dict[str, str] | None = Field(default=None, kw_only=True)
    """For the apps of MCP servers, as `meta`; see `AppPart`."""
    meta: dict[str, Any] | None = Field(default=None, kw_only=True)


async def known_page(
    page: bytes, history: Iterable[Item], files: Files, owner: OwnerId
) -> FileId | None:
    """Returns the file of an app in these items that has this very page."""
    # Ids in items cannot be trusted, nor what else an imported one says: the bytes are compared.
    named = {
        part.file_id: None
        for item in history
        if isinstance(item, FunctionCall)
        for part in item.outputs
        if isinstance(part, AppPart)
    }
    for file in (await files.owned(named, owner)).values():
        if file.size == len(page) and await _holds(files, file.id, page):
            return file.id
    return None


async def _holds(files: Files, file_id: FileId, data: bytes) -> bool:
    try:
        return await files.read_bytes(file_id) == data
    except (FilesUnavailable, OSError):
        return False
