"""Connections and transactions: one engine, one writer at a time, clear errors."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from backend.domain.errors import StoreUnavailable
from backend.store.migrations import migrate

log = logging.getLogger(__name__)

BUSY_TIMEOUT_S = 5.0
"""How long to wait for another process that writes to the same SQLite file."""
CLOSE_TIMEOUT_S = 10.0
"""How long the end waits for connections in use, which may wait for another process themselves."""


class Database:
    """An async SQLAlchemy engine. Use `open` before and `close` after."""

    def __init__(self, url: str, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        parsed = make_url(url)
        self.sqlite = parsed.get_backend_name() == "sqlite"
        if self.sqlite and parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._engine = create_async_engine(
            url, connect_args={"timeout": busy_timeout_s} if self.sqlite else {}
        )
        self._writing = asyncio.Lock()
        self._lending: dict[asyncio.Task[None], asyncio.Event] = {}
        """One for each connection in use, with what it waits for."""
        self._closed = False
        if self.sqlite:
            event.listen(self._engine.sync_engine, "connect", _prepare_sqlite)

    async def open(self) -> None:
        """Migrate. Raises `StoreUnavailable` and `SchemaTooNew`."""
        self._closed = False
        try:
            async with self.write() as connection:
                await connection.run_sync(migrate)
        except BaseException:
            await self.close()
            raise

    async def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Wait for the connections in use, then close all. Whoever comes later is refused."""
        self._closed = True
        if self._lending:
            _, late = await asyncio.wait(self._lending, timeout=timeout_s)
            for lending in late:
                log.warning("A connection is still in use as the database closes")
                self._lending[lending].set()
            await asyncio.gather(*late, return_exceptions=True)
        await self._engine.dispose()

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncConnection]:
        """One transaction; this process writes one at a time, so none waits inside SQLite."""
        async with self._writing:
            with _clear_errors():
                async with self._connection() as connection, connection.begin():
                    yield connection

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        with _clear_errors():
            async with self._connection() as connection:
                yield connection

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator[AsyncConnection]:
        """One of the pool's, on loan from a task that is not cancelled with its borrower.

        So `close` knows of every connection that is still to be given back: SQLAlchemy's pool
        forgets those that are in use when it is disposed, and nobody would close them.
        """
        if self._closed:
            raise StoreUnavailable("The database is closed: this server is stopping.")
        taken: asyncio.Future[AsyncConnection] = asyncio.get_running_loop().create_future()
        returned = asyncio.Event()
        lending = asyncio.create_task(self._lend(taken, returned), name="connection")
        self._lending[lending] = returned
        lending.add_done_callback(self._lending.pop)
        try:
            yield await taken
        finally:
            returned.set()
            await asyncio.shield(lending)

    async def _lend(self, taken: asyncio.Future[AsyncConnection], returned: asyncio.Event) -> None:
        try:
            connection = await self._engine.connect()
        except Exception as error:
            if not taken.cancelled():
                taken.set_exception(error)
            return
        try:
            if not taken.cancelled():
                taken.set_result(connection)
                await returned.wait()
        finally:
            await connection.close()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    # WAL with NORMAL loses nothing when the process is killed; a power cut may cost the last
    # transactions, never the file: https://www.sqlite.org/pragma.html#pragma_synchronous
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


class _clear_errors:
    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OperationalError) or (
            isinstance(error, DBAPIError) and error.connection_invalidated
        ):
            name = getattr(error.orig, "sqlite_errorname", None)
            why = f"{error.orig}, {name}" if name else error.orig
            raise StoreUnavailable(
                f"The database did not take it ({why}). Nothing was changed; try again."
            ) from None
