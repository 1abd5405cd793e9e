"""The rows that a server stored, read and changed by SQL behind its back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine

from backend.config.settings import Settings
from tests.postgresql import database_of


def database_url(folder: Path) -> str:
    """Returns the URL of the database of a server that works in a folder."""
    data = folder / "data"
    return Settings(data_dir=data, database_url=database_of(folder)).database


@contextmanager
def stored(folder: Path) -> Iterator[Connection]:
    """A transaction in that database, committed at the end of the block."""
    engine = create_engine(database_url(folder).replace("+aiosqlite", ""))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()
