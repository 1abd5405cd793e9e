"""Worker threads for sync functions: limited in number, and no obstacle to the server's exit."""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Workers:
    """Runs sync callables, each in a daemon thread of its own, at most `limit` at a time.

    `ThreadPoolExecutor` and `asyncio.to_thread` join their threads at exit, so a function that
    hangs would keep the process from ending. Here it only occupies its place.
    """

    def __init__(self, limit: int) -> None:
        self._free = asyncio.Semaphore(limit)

    async def run(self, work: Callable[[], T], name: str) -> T:
        """Returns or raises what `work` does. Cancelling ends the waiting, not the thread.

        `SystemExit` and the like are raised as `RuntimeError`, since they end only the thread.
        """
        await self._free.acquire()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[tuple[T | None, Exception | None]] = loop.create_future()

        def finish(outcome: tuple[T | None, Exception | None]) -> None:
            self._free.release()
            if not answer.done():
                answer.set_result(outcome)

        def target() -> None:
            outcome: tuple[T | None, Exception | None]
            try:
                outcome = (context.run(work), None)
            except Exception as error:
                outcome = (None, error)
            except BaseException as error:
                outcome = (None, RuntimeError(repr(error)))
            if not loop.is_closed():
                loop.call_soon_threadsafe(finish, outcome)

        context = contextvars.copy_context()
        threading.Thread(target=target, name=f"function {name}", daemon=True).start()
        value, error = await answer
        if error is not None:
            raise error
        result: Any = value
        return result  # type: ignore[no-any-return]
