"""Everything in a SQLite file is in PostgreSQL after copying, or nothing is."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, select, text

from backend.config.settings import Settings
from backend.domain.documents import Part
from backend.domain.errors import StoreUnavailable
from backend.domain.events import Thread
from backend.domain.file import StoredFile
from backend.domain.ids import FileId, OwnerId, ThreadId
from backend.domain.passages import Passage
from backend.store.batch import Batch
from backend.store.copying import COPIED, Copied, NotCopied, copy
from backend.store.database import Database
from backend.store.document_texts import DocumentTexts
from backend.store.files import FileRows
from backend.store.listing import Listing
from backend.store.passages import Passages
from backend.store.schema import schema_version
from backend.store.store import Store
from tests.postgresql import PostgresqlServer
from tests.store.test_migrations import RELEASED, old_database

OWNER = OwnerId("owner_1")
FILE = FileId("file_000000000000000000000001")


@pytest.fixture
def target(postgresql: PostgresqlServer) -> str:
    return Settings(database_url=postgresql.new_database()).database


def rows_of(url: str) -> dict[str, list[dict[str, Any]]]:
    """All rows by their tables, each table in an order of its own."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {
            table.name: sorted(
                (dict(row._mapping) for row in connection.execute(select(table))), key=repr
            )
            for table in [*COPIED, schema_version]
        }
    engine.dispose()
    return found


async def new_database(path: Path) -> None:
    """A thread, and a document whose passage has a vector."""
    database = Database(f"sqlite+aiosqlite:///{path}")
    store = Store(database)
    await store.open()
    thread = Thread(id=ThreadId("thread_1"), title="Fjord", created_at=1.1, updated_at=2.2)
    await store.write(Batch(threads={thread.id: (OWNER, thread, 3_000_000_000)}))
    await FileRows(database).add(
        StoredFile(FILE, OWNER, thread.id, "attachment", "a.txt", "text/plain", 5, 1.5, "completed")
    )
    passages, documents = Passages(database), DocumentTexts(database)
    new = await documents.begin(FILE)
    await new.add([Part("The valves.")], [Passage("The valves.", "1", "manual")])
    [found] = await passages.by_words("valve", [FILE], 9)
    await passages.save_vectors("m", {found.passage_id: b"\0\1\xff"})
    await store.close()


@pytest.mark.parametrize("script", RELEASED, ids=lambda script: script.stem)
async def test_a_database_of_any_release_is_copied_as_it_is_and_can_be_searched(
    tmp_path: Path, target: str, script: Path
) -> None:
    path = tmp_path / "chat.db"
    old_database(path, script).close()
    copied = list(copy(path, target))
    here, there = rows_of(f"sqlite:///{path}"), rows_of(target)
    assert here == there
    assert {each.table: each.rows for each in copied} == {
        name: len(rows) for name, rows in here.items() if name != schema_version.name
    }
    database = Database(target)
    store = Store(database)
    await store.open()
    thread = min(there["threads"], key=lambda row: row["created_at"])
    [found] = await Listing(database).page(thread["owner"], limit=9, query="Oslo")
    assert found.thread.title == thread["title"]
    if there["passages"]:
        assert await Passages(database).by_words("valve", [FileId("file_1")], 9)
    # What is numbered by the database goes on after the highest number.
    new = Thread(id=ThreadId("thread_new"), title="New", created_at=1, updated_at=2)
    await store.write(Batch(threads={new.id: (OWNER, new, 1)}))
    await store.close()


async def test_numbers_bytes_and_words_of_a_document_are_copied(
    tmp_path: Path, target: str
) -> None:
    await new_database(tmp_path / "chat.db")
    list(copy(tmp_path / "chat.db", target))
    there = rows_of(target)
    assert rows_of(f"sqlite:///{tmp_path / 'chat.db'}") == there
    assert there["threads"][0]["seq"] == 3_000_000_000
    assert there["passages"][0]["vector"] == b"\0\1\xff"
    database = Database(target)
    [found] = await Passages(database).by_words("valve", [FILE], 9)
    assert found.passage_id == there["passages"][0]["id"]
    another = await DocumentTexts(database).begin(FileId("file_2"))
    await another.add([Part("A pump.")], [Passage("A pump.", "1", "")])
    await database.close()


async def test_unfit_text_is_mended_and_rows_that_belong_to_nothing_are_left_out(
    tmp_path: Path, target: str
) -> None:
    path = tmp_path / "chat.db"
    await new_database(path)
    with sqlite3.connect(path) as old:  # It does not look after foreign keys.
        old.execute("UPDATE threads SET title = 'a' || char(0) || 'b'")
        old.execute("UPDATE texts SET text = CAST(x'61ff' AS TEXT)")
        for thread in ("thread_1", "thread_gone"):
            old.execute(
                "INSERT INTO runs (id, thread_id, status, created_at, body) VALUES (?, ?, '', 1, '{}')",
                (f"run_of_{thread}", thread),
            )
            old.execute(
                "INSERT INTO run_rounds (run_id, number, body) VALUES (?, 1, '{}')",
                (f"run_of_{thread}",),
            )
    copied = {each.table: each for each in copy(path, target)}
    assert copied["runs"] == Copied("runs", 1, 1)
    there = rows_of(target)
    assert there["threads"][0]["title"] == "a\ufffdb"
    assert there["texts"][0]["text"] == "a\ufffd"
    assert [row["run_id"] for row in there["run_rounds"]] == ["run_of_thread_1"]
    assert old.execute("SELECT count(*) FROM runs").fetchone() == (2,)
    old.close()


async def test_where_a_row_cannot_be_copied_nothing_is_and_copying_can_begin_again(
    tmp_path: Path, target: str
) -> None:
    path = tmp_path / "chat.db"
    await new_database(path)
    with sqlite3.connect(path) as old:
        old.execute("UPDATE threads SET seq = 'many'")
    with pytest.raises(NotCopied, match="PostgreSQL refuses a row of threads: invalid input"):
        list(copy(path, target))
    engine = create_engine(target)
    with engine.connect() as connection:
        assert connection.scalar(select(func.to_regclass("threads"))) is None
    engine.dispose()
    old.execute("UPDATE threads SET seq = 1")
    old.commit()
    old.close()
    # Whoever gives up in the middle keeps nothing either.
    for each in copy(path, target):
        assert isinstance(each, Copied)
        break
    list(copy(path, target))
    assert rows_of(f"sqlite:///{path}") == rows_of(target)


async def test_a_copy_that_differs_is_not_kept(tmp_path: Path, target: str) -> None:
    await new_database(tmp_path / "chat.db")
    store = Store(Database(target))
    await store.open()
    await store.close()
    engine = create_engine(target)
    with engine.begin() as connection:
        for statement in (
            "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN new.title = 'other'; RETURN new; END $$",
            "CREATE TRIGGER spoil BEFORE INSERT ON threads FOR EACH ROW EXECUTE FUNCTION spoil()",
        ):
            connection.execute(text(statement))
    engine.dispose()
    with pytest.raises(NotCopied, match=r"thread_1.* of threads is not in the copy as it was"):
        list(copy(tmp_path / "chat.db", target))
    assert rows_of(target)["threads"] == []


async def test_nothing_is_copied_over_anything(tmp_path: Path, target: str) -> None:
    await new_database(tmp_path / "chat.db")
    list(copy(tmp_path / "chat.db", target))
    before = rows_of(target)
    with pytest.raises(NotCopied, match="Make an empty database"):
        list(copy(tmp_path / "chat.db", target))
    assert rows_of(target) == before


async def test_what_is_written_to_now_is_not_copied(tmp_path: Path, target: str) -> None:
    await new_database(tmp_path / "chat.db")
    other = sqlite3.connect(tmp_path / "chat.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        list(copy(tmp_path / "chat.db", target))
    other.close()
