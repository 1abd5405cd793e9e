"""The REST API of threads, for the page's sidebar and scripts: list, search, change, export."""

import asyncio
import base64
import re
import time
from collections.abc import Iterable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from backend.domain.errors import InvalidRequest, NotFound, UpstreamError
from backend.domain.events import ThreadUpdated
from backend.domain.ids import FileId, ItemId, OwnerId, ThreadId
from backend.domain.items import Item
from backend.domain.portable import (
    PortableFile,
    PortableThread,
    file_ids,
    markdown,
)
from backend.files.files import Files
from backend.http.framework.api import endpoint
from backend.http.framework.cursor import CursorFormat
from backend.http.imports import ThreadImports
from backend.http.security.identity import owner_of
from backend.http.threads_models import (
    ExportQuery,
    ItemPage,
    ItemQuery,
    ThreadPage,
    ThreadQuery,
    ThreadSummary,
    ThreadUpdate,
)
from backend.live.registry import Threads, no_such_thread
from backend.live.thread_log import ThreadLog
from backend.runs.runs import Runs
from backend.store.listing import Listed, Listing, Place
from backend.store.store import Store
from backend.store.writer import Writer

MAX_IMPORT_BYTES = 32 * 1_048_576
MAX_EXPORTED_FILE_BYTES = 18 * 1_048_576
"""Of all files of a thread together: Base64 makes a third more of them."""
_CURSORS = CursorFormat(Place)


class ThreadsApi:
    """Answers 404 for the thread of another owner."""

    def __init__(
        self,
        threads: Threads,
        runs: Runs,
        store: Store,
        writer: Writer,
        listing: Listing,
        files: Files,
    ) -> None:
        self._threads = threads
        self._runs = runs
        self._store = store
        self._writer = writer
        self._listing = listing
        self._files = files
        self._imports = ThreadImports(store, listing, files)

    @endpoint("GET", "/api/threads", "List or search threads")
    async def list_threads(self, request: Request, query: ThreadQuery) -> ThreadPage:
        """Pinned ones first, then the newest."""
        after = _CURSORS.read(query.cursor) if query.cursor is not None else None
        if query.query:
            await self._writer.flush()
        listed = await self._listing.page(
            owner_of(request), limit=query.limit + 1, after=after, query=query.query
        )
        shown = listed[: query.limit]
        return ThreadPage(
            threads=tuple(map(self._summary, shown)),
            next_cursor=_cursor(shown[-1]) if len(listed) > len(shown) else None,
        )

    @endpoint(
        "POST",
        "/api/threads",
        "Import a thread",
        status=201,
        max_body_bytes=MAX_IMPORT_BYTES,
    )
    async def import_thread(self, request: Request, body: PortableThread) -> ThreadSummary:
        """The body is an export as JSON. The new thread has ids of its own."""
        thread = await self._imports.add(owner_of(request), body)
        return self._summary(Listed(thread))

    @endpoint("GET", "/api/threads/{thread_id}", "Read a thread", errors=(NotFound,))
    async def get_thread(self, request: Request, thread_id: str) -> ThreadSummary:
        found = await self._listing.find(owner_of(request), ThreadId(thread_id))
        if found is None:
            raise no_such_thread()
        return self._summary(found)

    @endpoint(
        "PATCH",
        "/api/threads/{thread_id}",
        "Rename or pin a thread, or choose its assistant",
        errors=(NotFound, UpstreamError),
    )
    async def update_thread(
        self, request: Request, thread_id: str, body: ThreadUpdate
    ) -> ThreadSummary:
        """Open sockets get a `thread.updated`."""
        live = await self._get(request, thread_id)
        changes = body.model_dump(exclude_none=True)
        if "title" in changes:
            changes["title"] = " ".join(changes["title"].split())
        if "assistant_id" in changes:
            await self._runs.check_assistant(changes["assistant_id"])
        if changes:
            async with live.lock:
                live.append(ThreadUpdated(thread=live.thread.model_copy(update=changes)))
            await self._writer.flush()
        return self._summary(Listed(live.thread))

    @endpoint("DELETE", "/api/threads/{thread_id}", "Delete a thread", errors=(NotFound,))
    async def delete_thread(self, request: Request, thread_id: str) -> None:
        """Hides it, stops what runs and closes its sockets at once. It can be restored for a day, and
        what waited on it for somebody waits on then."""
        live = await self._get(request, thread_id)
        async with live.lock:
            await self._listing.delete(live.owner, live.id, time.time())
            live.deleted = True
            await self._runs.stop(live)
            live.wake_all()

    @endpoint("POST", "/api/threads/{thread_id}/restore", "Undo a deletion", errors=(NotFound,))
    async def restore_thread(self, request: Request, thread_id: str) -> ThreadSummary:
        if not await self._listing.restore(owner_of(request), ThreadId(thread_id)):
            raise no_such_thread()
        live = self._threads.find(ThreadId(thread_id))
        if live is not None:
            live.deleted = False
        return await self.get_thread(request, thread_id)

    @endpoint(
        "GET",
        "/api/threads/{thread_id}/items",
        "Read the items of the current path",
        errors=(NotFound,),
    )
    async def list_items(self, request: Request, thread_id: str, query: ItemQuery) -> ItemPage:
        """Oldest first. A cursor is valid while its item is on the path."""
        items = (await self._get(request, thread_id)).shown.items
        start = 0
        if query.cursor is not None:
            places = {item.id: place for place, item in enumerate(items, 1)}
            if query.cursor not in places:
                raise InvalidRequest(
                    "The item of this cursor is no longer on the path. Start again without a cursor.",
                    field="cursor",
                )
            start = places[ItemId(query.cursor)]
        shown = items[start : start + query.limit]
        more = start + len(shown) < len(items)
        return ItemPage(items=shown, next_cursor=shown[-1].id if more else None)

    @endpoint(
        "GET",
        "/api/threads/{thread_id}/export",
        "Export a thread",
        errors=(NotFound,),
        media_type="text/markdown",
    )
    async def export_thread(self, request: Request, thread_id: str, query: ExportQuery) -> Response:
        """Returns a file: Markdown to read, or JSON that can be imported."""
        live = await self._get(request, thread_id)
        if query.format == "markdown":
            text = markdown(live.thread, live.shown.items)
            return _file(text, live.thread.title, "md", "text/markdown")
        await self._writer.flush()
        whole = await self._store.threads.whole(live.id)
        assert whole is not None
        # An item that is still growing is stored in pieces; the open thread has it whole.
        present = {item.id: item for item in live.shown.items}
        portable = PortableThread(
            thread=live.thread,
            items=tuple(present.get(item.id, item) for item in whole.items),
            runs=whole.runs,
            files=await self._exported_files(live.owner, whole.items),
        )
        text = portable.model_dump_json(indent=2)
        return _file(text, live.thread.title, "json", "application/json")

    async def _exported_files(
        self, owner: OwnerId, items: Iterable[Item]
    ) -> tuple[PortableFile, ...]:
        """Returns the owner's files that the items name, as long as an import takes them."""
        named = dict.fromkeys(file_id for item in items for file_id in file_ids(item))
        owned = await self._files.owned(list(named), owner)
        found: list[PortableFile] = []
        left = MAX_EXPORTED_FILE_BYTES
        for file in (owned[FileId(file_id)] for file_id in named if file_id in owned):
            path = self._files.path(file.id)
            if file.size > left or not await asyncio.to_thread(path.is_file):
                continue
            left -= file.size
            content = base64.b64encode(await asyncio.to_thread(path.read_bytes))
            found.append(PortableFile(id=file.id, name=file.name, content=content))
        return tuple(found)

    async def _get(self, request: Request, thread_id: str) -> ThreadLog:
        return await self._threads.get(ThreadId(thread_id), owner_of(request))

    def _summary(self, listed: Listed) -> ThreadSummary:
        """Prefers the open thread, which may be ahead of what is stored."""
        live = self._threads.find(listed.thread.id)
        thread = live.thread if live is not None else listed.thread
        run = live.active_run if live is not None else None
        waits = listed.waits if live is None else run is not None and run.is_parked
        return ThreadSummary(
            id=thread.id,
            title=thread.title,
            pinned=thread.pinned,
            assistant_id=thread.assistant_id,
            created_at=thread.created_at,
            updated_at=thread.updated_at,
            active=run is not None or waits,
            waits=waits,
            snippet=listed.snippet,
        )


def _cursor(last: Listed) -> str:
    thread = last.thread
    return _CURSORS.write(Place(thread.pinned, thread.updated_at, thread.id))


def _file(content: str, title: str, extension: str, media_type: str) -> Response:
    name = " ".join(re.sub(r'[\\/:*?"<>|\x00-\x1f]+', " ", title).split()).strip(".")[:80] or "chat"
    plain = re.sub(r"[^A-Za-z0-9 ._-]+", "_", name)
    disposition = (
        f'attachment; filename="{plain}.{extension}"; '
        f"filename*=UTF-8''{quote(f'{name}.{extension}', safe='')}"
    )
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})
