import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from backend.domain.errors import RunActive, StoreUnavailable
from backend.domain.events import StreamedDelta, Thread
from backend.domain.ids import CommandId, ItemId, OwnerId, RunId, ThreadId
from backend.domain.items import PARKED, AssistantMessage, Run, UserMessage
from backend.store.batch import Batch, Command, StoredCommand
from backend.store.database import Database
from backend.store.listing import Listing
from backend.store.migration_steps import VERSION
from backend.store.migrations import SchemaTooNew
from backend.store.remote_threads import RemoteThread
from backend.store.schema import schema_version
from backend.store.store import Store
from backend.store.threads import UnfinishedRun
from backend.store.writer import Writer
from tests.commits import at_each_commit
from tests.patience import PATIENCE_S
from tests.scripted import said

OWNER = OwnerId("owner_1")
THREAD = Thread(id=ThreadId("thread_1"), title="T", created_at=1, updated_at=2)
RUN = Run(id=RunId("run_1"), thread_id=THREAD.id, upstream="demo", created_at=3)
ANSWER = AssistantMessage(id=ItemId("item_2"), run_id=RUN.id, created_at=4)
DONE = StoredCommand(THREAD.id, ItemId("item_1"), RUN.id)


@asynccontextmanager
async def opened(database_url: str) -> AsyncIterator[Store]:
    store = Store(Database(database_url, busy_timeout_s=0.05))
    await store.open()
    try:
        yield store
    finally:
        await store.close()


def file_url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'chat.db'}"


def batch(head: str | None = None) -> Batch:
    thread = THREAD.model_copy(update={"head_id": head})
    return Batch(threads={THREAD.id: (OWNER, thread, 7)}, runs={RUN.id: RUN})


def delta(seq: int, offset: int, text: str, item_id: str = "item_2") -> StreamedDelta:
    return StreamedDelta(seq, ItemId(item_id), "text", 0, offset, text)


def command(name: str, caused: Batch) -> Command:
    return Command((OWNER, CommandId(name)), DONE, caused)


async def test_the_list_tells_what_is_active_whichever_process_works_on_it(
    database_url: str,
) -> None:
    database = Database(database_url)
    store, listing = Store(database), Listing(database)
    await store.open()
    try:
        for status in ("in_progress", PARKED, "completed"):
            written = batch()
            written.runs = {RUN.id: RUN.model_copy(update={"status": status})}
            await store.write(written)
            [listed] = await listing.page(OWNER, limit=9)
            assert listed == await listing.find(OWNER, THREAD.id)
            assert listed.status == (status if status != "completed" else None)
            assert listed.waits == (status == PARKED)
    finally:
        await store.close()


async def test_a_thread_is_read_as_the_path_to_its_head(database_url: str) -> None:
    items = [
        UserMessage(id=ItemId(name), parent_id=parent, created_at=1, text=name)
        for name, parent in (
            ("a", None),
            ("b", ItemId("a")),
            ("c", ItemId("a")),
            ("d", ItemId("c")),
        )
    ]
    written = batch(head="d")
    written.items = {item.id: (THREAD.id, item) for item in items}
    async with opened(database_url) as store:
        await store.write(written)
    async with opened(database_url) as store:
        found = await store.threads.get(THREAD.id)
    assert found is not None
    assert (found.owner, found.seq, found.runs) == (OWNER, 7, (RUN,))
    assert [item.id for item in found.items] == ["a", "c", "d"]


async def test_a_command_and_its_effect_are_stored_together_or_not_at_all(
    database_url: str,
) -> None:
    async with opened(database_url) as store:
        assert await store.write(Batch(), [command("c", batch())]) == [None]
        renamed = batch()
        renamed.threads[THREAD.id] = (OWNER, THREAD.model_copy(update={"title": "No"}), 9)
        twice = [command("d", batch()), command("c", renamed), command("d", renamed)]
        assert await store.write(Batch(), twice) == [None, DONE, DONE]
        found = await store.threads.get(THREAD.id)
        assert found is not None
        assert (found.thread.title, found.seq) == ("T", 7)
        assert await store.commands.find(OwnerId("owner_2"), CommandId("c")) is None


async def test_the_journal_has_one_row_per_field_and_is_deleted_when_the_run_ends(
    database_url: str,
) -> None:
    async with opened(database_url) as store:
        growing = batch()
        growing.items = {ANSWER.id: (THREAD.id, ANSWER)}
        for grown in (
            delta(8, 0, "a"),
            delta(9, 1, "b"),
            delta(10, 0, "x", item_id="item_3"),
            delta(11, 2, "c"),
        ):
            growing.deltas.add(THREAD.id, grown)
        await store.write(growing)
        assert [
            (row.seq, row.offset, row.delta) for row in await store.threads.deltas(THREAD.id)
        ] == [
            (10, 0, "x"),
            (11, 0, "abc"),
        ]
        assert await store.threads.unfinished_runs() == (UnfinishedRun(RUN, None),)
        done = RUN.model_copy(update={"status": "completed"})
        await store.write(Batch(runs={RUN.id: done}))
        assert await store.threads.deltas(THREAD.id) == ()
        assert await store.threads.unfinished_runs() == ()


async def test_simultaneous_commands_are_each_executed_once(
    database_url: str,
) -> None:
    async with opened(database_url) as store:
        writer = Writer(store)
        ids = [CommandId(f"c{number % 10}") for number in range(20)]
        answers = await asyncio.gather(*(writer.command(OWNER, id, DONE, batch()) for id in ids))
        assert answers == [None] * 10 + [DONE] * 10


async def test_a_thread_has_one_active_run_whoever_writes(database_url: str) -> None:
    second = RUN.model_copy(update={"id": RunId("run_2"), "created_at": 9})
    asked = command("c", Batch(runs={second.id: second}))
    async with opened(database_url) as store, opened(database_url) as other:
        await store.write(batch())
        with pytest.raises(RunActive, match="Send again when it has ended"):
            await Writer(other).command(*asked.key, asked.done, asked.batch)
        assert await store.commands.find(*asked.key) is None
        parked = RUN.model_copy(update={"status": "requires_action"})
        await store.write(Batch(runs={RUN.id: parked}))
        with pytest.raises(RunActive):
            await other.write(Batch(), [asked])
        ended = RUN.model_copy(update={"status": "completed"})
        await store.write(Batch(runs={RUN.id: ended, second.id: second}))
        assert [each.run for each in await other.threads.unfinished_runs()] == [second]


@pytest.mark.sqlite
async def test_a_caller_cancelled_during_the_commit_cancels_no_other_command(
    tmp_path: Path,
) -> None:
    """Commands share a transaction. The callers of the others still get their results."""
    tasks: list[asyncio.Task[StoredCommand | None]] = []
    steps: list[Callable[[], object]] = []
    with at_each_commit(lambda: steps and steps.pop(0)()):
        async with opened(file_url(tmp_path)) as store:
            writer = Writer(store)

            def send(*names: str) -> None:
                for name in names:
                    sending = writer.command(OWNER, CommandId(name), DONE, batch())
                    tasks.append(asyncio.create_task(sending))

            steps += (lambda: send("second", "third"), lambda: tasks[1].cancel())
            send("first")
            async with asyncio.timeout(PATIENCE_S):
                assert await tasks[0] is None
                assert await tasks[2] is None
            assert tasks[1].cancelled()
            assert await store.commands.find(OWNER, CommandId("third")) == DONE


@pytest.mark.sqlite
async def test_a_locked_database_is_reported_and_recorded_changes_wait(tmp_path: Path) -> None:
    async with opened(file_url(tmp_path)) as store:
        writer = Writer(store)
        writer.record_thread(OWNER, THREAD, 1)
        other = sqlite3.connect(tmp_path / "chat.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="try again"):
            await writer.flush()
        with pytest.raises(StoreUnavailable):
            await writer.command(OWNER, CommandId("c"), DONE, batch())
        writer.record_run(RUN)
        other.execute("ROLLBACK")
        other.close()
        await writer.flush()
        found = await store.threads.get(THREAD.id)
        assert found is not None
        assert found.runs == (RUN,)
        assert await store.commands.find(OWNER, CommandId("c")) is None


@pytest.mark.sqlite
async def test_changes_waiting_for_a_locked_database_grow_only_by_their_text(
    tmp_path: Path,
) -> None:
    async with opened(file_url(tmp_path)) as store:
        writer = Writer(store)
        writer.record_thread(OWNER, THREAD, 1)
        writer.record_run(RUN)
        writer.record_item(THREAD.id, ANSWER)
        await writer.flush()
        other = sqlite3.connect(tmp_path / "chat.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        for seq, word in enumerate(["one", "two", "three"]):
            writer.record_delta(THREAD.id, delta(2 + seq, [0, 3, 6][seq], word))
            writer.record_delta(THREAD.id, delta(20 + seq, seq, "x", item_id="item_3"))
            with pytest.raises(StoreUnavailable):
                await writer.flush()
        # An item that is stored as a whole needs no journal.
        done = AssistantMessage(
            id=ItemId("item_3"), created_at=4, content=said("xxx"), status="completed"
        )
        writer.record_item(THREAD.id, done)
        other.execute("ROLLBACK")
        other.close()
        await writer.flush()
        assert [
            (row.seq, row.offset, row.delta) for row in await store.threads.deltas(THREAD.id)
        ] == [(4, 0, "onetwothree")]


async def test_recorded_changes_are_soon_stored_without_a_flush(database_url: str) -> None:
    async with opened(database_url) as store:
        writer = Writer(store)
        writer.record_thread(OWNER, THREAD, 1)
        async with asyncio.timeout(PATIENCE_S):
            while await store.threads.get(THREAD.id) is None:
                pass


async def test_a_remote_thread_is_found_by_upstream_and_base_url(database_url: str) -> None:
    remote = RemoteThread("thread_remote", None)
    synced = RemoteThread("thread_remote", ItemId("item_9"))
    async with opened(database_url) as store:
        await store.write(batch())
        await store.remote_threads.save(THREAD.id, "assistants", "http://a", remote)
        await store.remote_threads.save(THREAD.id, "assistants", "http://a", synced)
        assert await store.remote_threads.find(THREAD.id, "assistants", "http://a") == synced
        assert await store.remote_threads.find(THREAD.id, "assistants", "http://b") is None


async def test_a_database_of_a_newer_version_is_refused(database_url: str) -> None:
    async with opened(database_url):
        pass
    database = Database(database_url)
    await database.execute(schema_version.update().values(version=VERSION + 1))
    await database.close()
    with pytest.raises(SchemaTooNew, match="Update the program"):
        async with opened(database_url):
            pass
