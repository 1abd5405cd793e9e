"""Texts by name that several processes have in common: their settings, and what is secret."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, Select, Table, delete, func, select, text

from backend.domain.errors import ChangedMeanwhile
from backend.store import schema
from backend.store.database import Database
from backend.store.upserts import Upserts

Texts = Mapping[str, str | None]
"""None for what is kept nowhere, whatever a process has of its own."""


class Read(NamedTuple):
    texts: Texts
    version: int


class SharedTexts:
    """Those of one table. Raises `StoreUnavailable`. Not for SQLite, which has no such tables."""

    def __init__(self, database: Database, upsert: Upserts, table: Table) -> None:
        self._database = database
        self._upsert = upsert
        self._table = table

    async def are_there(self) -> bool:
        """Whether a server of this version has ever used the database."""
        if not self._database.dialect.is_shared:
            return False
        async with self._database.read() as connection:
            return await connection.scalar(select(func.to_regclass(self._table.name))) is not None

    async def read(self) -> Read:
        async with self._database.read() as connection:
            rows = (await connection.execute(select(self._table))).all()
            version = await connection.scalar(self._version())
        return Read({row.name: row.value for row in rows}, version or 0)

    async def write(self, texts: Texts, version: int) -> None:
        """Raises `ChangedMeanwhile` where that is not the version any more; then nothing changes."""

        def work(connection: Connection) -> None:
            self._lock(connection)
            if (connection.execute(self._version()).scalar() or 0) != version:
                raise ChangedMeanwhile
            self._put(connection, texts)

        await self._database.transaction(work)

    def one(self, name: str) -> "SharedText":
        return SharedText(self, name)

    async def change(self, name: str, changed: Callable[[str | None], str | None]) -> None:
        """Replace a text by what `changed` returns of it, None to remove it, with nobody else writing
        meanwhile. Raises what it raises; then nothing changes."""
        wanted = select(self._table.c.value).where(self._table.c.name == name)

        def work(connection: Connection) -> None:
            self._lock(connection)
            before = connection.scalar(wanted)
            after = changed(before)
            if after is None:
                connection.execute(delete(self._table).where(self._table.c.name == name))
            elif after != before:
                self._put(connection, {name: after})

        await self._database.transaction(work)

    def _lock(self, connection: Connection) -> None:
        connection.execute(text(f"LOCK TABLE {self._table.name} IN SHARE ROW EXCLUSIVE MODE"))

    def _put(self, connection: Connection, texts: Texts) -> None:
        rows = [{"name": name, "value": value} for name, value in texts.items()]
        self._upsert(connection, self._table, rows)

    def _version(self) -> Select[int]:
        return select(schema.changes.c.version).where(schema.changes.c.subject == self._table.name)


class SharedText:
    """One of them. Raises `StoreUnavailable`."""

    def __init__(self, texts: SharedTexts, name: str) -> None:
        self._texts = texts
        self._name = name

    async def read(self) -> str | None:
        return (await self._texts.read()).texts.get(self._name)

    async def change(self, changed: Callable[[str | None], str]) -> None:
        """See `SharedTexts.change`."""
        await self._texts.change(self._name, changed)
