"""After a crash: unfinished runs are put together from what was stored, then picked up or ended."""

import logging
from typing import NamedTuple

from backend.domain.transcript import Gap, Transcript
from backend.live.live import LiveThread
from backend.live.registry import Threads
from backend.runs.endings import close_run, interrupted
from backend.runs.runs import Runs
from backend.store.store import Store
from backend.store.threads import StoredThread
from backend.store.writer import Writer

log = logging.getLogger(__name__)


class Recovered(NamedTuple):
    """How many runs of a former process."""

    resumed: int
    """They may still turn out to be lost."""
    interrupted: int


async def recover(store: Store, writer: Writer, threads: Threads, runs: Runs) -> Recovered:
    """Reconcile every run that a former process left, keeping all its text."""
    resumed = ended = 0
    for run, remote in await store.threads.unfinished_runs():
        stored = await store.threads.get(run.thread_id)
        if stored is None:
            continue
        transcript = await _put_together(store, stored)
        live = LiveThread(stored.owner, transcript, writer)
        if remote is None or stored.deleted:
            close_run(live, run, interrupted())
            await writer.flush()
            ended += 1
        else:
            # Its journal ends here, so that the numbers of a later one cannot meet it.
            await store.threads.settle(live.id, live.open_items(run.id))
            threads.keep(live)
            runs.resume(live, run, remote)
            resumed += 1
    return Recovered(resumed, ended)


async def _put_together(store: Store, stored: StoredThread) -> Transcript:
    transcript = stored.transcript()
    for delta in await store.threads.deltas(stored.thread.id):
        try:
            transcript.reduce(delta)
        except Gap as gap:
            log.warning("A piece of %s is missing: %s", delta.item_id, gap)
    return transcript
