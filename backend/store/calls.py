"""Finds the calls of a tool in all chats of an owner."""

from typing import Annotated, NamedTuple

from pydantic import Field, TypeAdapter
from sqlalchemy import select, tuple_

from backend.domain.ids import ItemId, OwnerId, ThreadId
from backend.domain.items import ToolItem
from backend.store.database import Database
from backend.store.schema import items, threads

_CALL: TypeAdapter[ToolItem] = TypeAdapter(Annotated[ToolItem, Field(discriminator="type")])


class CallPlace(NamedTuple):
    """Where a page of the list ends."""

    created_at: float
    id: ItemId


class StoredCall(NamedTuple):
    item: ToolItem
    thread_id: ThreadId
    title: str
    """The thread's."""


class CallRows:
    """Raises `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, owner: OwnerId, tool: str, limit: int, after: CallPlace | None = None
    ) -> tuple[StoredCall, ...]:
        """Returns the owner's calls, newest first, but for those of deleted threads."""
        wanted = (
            select(items.c.body, items.c.thread_id, threads.c.title)
            .join(threads, threads.c.id == items.c.thread_id)
            .where(
                items.c.tool == tool,
                threads.c.owner == owner,
                threads.c.deleted_at.is_(None),
            )
        )
        place = (items.c.created_at, items.c.id)
        if after is not None:
            wanted = wanted.where(tuple_(*place) < tuple_(*after))
        wanted = wanted.order_by(*(column.desc() for column in place)).limit(limit)
        async with self._database.read() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(
            StoredCall(_CALL.validate_json(row.body), row.thread_id, row.title) for row in rows
        )
