"""Recovers the runs that an earlier process left: resumes them or ends them as interrupted."""

import logging
from typing import NamedTuple

from backend.live.registry import Threads
from backend.live.thread_log import ThreadLog
from backend.runs.endings import close_run, interrupted
from backend.runs.runs import Runs
from backend.runs.state import load_state
from backend.store.store import Store
from backend.store.writer import Writer

log = logging.getLogger(__name__)


class Recovered(NamedTuple):
    """The number of runs that an earlier process left."""

    resumed: int
    """These may still fail to resume."""
    interrupted: int


async def recover(store: Store, writer: Writer, threads: Threads, runs: Runs) -> Recovered:
    """Resume or end every unfinished run, keeping all its text. Those that wait for somebody wait on,
    but for what the earlier process kept open."""
    resumed = ended = 0
    for run, stored_state, rounds in await store.threads.unfinished_runs():
        stored = await store.threads.get(run.thread_id)
        if stored is None:
            continue
        state = load_state(stored_state, rounds)
        transcript = await store.threads.with_journal(stored)
        live = ThreadLog(stored.owner, transcript, writer)
        if state is None or stored.deleted:
            close_run(live, run, interrupted())
            await writer.flush()
            ended += 1
        else:
            # The journal is settled so that its numbers do not clash with those of new deltas.
            await store.threads.settle(live.id, live.open_items(run.id))
            threads.keep(live)
            runs.active.start(run, live, state)
            resumed += 1
    await runs.waiting.let_go()
    return Recovered(resumed, ended)
