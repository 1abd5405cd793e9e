"""The SQL of the assistants that are kept here."""

import json
from typing import Any

from sqlalchemy import delete, func, select

from backend.domain.assistant import Assistant
from backend.domain.parameters import Parameters
from backend.store import schema
from backend.store.database import Database
from backend.store.upserts import Upserts


class AssistantRows:
    """Raises `StoreUnavailable`.

    Those that were asked for are kept in memory, since each run begins with one.
    """

    def __init__(self, database: Database, upsert: Upserts) -> None:
        self._database = database
        self._upsert = upsert
        self._known: dict[str, Assistant | None] = {}
        """None for one that was deleted."""

    def forget(self) -> None:
        """Read all anew when they are asked for again, since another process may have changed some."""
        self._known = {}

    async def list_assistants(self) -> tuple[Assistant, ...]:
        async with self._database.read() as connection:
            return tuple(map(_assistant, await connection.execute(select(schema.assistants))))

    async def get_assistant(self, assistant_id: str) -> Assistant | None:
        known = self._known
        if assistant_id not in known:
            wanted = select(schema.assistants).where(schema.assistants.c.id == assistant_id)
            async with self._database.read() as connection:
                row = (await connection.execute(wanted)).one_or_none()
            if row is None:
                return None
            # It may have been changed since it was read.
            known.setdefault(assistant_id, _assistant(row))
        return known[assistant_id]

    async def save_assistant(self, assistant: Assistant) -> None:
        row = {
            "id": assistant.id,
            "name": assistant.name,
            "model": assistant.model,
            "instructions": assistant.instructions,
            "tools": json.dumps(assistant.tools),
            "parameters": assistant.parameters.model_dump_json(exclude_none=True),
        }
        known = self._known
        await self._database.transaction(
            lambda connection: self._upsert(connection, schema.assistants, [row])
        )
        known[assistant.id] = assistant

    async def delete_assistant(self, assistant_id: str) -> None:
        gone = delete(schema.assistants).where(schema.assistants.c.id == assistant_id)
        known = self._known
        await self._database.transaction(lambda connection: connection.execute(gone))
        known[assistant_id] = None

    async def threads_with(self, assistant_id: str) -> int:
        """Returns the number of threads, of all owners, that this assistant was chosen for."""
        threads = schema.threads.c
        counted = select(func.count()).where(
            threads.assistant_id == assistant_id, threads.deleted_at.is_(None)
        )
        async with self._database.read() as connection:
            return (await connection.execute(counted)).scalar_one()


def _assistant(row: Any) -> Assistant:
    return Assistant(
        row.id,
        row.name,
        row.model,
        row.instructions,
        tuple(json.loads(row.tools)),
        Parameters.model_validate_json(row.parameters),
    )
