"""Connections and transactions: one engine, one writer at a time, clear errors."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from backend.errors import StoreUnavailable
from backend.store.migrations import migrate

BUSY_TIMEOUT_S = 5.0
"""How long to wait for another process that writes to the same SQLite file."""


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
        if self.sqlite:
            event.listen(self._engine.sync_engine, "connect", _prepare_sqlite)

    async def open(self) -> None:
        """Migrate. Raises `StoreUnavailable` and `SchemaTooNew`."""
        try:
            async with self.write() as connection:
                await connection.run_sync(migrate)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        await self._engine.dispose()

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncConnection]:
        """One transaction; this process writes one at a time, so none waits inside SQLite."""
        async with self._writing:
            with _clear_errors():
                async with self._engine.begin() as connection:
                    yield connection

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        with _clear_errors():
            async with self._engine.connect() as connection:
                yield connection


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
            raise StoreUnavailable(
                f"The database did not take it ({error.orig}). Nothing was changed; try again."
            ) from None
