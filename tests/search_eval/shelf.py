"""The document index over a folder, without a server around it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.config.settings import Settings
from backend.domain.file import StoredFile
from backend.domain.ids import FileId
from backend.search.document_index import DocumentIndex, Found
from backend.search.embeddings import Embeddings
from backend.store.database import Database
from backend.store.document_texts import DocumentTexts
from backend.store.files import FileRows
from backend.store.passages import Passages, StoredPassage
from tests.postgresql import database_of


@dataclass(frozen=True)
class Shelf:
    index: DocumentIndex
    passages: Passages
    texts: DocumentTexts
    rows: FileRows

    async def put(self, path: Path) -> FileId:
        """Take a document in. Its id is its name."""
        file = StoredFile(
            id=FileId(path.name),
            owner=None,
            thread_id=None,
            purpose="knowledge",
            name=path.name,
            media_type="",
            size=path.stat().st_size,
            created_at=0,
        )
        await self.rows.add(file)
        await self.index.index(file)
        return file.id

    async def find(self, query: str, limit: int = 10) -> tuple[Found, ...]:
        """Among all documents."""
        return await self.index.find(
            query, [each.id for each in await self.rows.page("knowledge", None, 1_000_000)], limit
        )

    async def all(self) -> list[StoredPassage]:
        return await self.passages.without_vector("", limit=1_000_000)


def file_url(path: Path) -> str:
    return f"sqlite:///{path}"


@asynccontextmanager
async def shelf(
    folder: Path, database_url: str | None = None, **settings: Any
) -> AsyncIterator[Shelf]:
    """`folder` holds the documents and, if none is named, the database. `settings` may name a model
    for embeddings."""
    in_force = Settings(**settings)
    found_url = database_url or database_of(folder) or file_url(folder / "x.db")
    opened = Database(Settings(database_url=found_url).database)
    await opened.open()
    passages, texts = Passages(opened), DocumentTexts(opened)
    index = DocumentIndex(
        passages, texts, Embeddings(lambda: in_force), lambda file_id: nullcontext(folder / file_id)
    )
    try:
        yield Shelf(index, passages, texts, FileRows(opened))
    finally:
        await index.close()
        await opened.close()
