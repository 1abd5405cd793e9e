"""All SQL of the product. Values in, values out; raises `StoreUnavailable`."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.domain.assistant import Assistant
from backend.domain.events import ItemDelta, Thread
from backend.domain.ids import CommandId, ItemId, OwnerId, ThreadId
from backend.domain.items import ITEM, TERMINAL_STATUSES, Fork, Item, Run
from backend.domain.transcript import Transcript
from backend.store import schema
from backend.store.batch import Batch, Command, CommandKey, RemoteRun, StoredCommand
from backend.store.database import Database
from backend.store.paths import forks_of, newest_end, path_to
from backend.store.rows import (
    command_row,
    item_row,
    run_row,
    text_rows,
    thread_of,
    thread_row,
)
from backend.store.upserts import Upserts


class StoredThread(NamedTuple):
    owner: OwnerId
    thread: Thread
    seq: int
    items: tuple[Item, ...]
    """The path from the root to the head."""
    runs: tuple[Run, ...]
    """Those that went on from one of these items, oldest first."""
    forks: tuple[Fork, ...] = ()
    deleted: bool = False
    """Hidden from its owner, who may still want it back."""

    def transcript(self) -> Transcript:
        return Transcript.of(self.seq, self.thread, self.items, self.runs, self.forks)


class WholeThread(NamedTuple):
    """All branches of a thread."""

    thread: Thread
    items: tuple[Item, ...]
    runs: tuple[Run, ...]


class UnfinishedRun(NamedTuple):
    run: Run
    remote: RemoteRun | None


class RemoteThread(NamedTuple):
    remote_id: str
    synced_item_id: ItemId | None
    """Up to this item the remote thread says what ours says."""


class Store:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._upsert = Upserts(database.sqlite)

    async def open(self) -> None:
        """Migrate the schema."""
        await self._database.open()

    async def close(self) -> None:
        await self._database.close()

    async def check(self) -> None:
        """Raises `StoreUnavailable` where the database does not answer."""
        async with self._database.read() as connection:
            await connection.execute(select(schema.schema_version.c.version))

    # Writing

    async def write(
        self, batch: Batch, commands: Sequence[Command] = ()
    ) -> list[StoredCommand | None]:
        """One transaction for all of it.

        Answers for each command what was done before, where its id was used already: then it
        changed nothing.
        """
        async with self._database.write() as connection:
            known = await self._commands(connection, [command.key for command in commands])
            answers = []
            rows = []
            for command in commands:
                answers.append(known.get(command.key))
                if answers[-1] is None:
                    known[command.key] = command.done
                    batch = batch.followed_by(command.batch)
                    rows.append(command_row(*command.key, **command.done._asdict()))
            await self._write(connection, batch)
            if rows:
                await connection.execute(schema.commands.insert(), rows)
            return answers

    async def _write(self, connection: AsyncConnection, batch: Batch) -> None:
        await self._upsert(
            connection, schema.threads, [thread_row(*row) for row in batch.threads.values()]
        )
        await self._upsert(connection, schema.runs, [run_row(run) for run in batch.runs.values()])
        await self._upsert(
            connection,
            schema.items,
            [item_row(thread_id, item) for thread_id, item in batch.items.values()],
        )
        titles = ((thread.id, thread.title) for _, thread, _ in batch.threads.values())
        await self._upsert.texts(connection, text_rows(titles, batch.items.values()))
        await self._upsert(connection, schema.deltas, batch.deltas.rows())
        for run_id, remote in batch.remotes.items():
            await connection.execute(
                update(schema.runs).where(schema.runs.c.id == run_id),
                {"remote": json.dumps(remote._asdict())},
            )
        files = schema.files
        for file_id, (thread_id, owner) in batch.attached.items():
            await connection.execute(
                update(files)
                .where(files.c.id == file_id, files.c.owner == owner, files.c.thread_id.is_(None))
                .values(thread_id=thread_id)
            )
        for run in batch.runs.values():
            if run.status in TERMINAL_STATUSES:
                await connection.execute(
                    delete(schema.deltas).where(schema.deltas.c.thread_id == run.thread_id)
                )

    # Reading

    async def thread(
        self, thread_id: ThreadId, through: ItemId | None = None
    ) -> StoredThread | None:
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

    async def whole_thread(self, thread_id: ThreadId) -> WholeThread | None:
        """Oldest items and runs first."""
        async with self._database.read() as connection:
            found = await self._found(connection, thread_id)
            if found is None:
                return None
            bodies = await connection.execute(
                select(schema.items.c.body)
                .where(schema.items.c.thread_id == thread_id)
                .order_by(schema.items.c.created_at)
            )
            items = tuple(map(ITEM.validate_json, bodies.scalars()))
            return WholeThread(thread_of(found), items, await self._runs(connection, thread_id))

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
        return tuple(map(Run.model_validate_json, bodies.scalars()))

    async def unfinished_runs(self) -> tuple[UnfinishedRun, ...]:
        """Runs that no ending was stored for: the process that ran them is gone."""
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(schema.runs.c.body, schema.runs.c.remote)
                .where(schema.runs.c.status.not_in(TERMINAL_STATUSES))
                .order_by(schema.runs.c.created_at)
            )
            return tuple(
                UnfinishedRun(Run.model_validate_json(row.body), _remote_run(row.remote))
                for row in rows
            )

    async def settle(self, thread_id: ThreadId, items: Sequence[Item]) -> None:
        """Store items with all that their journal said, which is done with."""
        async with self._database.write() as connection:
            rows = [item_row(thread_id, item) for item in items]
            await self._upsert(connection, schema.items, rows)
            await connection.execute(
                delete(schema.deltas).where(schema.deltas.c.thread_id == thread_id)
            )

    async def deltas(self, thread_id: ThreadId) -> tuple[ItemDelta, ...]:
        """The journal of a thread's growing items, in order."""
        async with self._database.read() as connection:
            bodies = await connection.execute(
                select(schema.deltas.c.body)
                .where(schema.deltas.c.thread_id == thread_id)
                .order_by(schema.deltas.c.seq)
            )
            return tuple(map(ItemDelta.model_validate_json, bodies.scalars()))

    async def command(self, owner: OwnerId, command_id: CommandId) -> StoredCommand | None:
        async with self._database.read() as connection:
            known = await self._commands(connection, [(owner, command_id)])
            return known.get((owner, command_id))

    async def forget_commands(self, before: float) -> int:
        """Delete what is remembered of commands from before that time; answers how many."""
        async with self._database.write() as connection:
            gone = await connection.execute(
                delete(schema.commands).where(schema.commands.c.created_at < before)
            )
            return gone.rowcount

    async def _commands(
        self, connection: AsyncConnection, keys: Sequence[CommandKey]
    ) -> dict[CommandKey, StoredCommand]:
        if not keys:
            return {}
        commands = schema.commands
        rows = await connection.execute(
            select(commands).where(tuple_(commands.c.owner, commands.c.id).in_(keys))
        )
        return {
            (row.owner, row.id): StoredCommand(row.thread_id, row.item_id, row.run_id)
            for row in rows
        }

    # Remote threads

    async def remote_thread(
        self, thread_id: ThreadId, upstream: str, base_url: str
    ) -> RemoteThread | None:
        remote = schema.remote_threads
        async with self._database.read() as connection:
            row = (
                await connection.execute(
                    select(remote.c.remote_id, remote.c.synced_item_id).where(
                        remote.c.thread_id == thread_id,
                        remote.c.upstream == upstream,
                        remote.c.base_url == base_url,
                    )
                )
            ).one_or_none()
        return RemoteThread(row.remote_id, row.synced_item_id) if row else None

    async def save_remote_thread(
        self, thread_id: ThreadId, upstream: str, base_url: str, remote: RemoteThread
    ) -> None:
        row = {"thread_id": thread_id, "upstream": upstream, "base_url": base_url}
        async with self._database.write() as connection:
            await self._upsert(connection, schema.remote_threads, [row | remote._asdict()])

    # Assistants of ours

    async def get_assistant(self, assistant_id: str) -> Assistant | None:
        async with self._database.read() as connection:
            row = (
                await connection.execute(
                    select(schema.assistants).where(schema.assistants.c.id == assistant_id)
                )
            ).one_or_none()
        if row is None:
            return None
        tools = tuple(json.loads(row.tools))
        return Assistant(row.id, row.name, row.model, row.instructions, tools)

    async def save_assistant(self, assistant: Assistant) -> None:
        row = {
            "id": assistant.id,
            "name": assistant.name,
            "model": assistant.model,
            "instructions": assistant.instructions,
            "tools": json.dumps(assistant.tools),
        }
        async with self._database.write() as connection:
            await self._upsert(connection, schema.assistants, [row])


def _remote_run(stored: str | None) -> RemoteRun | None:
    """None for what an older version wrote, of which nothing can go on."""
    value = json.loads(stored) if stored else {}
    return RemoteRun(**value) if value.keys() == set(RemoteRun._fields) else None
