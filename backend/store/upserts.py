"""Rows that take the place of those with the same key."""

from typing import Any

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

from backend.store import schema


class Upserts:
    """`upsert(connection, table, rows)`; remembers the statement of each table."""

    def __init__(self, is_sqlite: bool) -> None:
        self._insert = sqlite.insert if is_sqlite else postgresql.insert
        self._statements: dict[str, Insert] = {}
        texts = self._insert(schema.texts)
        new = texts.excluded.text
        self._text = texts.on_conflict_do_update(
            index_elements=["source"], set_={"text": new}, where=schema.texts.c.text != new
        )

    def __call__(self, connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        statement = self._statements.get(table.name)
        if statement is None:
            insert = self._insert(table)
            keys = [column.name for column in table.primary_key]
            changed = {name: insert.excluded[name] for name in rows[0] if name not in keys}
            statement = insert.on_conflict_do_update(index_elements=keys, set_=changed)
            self._statements[table.name] = statement
        connection.execute(statement, rows)

    def texts(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        """Have a search find these; what it knows already costs nothing."""
        if rows:
            connection.execute(self._text, rows)
