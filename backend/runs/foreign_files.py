"""Copies the files that an upstream made, since they expire there, and renames them in items.

Ids of files that are not known here stay as they are.
"""

import asyncio
import base64
import logging
import mimetypes
import re
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import Final, TypeVar

from backend.domain.annotations import FileCitation, FilePath, ItemAnnotation
from backend.domain.errors import AppError, StoreUnavailable
from backend.domain.file import StoredFile
from backend.domain.ids import OwnerId, ThreadId
from backend.domain.items import (
    AssistantMessage,
    CodeInterpreterCall,
    CodeLogs,
    CodeOutput,
    FileSearchCall,
    FileSearchResult,
    ImageGenerationCall,
    Item,
)
from backend.domain.parts import FilePart, ImagePart, MessagePart, TextPart
from backend.files.files import Files
from backend.files.picture_name import picture_name
from backend.upstreams.events import Picture
from backend.upstreams.hosting import HostsFiles

log = logging.getLogger(__name__)

COPY_TIMEOUT_S: Final = 60.0

Copied = StoredFile | str
"""Our copy of a file, or a sentence that says why there is none."""
Named = TypeVar("Named", FileCitation, FileSearchResult)

_DATA_URL: Final = re.compile(r"data:(image/[a-z+.-]+);base64,(.*)", re.DOTALL)


class ForeignFiles:
    """For one run. Raises nothing: the item says which file is missing, or leaves it out."""

    def __init__(
        self, files: Files, upstream: HostsFiles | None, owner: OwnerId, thread_id: ThreadId
    ) -> None:
        self._files = files
        self._upstream = upstream
        self._owner = owner
        self._thread_id = thread_id
        self._copied: dict[str, Copied] = {}
        """Keyed by the upstream's file id, or by the data URL."""

    async def localize(self, item: Item, container_id: str | None = None) -> Item:
        """Returns the item with our files in place of the upstream's."""
        match item:
            case CodeInterpreterCall(outputs=outputs) if outputs:
                ours = [await self._output(output, container_id) for output in outputs]
                return item.model_copy(update={"outputs": tuple(ours)})
            case FileSearchCall(results=results) if results:
                known = await self._known(result.file_id for result in results)
                renamed = tuple(_renamed(result, known.get(result.file_id)) for result in results)
                return item.model_copy(update={"results": renamed})
            case AssistantMessage(content=content) if content:
                parts = [await self._part(part) for part in content]
                return item.model_copy(update={"content": tuple(parts)})
            case _:
                return item

    async def with_picture(self, item: ImageGenerationCall, picture: Picture) -> Item:
        """Returns the item with the picture as a file of this server."""
        name = picture_name(item.prompt, picture.format)
        file = await self._copied_once(picture.data, name, _decoded(picture.data))
        if isinstance(file, str):
            return item.model_copy(update={"status": "failed", "error": file})
        ours = {"filename": file.name, "media_type": file.media_type, "size": file.size}
        return item.model_copy(update={"file_id": file.id, **ours})

    async def localize_annotation(
        self, annotation: ItemAnnotation, container_id: str | None
    ) -> ItemAnnotation | None:
        """Returns None for a file that could not be copied: a link to it would be dead."""
        match annotation:
            case FilePath(file_id=file_id, filename=filename) if self._upstream is not None:
                file = await self._copy(file_id, container_id, filename or file_id)
                if isinstance(file, str):
                    log.warning("A file of %s is left out: %s", self._thread_id, file)
                    return None
                return annotation.model_copy(update={"file_id": file.id, "filename": file.name})
            case FileCitation(file_id=file_id):
                known = await self._known((file_id,))
                return _renamed(annotation, known.get(file_id))
            case _:
                return annotation

    async def _output(self, output: CodeOutput, container_id: str | None) -> CodeOutput:
        if isinstance(output, CodeLogs):
            return output
        made = await self._made(output, container_id)
        return CodeLogs(logs=f"({made})\n") if isinstance(made, str) else made

    async def _part(self, part: MessagePart) -> MessagePart:
        if isinstance(part, TextPart):
            found = [await self.localize_annotation(each, None) for each in part.annotations]
            return part.model_copy(update={"annotations": tuple(filter(None, found))})
        made = await self._made(part, None)
        return TextPart(text=f"*({made})*") if isinstance(made, str) else made

    async def _made(
        self, part: ImagePart | FilePart, container_id: str | None
    ) -> ImagePart | FilePart | str:
        """Returns the part with our file, or a sentence that says why there is none."""
        match part:
            case ImagePart(url=str(url)) if image := _DATA_URL.fullmatch(url):
                name = part.name or f"image{mimetypes.guess_extension(image[1]) or ''}"
                file = await self._copied_once(url, name, _decoded(image[2]))
            case ImagePart(url=str(url)) if url.startswith("data:"):
                return "A picture came in a form that is not known here."
            case ImagePart(file_id=str(file_id)) if self._upstream is not None:
                file = await self._copy(file_id, container_id, part.name or f"{file_id}.png")
            case FilePart(file_id=file_id) if self._upstream is not None:
                file = await self._copy(file_id, container_id, part.name)
            case _:
                return part
        return file if isinstance(file, str) else file.part

    async def _copy(self, file_id: str, container_id: str | None, name: str) -> Copied:
        assert self._upstream is not None
        content = self._upstream.hosted_files.content(file_id, container_id)
        return await self._copied_once(file_id, name, content)

    async def _copied_once(self, key: str, name: str, chunks: AsyncGenerator[bytes]) -> Copied:
        if key not in self._copied:
            self._copied[key] = await self._receive(name, chunks)
        return self._copied[key]

    async def _receive(self, name: str, chunks: AsyncGenerator[bytes]) -> Copied:
        try:
            async with aclosing(chunks), asyncio.timeout(COPY_TIMEOUT_S):
                return await self._files.receive_generated(
                    self._owner, self._thread_id, name, chunks
                )
        except TimeoutError:
            return f"{name} did not arrive from the upstream within {COPY_TIMEOUT_S:g} s."
        except AppError as error:
            return f"{name} could not be copied. {error.message}"
        except (OSError, ValueError) as error:  # No base64.
            log.warning("%s was not copied: %s", name, error)
            return f"{name} could not be copied; see this server's log."

    async def _known(self, file_ids: Iterable[str]) -> dict[str, StoredFile]:
        """Returns our files by the ids of their copies at the upstream."""
        if self._upstream is None:
            return {}
        try:
            return await self._files.rows.ours(tuple(file_ids), self._upstream.base_url)
        except StoreUnavailable as error:
            log.warning("Cited files keep the upstream's names: %s", error)
            return {}


def _renamed(named: Named, file: StoredFile | None) -> Named:
    if file is None:
        return named
    return named.model_copy(update={"file_id": file.id, "filename": file.name})


async def _decoded(data: str) -> AsyncGenerator[bytes]:
    yield await asyncio.to_thread(base64.b64decode, "".join(data.split()), validate=True)
