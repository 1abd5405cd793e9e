"""Recovers the runs that an earlier process left: resumes them or ends them as interrupted."""

import logging
from typing import NamedTuple

from backend.live.registry import Threads
from backend.live.thread_log import ThreadLog
from backend.runs.endings import close_run, interrupted
from backend.runs.runs import Runs
from backend.runs.state import load_state
from backend.store.store import Store
from backend.store.threads import StoredThread, UnfinishedRun
from backend.store.writer import Writer

log = logging.getLogger(__name__)


class Recovered(NamedTuple):
    """The number of runs that an earlier process left."""

    resumed: int
    """These may still fail to resume."""
    interrupted: int


class Recovery:
    """Resumes or ends unfinished runs, keeping all their text. Those that wait for somebody wait on,
    but for what the earlier process kept open."""

    def __init__(self, store: Store, writer: Writer, threads: Threads, runs: Runs) -> None:
        self._store = store
        self._writer = writer
        self._threads = threads
        self._runs = runs

    async def all(self) -> Recovered:
        """Those of every thread."""
        resumed = ended = 0
        for unfinished in await self._store.threads.unfinished_runs():
            stored = await self._store.threads.get(unfinished.run.thread_id)
            if stored is None:
                continue
            if await self._recover(stored, unfinished):
                resumed += 1
            else:
                ended += 1
        await self._runs.waiting.let_go()
        return Recovered(resumed, ended)

    async def thread(self, stored: StoredThread) -> None:
        """The active run of a thread, which is at home here since a moment."""
        run = stored.transcript().active_run
        unfinished = await self._store.threads.unfinished_run(run.id) if run is not None else None
        if unfinished is not None:
            resumed = await self._recover(stored, unfinished)
            log.warning(
                "The process of run %s is gone: it %s",
                unfinished.run.id,
                "goes on here" if resumed else "has ended",
            )

    async def held(self, live: ThreadLog) -> None:
        await self._runs.waiting.let_go_of(live)

    async def _recover(self, stored: StoredThread, unfinished: UnfinishedRun) -> bool:
        """Returns False where the run has ended."""
        run = unfinished.run
        state = load_state(unfinished.state, unfinished.rounds)
        transcript = await self._store.threads.with_journal(stored)
        live = ThreadLog(stored.owner, transcript, self._writer)
        if state is None or stored.deleted:
            close_run(live, run, interrupted())
            await self._writer.flush()
            return False
        # The journal is settled so that its numbers do not clash with those of new deltas.
        await self._store.threads.settle(live.id, live.open_items(run.id))
        self._threads.keep(live)
        self._runs.active.start(run, live, state)
        return True
