"""The SQL of start screens, which are kept here also where an upstream keeps the assistants."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, select

from backend.domain.start_screen import StartScreen
from backend.store import schema
from backend.store.database import Database
from backend.store.upserts import Upserts


class StartScreenRows:
    """Raises `StoreUnavailable`.

    They are kept in memory, since each page begins with one.
    """

    def __init__(self, database: Database, upsert: Upserts) -> None:
        self._database = database
        self._upsert = upsert
        self._known = _Known()

    async def all(self) -> Mapping[str, StartScreen]:
        """Returns them by the ids of their assistants."""
        known = self._known
        if not known.are_all:
            async with self._database.read() as connection:
                rows = (await connection.execute(select(schema.start_screens))).all()
            for row in rows:
                # Some may have been saved since they were read.
                known.screens.setdefault(
                    row.assistant_id, StartScreen.model_validate_json(row.body)
                )
            known.are_all = True
        return known.screens

    def forget(self) -> None:
        """Read all anew when they are asked for again, since another process may have changed some."""
        self._known = _Known()

    async def save(self, assistant_id: str, start: StartScreen) -> None:
        """An empty one is kept as well, in place of one that was there."""
        row = {"assistant_id": assistant_id, "body": start.model_dump_json(exclude_defaults=True)}
        known = self._known
        await self._database.transaction(
            lambda connection: self._upsert(connection, schema.start_screens, [row])
        )
        known.screens[assistant_id] = start

    async def delete(self, assistant_id: str) -> None:
        table = schema.start_screens
        gone = delete(table).where(table.c.assistant_id == assistant_id)
        known = self._known
        await self._database.transaction(lambda connection: connection.execute(gone))
        known.screens[assistant_id] = StartScreen()


@dataclass(slots=True)
class _Known:
    screens: dict[str, StartScreen] = field(default_factory=dict)
    are_all: bool = False
