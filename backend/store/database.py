"""Connections and transactions: one engine, one writer at a time, clear errors."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    CursorResult,
    Engine,
    Executable,
    create_engine,
    event,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from backend.domain.errors import StoreUnavailable
from backend.store.migrations import migrate
from backend.store.schema import schema_version
from backend.waiting import Detached

log = logging.getLogger(__name__)

T = TypeVar("T")
Rows = Mapping[str, Any] | Sequence[Mapping[str, Any]]

BUSY_TIMEOUT_S = 5.0
"""How long to wait for another process that writes to the same SQLite file."""
POOL_TIMEOUT_S = 10.0
"""How long to wait for a connection while all are in use."""
_SQLITE_HEAD = b"SQLite format 3\0"
CLOSE_TIMEOUT_S = 10.0
"""How long the end waits for connections in use, which may wait for another process themselves."""


def is_there(url: str) -> bool:
    """Whether the database exists, as far as can be told without connecting to it."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return True
    return parsed.database is not None and Path(parsed.database).is_file()


class Database:
    """An async SQLAlchemy engine. Use `open` before and `close` after."""

    def __init__(
        self,
        url: str,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
        pool_timeout_s: float = POOL_TIMEOUT_S,
    ) -> None:
        parsed = make_url(url)
        self._file: Path | None = None
        self._identity: tuple[int, int] | None = None
        """Device and inode of the file that was opened."""
        self.sqlite = parsed.get_backend_name() == "sqlite"
        if self.sqlite and parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = Path(parsed.database)
        self._engine = create_async_engine(
            url,
            connect_args={"timeout": busy_timeout_s} if self.sqlite else {},
            pool_timeout=pool_timeout_s,
            hide_parameters=True,
        )
        self._writing = asyncio.Lock()
        self._transactions = Detached(StoreUnavailable)
        self._lending: dict[asyncio.Task[None], asyncio.Event] = {}
        """One for each connection in use, with what it waits for."""
        self._closed = False
        self._file_engine: Engine | None = None
        """Writes to a SQLite file, in a thread."""
        self._thread: ThreadPoolExecutor | None = None
        if self.sqlite:
            event.listen(self._engine.sync_engine, "connect", _prepare_sqlite)
        if self._file is not None:
            self._file_engine = create_engine(
                parsed.set(drivername="sqlite"),
                connect_args={"timeout": busy_timeout_s},
                hide_parameters=True,
            )
            event.listen(self._file_engine, "connect", _prepare_sqlite)

    async def open(self) -> None:
        """Migrate. Raises `StoreUnavailable` and `SchemaTooNew`."""
        self._closed = False
        try:
            await self.transaction(migrate)
            if self._file is not None:
                self._identity = _identity(self._file)
        except BaseException:
            await self.close()
            raise

    async def check(self) -> None:
        """Raises `StoreUnavailable` where nothing can be stored now: gone, damaged, locked, full."""
        if self._file is not None:
            await asyncio.to_thread(_check_file, self._file, self._identity)
        await self.execute(update(schema_version).values(version=schema_version.c.version))

    async def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Wait for the connections in use, then close all. Whoever comes later is refused."""
        self._closed = True
        if self._lending:
            _, late = await asyncio.wait(self._lending, timeout=timeout_s)
            for lending in late:
                log.warning("A connection is still in use as the database closes")
                self._lending[lending].set()
            await asyncio.gather(*late, return_exceptions=True)
        if self._thread is not None:
            thread, self._thread = self._thread, None
            await asyncio.to_thread(thread.shutdown)
        if self._file_engine is not None:
            self._file_engine.dispose()
        await self._engine.dispose()

    async def transaction(self, work: Callable[[Connection], T]) -> T:
        """Do the work in a transaction and return its result. Raises `StoreUnavailable`.

        This process writes one transaction at a time, so that none waits inside SQLite. With
        SQLite each is done in a thread, as a whole, at half the cost of going there and back for
        each statement. A transaction that has begun also ends when its caller is cancelled.
        """
        if self._file_engine is None:
            return await self._transactions.run(self._transact(work))
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        loop = asyncio.get_running_loop()
        return await asyncio.shield(
            loop.run_in_executor(self._thread, self._transact_file, self._file_engine, work)
        )

    async def execute(self, statement: Executable, rows: Rows | None = None) -> CursorResult[Any]:
        """Execute one statement in a transaction of its own."""
        return await self.transaction(lambda connection: connection.execute(statement, rows))

    def _transact_file(self, engine: Engine, work: Callable[[Connection], T]) -> T:
        self._check_open()
        with _clear_errors(), engine.begin() as connection:
            return work(connection)

    async def _transact(self, work: Callable[[Connection], T]) -> T:
        async with self._writing:
            with _clear_errors():
                async with self._connection() as connection, connection.begin():
                    return await connection.run_sync(work)

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
        self._check_open()
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

    def _check_open(self) -> None:
        if self._closed:
            raise StoreUnavailable("The database is closed: this server is stopping.")

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


def _identity(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_dev, found.st_ino


def _check_file(file: Path, identity: tuple[int, int] | None) -> None:
    """SQLite itself goes on with a file that was deleted, and with pages that it has in memory."""
    try:
        with file.open("rb") as stream:
            head = stream.read(len(_SQLITE_HEAD))
        is_same = _identity(file) == identity
    except OSError as error:
        raise StoreUnavailable(
            f"The database cannot be read: {error.strerror}. Put it back and restart the server."
        ) from None
    if not is_same:
        raise StoreUnavailable("The database is another file now. Restart the server.")
    if head != _SQLITE_HEAD:
        raise StoreUnavailable("The database is damaged. Put a copy of it in its place.")


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
        if isinstance(error, PoolTimeoutError):
            raise StoreUnavailable(
                "All connections to the database are in use. Nothing was changed; try again."
            ) from None
        if isinstance(error, OperationalError) or (
            isinstance(error, DBAPIError) and error.connection_invalidated
        ):
            name = getattr(error.orig, "sqlite_errorname", None)
            why = f"{error.orig}, {name}" if name else error.orig
            raise StoreUnavailable(
                f"The database did not take it ({why}). Nothing was changed; try again."
            ) from None
        # SQLite says so of a file that is damaged, or no database at all.
        if type(error) is DatabaseError:
            raise StoreUnavailable(
                f"The database is damaged ({error.orig}). Put a copy of it in its place, or move it "
                "away to begin with an empty one."
            ) from None
