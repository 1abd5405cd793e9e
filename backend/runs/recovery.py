"""After a crash: what was stored of unfinished runs is put together, and they are ended."""

import logging

from backend.runs.endings import close_run, interrupted
from backend.store.store import Store
from backend.store.writer import Writer
from backend.threads.live import LiveThread
from backend.threads.transcript import Gap, Transcript

log = logging.getLogger(__name__)


async def end_unfinished_runs(store: Store, writer: Writer) -> int:
    """End every run that a former process left, keeping all its text; answers how many."""
    runs = await store.unfinished_runs()
    for run in runs:
        stored = await store.thread(run.thread_id)
        if stored is None:
            continue
        transcript = Transcript.of(stored.seq, stored.thread, stored.items, stored.runs)
        for delta in await store.deltas(run.thread_id):
            try:
                transcript.reduce(delta)
            except Gap as gap:
                log.warning("A piece of %s is missing: %s", delta.item_id, gap)
        close_run(LiveThread(stored.owner, transcript, writer), run, interrupted())
        await writer.flush()
    return len(runs)
