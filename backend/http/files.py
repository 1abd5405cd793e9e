"""The REST API of files: knowledge of the assistant, attachments, and files that tools made."""

import asyncio
import re

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse

from backend.domain.errors import (
    DiskFull,
    FilesUnavailable,
    FileTooLarge,
    InvalidRequest,
    NotFound,
    TooManyFiles,
    UnsupportedFile,
    UpstreamError,
)
from backend.domain.file import StoredFile
from backend.domain.file_types import ATTACHMENT_SUFFIXES, KNOWLEDGE_SUFFIXES
from backend.domain.ids import ItemId
from backend.files.files import Files
from backend.http.files_models import (
    FileInfo,
    FileLimits,
    FilePage,
    FilesDeleted,
    FilesQuery,
    KnowledgeQuery,
    RefusedFile,
    UploadAnswer,
    UploadQuery,
)
from backend.http.framework.api import endpoint
from backend.http.framework.cursor import CursorFormat
from backend.http.security.identity import owner_of
from backend.http.uploads import receive
from backend.knowledge.ingest_worker import IngestWorker
from backend.store.files import FilePosition

CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""The policy of a file's content: nothing in it is executed."""

_RANGE = re.compile(r"bytes=(\d{1,15})?-(\d{1,15})?", re.ASCII)
_CURSORS = CursorFormat(FilePosition)


class FilesApi:
    """Knowledge belongs to the server; other files belong to the owner who caused them."""

    def __init__(self, files: Files, worker: IngestWorker) -> None:
        self._files = files
        self._worker = worker

    @endpoint("GET", "/api/files", "List files, newest first", errors=(InvalidRequest,))
    async def list_files(self, query: FilesQuery, request: Request) -> FilePage:
        after = _CURSORS.read(query.cursor) if query.cursor is not None else None
        listed = await self._files.page(query.purpose, owner_of(request), query.limit + 1, after)
        shown = listed[: query.limit]
        return FilePage(
            files=tuple(map(file_info, shown)),
            next_cursor=_cursor(shown[-1]) if len(listed) > len(shown) else None,
        )

    @endpoint(
        "POST",
        "/api/files",
        "Upload files",
        status=201,
        takes_files=True,
        errors=(FileTooLarge, UnsupportedFile, TooManyFiles, DiskFull, FilesUnavailable),
    )
    async def upload_files(self, query: UploadQuery, request: Request) -> UploadAnswer:
        """The body is multipart/form-data with one or many parts named `file`.

        Each part is kept or refused independently; where none is kept, the answer is the error
        of the first.
        """
        outcome = await receive(request, self._files, query.purpose, owner_of(request))
        if not outcome.files:
            raise outcome.refused[0][1]
        return UploadAnswer(
            files=tuple(map(file_info, outcome.files)),
            refused=tuple(
                RefusedFile(name=name, code=error.error_code, message=error.message)
                for name, error in outcome.refused
            ),
        )

    @endpoint("DELETE", "/api/files", "Delete all knowledge", errors=(UpstreamError,))
    async def delete_files(self, query: KnowledgeQuery) -> FilesDeleted:
        return FilesDeleted(deleted=await self._worker.delete_all())

    @endpoint("GET", "/api/files/limits", "Read the limits of uploads")
    async def get_limits(self) -> FileLimits:
        settings = self._files.settings
        return FileLimits(
            max_file_bytes=settings.max_file_bytes,
            max_files_per_message=settings.max_files_per_message,
            knowledge=KNOWLEDGE_SUFFIXES,
            attachment=ATTACHMENT_SUFFIXES,
        )

    @endpoint("GET", "/api/files/{file_id}", "Read a file's description", errors=(NotFound,))
    async def get_file(self, file_id: str, request: Request) -> FileInfo:
        return file_info(await self._files.get(file_id, owner_of(request)))

    @endpoint("DELETE", "/api/files/{file_id}", "Delete a file", errors=(NotFound, UpstreamError))
    async def delete_file(self, file_id: str, request: Request) -> None:
        """Deletes the copy at the upstream in use as well."""
        await self._worker.delete(await self._files.get(file_id, owner_of(request)))

    @endpoint("POST", "/api/files/{file_id}/retry", "Index a file again", errors=(NotFound,))
    async def retry_file(self, file_id: str, request: Request) -> FileInfo:
        """For a file that failed, or that an upstream searches which is no longer in use."""
        file = await self._files.get(file_id, owner_of(request))
        return file_info(await self._worker.retry(file))

    @endpoint(
        "GET",
        "/api/files/{file_id}/content",
        "Download a file",
        errors=(NotFound, FilesUnavailable),
        media_type="application/octet-stream",
    )
    async def get_content(self, file_id: str, request: Request) -> Response:
        """Pictures may be shown in a page; every other file is a download."""
        return await content_of(
            self._files, await self._files.get(file_id, owner_of(request)), request
        )

    @endpoint(
        "GET",
        "/api/previews/{item_id}",
        "Look at an unfinished picture",
        errors=(NotFound,),
        media_type="application/octet-stream",
    )
    async def get_preview(self, item_id: str, request: Request) -> Response:
        """The newest one of an image generation call that is under way."""
        preview = self._files.previews.get(ItemId(item_id), owner_of(request))
        if preview is None:
            raise NotFound("There is no unfinished picture of this item any more.")
        headers = {"Content-Security-Policy": CONTENT_POLICY, "Cache-Control": "no-store"}
        return Response(preview.content, media_type=preview.media_type, headers=headers)


async def content_of(files: Files, file: StoredFile, request: Request) -> Response:
    """Returns the answer with the bytes of a file, or with those that are asked for.

    Raises `NotFound` where they are gone, and `FilesUnavailable`.
    """
    headers = {
        "Content-Security-Policy": CONTENT_POLICY,
        "Cache-Control": "private, max-age=3600",
    }
    path = files.storage.here(file.id)
    shown = FileResponse(
        path or "",
        media_type=file.media_type,
        filename=file.name,
        content_disposition_type="inline" if file.is_image else "attachment",
        headers=headers,
    )
    if path is not None:
        if not await asyncio.to_thread(path.is_file):
            raise NotFound("The content of this file is gone.")
        return shown
    part = asked_part(request.headers, file.size, file.id)
    start, end = part or (0, file.size)
    shown.headers["ETag"] = f'"{file.id}"'
    shown.headers["Content-Length"] = str(end - start)
    if part is not None:
        shown.headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
    try:
        content = await files.storage.read(file.id, *(part or ()))
    except FileNotFoundError:
        raise NotFound("The content of this file is gone.") from None
    return StreamingResponse(content, 200 if part is None else 206, shown.headers, file.media_type)


def asked_part(headers: Headers, size: int, etag: str) -> tuple[int, int] | None:
    """Returns from where to before where a request wants bytes; None for all of them.

    Who asks for several parts, or for what is not there, gets all: a server may answer so.
    https://www.rfc-editor.org/rfc/rfc9110.html#name-range
    """
    if headers.get("if-range", f'"{etag}"') != f'"{etag}"':
        return None
    if not (found := _RANGE.fullmatch(headers.get("range", ""))):
        return None
    first, last = found.groups()
    if first:
        start, end = int(first), min(int(last or size) + 1, size)
    else:
        start, end = max(0, size - int(last or 0)), size
    return (start, end) if start < end else None


def _cursor(last: StoredFile) -> str:
    return _CURSORS.write(FilePosition(last.created_at, last.id))


def file_info(file: StoredFile) -> FileInfo:
    return FileInfo(
        id=file.id,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        purpose=file.purpose,
        status=file.status,
        error=file.error,
        note=file.note,
        created_at=file.created_at,
        place=file.place,
        origin=file.origin,
    )
