"""Looks whether a thread is still at home where it was: told by news, and every second.

A process that is stopped, or cut off, keeps its connections open: only the database knows.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Final, TypeVar

from backend.domain.errors import StoreUnavailable
from backend.domain.ids import ThreadId
from backend.waiting import cancel

T = TypeVar("T")

LOOK_S: Final = 1.0

Where = Callable[[ThreadId], Awaitable[str | None]]
"""Returns the address of the other process that is at home there now."""


class Lookout:
    def __init__(self, where: Where) -> None:
        self._where = where
        self._watched: dict[ThreadId, dict[asyncio.Event, str]] = {}
        """By thread what is set once its home is not at this address."""
        self._news = asyncio.Event()

    async def while_there(
        self, thread_id: ThreadId, address: str, work: Coroutine[Any, Any, T]
    ) -> T | None:
        """Returns what the work does, or None if the thread's home has moved before."""
        moved = asyncio.Event()
        watched = self._watched.setdefault(thread_id, {})
        watched[moved] = address
        working, waiting = asyncio.create_task(work), asyncio.create_task(moved.wait())
        try:
            await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
            return working.result() if working.done() else None
        finally:
            del watched[moved]
            if not watched:
                self._watched.pop(thread_id, None)
            await cancel((working, waiting))

    def look(self) -> None:
        """There is news of a home: look at once."""
        self._news.set()

    async def follow(self) -> None:
        """Look for ever."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._news.wait()
            self._news.clear()
            for thread_id in tuple(self._watched):
                # Who cannot ask stays: the database may be away for all.
                with suppress(StoreUnavailable):
                    await self._look_at(thread_id)

    async def _look_at(self, thread_id: ThreadId) -> None:
        address = await self._where(thread_id)
        for moved, expected in self._watched.get(thread_id, {}).items():
            if expected != address:
                moved.set()
