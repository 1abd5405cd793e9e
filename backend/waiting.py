"""Waiting for what can only be asked about, for tasks to end, and for work that must not stop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


async def poll(
    ask: Callable[[], Awaitable[T | None]],
    *,
    within_s: float,
    first_pause_s: float,
    longest_pause_s: float,
) -> T:
    """Returns the first result of `ask` that is not None. Raises `TimeoutError`.

    The pause between two questions doubles until it is `longest_pause_s`.
    """
    pause_s = first_pause_s
    async with asyncio.timeout(within_s):
        while (result := await ask()) is None:
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, longest_pause_s)
    return result


async def cancel(tasks: Iterable[asyncio.Future[Any]]) -> None:
    """Cancel the tasks and wait until all have ended, however they end."""
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def finish(work: Coroutine[Any, Any, None]) -> None:
    """Do the work to its end, however often this task is cancelled meanwhile; that is raised then."""
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as again:
            cancelled = again
    if cancelled is not None:
        raise cancelled
    task.result()


class Detached:
    """Work that goes on when its caller is cancelled."""

    def __init__(self, *refusals: type[Exception]) -> None:
        """`refusals` are the errors that are no fault, and of interest to the caller alone."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._refusals = refusals

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work in a task of its own and return its result.

        Once the caller is cancelled nobody hears of a refusal, and any other error is logged.
        """
        task = self.start(work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(self._log_fault)
            raise

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin the work; nobody needs to wait for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def join(self) -> None:
        """Wait until all of it has ended."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _log_fault(self, task: asyncio.Task[Any]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, self._refusals):
            log.error("Work failed whose caller was gone", exc_info=error)
