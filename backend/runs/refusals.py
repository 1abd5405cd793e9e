"""A thread whose changes the store refuses goes back to what is stored, and its run ends."""

import logging

from backend.domain.ids import ThreadId
from backend.live.registry import Threads
from backend.live.thread_log import ThreadLog
from backend.runs.active import ActiveRuns
from backend.runs.endings import close_run, not_stored
from backend.store.store import Store
from backend.store.writer import Writer
from backend.waiting import Detached

log = logging.getLogger(__name__)


class Refusals:
    """Handles one refusal per thread at a time."""

    def __init__(self, store: Store, writer: Writer, threads: Threads, active: ActiveRuns) -> None:
        self._store = store
        self._writer = writer
        self._threads = threads
        self._active = active
        self._handling: set[ThreadId] = set()
        self._tasks = Detached()
        writer.on_refusal = self._refused

    async def close(self) -> None:
        await self._tasks.join()

    def _refused(self, thread_id: ThreadId) -> None:
        live = self._threads.find(thread_id)
        if live is not None and thread_id not in self._handling:
            self._handling.add(thread_id)
            self._tasks.start(self._handle(live))

    async def _handle(self, live: ThreadLog) -> None:
        try:
            async with live.lock:
                await self._restore(live)
        except Exception:
            log.exception("The thread %s cannot be put back as it is stored", live.id)
        finally:
            self._handling.discard(live.id)

    async def _restore(self, live: ThreadLog) -> None:
        if live.active_run is not None:
            await self._active.end(live.active_run.id, not_stored())
        # What the run recorded to the last may be refused as well.
        await self._writer.flush()
        stored = await self._store.threads.get(live.id)
        if stored is None:
            return
        live.replace(await self._store.threads.with_journal(stored))
        run = live.active_run
        if run is not None:
            close_run(live, run, not_stored())
        await self._writer.flush()
