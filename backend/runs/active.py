"""The active runs of this process: each has its own task, owned here and by nobody's socket."""

import asyncio

from backend.domain.ids import RunId
from backend.domain.items import TERMINAL_STATUSES
from backend.runs.endings import interrupted, stopped
from backend.runs.run import RunTask


class ActiveRuns:
    """The running tasks by run id."""

    def __init__(self) -> None:
        self._tasks: dict[RunId, tuple[RunTask, asyncio.Task[None]]] = {}

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: RunTask) -> asyncio.Task[None]:
        task = asyncio.create_task(work.execute(), name=work.run.id)
        self._tasks[work.run.id] = (work, task)
        task.add_done_callback(lambda _: self._ended(work))
        return task

    def stop(self, run_id: RunId) -> None:
        """Stop a run because the user asked to. Does nothing if the run has ended."""
        if run_id in self._tasks:
            work, task = self._tasks[run_id]
            if not work.stopped:
                work.stopped = True
                task.cancel()

    async def close(self, grace_s: float) -> None:
        """Wait `grace_s` seconds for all runs to end, then interrupt the rest."""
        tasks = [task for _, task in self._tasks.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, work: RunTask) -> None:
        del self._tasks[work.run.id]
        # A task that is cancelled before its first step runs no code, so it told no ending.
        if work.run.status not in TERMINAL_STATUSES:
            work.finish(stopped() if work.stopped else interrupted())
