"""Databases of every released schema are brought to today's; `v1.sql` was written by version 1."""

import sqlite3
from pathlib import Path

from backend.domain.ids import ThreadId
from backend.store.database import Database
from backend.store.listing import Listing
from backend.store.store import Store

V1 = Path(__file__).with_name("v1.sql")


def old_database(path: Path) -> sqlite3.Connection:
    old = sqlite3.connect(path)
    old.executescript(V1.read_text(encoding="utf-8"))
    return old


async def opened(path: Path) -> tuple[Store, Listing]:
    database = Database(f"sqlite+aiosqlite:///{path}")
    store = Store(database)
    await store.open()
    return store, Listing(database)


async def test_a_database_of_version_1_keeps_everything_and_learns_the_new(tmp_path: Path) -> None:
    old = old_database(tmp_path / "chat.db")
    threads = old.execute("SELECT id, owner, title FROM threads ORDER BY created_at").fetchall()
    (items,) = old.execute("SELECT count(*) FROM items").fetchone()
    old.close()
    store, listing = await opened(tmp_path / "chat.db")
    seen = 0
    for thread_id, owner, title in threads:
        stored = await store.threads.get(ThreadId(thread_id))
        assert stored is not None
        seen += len(stored.items)
        assert (stored.owner, stored.thread.title) == (owner, title)
        assert (stored.thread.pinned, stored.deleted, stored.forks) == (False, False, ())
        # Runs know by now which message they began with.
        messages = [item for item in stored.items if item.type == "user_message"]
        assert [run.parent_id for run in stored.runs] == [message.id for message in messages]
    assert seen == items
    _, owner, title = threads[0]
    for query in ("Oslo", "table"):
        [found] = await listing.page(owner, limit=9, query=query)
        assert found.thread.title == title
        assert found.snippet is not None
    await store.close()


async def test_a_migrated_database_is_like_a_new_one(tmp_path: Path) -> None:
    old_database(tmp_path / "old.db").close()
    schemas = []
    for name in ("old.db", "new.db"):
        store, _ = await opened(tmp_path / name)
        await store.close()
        database = sqlite3.connect(tmp_path / name)
        tables = {}
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
            columns = database.execute(f"PRAGMA table_info({table})").fetchall()
            tables[table] = {column[1:4] + column[5:] for column in columns}
        others = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type != 'table' AND sql IS NOT NULL"
        )
        schemas.append(
            (tables, set(others), database.execute("SELECT * FROM schema_version").fetchall())
        )
        database.close()
    assert schemas[0] == schemas[1]
