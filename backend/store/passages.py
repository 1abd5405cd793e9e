"""All SQL of file search: documents' texts, their passages, the full-text index, vectors.

Ranking is SQLite's own (FTS5). With another database nothing is indexed: `unavailable` says so.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from sqlalchemy import (
    ColumnClause,
    Table,
    and_,
    bindparam,
    column,
    delete,
    or_,
    select,
    text,
    update,
)

from backend.domain.documents import Part
from backend.domain.file import FileStatus
from backend.domain.ids import FileId, OwnerId
from backend.domain.passages import Passage
from backend.domain.word_forms import asked_forms, is_beginning
from backend.store import schema
from backend.store.database import Database

PassageId = int
Row = dict[str, object]

MAX_WORDS = 64
"""Of a query that are looked up."""

MAX_FORMS = 128
"""Of these words that are looked up beside them."""

ROWS_AT_ONCE = 200
CHARS_AT_ONCE = 100_000
"""Stored in one transaction: some tens of milliseconds, also of text of which every letter begins
another word, as in Chinese."""
DELETED_AT_ONCE = 10
"""Rows, whose words the index has to find again."""

_WORD = re.compile(r"\w+")

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
"""Words that are not in so many passages that they tell none from another."""
_TEXTS = (schema.file_parts, schema.passages)
_FILES = select(schema.files.c.id)

CONTEXT_WEIGHT = 1.0
"""How much a word counts in the context, headings and the file's name, beside one in the text."""
FORMS_WEIGHT = 0.5
COMMON_SHARE = 0.5
"""Words in more of the passages than that count for nothing in BM25, but cost most of its time.

https://www.sqlite.org/fts5.html#the_bm25_function
"""
FEW_PASSAGES = 1000
"""So many are ranked whatever words they share."""


class Ranked(NamedTuple):
    passage_id: PassageId
    score: float
    """Higher is better; comparable within one search only."""


class StoredPassage(NamedTuple):
    id: PassageId
    file_id: FileId
    passage: Passage


class SearchableFile(NamedTuple):
    id: FileId
    name: str
    media_type: str
    status: FileStatus
    error: str | None


class TextPart(NamedTuple):
    location: str | None
    text: str


class Passages:
    def __init__(self, database: Database) -> None:
        self._database = database

    def unavailable(self) -> str | None:
        """Why nothing can be searched, in a sentence; None where it can."""
        if self._database.sqlite:
            return None
        return "File search works with SQLite only so far; PostgreSQL comes later."

    async def save(
        self, file_id: FileId, parts: Sequence[Part], passages: Sequence[Passage]
    ) -> None:
        """All of a document, instead of what there was of it. Raises `StoreUnavailable`.

        In many transactions, so that nobody waits long for theirs; the document is to be searched
        once this has returned.
        """
        await self.remove(file_id)
        await self._insert(
            schema.file_parts,
            (
                {"file_id": file_id, "number": number, "location": part.place, "text": part.text}
                for number, part in enumerate(parts)
            ),
        )
        await self._insert(
            schema.passages,
            (
                {
                    "file_id": file_id,
                    "location": passage.location,
                    "context": passage.context,
                    "text": passage.text,
                    "forms": passage.forms,
                }
                for passage in passages
            ),
        )

    async def remove(self, file_id: FileId) -> None:
        """Forget a document, in many transactions too."""
        for table in _TEXTS:
            row: ColumnClause[int] = column("rowid")
            some = select(row).select_from(table).where(table.c.file_id == file_id)
            deleted = DELETED_AT_ONCE
            while deleted == DELETED_AT_ONCE:
                result = await self._database.execute(
                    delete(table).where(row.in_(some.limit(DELETED_AT_ONCE)))
                )
                deleted = result.rowcount

    async def forget(self) -> None:
        """Remove every document whose file is gone, whoever deleted it and whenever that was."""
        for table in _TEXTS:
            async with self._database.read() as connection:
                gone = await connection.execute(
                    select(table.c.file_id).distinct().where(table.c.file_id.not_in(_FILES))
                )
                file_ids = gone.scalars().all()
            for file_id in file_ids:
                await self.remove(file_id)

    async def _insert(self, table: Table, rows: Iterable[Row]) -> None:
        for some in _batches(rows):
            await self._database.execute(table.insert(), some)

    async def files(self, file_ids: Iterable[FileId], owner: OwnerId) -> list[SearchableFile]:
        """The owner's of these files and all knowledge that is searched here, whatever has become
        of them."""
        table = schema.files
        knowledge = and_(table.c.purpose == "knowledge", table.c.place == "here")
        attached = and_(table.c.id.in_(list(file_ids)), table.c.owner == owner)
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(
                    table.c.id,
                    table.c.name,
                    table.c.media_type,
                    table.c.status,
                    table.c.error,
                )
                .where(or_(knowledge, attached))
                .order_by(table.c.created_at)
            )
            return [SearchableFile(*row) for row in rows]

    async def parts(self, file_id: FileId) -> tuple[TextPart, ...]:
        """The text of a document; empty where none was read."""
        table = schema.file_parts
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(table.c.location, table.c.text)
                .where(table.c.file_id == file_id)
                .order_by(table.c.number)
            )
            return tuple(TextPart(row.location, row.text) for row in rows)

    async def get(self, ids: Iterable[PassageId]) -> dict[PassageId, StoredPassage]:
        table = schema.passages
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(
                    table.c.id, table.c.file_id, table.c.text, table.c.location, table.c.context
                ).where(table.c.id.in_(list(ids)))
            )
            return {
                row.id: StoredPassage(
                    row.id, row.file_id, Passage(row.text, row.location, row.context)
                )
                for row in rows
            }

    async def by_words(self, query: str, file_ids: Iterable[FileId], limit: int) -> list[Ranked]:
        """The best passages of these files that share a word with the query, by BM25."""
        words = _terms(query)
        if not words:
            return []
        parameters = {
            "file_ids": json.dumps(list(file_ids)),
            "context_weight": CONTEXT_WEIGHT,
            "forms_weight": FORMS_WEIGHT,
            "limit": limit,
        }
        async with self._database.read() as connection:
            found = await connection.execute(
                _TELLING,
                {"words": json.dumps(words), "share": COMMON_SHARE, "few": FEW_PASSAGES},
            )
            telling = " OR ".join(found.scalars().all() or words)
            ranked = await connection.execute(_RANKED, parameters | {"words": telling})
            rows = ranked.all()
            if not rows:
                every = " OR ".join(words)
                ranked = await connection.execute(_RANKED, parameters | {"words": every})
                rows = ranked.all()
            return [Ranked(row.id, row.score) for row in rows]

    # Vectors

    async def vectors(
        self, model: str, file_ids: Iterable[FileId]
    ) -> list[tuple[PassageId, bytes]]:
        """Of the passages of these files, as far as this model has made them."""
        table = schema.passages
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(table.c.id, table.c.vector).where(
                    table.c.vector_model == model, table.c.file_id.in_(list(file_ids))
                )
            )
            return [(row.id, row.vector) for row in rows]

    async def without_vector(self, model: str, limit: int) -> list[StoredPassage]:
        """Passages of which this model has made no vector yet, oldest first."""
        table = schema.passages
        missing = or_(table.c.vector_model.is_(None), table.c.vector_model != model)
        async with self._database.read() as connection:
            ids = await connection.execute(
                select(table.c.id)
                .where(missing, table.c.file_id.in_(_FILES))
                .order_by(table.c.id)
                .limit(limit)
            )
            found = list(ids.scalars())
        known = await self.get(found)
        return [known[passage_id] for passage_id in found if passage_id in known]

    async def save_vectors(self, model: str, vectors: Mapping[PassageId, bytes]) -> None:
        table = schema.passages
        rows = [{"row": key, "bytes": value} for key, value in vectors.items()]
        await self._database.execute(
            update(table)
            .where(table.c.id == bindparam("row"))
            .values(vector=bindparam("bytes"), vector_model=model),
            rows,
        )


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    chars = 0
    for row in rows:
        batch.append(row)
        chars += sum(len(value) for value in row.values() if isinstance(value, str))
        if chars >= CHARS_AT_ONCE or len(batch) == ROWS_AT_ONCE:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


def _terms(query: str) -> list[str]:
    """The words of a query and their other forms, as FTS5 has them: nothing in them is syntax."""
    normal = unicodedata.normalize("NFKC", query).lower()
    words = dict.fromkeys(islice(_WORD.findall(normal), MAX_WORDS))
    forms = dict.fromkeys(islice(asked_forms(query), MAX_FORMS))
    return [f'"{word}"' + " *" * is_beginning(word) for word in words | forms]
