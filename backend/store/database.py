"""Connections and transactions: one engine, one writer at a time, clear errors."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import (
    Connection,
    CursorResult,
    Engine,
    Executable,
    create_engine,
    func,
    select,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from backend.domain.errors import StoreUnavailable
from backend.domain.ids import ThreadId
from backend.store.dialects import Dialect, dialect_of
from backend.store.dialects.file import DatabaseFile, file_of
from backend.store.fence import Fence, NotHere
from backend.store.migrations import is_empty, migrate
from backend.store.schema import schema_version
from backend.waiting import Detached

if TYPE_CHECKING:
    # Who uses SQLite need not wait until it is imported.
    from psycopg import AsyncConnection as AsyncPgConnection

log = logging.getLogger(__name__)

T = TypeVar("T")
Rows = Mapping[str, Any] | Sequence[Mapping[str, Any]]

BUSY_TIMEOUT_S = 5.0
"""How long to wait for another process that writes to the same SQLite file."""
POOL_TIMEOUT_S = 10.0
"""How long to wait for a connection while all are in use."""
CLOSE_TIMEOUT_S = 10.0
"""How long the end waits for connections in use, which may wait for another process themselves."""

SWEEPING: Final = 0x72756E80
"""Keys of advisory locks of what one process does at a time."""
EMBEDDING: Final = SWEEPING + 1

OWN_CONNECTION: Final[dict[str, Any]] = {"application_name": "runstream", "connect_timeout": 2}

IN_USE = "Another server uses this database. Stop it first, or set DATABASE_URL to another one."


def is_there(url: str) -> bool:
    """Whether the database exists, as far as can be told without connecting to it."""
    file = file_of(url)
    return file is None or file.is_file()


class Database:
    """An async SQLAlchemy engine. Use `open` before and `close` after."""

    def __init__(
        self,
        url: str,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
        pool_timeout_s: float = POOL_TIMEOUT_S,
        former: Path | None = None,
        fence: Fence | None = None,
    ) -> None:
        """`former` is the SQLite file that was used before another database was chosen; `fence` is
        there where other processes use this one, too."""
        self.fence = fence
        self.dialect = dialect_of(url)
        self._former = former
        self._file = file_of(url)
        """That of SQLite."""
        self._open_file: DatabaseFile | None = None
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        options = {"hide_parameters": True, **self.dialect.engine_options(busy_timeout_s)}
        self._engine = create_async_engine(url, pool_timeout=pool_timeout_s, **options)
        self.dialect.prepare(self._engine.sync_engine)
        self._writing = asyncio.Lock()
        self._transactions = Detached(StoreUnavailable)
        self._lending: dict[asyncio.Task[None], asyncio.Event] = {}
        """One for each connection in use, with what it waits for."""
        self._closed = False
        self._file_engine: Engine | None = None
        """Writes to a SQLite file, in a thread."""
        self._thread: ThreadPoolExecutor | None = None
        if self._file is not None:
            self._file_engine = create_engine(make_url(url).set(drivername="sqlite"), **options)
            self.dialect.prepare(self._file_engine)

    async def open(self) -> None:
        """Migrate. Raises `StoreUnavailable` and `SchemaTooNew`."""
        self._closed = False
        try:
            await self.transaction(self._migrate)
            if self._file is not None:
                self._open_file = DatabaseFile(self._file)
        except BaseException:
            await self.close()
            raise

    async def check(self) -> None:
        """Raises `StoreUnavailable` where nothing can be stored now: gone, damaged, locked, full."""
        if self._open_file is not None:
            await asyncio.to_thread(self._open_file.check)
        await self.execute(update(schema_version).values(version=schema_version.c.version))

    async def own_connection(self) -> "AsyncPgConnection":
        """A new connection to PostgreSQL, which commits by itself, for work that nothing else may hold
        up. Raises `psycopg.Error`."""
        from psycopg import AsyncConnection as AsyncPgConnection

        _, arguments = self._engine.dialect.create_connect_args(self._engine.url)
        return await AsyncPgConnection.connect(**arguments, **OWN_CONNECTION, autocommit=True)

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
        if self._open_file is not None:
            file, self._open_file = self._open_file, None
            file.close()

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
        done = loop.run_in_executor(self._thread, self._transact_file, self._file_engine, work)
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            done.add_done_callback(_log_fault)
            raise

    async def transaction_for(self, thread_id: ThreadId, work: Callable[[Connection], T]) -> T:
        """Do it as long as the thread is at home here. Raises `StoreUnavailable` and `Elsewhere`."""
        if (fence := self.fence) is None:
            return await self.transaction(work)
        expected = fence.of([thread_id])

        def checked(connection: Connection) -> T:
            fence.check(connection, [thread_id], expected)
            return work(connection)

        try:
            return await self.transaction(checked)
        except NotHere as error:
            raise error.lost[thread_id] from None

    async def execute(self, statement: Executable, rows: Rows | None = None) -> CursorResult[Any]:
        """Execute one statement in a transaction of its own."""
        return await self.transaction(lambda connection: connection.execute(statement, rows))

    def _migrate(self, connection: Connection) -> None:
        self.dialect.lock_schema(connection)
        former = None if self._file is not None else self._former
        if former is not None and former.is_file() and is_empty(connection):
            raise StoreUnavailable(
                f"The database that DATABASE_URL names is empty, and there is {former}. Copy all of"
                " it: python -m backend copy-database. To begin with nothing, move it away."
            )
        migrate(connection)

    def _transact_file(self, engine: Engine, work: Callable[[Connection], T]) -> T:
        self._check_open()
        with clear_errors(self.dialect), engine.begin() as connection:
            return work(connection)

    async def _transact(self, work: Callable[[Connection], T]) -> T:
        async with self._writing:
            with clear_errors(self.dialect):
                async with self._connection() as connection, connection.begin():
                    return await connection.run_sync(work)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        with clear_errors(self.dialect):
            async with self._connection() as connection:
                if options := self.dialect.reading():
                    await connection.execution_options(**options)
                yield connection

    @asynccontextmanager
    async def alone(self, key: int) -> AsyncGenerator[bool]:
        """Yields whether no other process is in such a block with this key, nor comes into one."""
        if not self.dialect.is_shared:
            yield True
            return
        with clear_errors(self.dialect):
            async with self._connection() as connection, connection.begin():
                # Of a transaction, so that nobody has it any more when this is cut off.
                yield bool(await connection.scalar(select(func.pg_try_advisory_xact_lock(key))))

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


def _log_fault(done: asyncio.Future[Any]) -> None:
    """Of a transaction whose caller is gone: that it was refused is of no interest to anybody."""
    error = None if done.cancelled() else done.exception()
    if error is not None and not isinstance(error, StoreUnavailable):
        log.error("A transaction failed whose caller was gone", exc_info=error)


@contextmanager
def clear_errors(dialect: Dialect) -> Generator[None]:
    """Raises `StoreUnavailable` instead of errors that tell of the database, not of what was sent."""
    try:
        yield
    except PoolTimeoutError:
        raise StoreUnavailable(
            "All connections to the database are in use. Nothing was changed; try again."
        ) from None
    except DBAPIError as error:
        if (problem := dialect.problem(error)) is None:
            raise
        raise StoreUnavailable(problem) from None
