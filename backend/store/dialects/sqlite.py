"""SQLite: one file, and its own full-text index (FTS5)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Executable,
    Index,
    Table,
    event,
    select,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.store import schema
from backend.store.dialects.base import Common, Ranked, Weights

# `+` keeps SQLite from looking up each passage of the files in the full-text index.
_RANKED = text(
    """
    SELECT rowid AS id, -bm25(passage_words, 1.0, :context_weight, :forms_weight) AS score
    FROM passage_words
    WHERE passage_words MATCH :words AND +rowid IN (
      SELECT id FROM passages WHERE file_id IN (SELECT value FROM json_each(:file_ids))
    )
    ORDER BY score DESC LIMIT :limit
    """
)
# https://www.sqlite.org/fts5.html#the_bm25_function: common words count for nothing there, but cost
# most of its time.
_TELLING = text(
    """
    WITH common (passages) AS (
      SELECT 1 + max(:few, CAST(:share * count(*) AS INTEGER)) FROM passages
    )
    SELECT word.value FROM json_each(:words) AS word WHERE (
      SELECT count(*) FROM (
        SELECT 1 FROM passage_words WHERE passage_words MATCH word.value
        LIMIT (SELECT passages FROM common)
      )
    ) < (SELECT passages FROM common)
    """
)


class Sqlite:
    row_id = "rowid"
    deleted_at_once = 10
    """The index has to find the words of each again."""
    is_shared = False

    def engine_options(self, busy_timeout_s: float) -> dict[str, Any]:
        return {"connect_args": {"timeout": busy_timeout_s}}

    def reading(self) -> Mapping[str, Any]:
        return {}

    def prepare(self, engine: Engine) -> None:
        event.listen(engine, "connect", _prepare)

    def lock_schema(self, connection: Connection) -> None: ...  # One process has the file.

    def problem(self, error: DBAPIError) -> str | None:
        # SQLite says so of a file that is damaged, or no database at all.
        if type(error) is DatabaseError:
            return (
                f"The database is damaged ({error.orig}). Put a copy of it in its place, or move it "
                "away to begin with an empty one."
            )
        if isinstance(error, OperationalError) or error.connection_invalidated:
            name = getattr(error.orig, "sqlite_errorname", None)
            why = f"{error.orig}, {name}" if name else error.orig
            return f"The database did not take it ({why}). Nothing was changed; try again."
        return None

    def breaks(self, error: DBAPIError, index: Index) -> bool:
        # It names the columns instead of the index.
        columns = ", ".join(str(column) for column in index.columns)
        return str(error.orig) == f"UNIQUE constraint failed: {columns}"

    def upsert(self, table: Table) -> sqlite.Insert:
        return sqlite.insert(table)

    def add_passages(self) -> Executable:
        return schema.passages.insert()

    def upsert_texts(self) -> Executable:
        insert = sqlite.insert(schema.texts)
        new = insert.excluded.text
        return insert.on_conflict_do_update(
            index_elements=["source"], set_={"text": new}, where=schema.texts.c.text != new
        )

    def with_words(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        return row  # Triggers keep the indexes.

    def has_words(self, words: Sequence[str]) -> ColumnElement[bool]:
        match = " ".join(f'"{word}"*' for word in words)
        return schema.texts.c.number.in_(
            select(text("rowid"))
            .select_from(text("texts_index"))
            .where(text("texts_index MATCH :match").bindparams(match=match))
        )

    async def best_passages(
        self,
        connection: AsyncConnection,
        words: Mapping[str, bool],
        file_ids: Iterable[str],
        weights: Weights,
        common: Common,
        limit: int,
    ) -> list[Ranked]:
        # In quotes, nothing in a word is syntax.
        terms = [f'"{word}"' + " *" * is_beginning for word, is_beginning in words.items()]
        found = await connection.execute(
            _TELLING, {"words": json.dumps(terms), "share": common.share, "few": common.few}
        )
        parameters = {
            "file_ids": json.dumps(list(file_ids)),
            "context_weight": weights.context,
            "forms_weight": weights.forms,
            "limit": limit,
        }
        for some in (found.scalars().all(), terms):
            if some:
                ranked = await connection.execute(
                    _RANKED, parameters | {"words": " OR ".join(some)}
                )
                if rows := ranked.all():
                    return [Ranked(row.id, row.score) for row in rows]
        return []


def _prepare(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    # WAL with NORMAL loses nothing when the process is killed; a power cut may cost the last
    # transactions, never the file: https://www.sqlite.org/pragma.html#pragma_synchronous
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
