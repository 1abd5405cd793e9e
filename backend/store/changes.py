"""What other processes have written of the tables that this one remembers rows of.

Triggers of the database count how often each of these tables was written to, and the counts are looked
at once a second. With SQLite nobody else writes, and nothing is looked at.
"""

import asyncio
import logging
from collections.abc import Callable
from inspect import isawaitable
from typing import Final

from sqlalchemy import Table, select

from backend.domain.errors import AppError, StoreUnavailable
from backend.store import schema
from backend.store.database import Database

log = logging.getLogger(__name__)

LOOK_S: Final = 0.5


class Changes:
    """`open` it before any of these rows are read, then `follow` for as long as the server runs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._heard: dict[str, list[Callable[[], object]]] = {}
        self._seen: dict[str, int] = {}
        self._hint = asyncio.Event()

    def on(self, table: Table, forget: Callable[[], object]) -> None:
        """Have `forget` called, and awaited if it is a coroutine, after every change of a table, our own
        included. Where it raises `StoreUnavailable` it is called again later."""
        self._heard.setdefault(table.name, []).append(forget)

    async def open(self) -> None:
        """Raises `StoreUnavailable`."""
        if self._database.dialect.is_shared:
            self._seen = await self._versions()

    def hint(self) -> None:
        """Look at once."""
        self._hint.set()

    async def follow(self) -> None:
        """Runs for ever, where there is anything to follow."""
        while self._database.dialect.is_shared:
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._hint.wait()
            except TimeoutError:
                pass
            self._hint.clear()
            try:
                await self._look()
            except StoreUnavailable as error:
                log.debug("Changes of other processes are not seen: %s", error.message)

    async def _look(self) -> None:
        for table, version in (await self._versions()).items():
            if self._seen.get(table) != version:
                for forget in self._heard.get(table, ()):
                    await _call(forget)
                self._seen[table] = version

    async def _versions(self) -> dict[str, int]:
        async with self._database.read() as connection:
            rows = await connection.execute(select(schema.changes))
            return {row.subject: row.version for row in rows}


async def _call(forget: Callable[[], object]) -> None:
    try:
        if isawaitable(forgotten := forget()):
            await forgotten
    except StoreUnavailable:
        raise
    except AppError as error:
        # Of what cannot be used here, such as settings of a newer version, the former stays in force.
        log.error("What another process has changed is not taken over: %s", error.message)
