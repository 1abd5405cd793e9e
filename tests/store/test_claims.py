"""Documents are read by one process at a time, and by another one when that is gone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import update

from backend.config.settings import Settings
from backend.domain.documents import Part
from backend.domain.errors import TakenOver
from backend.domain.file import StoredFile
from backend.domain.ids import FileId
from backend.store import schema
from backend.store.database import Database
from backend.store.document_texts import DocumentTexts
from backend.store.files import FileRows
from tests.postgresql import PostgresqlServer


@pytest.fixture
def postgresql_url(postgresql: PostgresqlServer) -> str:
    """An empty database."""
    return Settings(database_url=postgresql.new_database()).database


@asynccontextmanager
async def waiting(url: str, *names: str) -> AsyncIterator[Database]:
    """A database with documents that wait to be read, the first one first."""
    database = Database(url)
    await database.open()
    for age, name in enumerate(names):
        await FileRows(database).add(
            StoredFile(
                id=FileId(name),
                owner=None,
                thread_id=None,
                purpose="knowledge",
                name=f"{name}.txt",
                media_type="text/plain",
                size=1,
                created_at=float(age),
            )
        )
    yield database
    await database.close()


async def taken(rows: FileRows, worker: str, limit: int = 4, working: tuple[str, ...] = ()) -> str:
    found = await rows.take(worker, limit, [FileId(each) for each in working])
    return " ".join(file.id for file in found)


async def test_two_processes_never_have_the_same_document(postgresql_url: str) -> None:
    async with waiting(postgresql_url, "a", "b", "c") as database:
        rows = FileRows(database)
        assert await taken(rows, "one", 2) == "a b"
        assert await taken(rows, "two") == "c"
        assert await taken(rows, "one", 2, working=("a", "b")) == ""
        assert await rows.renew("one", [FileId("a"), FileId("c")]) == {"a"}


async def test_the_documents_of_a_process_that_is_gone_are_taken_by_another(
    postgresql_url: str,
) -> None:
    async with waiting(postgresql_url, "a", "b") as database:
        rows = FileRows(database)
        assert await taken(rows, "one") == "a b"
        await database.execute(
            update(schema.files).where(schema.files.c.id == "a").values(taken_until=0)
        )
        assert await taken(rows, "two") == "a"
        assert await rows.renew("one", [FileId("a"), FileId("b")]) == {"b"}
        await rows.give_back("one")
        assert await taken(rows, "two", working=("a",)) == "b"


async def test_who_has_lost_a_document_writes_nothing_of_it(postgresql_url: str) -> None:
    async with waiting(postgresql_url, "a") as database:
        rows, texts = FileRows(database), DocumentTexts(database)
        await taken(rows, "one")
        late = await texts.begin(FileId("a"), "one")
        await late.add([Part("old", None)], [])
        # As `retry` does it on any process.
        await rows.set_status(FileId("a"), "in_progress", place="here", base_url=None)
        assert await taken(rows, "two") == "a"
        text = await texts.begin(FileId("a"), "two")
        await text.add([Part("new", None)], [])
        with pytest.raises(TakenOver):
            await late.add([Part("late", None)], [])
        with pytest.raises(TakenOver):
            await texts.begin(FileId("a"), "one")
        await rows.set_status(
            FileId("a"), "failed", "Late.", place="here", base_url=None, taken_by="one"
        )
        assert [part.text async for parts in texts.parts(FileId("a")) for part in parts] == ["new"]
        await rows.set_status(FileId("a"), "completed", place="here", base_url=None, taken_by="two")
        found = await rows.get("a")
        assert found is not None
        assert (found.status, found.error, found.taken_by) == ("completed", None, None)


async def test_one_process_alone_takes_at_once_what_an_earlier_one_left(tmp_path: Path) -> None:
    async with waiting(f"sqlite+aiosqlite:///{tmp_path / 'chat.db'}", "a", "b") as database:
        rows = FileRows(database)
        assert await taken(rows, "earlier", 1) == "a"
        assert await taken(rows, "now") == "a b"
        assert await taken(rows, "now", working=("a", "b")) == ""


async def test_one_process_at_a_time_sweeps(postgresql_url: str) -> None:
    async with waiting(postgresql_url) as one, waiting(postgresql_url) as two:
        async with FileRows(one).sweeping() as is_ours:
            assert is_ours
            async with FileRows(two).sweeping() as is_theirs:
                assert not is_theirs
        async with FileRows(two).sweeping() as is_theirs:
            assert is_theirs
