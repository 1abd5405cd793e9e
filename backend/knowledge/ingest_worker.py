"""Files are taken in behind the scenes, each by its host, until they are completed or failed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from backend.domain.errors import AppError, StoreUnavailable, UpstreamMisconfigured
from backend.domain.file import StoredFile
from backend.domain.file_types import is_searchable
from backend.domain.ids import FileId
from backend.files.files import SWEEP_INTERVAL_S, Files
from backend.knowledge.file_index import FileIndex

log = logging.getLogger(__name__)

PAUSES_S: Final = (1.0, 4.0, 15.0, 60.0)
"""Before a file is tried again whose host said that this may help."""

AT_ONCE: Final = 4

UpstreamIndex = Callable[[], Awaitable[FileIndex | None]]
"""The upstream in use, where it searches files itself. Raises `UpstreamError`."""


class IngestWorker:
    """New knowledge goes where the upstream in use searches it; attachments are searched here."""

    def __init__(self, files: Files, here: FileIndex, at_upstream: UpstreamIndex) -> None:
        self._files = files
        self._rows = files.rows
        self._here = here
        self._at_upstream = at_upstream
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._working: dict[FileId, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """For ever; what is cancelled in the middle goes on at the next start."""
        sweeping = asyncio.create_task(self._sweep(), name="file sweep")
        try:
            while True:
                self._files.added.clear()
                await self._begin()
                await self._files.added.wait()
        finally:
            tasks = [sweeping, *self._working.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def retry(self, file: StoredFile) -> StoredFile:
        """Take a document in again, where files of its purpose belong now."""
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
        """Here, and at the upstream in use; copies at another one are out of reach.

        Raises `UpstreamError`, and then the file stays.
        """
        await self._stop(file.id)
        await self._here.remove(file)
        if await self._rows.has_copies(file.id) and (upstream := await self._upstream()):
            await upstream.remove(file)
        await self._files.delete((file,))

    async def delete_all(self) -> int:
        """Every knowledge file; how many they were. Raises as `delete` does, part done."""
        deleted = 0
        while found := await self._rows.page("knowledge", None, 50):
            for file in found:
                await self.delete(file)
                deleted += 1
        return deleted

    async def _upstream(self) -> FileIndex | None:
        """None also where no upstream is set up."""
        try:
            return await self._at_upstream()
        except UpstreamMisconfigured:
            return None

    async def _begin(self) -> None:
        try:
            waiting = await self._rows.in_progress()
        except StoreUnavailable as error:
            log.warning("Files wait: %s", error)
            asyncio.get_running_loop().call_later(PAUSES_S[0], self._files.added.set)
            return
        for file in waiting:
            if file.id not in self._working:
                task = asyncio.create_task(self._index(file), name=file.id)
                self._working[file.id] = task
                task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        del self._working[FileId(task.get_name())]

    async def _stop(self, file_id: FileId) -> None:
        task = self._working.get(file_id)
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _index(self, file: StoredFile) -> None:
        host = self._here
        error: str | None = None
        note: str | None = None
        try:
            async with self._slots:
                host, note = await self._persistently(file)
        except AppError as refused:
            error = refused.message
        except Exception:
            log.exception("Taking in %s failed", file.id)
            error = "Something went wrong on this server. Its log says what."
        try:
            await self._rows.set_status(
                file.id,
                "completed" if error is None else "failed",
                error,
                note=note,
                place=host.place,
                base_url=host.base_url,
            )
        except StoreUnavailable as unavailable:
            log.warning("%s is taken in again at the next start: %s", file.id, unavailable)

    async def _persistently(self, file: StoredFile) -> tuple[FileIndex, str | None]:
        """Have the file taken in, and tell by whom, and what there is to say about it."""
        for pause_s in PAUSES_S:
            try:
                return await self._taken_in(file)
            except AppError as error:
                if not error.retryable:
                    raise
                log.info("Taking in %s again in %g s: %s", file.id, pause_s, error)
            await asyncio.sleep(pause_s)
        return await self._taken_in(file)

    async def _taken_in(self, file: StoredFile) -> tuple[FileIndex, str | None]:
        host = await self._at_upstream() if file.purpose == "knowledge" else None
        host = host or self._here
        return host, await host.index(file)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_INTERVAL_S)
            try:
                await self._files.sweep()
            except (StoreUnavailable, OSError) as error:
                log.warning("Files were not swept: %s", error)
