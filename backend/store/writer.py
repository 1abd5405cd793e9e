"""Writes behind: what was recorded goes to the store in one transaction per 100 ms."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from backend.errors import StoreUnavailable
from backend.ids import CommandId, ItemId, OwnerId, RunId, ThreadId
from backend.store.store import Batch, Store, StoredCommand
from backend.threads.events import StreamedDelta, Thread
from backend.threads.items import Item, Run

log = logging.getLogger(__name__)

FLUSH_INTERVAL_S = 0.1
"""With the time of a transaction, the most text that a crash can cost."""


class Writer:
    """Collects changes between transactions. Nothing is dropped while the store is away."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._batch = Batch()
        self._dirty = asyncio.Event()
        self._flushing = asyncio.Lock()

    def record_thread(self, owner: OwnerId, thread: Thread, seq: int) -> None:
        self._batch.threads[thread.id] = (owner, thread, seq)
        self._dirty.set()

    def record_item(self, thread_id: ThreadId, item: Item) -> None:
        self._batch.items[item.id] = (thread_id, item)
        self._dirty.set()

    def record_run(self, run: Run) -> None:
        self._batch.runs[run.id] = run
        self._dirty.set()

    def record_delta(self, thread_id: ThreadId, delta: StreamedDelta) -> None:
        self._batch.deltas.append((thread_id, delta))
        self._dirty.set()

    def record_native(self, item_id: ItemId, native: Mapping[str, Any]) -> None:
        """What an upstream must remember of an item; never sent to a client."""
        self._batch.natives[item_id] = native
        self._dirty.set()

    def record_remote(self, run_id: RunId, remote: Mapping[str, Any]) -> None:
        """What an upstream must remember of a run."""
        self._batch.remotes[run_id] = remote
        self._dirty.set()

    async def flush(self) -> None:
        """Have all that was recorded stored on return. Raises `StoreUnavailable`."""
        async with self._flushing:
            if not self._dirty.is_set():
                return
            batch, self._batch = self._batch, Batch()
            self._dirty.clear()
            try:
                await self._store.write(batch)
            except BaseException:
                self._batch = batch.followed_by(self._batch)
                self._dirty.set()
                raise

    async def command(
        self, owner: OwnerId, command_id: CommandId, done: StoredCommand, batch: Batch
    ) -> StoredCommand | None:
        """Store a command with what it causes, after all that was recorded before it."""
        await self.flush()
        return await self._store.write_command(owner, command_id, done, batch)

    async def run(self) -> None:
        """Flush for ever; cancel it, then `flush` once more."""
        while True:
            await self._dirty.wait()
            await asyncio.sleep(FLUSH_INTERVAL_S)
            try:
                await self.flush()
            except StoreUnavailable as error:
                log.warning("Storing waits: %s", error)
                await asyncio.sleep(1)
