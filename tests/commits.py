"""What happens while SQLite commits: a hook for tests of cancelled callers."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Engine, event


def at_each_commit(act: Callable[[], object]) -> AbstractContextManager[None]:
    """Do something while SQLite commits, before anybody knows the outcome.

    Counts for the databases that are opened within the block.
    """
    return at_each_statement(lambda statement: act() if statement == "COMMIT" else None)


@contextmanager
def at_each_statement(act: Callable[[str], object]) -> Iterator[None]:
    """Do something while SQLite executes a statement, before anybody knows the outcome."""
    loop = asyncio.get_running_loop()

    def trace(statement: str) -> None:
        loop.call_soon_threadsafe(act, statement)

    def on_connect(connection: Any, _: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(trace)

    event.listen(Engine, "connect", on_connect)
    try:
        yield
    finally:
        event.remove(Engine, "connect", on_connect)
