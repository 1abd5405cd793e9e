"""The SQL of start screens, which are kept here also where an upstream keeps the assistants."""

from collections.abc import Mapping

from sqlalchemy import delete, select

from backend.domain.start_screen import StartScreen
from backend.store import schema
from backend.store.database import Database
from backend.store.upserts import Upserts


class StartScreenRows:
    """Raises `StoreUnavailable`.

    They are kept in memory, since each page begins with one and nobody else writes to the database.
    """

    def __init__(self, database: Database, upsert: Upserts) -> None:
        self._database = database
        self._upsert = upsert
        self._known: dict[str, StartScreen] = {}
        self._is_read = False

    async def all(self) -> Mapping[str, StartScreen]:
        """Returns them by the ids of their assistants."""
        if not self._is_read:
            async with self._database.read() as connection:
                rows = (await connection.execute(select(schema.start_screens))).all()
            found = {row.assistant_id: StartScreen.model_validate_json(row.body) for row in rows}
            # Some may have been saved since they were read.
            self._known, self._is_read = found | self._known, True
        return self._known

    async def save(self, assistant_id: str, start: StartScreen) -> None:
        """An empty one is kept as well, in place of one that was there."""
        row = {"assistant_id": assistant_id, "body": start.model_dump_json(exclude_defaults=True)}
        await self._database.transaction(
            lambda connection: self._upsert(connection, schema.start_screens, [row])
        )
        self._known[assistant_id] = start

    async def delete(self, assistant_id: str) -> None:
        table = schema.start_screens
        gone = delete(table).where(table.c.assistant_id == assistant_id)
        await self._database.transaction(lambda connection: connection.execute(gone))
        self._known[assistant_id] = StartScreen()
