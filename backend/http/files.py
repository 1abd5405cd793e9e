"""The REST API of files: knowledge of the assistant, attachments, and what tools made."""

import asyncio

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from backend.domain.errors import (
    DiskFull,
    FileTooLarge,
    InvalidRequest,
    NotFound,
    TooManyFiles,
    UnsupportedFile,
    UpstreamError,
)
from backend.domain.file import StoredFile
from backend.domain.file_types import ATTACHMENT_SUFFIXES, KNOWLEDGE_SUFFIXES
from backend.domain.ids import OwnerId
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
from backend.http.uploads import receive
from backend.knowledge.ingest_worker import IngestWorker

CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""Of a file's content: whatever it is, it is nothing that runs."""


class FilesApi:
    """Knowledge belongs to the server, the rest to whoever uploaded it or had it made."""

    def __init__(self, files: Files, worker: IngestWorker) -> None:
        self._files = files
        self._worker = worker

    @endpoint("GET", "/api/files", "List files, newest first", errors=(InvalidRequest,))
    async def list_files(self, query: FilesQuery, request: Request) -> FilePage:
        found, cursor = await self._files.page(
            query.purpose, _owner(request), query.limit, query.cursor
        )
        return FilePage(files=tuple(map(file_info, found)), next_cursor=cursor)

    @endpoint(
        "POST",
        "/api/files",
        "Upload files",
        status=201,
        takes_files=True,
        errors=(FileTooLarge, UnsupportedFile, TooManyFiles, DiskFull),
    )
    async def upload_files(self, query: UploadQuery, request: Request) -> UploadAnswer:
        """The body is multipart/form-data with one or many parts named `file`.

        Each is taken or refused by itself; where none is taken, the answer is the first one's
        error.
        """
        outcome = await receive(request, self._files, query.purpose, _owner(request))
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

    @endpoint("GET", "/api/files/limits", "Read what is taken")
    async def get_limits(self) -> FileLimits:
        settings = self._files.settings
        return FileLimits(
            max_file_bytes=settings.max_file_bytes,
            max_files_per_message=settings.max_files_per_message,
            knowledge=KNOWLEDGE_SUFFIXES,
            attachment=ATTACHMENT_SUFFIXES,
        )

    @endpoint("GET", "/api/files/{file_id}", "Read about a file", errors=(NotFound,))
    async def get_file(self, file_id: str, request: Request) -> FileInfo:
        return file_info(await self._files.get(file_id, _owner(request)))

    @endpoint("DELETE", "/api/files/{file_id}", "Delete a file", errors=(NotFound, UpstreamError))
    async def delete_file(self, file_id: str, request: Request) -> None:
        """Also at the upstream in use, where that has a copy."""
        await self._worker.delete(await self._files.get(file_id, _owner(request)))

    @endpoint("POST", "/api/files/{file_id}/retry", "Take a file in again", errors=(NotFound,))
    async def retry_file(self, file_id: str, request: Request) -> FileInfo:
        """What failed, or is searched by an upstream that is not in use any more."""
        file = await self._files.get(file_id, _owner(request))
        return file_info(await self._worker.retry(file))

    @endpoint(
        "GET",
        "/api/files/{file_id}/content",
        "Download a file",
        errors=(NotFound,),
        media_type="application/octet-stream",
    )
    async def get_content(self, file_id: str, request: Request) -> Response:
        """Pictures may be shown in a page; everything else is for saving."""
        file = await self._files.get(file_id, _owner(request))
        path = self._files.path(file.id)
        if not await asyncio.to_thread(path.is_file):
            raise NotFound("The content of this file is gone.")
        return FileResponse(
            path,
            media_type=file.media_type,
            filename=file.name,
            content_disposition_type="inline" if file.is_image else "attachment",
            headers={
                "Content-Security-Policy": CONTENT_POLICY,
                "Cache-Control": "private, max-age=3600",
            },
        )


def file_info(file: StoredFile) -> FileInfo:
    return FileInfo(
        id=file.id,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        purpose=file.purpose,
        status=file.status,
        error=file.error,
        created_at=file.created_at,
        place=file.place,
    )


def _owner(request: Request) -> OwnerId:
    owner: OwnerId = request.state.owner
    return owner
