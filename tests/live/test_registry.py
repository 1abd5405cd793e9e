import asyncio
import sqlite3
from pathlib import Path
from weakref import ref

import pytest

from backend.domain.errors import NotFound
from backend.domain.events import ThreadUpdated
from backend.domain.ids import OwnerId, ThreadId
from backend.homes.alone import Alone
from backend.live.registry import KEEP_IDLE, Threads
from backend.store.database import Database
from backend.store.store import Store
from backend.store.writer import Writer

OWNER = OwnerId("owner_1")


async def test_idle_threads_are_unloaded_and_load_again_but_never_those_in_use(
    database_url: str,
) -> None:
    store = Store(Database(database_url))
    await store.open()
    threads = Threads(store, Writer(store), Alone())
    in_use = []
    ids: list[ThreadId] = []
    opened = []
    for number in range(4 * KEEP_IDLE):
        live = threads.new(OWNER, f"Thread {number}")
        live.append(ThreadUpdated(thread=live.thread))
        if number % 4 == 0:
            live.listen(asyncio.Event())
            in_use.append(live)
        threads.keep(live)
        ids.append(live.id)
        opened.append(ref(live))
        del live
    assert sum(live() is not None for live in opened) <= len(in_use) + KEEP_IDLE
    for live in in_use:
        assert await threads.get(live.id, OWNER) is live
    for number, thread_id in enumerate(ids):
        assert (await threads.get(thread_id, OWNER)).thread.title == f"Thread {number}"
    with pytest.raises(NotFound):
        await threads.get(ids[0], OwnerId("owner_2"))
    await store.close()


@pytest.mark.sqlite
async def test_a_thread_opens_while_the_changes_of_others_cannot_be_stored(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'chat.db'}", busy_timeout_s=1)
    store = Store(database)
    await store.open()
    writer = Writer(store)
    threads = Threads(store, writer, Alone())
    mine, other = (threads.new(OWNER, title) for title in ("mine", "other"))
    mine.append(ThreadUpdated(thread=mine.thread))
    await writer.flush()
    locking = sqlite3.connect(tmp_path / "chat.db", isolation_level=None)
    locking.execute("BEGIN IMMEDIATE")
    other.append(ThreadUpdated(thread=other.thread))
    waiting = [asyncio.create_task(threads.get(other.id, OWNER)) for _ in range(2)]
    await asyncio.sleep(0)
    opened = await threads.get(mine.id, OWNER)
    assert opened.thread.title == "mine"
    assert not any(task.done() for task in waiting)
    locking.execute("ROLLBACK")
    locking.close()
    first, second = await asyncio.gather(*waiting)
    assert first is second
    await store.close()
