"""PostgreSQL 15 or newer, by psycopg: words are found by its own text search, ranked by BM25 in SQL."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Executable,
    Index,
    Table,
    bindparam,
    column,
    table,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import literal_column

from backend.store import schema
from backend.store.dialects.base import Common, Ranked, Weights

SCHEMA_LOCK: Final = 0x72756E73
"""The key of the advisory lock of who migrates: any number that nobody else uses."""
CONNECT_TIMEOUT_S: Final = 10
NOTICES_A_CUT: Final = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""Otherwise a server that is gone without a word is waited for for hours:
https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-KEEPALIVES-IDLE"""
INDEXED_CHARS: Final = 200_000
"""So much of a message is found by its words. A `tsvector` holds a megabyte:
https://www.postgresql.org/docs/current/textsearch-limitations.html"""
_MARKS: Final = re.compile("[\u0300-\u036f]")
_WORDS: Final = re.compile(r"[^\W_]+")


def _insert(rows_of: Table, **words: str) -> postgresql.Insert:
    """Returns the insert of rows of a table, with the columns that find them by their words, which no
    other database has."""
    columns = [column(each.name, each.type) for each in rows_of.columns]
    every = table(rows_of.name, *columns, *map(column, words))
    return postgresql.insert(every).values({name: text(sql) for name, sql in words.items()})


_ADD_PASSAGES: Final = _insert(
    schema.passages,
    length=":length",
    words="""
      setweight(to_tsvector('runstream_words', :plain_text), 'A')
        || setweight(to_tsvector('runstream_words', :plain_context), 'B')
        || setweight(to_tsvector('runstream_words', :plain_forms), 'C')
    """,
)
_ADD_TEXTS: Final = _insert(
    schema.texts, words="strip(to_tsvector('pg_catalog.simple', :plain_text))"
)
_UPSERT_TEXTS: Final = _ADD_TEXTS.on_conflict_do_update(
    index_elements=["source"],
    set_={"text": _ADD_TEXTS.excluded.text, "words": _ADD_TEXTS.excluded.words},
    where=schema.texts.c.text != _ADD_TEXTS.excluded.text,
)
# BM25 as SQLite has it, with the same constants: https://www.sqlite.org/fts5.html#the_bm25_function
_RANKED: Final = text(
    """
    WITH corpus AS (
      SELECT count(*) AS passages, CAST(avg(length) AS float) AS average FROM passages
    ),
    asked AS (
      SELECT DISTINCT term.lexeme, word.beginning
      FROM unnest(CAST(:words AS text[]), CAST(:beginnings AS boolean[])) AS word (word, beginning)
      CROSS JOIN LATERAL unnest(
        CASE WHEN word.beginning THEN ARRAY[word.word]
        ELSE tsvector_to_array(to_tsvector('runstream_words', word.word)) END
      ) AS term (lexeme)
    ),
    counted AS (
      SELECT asked.*, query, (SELECT count(*) FROM passages WHERE words @@ query) AS passages
      FROM asked CROSS JOIN LATERAL (
        SELECT CAST(
          quote_literal(lexeme) || CASE WHEN beginning THEN ':*' ELSE '' END AS tsquery
        ) AS query
      ) AS queries
    ),
    terms AS (
      SELECT lexeme, beginning, query, greatest(
        ln((corpus.passages - counted.passages + 0.5) / (counted.passages + 0.5)), 0.000001
      ) AS weight
      FROM counted CROSS JOIN corpus
      WHERE NOT :telling OR counted.passages <= greatest(:few, :share * corpus.passages)
    ),
    found AS (
      SELECT id, length, words FROM passages
      WHERE file_id = ANY(CAST(:file_ids AS text[])) AND words @@ (
        SELECT CAST(string_agg(CAST(query AS text), ' | ') AS tsquery) FROM terms
      )
    ),
    hits AS (
      SELECT found.id, found.length, terms.weight, sum((
        SELECT sum(CASE place WHEN 'A' THEN 1.0 WHEN 'B' THEN :context_weight ELSE :forms_weight END)
        FROM unnest(word.weights) AS place
      )) AS frequency
      FROM found CROSS JOIN LATERAL unnest(found.words) AS word (lexeme, positions, weights)
      JOIN terms ON word.lexeme = terms.lexeme
        OR (terms.beginning AND starts_with(word.lexeme, terms.lexeme))
      GROUP BY found.id, found.length, terms.lexeme, terms.beginning, terms.weight
    )
    SELECT id, sum(
      weight * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length / average))
    ) AS score
    FROM hits CROSS JOIN corpus GROUP BY id ORDER BY score DESC, id LIMIT :limit
    """
)


class Postgresql:
    row_id = "ctid"
    deleted_at_once = 1000
    is_shared = True

    def engine_options(self, busy_timeout_s: float) -> dict[str, Any]:
        return {
            "connect_args": {
                "connect_timeout": CONNECT_TIMEOUT_S,
                "application_name": "runstream",
                **NOTICES_A_CUT,
                "options": f"-c lock_timeout={int(busy_timeout_s * 1000)}",
            },
            # A connection that was cut while nobody used it is replaced without a word.
            "pool_pre_ping": True,
        }

    def reading(self) -> Mapping[str, Any]:
        # What belongs together is read in several statements: items, runs, forks.
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    def prepare(self, engine: Engine) -> None: ...

    def lock_schema(self, connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SCHEMA_LOCK})

    def problem(self, error: DBAPIError) -> str | None:
        # A server that became a standby refuses by an internal error: it is read-only.
        kinds = (OperationalError, InterfaceError, InternalError)
        if isinstance(error, kinds) or error.connection_invalidated:
            why = " ".join(str(error.orig).split())
            return f"The database did not take it ({why}). Nothing was changed; try again."
        return None

    def breaks(self, error: DBAPIError, index: Index) -> bool:
        # Not by its class: who uses SQLite need not wait until psycopg is imported.
        told = getattr(error.orig, "diag", None)
        return told is not None and told.constraint_name == index.name

    def upsert(self, table: Table) -> postgresql.Insert:
        return postgresql.insert(table)

    def add_passages(self) -> Executable:
        return _ADD_PASSAGES

    def upsert_texts(self) -> Executable:
        return _UPSERT_TEXTS

    def copy(self, table: Table) -> Executable:
        """Returns the statement that adds rows with all their columns, each of `passages` and `texts`
        given to `with_words` before."""
        return {schema.passages: _ADD_PASSAGES, schema.texts: _ADD_TEXTS}.get(table, table.insert())

    def with_words(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        fields = ("text", "context", "forms")
        plain = {f"plain_{name}": _plain(row[name]) for name in fields if name in row}
        return {**row, **plain, "length": sum(each.count(" ") + 1 for each in plain.values())}

    def has_words(self, words: Sequence[str]) -> ColumnElement[bool]:
        # Every word of it is a lexeme as it stands, since none has been stemmed.
        query = " & ".join(f"'{each}':*" for word in words for each in _plain(word).split())
        return literal_column("texts.words").op("@@", is_comparison=True)(
            bindparam("asked", query, unique=True).op("::")(literal_column("tsquery"))
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
        asked = [
            (each, is_beginning)
            for word, is_beginning in words.items()
            for each in _plain(word).split()
        ]
        parameters = {
            "words": [word for word, _ in asked],
            "beginnings": [is_beginning for _, is_beginning in asked],
            "file_ids": list(file_ids),
            "context_weight": weights.context,
            "forms_weight": weights.forms,
            "share": common.share,
            "few": common.few,
            "limit": limit,
        }
        for telling in (True, False):
            ranked = await connection.execute(_RANKED, parameters | {"telling": telling})
            if rows := ranked.all():
                return [Ranked(row.id, row.score) for row in rows]
        return []


def _plain(text: str) -> str:
    """Returns the words of a text, small and without accents, with a space between them.

    It is done here since what PostgreSQL takes for a letter depends on the locale of the database.
    """
    letters = unicodedata.normalize("NFKD", text[:INDEXED_CHARS]).lower()
    plain = unicodedata.normalize("NFKC", _MARKS.sub("", letters))
    return " ".join(_WORDS.findall(plain))
