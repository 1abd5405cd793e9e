"""The SQL that finds passages: by their words, and by vectors."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from itertools import islice
from typing import NamedTuple

from sqlalchemy import (
    and_,
    bindparam,
    or_,
    select,
    update,
)

from backend.domain.file import FileStatus
from backend.domain.ids import FileId, OwnerId
from backend.domain.passages import Passage
from backend.domain.word_forms import asked_forms, is_beginning
from backend.store import schema
from backend.store.database import EMBEDDING, Database
from backend.store.dialects.base import Common, Ranked, Weights

PassageId = int

MAX_WORDS = 64
"""Of a query that are looked up."""

MAX_FORMS = 128
"""Of these words that are looked up beside them."""

_WORD = re.compile(r"\w+")

_FILES = select(schema.files.c.id)

WEIGHTS = Weights(context=1.0, forms=0.5)
"""The context of a passage are headings and the file's name; see `word_forms` for its forms."""
COMMON = Common(share=0.5, few=1000)


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


class Passages:
    def __init__(self, database: Database) -> None:
        self._database = database

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
        words = _words(query)
        if not words:
            return []
        async with self._database.read() as connection:
            return await self._database.dialect.best_passages(
                connection, words, file_ids, WEIGHTS, COMMON, limit
            )

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

    def embedding(self) -> AbstractAsyncContextManager[bool]:
        """Within it no other process has passages of any file embedded, if it gives True."""
        return self._database.alone(EMBEDDING)

    async def without_vector(
        self, model: str, limit: int, file_id: FileId | None = None
    ) -> list[StoredPassage]:
        """Passages of which this model has made no vector yet, oldest first: of this file, or of
        those that nobody has indexed now."""
        table = schema.passages
        files = _FILES.where(
            schema.files.c.taken_by.is_(None) if file_id is None else schema.files.c.id == file_id
        )
        missing = or_(table.c.vector_model.is_(None), table.c.vector_model != model)
        async with self._database.read() as connection:
            ids = await connection.execute(
                select(table.c.id)
                .where(missing, table.c.file_id.in_(files))
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


def _words(query: str) -> dict[str, bool]:
    """Returns the words of a query and their other forms, and whether each is only a beginning."""
    normal = unicodedata.normalize("NFKC", query).lower()
    words = dict.fromkeys(islice(_WORD.findall(normal), MAX_WORDS))
    forms = dict.fromkeys(islice(asked_forms(query), MAX_FORMS))
    return {word: is_beginning(word) for word in words | forms}
