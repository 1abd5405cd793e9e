"""The store: reading by noun, and one way of writing."""

from collections.abc import Sequence

from backend.store.assistants import AssistantRows
from backend.store.batch import Batch, Command, StoredCommand
from backend.store.commands import CommandRows
from backend.store.database import Database
from backend.store.policies import PolicyRows
from backend.store.remote_threads import RemoteThreadRows
from backend.store.threads import ThreadRows
from backend.store.upserts import Upserts
from backend.store.writes import write


class Store:
    """Raises `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._upsert = Upserts(database.sqlite)
        self.threads = ThreadRows(database, self._upsert)
        self.commands = CommandRows(database)
        self.remote_threads = RemoteThreadRows(database, self._upsert)
        self.assistants = AssistantRows(database, self._upsert)
        self.policies = PolicyRows(database, self._upsert)

    async def open(self) -> None:
        """Migrate the schema."""
        await self._database.open()

    async def close(self) -> None:
        await self._database.close()

    async def check(self) -> None:
        """Raises `StoreUnavailable` where nothing can be stored now."""
        await self._database.check()

    async def write(
        self, batch: Batch, commands: Sequence[Command] = ()
    ) -> list[StoredCommand | None]:
        """Write everything in one transaction.

        Returns, for each command, None if it took effect. If its id was used before, it changes
        nothing and what it did then is returned.
        """
        return await self._database.transaction(
            lambda connection: write(connection, self._upsert, batch, commands)
        )
