import asyncio
import sqlite3
from pathlib import Path
from weakref import ref

import pytest

from backend.domain.errors import NotFound
from backend.domain.events import ItemAdded, Thread, ThreadUpdated
from backend.domain.ids import ItemId, OwnerId, RunId, ThreadId
from backend.domain.items import Fork, Run, UserMessage
from backend.homes.alone import Alone
from backend.live.registry import KEEP_IDLE, Threads
from backend.live.thread_log import ThreadLog
from backend.store.batch import Batch
from backend.store.database import Database
from backend.store.store import Store
from backend.store.threads import StoredThread
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


async def test_a_reader_has_a_lost_run_recovered_with_all_of_its_thread(database_url: str) -> None:
    store = Store(Database(database_url))
    await store.open()
    threads = Threads(store, Writer(store), Alone())
    batch, thread_id = Batch(), ThreadId("thread_1")
    parent: ItemId | None = None
    for number in range(10):
        item = UserMessage(
            id=ItemId(f"item_{number}"), parent_id=parent, created_at=number, text="Go on"
        )
        batch.items[item.id] = (thread_id, item)
        parent = item.id
    thread = Thread(id=thread_id, title="T", head_id=parent, created_at=1, updated_at=1)
    batch.threads[thread_id] = (OWNER, thread, 1)
    run = Run(id=RunId("run_1"), thread_id=thread_id, parent_id=parent, upstream="x", created_at=9)
    batch.runs[run.id] = run
    await store.write(batch)
    recovered: list[StoredThread] = []

    class Recovering:
        async def thread(self, stored: StoredThread) -> None:
            recovered.append(stored)
            ended = run.model_copy(update={"status": "failed"})
            await store.write(Batch(runs={run.id: ended}))

        async def held(self, live: ThreadLog) -> None: ...

    threads.recovery = Recovering()
    live = await threads.look(thread_id, OWNER, 2)
    assert [(len(stored.items), stored.before) for stored in recovered] == [(10, None)]
    assert (len(live.transcript.items), live.active_run) == (10, None)
    await store.close()


async def test_only_the_end_of_a_thread_is_read_until_more_is_wanted(database_url: str) -> None:
    store = Store(Database(database_url))
    await store.open()
    writer = Writer(store)
    live = Threads(store, writer, Alone()).new(OWNER, "T")
    items = [UserMessage(id=ItemId(f"item_{n}"), created_at=n, text="Go on") for n in range(10)]
    for item, parent in zip(items, [None, *items], strict=False):
        child = item.model_copy(update={"parent_id": parent and parent.id})
        live.append(ItemAdded(item=child))
    # Its last item is on another branch.
    live.append(ThreadUpdated(thread=live.thread.model_copy(update={"head_id": items[8].id})))
    await writer.flush()
    again = Threads(store, writer, Alone())
    looked = await again.look(live.id, OWNER, 3)
    assert [item.id for item in looked.transcript.items] == ["item_6", "item_7", "item_8"]
    assert looked.transcript.before == "item_6"
    assert looked.transcript.forks == (Fork(parent_id=items[8].id, item_ids=(items[9].id,)),)
    first, second = await asyncio.gather(again.get(live.id, OWNER), again.get(live.id, OWNER))
    assert first is second is looked
    assert [item.id for item in looked.transcript.items] == [item.id for item in items[:9]]
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
