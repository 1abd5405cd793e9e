"""The active runs of this process: each has its own task, owned here and by nobody's socket."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from backend.domain.errors import AppError
from backend.domain.ids import RunId
from backend.domain.items import Run
from backend.live.thread_log import ThreadLog
from backend.runs.deps import RunDeps
from backend.runs.driver import RunDriver
from backend.runs.endings import stopped
from backend.runs.state import RunState
from backend.upstreams.events import RunEnded


class TooManyRuns(AppError):
    code = "too_many_runs"
    status = 503
    retryable = True


class ActiveRuns:
    """The running tasks by run id."""

    def __init__(self, deps: Callable[[], RunDeps], ended: Callable[[ThreadLog], None]) -> None:
        """`deps` returns what a run that starts now needs. `ended` is called after each."""
        self._deps = deps
        self._tell_ended = ended
        self._tasks: dict[RunId, tuple[RunDriver, asyncio.Task[None]]] = {}
        self._reserved = 0
        self._lost: set[asyncio.Task[None]] = set()
        """Those that are about to end without a word."""

    def check_room(self) -> None:
        """Raises `TooManyRuns` where no run can be started now."""
        if self.room <= 0:
            raise TooManyRuns("The server is busy with other runs. Send again in a moment.")

    @contextmanager
    def reserved(self) -> Iterator[None]:
        """Count a run that is about to start."""
        self._reserved += 1
        try:
            yield
        finally:
            self._reserved -= 1

    def start(self, run: Run, live: ThreadLog, state: RunState) -> None:
        """Work on a run, wherever it stands."""
        driver = RunDriver(run, live, state, self._deps())
        task = asyncio.create_task(driver.drive(), name=run.id)
        self._tasks[run.id] = (driver, task)
        task.add_done_callback(lambda task: self._ended(driver, task))
        task.add_done_callback(lambda _: None if driver.lost else self._tell_ended(live))

    def upstreams(self) -> Counter[str]:
        """How many runs each upstream answers now."""
        return Counter(driver.run.upstream for driver, _ in self._tasks.values())

    def go_on(self, run_id: RunId) -> None:
        """Have a run begin what was allowed. Does nothing if the run has parked."""
        if run_id in self._tasks:
            self._tasks[run_id][0].go_on()

    async def let_go(self, run_id: RunId) -> None:
        """Wait until a run that parks has no task any more."""
        if run_id in self._tasks:
            await asyncio.wait((self._tasks[run_id][1],))

    def ask_to_stop(self, run_id: RunId) -> None:
        """Store that the user wants the run to stop. Does nothing if the run has ended."""
        if run_id in self._tasks:
            self._tasks[run_id][0].ask_to_stop()

    def stop(self, run_id: RunId) -> None:
        """Stop a run because the user asked to. Does nothing if the run has ended."""
        self._cancel(run_id, stopped())

    async def end(self, run_id: RunId, ended: RunEnded) -> None:
        """End a run in this way, and wait until it has. Does nothing if the run has ended."""
        task = self._cancel(run_id, ended)
        if task is not None:
            await asyncio.wait((task,))

    def lose(self, run_id: RunId) -> None:
        """Stop without a word: another process works on the run by now."""
        if run_id in self._tasks:
            driver, task = self._tasks.pop(run_id)
            driver.lost = True
            task.cancel()
            self._lost.add(task)
            task.add_done_callback(self._lost.discard)

    @property
    def room(self) -> int:
        """How many more runs can be started now."""
        limit = self._deps().settings.max_active_runs
        return limit - len(self._tasks) - self._reserved

    def _cancel(self, run_id: RunId, ended: RunEnded) -> asyncio.Task[None] | None:
        if run_id not in self._tasks:
            return None
        driver, task = self._tasks[run_id]
        if driver.stopped is None:
            driver.stopped = ended
            task.cancel()
        return task

    async def close(self, grace_s: float) -> None:
        """Wait `grace_s` seconds for all runs to end, then let go of the rest."""
        tasks = [task for _, task in self._tasks.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*self._lost, return_exceptions=True)

    def _ended(self, driver: RunDriver, task: asyncio.Task[None]) -> None:
        if not driver.lost:
            del self._tasks[driver.run.id]
        # A task that is cancelled before its first step runs no code, so it told no ending.
        if not driver.began:
            driver.abandon()
        elif not (task.cancelled() and task.cancelling()):
            driver.conclude(None if task.cancelled() else task.exception())
