"""The REST API of threads, for the page's sidebar and scripts: list, search, change, export."""

import asyncio
import re
import time
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from backend.domain.errors import InvalidRequest, NotFound, UpstreamError
from backend.domain.events import ThreadUpdated
from backend.domain.ids import ItemId, ThreadId
from backend.domain.items import Item
from backend.domain.portable import PortableThread
from backend.domain.thread_markdown import markdown
from backend.files.files import Files
from backend.http.exports import ThreadExports
from backend.http.framework.api import endpoint
from backend.http.framework.cursor import CursorFormat
from backend.http.imports import ThreadImports
from backend.http.security.identity import owner_of
from backend.http.threads_models import (
    ExportQuery,
    ItemPage,
    ItemQuery,
    ThreadDetail,
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
PIECE_CHARS = 65_536
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
        self._imports = ThreadImports(store, listing, files)
        self._exports = ThreadExports(store, files)

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
    async def get_thread(self, request: Request, thread_id: str) -> ThreadDetail:
        found = await self._listing.find(owner_of(request), ThreadId(thread_id))
        if found is None:
            raise no_such_thread()
        return self._detail(found)

    @endpoint(
        "PATCH",
        "/api/threads/{thread_id}",
        "Rename or pin a thread, choose its assistant and model, write its instructions",
        errors=(NotFound, UpstreamError),
    )
    async def update_thread(
        self, request: Request, thread_id: str, body: ThreadUpdate
    ) -> ThreadDetail:
        """Open sockets get a `thread.updated`."""
        live = await self._get(request, thread_id)
        changes = body.model_dump(exclude_none=True)
        if "title" in changes:
            changes["title"] = " ".join(changes["title"].split())
        if "assistant_id" in changes:
            await self._runs.check_assistant(changes["assistant_id"])
        if "model" in changes:
            changes["model"] = changes["model"] or None
        if changes:
            async with live.lock:
                live.append(ThreadUpdated(thread=live.thread.model_copy(update=changes)))
            await self._writer.flush()
            live.check_here()
        return self._detail(Listed(live.thread))

    @endpoint("DELETE", "/api/threads/{thread_id}", "Delete a thread", errors=(NotFound,))
    async def delete_thread(self, request: Request, thread_id: str) -> None:
        """Hides it, stops what runs and closes its sockets at once. It can be restored for a day, and
        what waited on it for somebody waits on then."""
        live = await self._get(request, thread_id)
        async with live.lock:
            await self._listing.delete(live.owner, live.id, time.time())
            live.check_here()
            live.deleted = True
            await self._runs.stop(live)
            live.wake_all()

    @endpoint("POST", "/api/threads/{thread_id}/restore", "Undo a deletion", errors=(NotFound,))
    async def restore_thread(self, request: Request, thread_id: str) -> ThreadDetail:
        if not await self._listing.restore(owner_of(request), ThreadId(thread_id)):
            raise no_such_thread()
        await self._threads.restored(ThreadId(thread_id))
        return await self.get_thread(request, thread_id)

    @endpoint(
        "GET",
        "/api/threads/{thread_id}/items",
        "Read the items of the current path",
        errors=(NotFound,),
        answer=ItemPage,
    )
    async def list_items(self, request: Request, thread_id: str, query: ItemQuery) -> Response:
        """Oldest first. A cursor is valid while its item is on the path.

        With `before`, which needs no cursor, the items that led to one.
        """
        if query.before is not None:
            return await self._items_before(
                request, ThreadId(thread_id), ItemId(query.before), query
            )
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
        return StreamingResponse(
            _page(shown, ItemPage(items=(), next_cursor=shown[-1].id if more else None)),
            media_type="application/json",
        )

    @endpoint(
        "GET",
        "/api/threads/{thread_id}/export",
        "Export a thread",
        errors=(NotFound,),
        media_type="text/markdown",
    )
    async def export_thread(self, request: Request, thread_id: str, query: ExportQuery) -> Response:
        """Returns a file: Markdown to read, or JSON that can be imported."""
        if query.format == "markdown":
            opened = await self._get(request, thread_id)
            shown = opened.shown
            text = await asyncio.to_thread(markdown, opened.thread, shown.items, shown.runs)
            headers = _named(opened.thread.title, "md")
            return Response(text, headers=headers, media_type="text/markdown")
        await self._writer.flush()
        owner = owner_of(request)
        found = await self._listing.find(owner, ThreadId(thread_id))
        if found is None:
            raise no_such_thread()
        # One that nobody has open is not opened: it may be long, and nothing of it grows.
        live = self._threads.find(found.thread.id)
        pieces = self._exports.json(owner, found.thread, live.shown.items if live else ())
        headers = _named(found.thread.title, "json")
        return StreamingResponse(pieces, headers=headers, media_type="application/json")

    async def _items_before(
        self, request: Request, thread_id: ThreadId, before: ItemId, query: ItemQuery
    ) -> Response:
        live = await self._threads.look(thread_id, owner_of(request))
        await self._writer.flush(thread_id)
        older = await self._store.threads.older(live.id, before, query.limit)
        if older is None:
            raise InvalidRequest("There is no such item on this thread.", field="before")
        rest = ItemPage(items=(), next_cursor=None, runs=older.runs, forks=older.forks)
        pieces = _page(older.items, rest.model_copy(update={"before": older.before}))
        return StreamingResponse(pieces, media_type="application/json")

    async def _get(self, request: Request, thread_id: str) -> ThreadLog:
        return await self._threads.get(ThreadId(thread_id), owner_of(request))

    def _detail(self, listed: Listed) -> ThreadDetail:
        live = self._threads.find(listed.thread.id)
        thread = live.thread if live is not None else listed.thread
        return ThreadDetail(**dict(self._summary(listed)), instructions=thread.instructions)

    def _summary(self, listed: Listed) -> ThreadSummary:
        """Prefers the open thread, which may be ahead of what is stored."""
        live = self._threads.find(listed.thread.id)
        thread = live.thread if live is not None else listed.thread
        if live is not None:
            listed = listed._replace(status=live.active_run.status if live.active_run else None)
        return ThreadSummary(
            id=thread.id,
            title=thread.title,
            pinned=thread.pinned,
            assistant_id=thread.assistant_id,
            model=thread.model,
            created_at=thread.created_at,
            updated_at=thread.updated_at,
            active=listed.status is not None,
            waits=listed.waits,
            snippet=listed.snippet,
        )


def _page(items: Iterable[Item], rest: ItemPage) -> Iterator[str]:
    """Yields an `ItemPage` with these items as JSON, in pieces, since each item may be as large as an import."""
    piece = '{"items":['
    for place, item in enumerate(items):
        piece += "," * (place > 0) + item.model_dump_json()
        if len(piece) > PIECE_CHARS:
            yield piece
            piece = ""
    yield f"{piece}],{rest.model_dump_json(exclude={'items'})[1:]}"


def _cursor(last: Listed) -> str:
    thread = last.thread
    return _CURSORS.write(Place(thread.pinned, thread.updated_at, thread.id))


def _named(title: str, extension: str) -> dict[str, str]:
    name = " ".join(re.sub(r'[\\/:*?"<>|\x00-\x1f]+', " ", title).split()).strip(".")[:80] or "chat"
    plain = re.sub(r"[^A-Za-z0-9 ._-]+", "_", name)
    return {
        "Content-Disposition": f'attachment; filename="{plain}.{extension}"; '
        f"filename*=UTF-8''{quote(f'{name}.{extension}', safe='')}"
    }
