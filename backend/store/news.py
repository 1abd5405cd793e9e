"""News for all processes: small things that happened, each told by a topic and what it is about.

It is told after the commit that it speaks of, in a transaction of its own: inside the other one it
would take a lock of the whole database. News may be lost, with its connection say. So whoever listens
also looks each second, and losing one costs a second and nothing else.
"""

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from backend.domain.errors import StoreUnavailable
from backend.store.database import Database
from backend.waiting import cancel

if TYPE_CHECKING:
    from psycopg import AsyncConnection

log = logging.getLogger(__name__)

CHANNEL: Final = "runstream"
RECONNECT_S: Final = 1.0
CHECK_S: Final = 5.0
"""How often a connection is asked whether it is still there."""

Listener = Callable[[str], None]
"""Called with what a piece of news is about. Must not raise."""


class News:
    """With SQLite there is one process, which is told at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: dict[str, list[Listener]] = defaultdict(list)
        self._task: asyncio.Task[None] | None = None

    def on(self, topic: str, listener: Listener) -> None:
        self._listeners[topic].append(listener)

    async def tell(self, topic: str, about: str = "") -> None:
        """Tell all processes, this one among them. What cannot be told is lost."""
        if not self._database.dialect.is_shared:
            self._hear(topic, about)
            return
        told = select(func.pg_notify(CHANNEL, json.dumps([topic, about])))
        try:
            await self._database.execute(told)
        except StoreUnavailable as error:
            log.info("News of %s are lost: %s", topic, error)

    async def open(self) -> None:
        if self._database.dialect.is_shared:
            self._task = asyncio.create_task(self._listen_for_ever(), name="news")

    async def close(self) -> None:
        if self._task is not None:
            await cancel((self._task,))
            self._task = None

    async def _listen_for_ever(self) -> None:
        from psycopg import Error

        while True:
            try:
                async with await self._database.own_connection() as connection:
                    await self._listen(connection)
            except (Error, OSError) as error:
                log.info("News are lost for a second: %s", error)
            await asyncio.sleep(RECONNECT_S)

    async def _listen(self, connection: "AsyncConnection") -> None:
        await connection.execute(f"LISTEN {CHANNEL}")
        while True:
            async for each in connection.notifies(timeout=CHECK_S):
                with suppress(ValueError):
                    self._hear(*json.loads(each.payload))
            await connection.execute("SELECT 1")

    def _hear(self, topic: str, about: str) -> None:
        for listener in tuple(self._listeners[topic]):
            listener(about)
