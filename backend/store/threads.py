"""The SQL that reads threads, their items and runs."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.domain.events import ItemDelta, Thread
from backend.domain.ids import ItemId, OwnerId, RunId, ThreadId
from backend.domain.items import PARKED, TERMINAL_STATUSES, Fork, Item, Run
from backend.domain.transcript import Gap, Stretch, Transcript
from backend.store import schema
from backend.store.database import Database
from backend.store.paths import end_of_path, forks_at, forks_of, newest_end, path_to
from backend.store.rows import (
    item_row,
    items_of,
    run_of,
    thread_of,
)
from backend.store.upserts import Upserts

log = logging.getLogger(__name__)

ITEMS_AT_ONCE = 200


class StoredThread(NamedTuple):
    owner: OwnerId
    thread: Thread
    seq: int
    items: tuple[Item, ...]
    """The path from the root to the head, or the end of it."""
    runs: tuple[Run, ...]
    """Those that went on from one of these items, oldest first."""
    forks: tuple[Fork, ...] = ()
    deleted: bool = False
    """Hidden from its owner, who may still want it back."""
    before: ItemId | None = None
    """The path goes on before this item."""

    def transcript(self) -> Transcript:
        return Transcript.of(self.seq, self.thread, self.items, self.runs, self.forks, self.before)


class _Continuing(msgspec.Struct):
    """What is read of a run to see whether all of it is wanted, in a tenth of the time."""

    parent_id: ItemId | None = None


_CONTINUING = msgspec.json.Decoder(_Continuing)


class UnfinishedRun(NamedTuple):
    run: Run
    state: str | None
    """As JSON, what is needed to continue it."""
    rounds: tuple[str, ...] = ()
    """The parts of the state, in order."""


class ThreadRows:
    """Raises `StoreUnavailable`."""

    def __init__(self, database: Database, upsert: Upserts) -> None:
        self._database = database
        self._upsert = upsert

    async def get(self, thread_id: ThreadId, through: ItemId | None = None) -> StoredThread | None:
        """The thread along its path, or along the newest one through an item.

        None for an unknown thread or item.
        """
        async with self._database.read() as connection:
            found = await self._found(connection, thread_id)
            if found is None:
                return None
            head_id = found.head_id
            if through is not None:
                head_id = await newest_end(connection, thread_id, through)
                if head_id is None:
                    return None
            items = await path_to(connection, thread_id, head_id)
            places = {None, *(item.id for item in items)}
            runs = await self._runs(connection, thread_id)
            return StoredThread(
                owner=found.owner,
                thread=thread_of(found).model_copy(update={"head_id": head_id}),
                seq=found.seq,
                items=items,
                runs=tuple(run for run in runs if run.parent_id in places),
                forks=await forks_of(connection, thread_id, items),
                deleted=found.deleted_at is not None,
            )

    async def end(self, thread_id: ThreadId, least: int) -> StoredThread | None:
        """The thread with the end of its path alone: at least so many items, as whole turns.

        As much is read of a long thread as of a short one.
        """
        async with self._database.read() as connection:
            found = await self._found(connection, thread_id)
            if found is None:
                return None
            items, before = await end_of_path(connection, thread_id, found.head_id, least)
            return StoredThread(
                owner=found.owner,
                thread=thread_of(found),
                seq=found.seq,
                items=items,
                runs=await self._runs_at(connection, thread_id, items, before),
                forks=await forks_at(connection, thread_id, items, end=found.head_id),
                deleted=found.deleted_at is not None,
                before=before,
            )

    async def older(
        self, thread_id: ThreadId, before: ItemId, least: int | None = None
    ) -> Stretch | None:
        """What led to an item of any branch, which nothing changes any more: all of it, or at least
        so many items, as whole turns. None for an unknown item."""
        async with self._database.read() as connection:
            known = await path_to(connection, thread_id, before, 1)
            if not known:
                return None
            parent_id, start = known[0].parent_id, None
            if least is None:
                items = await path_to(connection, thread_id, parent_id)
            else:
                items, start = await end_of_path(connection, thread_id, parent_id, least)
            runs = await self._runs_at(connection, thread_id, items, start)
            forks = await forks_at(connection, thread_id, items)
            return Stretch(items, runs, forks, start)

    async def path(self, thread_id: ThreadId, head_id: ItemId | None) -> tuple[Item, ...]:
        """The items from the root to one of any branch, as far as stored; none for an unknown one."""
        async with self._database.read() as connection:
            return await path_to(connection, thread_id, head_id)

    async def all_items(self, thread_id: ThreadId) -> AsyncGenerator[tuple[Item, ...]]:
        """Yields the items of all branches, oldest first, some at a time.

        They are as they were when it began, but no connection is held meanwhile.
        """
        items = schema.items
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(items.c.id)
                .where(items.c.thread_id == thread_id)
                .order_by(items.c.created_at)
            )
            ids = await asyncio.to_thread(rows.scalars().all)
        for start in range(0, len(ids), ITEMS_AT_ONCE):
            some = ids[start : start + ITEMS_AT_ONCE]
            async with self._database.read() as connection:
                rows = await connection.execute(
                    select(items).where(items.c.id.in_(some)).order_by(items.c.created_at)
                )
            yield await items_of(rows)

    async def all_runs(self, thread_id: ThreadId) -> tuple[Run, ...]:
        """Oldest first."""
        async with self._database.read() as connection:
            return await self._runs(connection, thread_id)

    async def item(self, item_id: ItemId, owner: OwnerId) -> Item | None:
        """An item of any branch of an owner's threads, as far as it is stored."""
        items, threads = schema.items, schema.threads
        async with self._database.read() as connection:
            found = await connection.execute(
                select(items)
                .join(threads, threads.c.id == items.c.thread_id)
                .where(items.c.id == item_id, threads.c.owner == owner)
                .where(threads.c.deleted_at.is_(None))
            )
            return next(iter(await items_of(found)), None)

    async def _found(self, connection: AsyncConnection, thread_id: ThreadId) -> Any:
        threads = schema.threads
        found = await connection.execute(select(threads).where(threads.c.id == thread_id))
        return found.one_or_none()

    async def _runs(self, connection: AsyncConnection, thread_id: ThreadId) -> tuple[Run, ...]:
        bodies = await connection.execute(
            select(schema.runs.c.body)
            .where(schema.runs.c.thread_id == thread_id)
            .order_by(schema.runs.c.created_at)
        )
        return tuple(run for body in bodies.scalars() if (run := run_of(body)) is not None)

    async def _runs_at(
        self,
        connection: AsyncConnection,
        thread_id: ThreadId,
        items: Sequence[Item],
        before: ItemId | None,
    ) -> tuple[Run, ...]:
        """Those that went on from one of these items of a path, oldest first."""
        places: set[ItemId | None] = {item.id for item in items}
        if before is None:
            places.add(None)
        runs = schema.runs
        wanted = select(runs.c.body).where(runs.c.thread_id == thread_id)
        if before is not None:
            # A run goes on from an item that was there; a clock that was set back is the exception,
            # in which only a run that came to nothing is not found.
            named = {item.run_id for item in items if item.run_id is not None}
            wanted = wanted.where(
                or_(
                    runs.c.created_at >= items[0].created_at,
                    runs.c.id.in_(named),
                    runs.c.status.not_in(TERMINAL_STATUSES),
                )
            )
        bodies = await connection.execute(wanted.order_by(runs.c.created_at))
        found = (run_of(body) for body in bodies.scalars() if _parent_of(body) in places)
        return tuple(run for run in found if run is not None)

    async def unfinished_runs(self) -> tuple[UnfinishedRun, ...]:
        """Runs whose process is gone: no ending was stored for them, and they wait for nobody."""
        async with self._database.read() as connection:
            rounds: dict[str, list[str]] = defaultdict(list)
            parts = select(schema.run_rounds).order_by(schema.run_rounds.c.number)
            for row in await connection.execute(parts):
                rounds[row.run_id].append(row.body)
            rows = await connection.execute(
                select(schema.runs)
                .where(schema.runs.c.status.not_in([*TERMINAL_STATUSES, PARKED]))
                .order_by(schema.runs.c.created_at)
            )
            return tuple(
                UnfinishedRun(run, row.state, tuple(rounds[row.id]))
                for row in rows
                if (run := run_of(row.body)) is not None
            )

    async def unfinished_run(self, run_id: RunId) -> UnfinishedRun | None:
        """One run with what is needed to continue it."""
        async with self._database.read() as connection:
            found = await connection.execute(select(schema.runs).where(schema.runs.c.id == run_id))
            row = found.one_or_none()
            if row is None:
                return None
            parts = await connection.execute(
                select(schema.run_rounds.c.body)
                .where(schema.run_rounds.c.run_id == run_id)
                .order_by(schema.run_rounds.c.number)
            )
            run = run_of(row.body)
            if run is None:
                return None
            return UnfinishedRun(run, row.state, tuple(parts.scalars()))

    async def overdue(self, now: float) -> tuple[tuple[ThreadId, OwnerId], ...]:
        """The threads on which somebody was waited for until now, and whose they are."""
        runs, threads = schema.runs, schema.threads
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(threads.c.id, threads.c.owner)
                .join(runs, runs.c.thread_id == threads.c.id)
                .where(
                    runs.c.status == PARKED,
                    runs.c.expires_at <= now,
                    threads.c.deleted_at.is_(None),
                )
            )
            return tuple((row.id, row.owner) for row in rows)

    async def waiting(self, owner: OwnerId | None) -> tuple[tuple[ThreadId, OwnerId], ...]:
        """The threads with a run, on which somebody may be waited for: an owner's, or all."""
        runs, threads = schema.runs, schema.threads
        wanted = (
            select(threads.c.id, threads.c.owner)
            .join(runs, runs.c.thread_id == threads.c.id)
            .where(runs.c.status.not_in(TERMINAL_STATUSES), threads.c.deleted_at.is_(None))
        )
        if owner is not None:
            wanted = wanted.where(threads.c.owner == owner)
        async with self._database.read() as connection:
            return tuple((row.id, row.owner) for row in await connection.execute(wanted))

    async def parked(self) -> int:
        """How many runs wait for somebody."""
        runs, threads = schema.runs, schema.threads
        counted = (
            select(func.count())
            .select_from(runs.join(threads, runs.c.thread_id == threads.c.id))
            .where(runs.c.status == PARKED, threads.c.deleted_at.is_(None))
        )
        async with self._database.read() as connection:
            return int((await connection.execute(counted)).scalar_one())

    async def held(self) -> tuple[tuple[ThreadId, OwnerId], ...]:
        """The threads on which a call waits that was kept open."""
        items, runs, threads = schema.items, schema.runs, schema.threads
        wanted = (
            select(threads.c.id, threads.c.owner)
            .join(runs, runs.c.thread_id == threads.c.id)
            .join(items, (items.c.thread_id == threads.c.id) & (items.c.run_id == runs.c.id))
            .where(runs.c.status == PARKED, threads.c.deleted_at.is_(None))
            .where(items.c.status == "awaiting_approval", items.c.body.contains('"held":true'))
            .distinct()
        )
        async with self._database.read() as connection:
            return tuple((row.id, row.owner) for row in await connection.execute(wanted))

    async def settle(self, thread_id: ThreadId, items: Sequence[Item]) -> None:
        """Store items with all that their journal said, which is done with."""

        def settle(connection: Connection) -> None:
            rows = [item_row(thread_id, item) for item in items]
            self._upsert(connection, schema.items, rows)
            connection.execute(delete(schema.deltas).where(schema.deltas.c.thread_id == thread_id))

        await self._database.transaction_for(thread_id, settle)

    async def with_journal(self, stored: StoredThread) -> Transcript:
        """The thread with the text of its growing items."""
        transcript = stored.transcript()
        for delta in await self.deltas(stored.thread.id):
            try:
                transcript.reduce(delta)
            except Gap as gap:
                log.warning("A piece of %s is missing: %s", delta.item_id, gap)
        return transcript

    async def deltas(self, thread_id: ThreadId) -> tuple[ItemDelta, ...]:
        """The journal of a thread's growing items, in order."""
        async with self._database.read() as connection:
            bodies = await connection.execute(
                select(schema.deltas.c.body)
                .where(schema.deltas.c.thread_id == thread_id)
                .order_by(schema.deltas.c.seq)
            )
            return tuple(map(ItemDelta.model_validate_json, bodies.scalars()))


def _parent_of(run: str) -> ItemId | None:
    """None as well for a run that cannot be read: `run_of` says so."""
    try:
        return _CONTINUING.decode(run).parent_id
    except msgspec.DecodeError:
        return None
