"""`/shared/{token}`: what a share shows to anybody who has its link, and its files."""

import asyncio
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from backend.domain.errors import NotFound
from backend.domain.file import StoredFile
from backend.domain.ids import FileId
from backend.files.files import Files
from backend.http.files import content_of
from backend.http.security.access import SHARED_PREFIX
from backend.http.security.attempts import Attempts, address_of
from backend.http.security.headers import OWN_POLICY
from backend.http.shared.document import document, gone, linked_files
from backend.store.shares import SharedThread
from backend.store.store import Store

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS: Final = {"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store"}
_STYLE: Final = Path(__file__).with_name("style.css")


class SharedPages:
    """An address that has tried many wrong links has to wait, as after wrong access tokens."""

    def __init__(self, store: Store, files: Files) -> None:
        self._store = store
        self._files = files
        self._attempts = Attempts(what="Wrong link to a chat", shared=store.attempts)

    def routes(self) -> list[Route]:
        return [
            Route(f"{SHARED_PREFIX}style.css", self.style),
            Route(f"{SHARED_PREFIX}{{token}}", self.show),
            Route(f"{SHARED_PREFIX}{{token}}/files/{{file_id}}", self.file),
        ]

    async def show(self, request: Request) -> Response:
        found = await self._found(request)
        if isinstance(found, Response):
            return found
        items = await self._store.threads.path(found.id, found.head_id)
        # An imported thread may name any file.
        files = await self._files.owned(linked_files(items), found.owner)
        root = request.scope.get("root_path", "")
        pieces = document(
            found.title,
            items,
            files,
            address=f"{root}{SHARED_PREFIX}{request.path_params['token']}",
            root=root,
            expires_at=found.expires_at,
        )
        setattr(request.state, OWN_POLICY, POLICY)
        # An ordinary iterator: its pieces are made in a thread.
        return StreamingResponse(_encoded(pieces), headers=_HEADERS, media_type="text/html")

    async def file(self, request: Request) -> Response:
        found = await self._found(request)
        if isinstance(found, Response):
            return found
        file = await self._file(found, request.path_params["file_id"])
        if file is None:
            return _gone(request)
        try:
            answer = await content_of(self._files, file, request)
        except NotFound:
            return _gone(request)
        answer.headers.update(_HEADERS)
        setattr(request.state, OWN_POLICY, POLICY)
        return answer

    async def style(self, request: Request) -> Response:
        return FileResponse(_STYLE, headers={"Cache-Control": "max-age=3600"})

    async def _found(self, request: Request) -> SharedThread | Response:
        """Returns what the link of a request shows, or the answer where that is nothing."""
        address = address_of(request.scope)
        wait_s = self._attempts.wait_s(address)
        if wait_s > 0:
            return _gone(request, 429, {"Retry-After": str(math.ceil(wait_s))})
        found = await self._store.shares.shared(request.path_params["token"])
        if found is None:
            await self._attempts.failed(address)
            return _gone(request)
        return found

    async def _file(self, shared: SharedThread, file_id: str) -> StoredFile | None:
        items = await self._store.threads.path(shared.id, shared.head_id)
        if file_id not in await asyncio.to_thread(linked_files, items):
            return None
        return (await self._files.owned((file_id,), shared.owner)).get(FileId(file_id))


def _gone(request: Request, status: int = 404, more: dict[str, str] | None = None) -> Response:
    setattr(request.state, OWN_POLICY, POLICY)
    root = request.scope.get("root_path", "")
    return HTMLResponse(gone(root), status, _HEADERS | (more or {}))


def _encoded(pieces: Iterator[str]) -> Iterator[bytes]:
    for piece in pieces:
        yield piece.encode("utf-8", "replace")
