"""The SQL of the assistants that are kept here."""

import json

from sqlalchemy import select

from backend.domain.assistant import Assistant
from backend.store import schema
from backend.store.database import Database
from backend.store.upserts import Upserts


class AssistantRows:
    """Raises `StoreUnavailable`."""

    def __init__(self, database: Database, upsert: Upserts) -> None:
        self._database = database
        self._upsert = upsert

    async def get_assistant(self, assistant_id: str) -> Assistant | None:
        async with self._database.read() as connection:
            row = (
                await connection.execute(
                    select(schema.assistants).where(schema.assistants.c.id == assistant_id)
                )
            ).one_or_none()
        if row is None:
            return None
        tools = tuple(json.loads(row.tools))
        return Assistant(row.id, row.name, row.model, row.instructions, tools)

    async def save_assistant(self, assistant: Assistant) -> None:
        row = {
            "id": assistant.id,
            "name": assistant.name,
            "model": assistant.model,
            "instructions": assistant.instructions,
            "tools": json.dumps(assistant.tools),
        }
        await self._database.transaction(
            lambda connection: self._upsert(connection, schema.assistants, [row])
        )
