"""Work that goes on as long as the server does, and is started again when it dies."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from backend.domain.errors import AppError
from backend.waiting import cancel

log = logging.getLogger(__name__)

LONGEST_PAUSE_S = 60.0
STEADY_S = 10.0
"""Work that has lived this long after it was started again is well."""

Work = Callable[[], Coroutine[Any, Any, None]]


class Background:
    """Supervises work by name. Work that returns is done; work that raises has died."""

    def __init__(self, first_pause_s: float = 1.0) -> None:
        self._first_pause_s = first_pause_s
        self._tasks: list[asyncio.Task[None]] = []
        self._dead: dict[str, str] = {}

    @property
    def problem(self) -> str | None:
        """What died and why, in a sentence; None while all is well."""
        if not self._dead:
            return None
        dead = ", ".join(f"{name}: {reason}" for name, reason in self._dead.items())
        return f"Background work died ({dead}) and is started again. The log says more."

    def start(self, name: str, work: Work) -> None:
        self._tasks.append(asyncio.create_task(self._supervise(name, work), name=name))

    async def close(self) -> None:
        """Cancel all work and wait for its end."""
        await cancel(self._tasks)

    async def _supervise(self, name: str, work: Work) -> None:
        loop = asyncio.get_running_loop()
        pause_s = self._first_pause_s
        while True:
            began = loop.time()
            steady = loop.call_later(STEADY_S, self._dead.pop, name, None)
            try:
                await work()
            except Exception as error:
                log.critical("The background task %r died", name, exc_info=error)
                self._dead[name] = (
                    str(error) if isinstance(error, AppError) else type(error).__name__
                )
            else:
                self._dead.pop(name, None)
                return
            finally:
                steady.cancel()
            if loop.time() - began >= STEADY_S:
                pause_s = self._first_pause_s
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
