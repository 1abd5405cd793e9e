"""Rows that take the place of those with the same key."""

from typing import Any

from sqlalchemy import Connection, Insert, Table

from backend.store.dialects import Dialect


class Upserts:
    """`upsert(connection, table, rows)`; remembers the statement of each table."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._statements: dict[str, Insert] = {}
        self._text = dialect.upsert_texts()

    def __call__(self, connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        statement = self._statements.get(table.name)
        if statement is None:
            insert = self._dialect.upsert(table)
            keys = [column.name for column in table.primary_key]
            changed = {name: insert.excluded[name] for name in rows[0] if name not in keys}
            statement = insert.on_conflict_do_update(index_elements=keys, set_=changed)
            self._statements[table.name] = statement
        connection.execute(statement, rows)

    def texts(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        """Have a search find these; what it knows already costs nothing."""
        if rows:
            connection.execute(self._text, list(map(self._dialect.with_words, rows)))
