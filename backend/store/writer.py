"""Writes behind: what was recorded goes to the store in one transaction per 100 ms."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from backend.domain.errors import StoreUnavailable
from backend.domain.events import StreamedDelta, Thread
from backend.domain.ids import CommandId, OwnerId, RunId, ThreadId
from backend.domain.items import Item, Run
from backend.store.batch import Batch, Command, RemoteRun, StoredCommand
from backend.store.store import Store

log = logging.getLogger(__name__)

FLUSH_INTERVAL_S = 0.1
"""With the time of a transaction, the most text that a crash can cost."""


@dataclass(eq=False, slots=True)
class _Waiting:
    """A command until its transaction has ended."""

    command: Command
    answer: StoredCommand | None = None
    error: Exception | None = None


class Writer:
    """Collects changes between transactions. Nothing is dropped while the store is away, and
    nothing but what it cannot take.

    What waits is then no more than the last state of the things that active runs touch: commands
    are refused, so no run begins, and a run that needs a tool ends.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._batch = Batch()
        self._waiting: list[_Waiting] = []
        self._dirty = asyncio.Event()
        self._writing = asyncio.Lock()

    def record_thread(self, owner: OwnerId, thread: Thread, seq: int) -> None:
        self._batch.threads[thread.id] = (owner, thread, seq)
        self._dirty.set()

    def record_item(self, thread_id: ThreadId, item: Item) -> None:
        self._batch.items[item.id] = (thread_id, item)
        self._batch.deltas.forget(item.id)
        self._dirty.set()

    def record_run(self, run: Run) -> None:
        self._batch.runs[run.id] = run
        self._dirty.set()

    def record_delta(self, thread_id: ThreadId, delta: StreamedDelta) -> None:
        self._batch.deltas.add(thread_id, delta)
        self._dirty.set()

    def record_remote(self, run_id: RunId, remote: RemoteRun) -> None:
        self._batch.remotes[run_id] = remote
        self._dirty.set()

    async def flush(self) -> None:
        """Have all that was recorded stored on return. Raises `StoreUnavailable`."""
        async with self._writing:
            if self._dirty.is_set():
                await self._write()

    async def command(
        self, owner: OwnerId, command_id: CommandId, done: StoredCommand, batch: Batch
    ) -> StoredCommand | None:
        """Store a command with what it causes, after all that was recorded before it.

        Commands that come while a transaction is under way share the next one. Answers what
        was done before where the id was used already. Raises `StoreUnavailable`.
        """
        mine = _Waiting(Command((owner, command_id), done, batch))
        self._waiting.append(mine)
        try:
            async with self._writing:
                if mine in self._waiting:
                    await self._write()
        finally:
            if mine in self._waiting:
                self._waiting.remove(mine)
        if mine.error is not None:
            raise mine.error
        return mine.answer

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
            except Exception:
                log.exception("Storing waits")
                await asyncio.sleep(1)

    async def _write(self) -> None:
        batch, self._batch = self._batch, Batch()
        waiting, self._waiting = self._waiting, []
        self._dirty.clear()
        try:
            await self._store_together(batch, waiting)
        except BaseException as error:
            self._batch = batch.followed_by(self._batch)
            self._dirty.set()
            if isinstance(error, Exception):
                for each in waiting:
                    each.error = error
            else:
                # Only this task was cancelled; the others try for themselves.
                self._waiting = [each for each in waiting if each.error is None] + self._waiting
            raise

    async def _store_together(self, batch: Batch, waiting: Sequence[_Waiting]) -> None:
        try:
            answers = await self._store.write(batch, [each.command for each in waiting])
        except StoreUnavailable:
            raise
        except Exception:
            log.exception("A batch was refused; its threads and commands are stored one by one")
            await self._store_apart(batch, waiting)
        else:
            for each, answer in zip(waiting, answers, strict=True):
                each.answer = answer

    async def _store_apart(self, batch: Batch, waiting: Sequence[_Waiting]) -> None:
        """What cannot be stored is lost, and a command at fault fails; the others are served."""
        for part_id, part in batch.apart():
            try:
                await self._store.write(part)
            except StoreUnavailable:
                raise
            except Exception:
                log.exception("The changes of %s are lost, since they cannot be stored", part_id)
        for each in waiting:
            try:
                [each.answer] = await self._store.write(Batch(), [each.command])
            except Exception as error:
                each.error = error
