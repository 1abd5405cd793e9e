"""What happens while SQLite commits: a hook for tests of cancelled callers."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def at_each_commit(act: Callable[[], object]) -> Iterator[None]:
    """Do something while SQLite commits, before anybody knows the outcome.

    Counts for the databases that are opened within the block.
    """
    loop = asyncio.get_running_loop()

    def trace(statement: str) -> None:
        if statement == "COMMIT":
            loop.call_soon_threadsafe(act)

    def on_connect(connection: Any, _: object) -> None:
        connection.run_async(lambda driver: driver.set_trace_callback(trace))

    event.listen(Engine, "connect", on_connect)
    try:
        yield
    finally:
        event.remove(Engine, "connect", on_connect)
