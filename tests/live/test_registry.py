import asyncio
from pathlib import Path
from weakref import ref

import pytest

from backend.domain.errors import NotFound
from backend.domain.events import ThreadUpdated
from backend.domain.ids import OwnerId, ThreadId
from backend.live.registry import KEEP_IDLE, Threads
from backend.store.database import Database
from backend.store.store import Store
from backend.store.writer import Writer

OWNER = OwnerId("owner_1")


async def test_idle_threads_are_forgotten_those_in_use_never_and_all_come_back(
    tmp_path: Path,
) -> None:
    store = Store(Database(f"sqlite+aiosqlite:///{tmp_path / 'chat.db'}"))
    await store.open()
    threads = Threads(store, Writer(store))
    in_use = []
    ids: list[ThreadId] = []
    opened = []
    for number in range(4 * KEEP_IDLE):
        live = threads.new(OWNER, f"Thread {number}")
        live.emit(ThreadUpdated(thread=live.thread))
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
