"""The SQL of remote threads: copies of our threads that an upstream holds."""

from typing import Any, NamedTuple

from sqlalchemy import select

from backend.domain.ids import ItemId, ThreadId
from backend.store import schema
from backend.store.database import Database
from backend.store.upserts import Upserts


class RemoteThread(NamedTuple):
    remote_id: str
    synced_item_id: ItemId | None
    """The last item that both threads hold; None while they differ."""


class RemoteThreadRows:
    """Raises `StoreUnavailable`."""

    def __init__(self, database: Database, upsert: Upserts) -> None:
        self._database = database
        self._upsert = upsert

    async def find(self, thread_id: ThreadId, upstream: str, base_url: str) -> RemoteThread | None:
        remote = schema.remote_threads
        async with self._database.read() as connection:
            row = (
                await connection.execute(
                    select(remote.c.remote_id, remote.c.synced_item_id).where(
                        remote.c.thread_id == thread_id,
                        remote.c.upstream == upstream,
                        remote.c.base_url == base_url,
                    )
                )
            ).one_or_none()
        return RemoteThread(row.remote_id, row.synced_item_id) if row else None

    async def save(
        self, thread_id: ThreadId, upstream: str, base_url: str, remote: RemoteThread
    ) -> None:
        """Insert the copy, or replace what is stored for this thread, upstream and base URL."""
        row: dict[str, Any] = {"thread_id": thread_id, "upstream": upstream, "base_url": base_url}
        row |= remote._asdict()
        await self._database.transaction_for(
            thread_id,
            lambda connection: self._upsert(connection, schema.remote_threads, [row]),
        )
