"""Lists, searches, hides and deletes the threads of an owner."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from unicodedata import east_asian_width

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.domain.events import Thread
from backend.domain.ids import OwnerId, ThreadId
from backend.domain.items import PARKED, RunStatus
from backend.store.database import Database
from backend.store.rows import thread_of, thread_row
from backend.store.schema import IS_ACTIVE, commands, homes, runs, texts, threads, tool_policies
from backend.store.snippet import search_words, snippet

# Built once: that takes as long as to execute it.
_ACTIVE: Final = select(runs.c.thread_id, runs.c.status).where(
    IS_ACTIVE, runs.c.thread_id.in_(bindparam("ids", expanding=True))
)


class Place(NamedTuple):
    """Where a page of the list ends."""

    pinned: bool
    updated_at: float
    id: ThreadId


LOOKED_THROUGH: Final = 300_000
"""Characters of a text that are looked through for what is shown of it."""


class Listed(NamedTuple):
    thread: Thread
    snippet: str | None = None
    """An excerpt of the text that a search found, with each match between U+E000 and U+E001."""
    status: RunStatus | None = None
    """That of its active run, whichever process works on it."""

    @property
    def waits(self) -> bool:
        """Whether a run of it waits for somebody."""
        return self.status == PARKED


class Listing:
    """Every method may raise `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, owner: OwnerId, *, limit: int, after: Place | None = None, query: str = ""
    ) -> tuple[Listed, ...]:
        """Returns pinned threads, then the others, newest first.

        With a query, returns only threads with a text that has all the words of the query.
        """
        wanted = select(threads).where(threads.c.owner == owner, threads.c.deleted_at.is_(None))
        place = (threads.c.pinned, threads.c.updated_at, threads.c.id)
        if after is not None:
            wanted = wanted.where(tuple_(*place) < tuple_(*after))
        found = self._found(query) if query.strip() else None
        if found is not None:
            wanted = wanted.where(threads.c.id.in_(select(texts.c.thread_id).where(found)))
        wanted = wanted.order_by(*(column.desc() for column in place)).limit(limit)
        async with self._database.read() as connection:
            rows = (await connection.execute(wanted)).all()
            ids = [row.id for row in rows]
            statuses = await _statuses(connection, ids)
            said: dict[ThreadId, str] = {}
            if found is not None:
                said = await self._latest(connection, ids, found)
        words = search_words(query) or (query.strip(),)
        snippets = await asyncio.to_thread(
            lambda: {thread_id: snippet(text, words) for thread_id, text in said.items()}
        )
        return tuple(
            Listed(thread_of(row), snippets.get(row.id), statuses.get(row.id)) for row in rows
        )

    async def find(self, owner: OwnerId, thread_id: ThreadId) -> Listed | None:
        """Returns the owner's thread, or None if it is deleted."""
        async with self._database.read() as connection:
            row = (
                await connection.execute(
                    select(threads).where(*_of(owner, thread_id), threads.c.deleted_at.is_(None))
                )
            ).one_or_none()
            if row is None:
                return None
            statuses = await _statuses(connection, [thread_id])
        return Listed(thread_of(row), None, statuses.get(thread_id))

    async def add_hidden(self, owner: OwnerId, thread: Thread, at: float) -> None:
        """Add a thread as if it had been deleted, until `restore` shows it."""
        row = thread_row(owner, thread, 0) | {"deleted_at": at}
        await self._database.execute(threads.insert(), row)

    async def delete(self, owner: OwnerId, thread_id: ThreadId, at: float) -> None:
        """Hide the thread; `purge` deletes it."""
        await self._set_deleted_at(owner, thread_id, at)

    async def restore(self, owner: OwnerId, thread_id: ThreadId) -> bool:
        """Show the thread again. Returns False if the owner has no such thread."""
        return await self._set_deleted_at(owner, thread_id, None)

    async def purge(self, before: float) -> tuple[ThreadId, ...]:
        """Delete the threads hidden before this time, with everything in them. Returns their ids."""

        def purge(connection: Connection) -> tuple[ThreadId, ...]:
            gone = connection.execute(select(threads.c.id).where(threads.c.deleted_at < before))
            ids = tuple(gone.scalars())
            if ids:
                connection.execute(delete(commands).where(commands.c.thread_id.in_(ids)))
                connection.execute(delete(tool_policies).where(tool_policies.c.subject.in_(ids)))
                connection.execute(delete(threads).where(threads.c.id.in_(ids)))
                connection.execute(delete(homes).where(homes.c.thread_id.in_(ids)))
            return ids

        return await self._database.transaction(purge)

    async def _set_deleted_at(self, owner: OwnerId, thread_id: ThreadId, at: float | None) -> bool:
        changed = await self._database.execute(
            update(threads).where(*_of(owner, thread_id)).values(deleted_at=at)
        )
        return changed.rowcount > 0

    def _found(self, query: str) -> ColumnElement[bool]:
        """Returns the condition that a text has all the words."""
        words = search_words(query)
        if words and not _is_written_without_spaces(query):
            return self._database.dialect.has_words(words)
        parts: Iterable[str] = words or (query.strip(),)
        return and_(*(texts.c.text.icontains(part, autoescape=True) for part in parts))

    async def _latest(
        self, connection: AsyncConnection, ids: Sequence[ThreadId], found: ColumnElement[bool]
    ) -> dict[ThreadId, str]:
        """Returns the newest matching text of each thread."""
        numbers = (
            select(func.max(texts.c.number))
            .where(texts.c.thread_id.in_(ids), found)
            .group_by(texts.c.thread_id)
        )
        rows = await connection.execute(
            select(
                texts.c.thread_id, func.substr(texts.c.text, 1, LOOKED_THROUGH).label("text")
            ).where(texts.c.number.in_(numbers))
        )
        return {row.thread_id: row.text for row in rows}


async def _statuses(
    connection: AsyncConnection, ids: Sequence[ThreadId]
) -> dict[ThreadId, RunStatus]:
    """Returns the status of the active run of each thread that has one."""
    if not ids:
        return {}
    return {row.thread_id: row.status for row in await connection.execute(_ACTIVE, {"ids": ids})}


def _of(owner: OwnerId, thread_id: ThreadId) -> tuple[ColumnElement[bool], ...]:
    return threads.c.owner == owner, threads.c.id == thread_id


def _is_written_without_spaces(query: str) -> bool:
    """Returns whether the query is in a script such as Chinese, whose words the index cannot tell."""
    return any(east_asian_width(character) in "WF" for character in query)
