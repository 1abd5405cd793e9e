"""The worker that indexes files in the background until each is completed or failed."""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from backend.domain.errors import AppError, StoreUnavailable, UpstreamMisconfigured
from backend.domain.file import StoredFile
from backend.domain.file_types import is_searchable
from backend.domain.ids import FileId
from backend.files.files import Files
from backend.knowledge.file_index import FileIndex
from backend.store.files import CLAIM_S
from backend.waiting import cancel

log = logging.getLogger(__name__)

PAUSES_S: Final = (1.0, 4.0, 15.0, 60.0)
"""Pauses before each new attempt after a retryable error."""

CONCURRENCY: Final = 4
RENEW_S: Final = CLAIM_S / 6
LOOK_S: Final = 1.0
"""How often files are looked for that another process was given, or has left."""

UpstreamIndex = Callable[[], Awaitable[FileIndex | None]]
"""Returns the index of the upstream in use, or None if files are searched here.

Raises `UpstreamError`.
"""


class IngestWorker:
    """Indexes attachments here, and knowledge where the upstream in use searches it."""

    def __init__(self, files: Files, local: FileIndex, at_upstream: UpstreamIndex) -> None:
        self._files = files
        self._rows = files.rows
        self._local = local
        self._at_upstream = at_upstream
        self._name = secrets.token_hex(6)
        self._renewed_at = 0.0
        self._working: dict[FileId, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Work until cancelled. Files that are then unfinished are indexed by another process, or after
        the next start."""
        look_s = LOOK_S if self._rows.are_shared else None
        try:
            while True:
                self._files.added.clear()
                await self._begin()
                with suppress(TimeoutError):
                    async with asyncio.timeout(look_s):
                        await self._files.added.wait()
        finally:
            await cancel(self._working.values())
            with suppress(StoreUnavailable):
                await self._rows.give_back(self._name)

    async def retry(self, file: StoredFile) -> StoredFile:
        """Index a document again, where files of its purpose are indexed now."""
        if not is_searchable(file.name, file.media_type):
            return file
        await self._stop(file.id)
        again = replace(file, status="in_progress", error=None, note=None)
        await self._rows.set_status(
            file.id, "in_progress", place=file.place, base_url=file.base_url
        )
        self._files.added.set()
        return again

    async def delete(self, file: StoredFile) -> None:
        """Delete a file here and at the upstream in use. Copies at other upstreams stay.

        Raises `UpstreamError`, and then the file is kept here too.
        """
        await self._stop(file.id)
        if await self._rows.has_copies(file.id) and (upstream := await self._upstream()):
            await upstream.remove(file)
        await self._files.delete((file,))
        await self._local.remove(file)

    async def delete_all(self) -> int:
        """Delete all knowledge files and return their number.

        Raises as `delete` does; the files before that one are gone.
        """
        deleted = 0
        while found := await self._rows.page("knowledge", None, 50):
            for file in found:
                await self.delete(file)
                deleted += 1
        return deleted

    async def _upstream(self) -> FileIndex | None:
        """Returns the index of the upstream, or None if there is none or no upstream is set up."""
        try:
            return await self._at_upstream()
        except UpstreamMisconfigured:
            return None

    async def _begin(self) -> None:
        try:
            await self._renew()
            free = CONCURRENCY - len(self._working)
            waiting = await self._rows.take(self._name, free, tuple(self._working)) if free else []
        except StoreUnavailable as error:
            log.warning("Files wait: %s", error)
            asyncio.get_running_loop().call_later(PAUSES_S[0], self._files.added.set)
            return
        for file in waiting:
            task = asyncio.create_task(self._index(file), name=file.id)
            self._working[file.id] = task
            task.add_done_callback(self._forget)

    async def _renew(self) -> None:
        """Keep others from the files at work, and leave those that others have by now."""
        now = time.monotonic()
        if not self._rows.are_shared or now - self._renewed_at < RENEW_S:
            return
        mine = await self._rows.renew(self._name, tuple(self._working)) if self._working else set()
        self._renewed_at = now
        await cancel([task for file_id, task in self._working.items() if file_id not in mine])

    def _forget(self, task: asyncio.Task[None]) -> None:
        del self._working[FileId(task.get_name())]
        self._files.added.set()

    async def _stop(self, file_id: FileId) -> None:
        task = self._working.get(file_id)
        if task is not None:
            await cancel([task])

    async def _index(self, file: StoredFile) -> None:
        index = self._local
        error: str | None = None
        note: str | None = None
        try:
            index, note = await self._index_with_retries(file)
        except AppError as refused:
            error = refused.message
        except Exception:
            log.exception("Indexing %s failed", file.id)
            error = "Something went wrong on this server. Its log says what."
        try:
            await self._rows.set_status(
                file.id,
                "completed" if error is None else "failed",
                error,
                note=note,
                place=index.place,
                base_url=index.base_url,
                taken_by=self._name,
            )
        except StoreUnavailable as unavailable:
            log.warning("%s is indexed again: %s", file.id, unavailable)

    async def _index_with_retries(self, file: StoredFile) -> tuple[FileIndex, str | None]:
        """Index the file. Returns the index that did it, and its note on the file."""
        for pause_s in PAUSES_S:
            try:
                return await self._index_once(file)
            except AppError as error:
                if not error.retryable:
                    raise
                log.info("Indexing %s again in %g s: %s", file.id, pause_s, error)
            await asyncio.sleep(pause_s)
        return await self._index_once(file)

    async def _index_once(self, file: StoredFile) -> tuple[FileIndex, str | None]:
        remote = await self._at_upstream() if file.purpose == "knowledge" else None
        index = remote or self._local
        return index, await index.index(file)
