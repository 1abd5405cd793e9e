"""Writes behind: changes are collected, and stored in one transaction per 100 ms.

Only the writer's own task executes these transactions. Callers await a future, so that nobody's
cancellation reaches a transaction that holds the changes of others.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, TypeVar

from backend.domain.errors import Elsewhere, RunActive, StoreUnavailable
from backend.domain.events import StreamedDelta, Thread
from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import CommandId, OwnerId, RunId, ThreadId
from backend.domain.items import TERMINAL_STATUSES, Item, Run
from backend.store.batch import Batch, Command, StoredCommand
from backend.store.fence import NotHere, Tenures
from backend.store.store import Store
from backend.watching.steps import Storing
from backend.watching.watch import Watch

log = logging.getLogger(__name__)

FLUSH_INTERVAL_S = 0.1
"""With the time of a transaction, the most text that a crash can cost."""
RETRY_INTERVAL_S = 1.0

Callback = Callable[[], None]


@dataclass(eq=False, slots=True)
class _WaitingCommand:
    command: Command
    answer: asyncio.Future[StoredCommand | None]


@dataclass(slots=True)
class _Work:
    """What the next transaction stores, and who waits for it."""

    batch: Batch = field(default_factory=Batch)
    commands: list[_WaitingCommand] = field(default_factory=list)
    flushes: list[asyncio.Future[None]] = field(default_factory=list)
    callbacks: dict[ThreadId, list[Callback]] = field(default_factory=dict)
    expected: Tenures | None = None
    """Where it is at home here, since it was taken up."""

    def part_with(self, lost: Mapping[ThreadId, Elsewhere]) -> None:
        """Leave out what concerns threads that are not at home here any more."""
        self.batch = self.batch.without(lost)
        for thread_id in lost:
            self.callbacks.pop(thread_id, None)
        rest = []
        for each in self.commands:
            there = next((lost[id] for id in each.command.thread_ids if id in lost), None)
            if there is None:
                rest.append(each)
            else:
                _fail(each.answer, there)
        self.commands = rest


class Writer:
    """Collects changes between transactions, and keeps them while the store is unavailable.

    What waits then is at most the last state of the things that active runs touch: commands
    are refused, so no run begins, and a run that needs a tool ends.
    """

    def __init__(self, store: Store, watch: Watch | None = None) -> None:
        self._store = store
        self._watch = watch or Watch()
        self._next = _Work()
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._due = False
        self._current = Batch()
        """What is being stored."""
        self.on_refusal: Callable[[ThreadId], None] = lambda _: None
        """Called with a thread of which the store knows other than this process: it refused changes,
        which are therefore lost, or has an active run that ended here."""
        self.on_loss: Callable[[Mapping[ThreadId, Elsewhere]], None] = lambda _: None
        """Called with threads that turn out to be at home elsewhere."""
        self._lost: dict[ThreadId, Elsewhere] = {}
        """Those of what is being stored."""
        self.problem: str | None = None
        """Why the last transaction failed, in a sentence; None after one that succeeded."""
        self.deltas = 0
        """How many were recorded so far."""

    def record_thread(self, owner: OwnerId, thread: Thread, seq: int) -> None:
        self._next.batch.threads[thread.id] = (owner, thread, seq)
        self._write_soon()

    def record_item(self, thread_id: ThreadId, item: Item) -> None:
        self._next.batch.items[item.id] = (thread_id, item)
        self._next.batch.deltas.forget(item.id)
        self._write_soon()

    def record_run(self, run: Run) -> None:
        """A run that has ended needs no state any more."""
        self._next.batch.runs[run.id] = run
        if run.status in TERMINAL_STATUSES:
            self._next.batch.states[run.id] = (run.thread_id, None)
            self._watch.ended(run)
        self._write_soon()

    def record_delta(self, thread_id: ThreadId, delta: StreamedDelta) -> None:
        self.deltas += 1
        self._next.batch.deltas.add(thread_id, delta)
        self._write_soon()

    def record_state(
        self,
        thread_id: ThreadId,
        run_id: RunId,
        state: FrozenModel,
        rounds: Mapping[int, FrozenModel],
    ) -> None:
        """What is needed to continue the run, with the rounds that changed."""
        self._next.batch.states[run_id] = (thread_id, state)
        for number, body in rounds.items():
            self._next.batch.rounds[run_id, number] = (thread_id, body)
        self._write_soon()

    def drop(self, lost: Mapping[ThreadId, Elsewhere]) -> None:
        """Forget what is to be stored of threads whose home is elsewhere; their commands fail."""
        self._next.part_with(lost)
        self._lost.update(lost)

    def concerns(self, thread_id: ThreadId) -> bool:
        """Whether there is anything of the thread that is not stored yet."""
        return thread_id in self._current.thread_ids | self._next.batch.thread_ids

    def after_storing(self, thread_id: ThreadId, callback: Callback) -> None:
        """Store at once; call back when all that was recorded of the thread is stored."""
        self._next.callbacks.setdefault(thread_id, []).append(callback)
        self._write_now()

    async def flush(self, thread_id: ThreadId | None = None) -> None:
        """Return when all that was recorded, or all of one thread, is stored.

        Raises `StoreUnavailable`.
        """
        if not any(batch.concerns(thread_id) for batch in (self._current, self._next.batch)):
            return
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._next.flushes.append(stored)
        self._write_now()
        await stored

    async def command(
        self, owner: OwnerId, command_id: CommandId, done: StoredCommand, batch: Batch
    ) -> StoredCommand | None:
        """Store a command with what it causes, after all that was recorded before it.

        Commands that come while a transaction is under way share the next one. Returns what the
        command did before if its id was used already. Raises `StoreUnavailable`. A caller that is
        cancelled does not know whether the command was stored.
        """
        answer: asyncio.Future[StoredCommand | None] = asyncio.get_running_loop().create_future()
        command = Command((owner, command_id), done, batch)
        self._next.commands.append(_WaitingCommand(command, answer))
        self._write_now()
        return await answer

    async def close(self) -> None:
        """Store what was recorded. Raises `StoreUnavailable`."""
        try:
            await self.flush()
        finally:
            self._stop_timer()

    # The writer's task exists only while there is something to store.

    def _write_soon(self, after_s: float = FLUSH_INTERVAL_S) -> None:
        if self._timer is None and self._task is None:
            self._timer = asyncio.get_running_loop().call_later(after_s, self._write_now)

    def _write_now(self) -> None:
        self._stop_timer()
        self._due = True
        if self._task is None:
            # What it stores is of many, not of who happens to be first.
            self._task = asyncio.create_task(self._write(), name="writer", context=Context())

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _write(self) -> None:
        try:
            while self._due:
                self._due = False
                work, self._next = self._next, _Work()
                self._current = work.batch
                self._lost.clear()
                work.expected = self._expected(work)
                await self._store_work(work)
                self._current = Batch()
        finally:
            self._task = None
            if self._next.batch:
                self._write_soon(FLUSH_INTERVAL_S if self.problem is None else RETRY_INTERVAL_S)

    def _expected(self, work: _Work) -> Tenures | None:
        if self._store.fence is None:
            return None
        commands = (each.command.thread_ids for each in work.commands)
        return self._store.fence.of(work.batch.thread_ids.union(*commands))

    async def _store_work(self, work: _Work) -> None:
        # Whoever was cancelled while waiting gave up the command.
        work.commands = [each for each in work.commands if not each.answer.done()]
        try:
            if work.batch or work.commands:
                changes = sum(each.command.batch.changes for each in work.commands)
                with self._watch.during(Storing(work.batch.changes + changes)):
                    await self._store_together(work)
        except Exception as error:
            if isinstance(error, StoreUnavailable):
                log.warning("Storing waits: %s", error)
            else:
                log.exception("Storing waits")
            self.problem = str(error)
            self._put_back(work, error)
        else:
            self.problem = None
            for callbacks in work.callbacks.values():
                for callback in callbacks:
                    callback()
            for stored in work.flushes:
                _resolve(stored, None)

    def _put_back(self, work: _Work, error: Exception) -> None:
        """Keep the changes for the next transaction; commands and flushes fail."""
        work.part_with(self._lost)
        self._next.batch = work.batch.followed_by(self._next.batch)
        for thread_id, later in self._next.callbacks.items():
            work.callbacks.setdefault(thread_id, []).extend(later)
        self._next.callbacks = work.callbacks
        for each in work.commands:
            _fail(each.answer, error)
        for stored in work.flushes:
            _fail(stored, error)

    async def _store_together(self, work: _Work) -> None:
        try:
            answers = await self._store.write(
                work.batch, [each.command for each in work.commands], work.expected
            )
        except StoreUnavailable:
            raise
        except NotHere as error:
            self._part_with(work, error)
            await self._store_together(work)
        except Exception:
            log.exception("A batch was refused; its threads and commands are stored one by one")
            await self._store_apart(work)
        else:
            for each, answer in zip(work.commands, answers, strict=True):
                _resolve(each.answer, answer)

    async def _store_apart(self, work: _Work) -> None:
        """Store what can be stored; a command at fault fails, and other changes at fault are lost."""
        for part_id, part in work.batch.apart():
            try:
                await self._store.write(part, (), work.expected)
            except StoreUnavailable:
                raise
            except NotHere as error:
                self._part_with(work, error)
            except Exception:
                log.exception("The changes of %s are lost, since they cannot be stored", part_id)
                work.callbacks.pop(part_id, None)
                self.on_refusal(part_id)
        for each in work.commands:
            await self._store_alone(each, work)

    def _part_with(self, work: _Work, error: NotHere) -> None:
        log.warning("%s", error)
        work.part_with(error.lost)
        self._lost.update(error.lost)
        self.on_loss(error.lost)

    async def _store_alone(self, waiting: _WaitingCommand, work: _Work) -> None:
        try:
            answers: Sequence[StoredCommand | None] = await self._store.write(
                Batch(), [waiting.command], work.expected
            )
        except NotHere as error:
            self._part_with(work, error)
            _fail(waiting.answer, next(iter(error.lost.values())))
        except Exception as error:
            thread_id = waiting.command.done.thread_id
            if isinstance(error, RunActive) and thread_id is not None:
                self.on_refusal(thread_id)
            _fail(waiting.answer, error)
        else:
            _resolve(waiting.answer, answers[0])


Result = TypeVar("Result")


def _resolve(future: asyncio.Future[Result], result: Result) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
