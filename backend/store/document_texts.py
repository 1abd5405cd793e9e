"""The SQL that keeps what was read of documents: their parts, to be shown, and passages, to be found.

Everything here is done in many transactions, so that nobody waits long for theirs.
"""

from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import ColumnClause, Connection, Delete, Executable, column, delete, select

from backend.domain.documents import Part
from backend.domain.errors import TakenOver
from backend.domain.ids import FileId
from backend.domain.passages import Passage
from backend.store import schema
from backend.store.database import Database

Row = Mapping[str, object]

ROWS_AT_ONCE = 200
CHARS_AT_ONCE = 100_000
"""Stored in one transaction: some tens of milliseconds, also of text of which every letter begins
another word, as in Chinese."""
CHARS_READ = 500_000
"""About as many are read at once, whatever the size of the parts."""
_TEXTS = (schema.file_parts, schema.passages)
_FILES = select(schema.files.c.id)


class TextPart(NamedTuple):
    location: str | None
    text: str


class DocumentTexts:
    """Raises `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, file_id: FileId, taken_by: str | None = None) -> "NewText":
        """The text of a document, instead of what there was of it. It is to be searched once all of
        it was added.

        It and its methods raise `TakenOver` if the document is not theirs any more who took it.
        """
        await self.remove(file_id, taken_by)
        return NewText(self._database, file_id, taken_by)

    async def remove(self, file_id: FileId, taken_by: str | None = None) -> None:
        dialect = self._database.dialect
        row: ColumnClause[int] = column(dialect.row_id)
        at_once = dialect.deleted_at_once
        for table in _TEXTS:
            some = select(row).select_from(table).where(table.c.file_id == file_id)
            deleted = at_once
            while deleted == at_once:
                deleting = delete(table).where(row.in_(some.limit(at_once)))

                def remove(connection: Connection, deleting: Delete = deleting) -> int:
                    _check_claim(connection, file_id, taken_by)
                    return connection.execute(deleting).rowcount

                deleted = await self._database.transaction(remove)

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

    async def parts(self, file_id: FileId) -> AsyncGenerator[list[TextPart]]:
        """Yields the parts of a document in order, some at a time; nothing where none was read.

        No connection is held meanwhile: whoever wants them may be slow.
        """
        table = schema.file_parts
        following, limit = 0, 1
        while True:
            async with self._database.read() as connection:
                rows = await connection.execute(
                    select(table.c.number, table.c.location, table.c.text)
                    .where(table.c.file_id == file_id, table.c.number >= following)
                    .order_by(table.c.number)
                    .limit(limit)
                )
                found = rows.all()
            if not found:
                return
            yield [TextPart(row.location, row.text) for row in found]
            following = found[-1].number + 1
            if sum(len(row.text) for row in found) < CHARS_READ // 2:
                limit = min(2 * limit, ROWS_AT_ONCE)
            else:
                limit = max(1, limit // 2)


class NewText:
    """The text of a document while it is added."""

    def __init__(self, database: Database, file_id: FileId, taken_by: str | None) -> None:
        self._database = database
        self._file_id = file_id
        self._taken_by = taken_by
        self._parts = 0

    async def add(self, parts: Iterable[Part], passages: Iterable[Passage]) -> None:
        """What comes next of both."""
        await self._insert(schema.file_parts.insert(), map(self._part, parts))
        await self._insert(self._database.dialect.add_passages(), map(self._passage, passages))

    def _part(self, part: Part) -> Row:
        number, self._parts = self._parts, self._parts + 1
        return {
            "file_id": self._file_id,
            "number": number,
            "location": part.place,
            "text": part.text,
        }

    def _passage(self, passage: Passage) -> Row:
        return self._database.dialect.with_words(
            {
                "file_id": self._file_id,
                "location": passage.location,
                "context": passage.context,
                "text": passage.text,
                "forms": passage.forms,
            }
        )

    async def _insert(self, statement: Executable, rows: Iterable[Row]) -> None:
        for some in _batches(rows):

            def insert(connection: Connection, some: list[Row] = some) -> None:
                _check_claim(connection, self._file_id, self._taken_by)
                connection.execute(statement, some)

            await self._database.transaction(insert)


def _check_claim(connection: Connection, file_id: FileId, taken_by: str | None) -> None:
    """Raises `TakenOver`. Until the transaction ends nobody else takes the document."""
    if taken_by is None:
        return
    files = schema.files
    mine = select(files.c.id).where(files.c.id == file_id, files.c.taken_by == taken_by)
    if connection.scalar(mine.with_for_update(read=True)) is None:
        raise TakenOver


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
