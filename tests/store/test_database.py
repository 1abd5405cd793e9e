"""Connections are closed even if their users are cancelled. aiosqlite warns of open ones."""

import asyncio
import gc
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from backend.domain.errors import StoreUnavailable
from backend.store.database import Database
from backend.store.schema import assistants, schema_version
from tests.commits import at_each_statement
from tests.leaks import nothing_left_open

QUERY = select(schema_version.c.version)


@asynccontextmanager
async def opened(tmp_path: Path, pool_timeout_s: float = 5) -> AsyncIterator[Database]:
    database = Database(
        f"sqlite+aiosqlite:///{tmp_path / 'chat.db'}",
        busy_timeout_s=0.05,
        pool_timeout_s=pool_timeout_s,
    )
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def read(database: Database) -> None:
    async with database.read() as connection:
        await connection.execute(QUERY)


@pytest.mark.sqlite
async def test_a_reader_cancelled_twice_while_leaving_leaves_no_open_connection(
    tmp_path: Path,
) -> None:
    with nothing_left_open():
        async with opened(tmp_path) as database:
            reads = asyncio.Event()

            async def wait() -> None:
                async with database.read() as connection:
                    await connection.execute(QUERY)
                    reads.set()
                    await asyncio.Event().wait()

            reading = asyncio.create_task(wait())
            await reads.wait()
            for _ in range(2):
                reading.cancel()
                await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await reading


@pytest.mark.sqlite
async def test_closing_waits_for_the_connections_in_use(tmp_path: Path) -> None:
    order = []
    with nothing_left_open():
        async with opened(tmp_path) as database:
            reads, ending = asyncio.Event(), asyncio.Event()

            async def slowly() -> None:
                async with database.read() as connection:
                    reads.set()
                    await ending.wait()
                    await connection.execute(QUERY)
                    order.append("read")

            async def end() -> None:
                ending.set()
                await database.close()
                order.append("closed")

            async with asyncio.TaskGroup() as group:
                group.create_task(slowly())
                await reads.wait()
                group.create_task(end())
    assert order == ["read", "closed"]


@pytest.mark.sqlite
async def test_a_connection_kept_for_too_long_is_closed(tmp_path: Path) -> None:
    with nothing_left_open():
        async with opened(tmp_path) as database, database.read() as connection:
            await connection.execute(QUERY)
            await database.close(timeout_s=0)
            assert connection.closed


@pytest.mark.sqlite
async def test_a_closed_database_refuses_readers(tmp_path: Path) -> None:
    with nothing_left_open():
        async with opened(tmp_path) as database:
            await database.close()
            with pytest.raises(StoreUnavailable, match="closed"):
                await read(database)


@pytest.mark.sqlite
async def test_a_refusal_gives_the_name_of_the_sqlite_error(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        other = sqlite3.connect(tmp_path / "chat.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="database is locked, SQLITE_BUSY"):
            await database.execute(schema_version.update().values(version=1))
        other.close()


@pytest.mark.sqlite
async def test_a_reader_is_asked_to_try_again_while_all_connections_are_in_use(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, pool_timeout_s=0.01) as database, AsyncExitStack() as reads:

        async def read_at_once() -> None:
            while True:
                await reads.enter_async_context(database.read())

        with pytest.raises(StoreUnavailable, match=r"in use.*try again"):
            await read_at_once()
        await reads.aclose()
        await read(database)


@pytest.mark.sqlite
@pytest.mark.parametrize("statements", range(1, 8))
async def test_a_transaction_of_a_cancelled_caller_ends_and_leaves_no_lock(
    tmp_path: Path, statements: int
) -> None:
    """Whichever statement it was at, the next transaction and other processes can write."""
    tasks: list[asyncio.Task[None]] = []
    seen: list[str] = []

    def cancel(statement: str) -> None:
        if tasks:
            seen.append(statement)
            if len(seen) >= statements:
                # Repeatedly, as when a run is stopped while it times out.
                tasks[0].cancel()

    def insert(connection: Connection) -> None:
        for number in range(3):
            connection.execute(
                assistants.insert(),
                {"id": f"{number}", "name": "", "model": "", "instructions": "", "tools": "[]"},
            )

    with at_each_statement(cancel):
        async with opened(tmp_path) as database:
            tasks.append(asyncio.create_task(database.transaction(insert)))
            await asyncio.wait(tasks)
            assert (await database.execute(assistants.delete())).rowcount == 3
            other = sqlite3.connect(tmp_path / "chat.db", isolation_level=None, timeout=0)
            other.execute("BEGIN IMMEDIATE")
            other.close()


@pytest.mark.sqlite
async def test_what_is_refused_after_its_caller_was_cancelled_is_not_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'chat.db'}")
    await database.open()
    begun, go_on = threading.Event(), threading.Event()

    def wait(_: Connection) -> None:
        begun.set()
        go_on.wait()

    first = asyncio.create_task(database.transaction(wait))
    second = asyncio.create_task(database.transaction(lambda _: None))
    await asyncio.to_thread(begun.wait)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    closing = asyncio.create_task(database.close())
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(first, closing)
    gc.collect()
    assert caplog.text == ""
