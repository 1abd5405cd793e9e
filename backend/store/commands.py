"""The SQL of commands: what each of them did, so that none is done twice."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select, tuple_

from backend.domain.ids import CommandId, OwnerId
from backend.store import schema
from backend.store.batch import CommandKey, StoredCommand
from backend.store.database import Database

# Built once: that takes as long as to execute it.
_KNOWN: Final = select(schema.commands).where(
    tuple_(schema.commands.c.owner, schema.commands.c.id).in_(bindparam("keys", expanding=True))
)


class CommandRows:
    """Raises `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, owner: OwnerId, command_id: CommandId) -> StoredCommand | None:
        async with self._database.read() as connection:
            known = await connection.run_sync(known_commands, [(owner, command_id)])
            return known.get((owner, command_id))

    async def forget(self, before: float) -> int:
        """Delete the commands stored before this time. Returns their number."""
        gone = await self._database.execute(
            delete(schema.commands).where(schema.commands.c.created_at < before)
        )
        return gone.rowcount


def known_commands(
    connection: Connection, keys: Sequence[CommandKey]
) -> dict[CommandKey, StoredCommand]:
    """The commands among these that are stored."""
    rows = connection.execute(_KNOWN, {"keys": list(keys)}) if keys else ()
    return {
        (row.owner, row.id): StoredCommand(row.thread_id, row.item_id, row.run_id) for row in rows
    }
