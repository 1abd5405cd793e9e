"""Copying all rows from SQLite to PostgreSQL, in one transaction: all of them are there, or none."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    Connection,
    Row,
    Table,
    create_engine,
    func,
    select,
    text,
    tuple_,
)
from sqlalchemy.exc import DBAPIError

from backend.domain.errors import AppError, StoreUnavailable
from backend.domain.text import clean_text
from backend.store.database import BUSY_TIMEOUT_S, IN_USE, clear_errors
from backend.store.dialects.postgresql import Postgresql
from backend.store.dialects.sqlite import Sqlite
from backend.store.homes import ANY_NODE
from backend.store.migrations import migrate
from backend.store.schema import (
    metadata,
    passages,
    schema_version,
    secrets,
    settings,
    texts,
)

ROWS_AT_ONCE: Final = 200
COPIED: Final = [each for each in metadata.sorted_tables if each is not schema_version]
"""The tables, each after those that it refers to."""


class NotCopied(AppError):
    code = "not_copied"
    status = 409


class Copied(NamedTuple):
    table: str
    rows: int
    left_out: int
    """Rows that refer to others that are gone. Nobody sees these."""


class Shared(NamedTuple):
    """What a process has in files, and processes that share a database have there."""

    settings: Mapping[str, str | None]
    secrets: Mapping[str, str]


def copy(source: Path, target: str, shared: Shared | None = None) -> Iterator[Copied]:
    """Copy the database of a file to the PostgreSQL database of a URL, where there is none yet.

    Yields each table when all its rows are there and were read back, and keeps them after the last
    one. The file is brought to the newest schema first and otherwise not changed. Raises `NotCopied`
    and `StoreUnavailable`, and then keeps nothing.
    """
    with _read(source) as old, _written(target) as new:
        left_out = {table.name: _leave_out(old, table) for table in COPIED}
        for table in COPIED:
            yield Copied(table.name, _copy(old, new, table), left_out[table.name])
        for kept, values in zip((settings, secrets), shared or ({}, {}), strict=True):
            for name, value in values.items():
                new.execute(kept.insert().values(name=name, value=value))
        # For the server's own plans, which would otherwise be those for empty tables at first.
        new.exec_driver_sql("ANALYZE")


@contextmanager
def _read(path: Path) -> Iterator[Connection]:
    """A transaction on the file that keeps other writers out, and is rolled back."""
    dialect = Sqlite()
    engine = create_engine(
        f"sqlite:///{path}", hide_parameters=True, **dialect.engine_options(BUSY_TIMEOUT_S)
    )
    dialect.prepare(engine)
    try:
        with clear_errors(dialect):
            with engine.begin() as connection:
                migrate(connection)
            with engine.connect() as connection:
                # What another program wrote is not always UTF-8.
                driver: Any = connection.connection.driver_connection
                driver.text_factory = lambda letters: letters.decode(errors="replace")
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield connection
    finally:
        engine.dispose()


@contextmanager
def _written(url: str) -> Iterator[Connection]:
    """A transaction on an empty database that no server uses, with all tables."""
    dialect = Postgresql()
    engine = create_engine(url, hide_parameters=True, **dialect.engine_options(BUSY_TIMEOUT_S))
    try:
        with clear_errors(dialect), engine.connect() as connection, connection.begin():
            # What looks up rows is planned while there are none, and not again as they become many.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            dialect.lock_schema(connection)
            migrate(connection)
            if connection.scalar(ANY_NODE):
                raise StoreUnavailable(IN_USE)
            for table in COPIED:
                if connection.execute(select(table).limit(1)).first() is not None:
                    raise NotCopied(
                        f"There is something in {engine.url.render_as_string()} already"
                        f" ({table.name}). Make an empty database, and name that in DATABASE_URL."
                    )
            yield connection
    finally:
        engine.dispose()


def _leave_out(old: Connection, table: Table) -> int:
    """Forget rows that refer to others that are gone, for as long as this transaction lasts."""
    lost = text("rowid IN (SELECT rowid FROM pragma_foreign_key_check(:name))")
    return old.execute(table.delete().where(lost.bindparams(name=table.name))).rowcount


def _copy(old: Connection, new: Connection, table: Table) -> int:
    """Returns how many rows there were."""
    dialect = Postgresql()
    insert = dialect.copy(table)
    count = 0
    rows = iter(old.execution_options(yield_per=ROWS_AT_ONCE).execute(select(table)))
    while some := [_clean(row) for row in islice(rows, ROWS_AT_ONCE)]:
        filled = map(dialect.with_words, some) if table in (passages, texts) else some
        try:
            new.execute(insert, list(filled))
        except DBAPIError as error:
            if dialect.problem(error) is not None:
                raise
            why = " ".join(str(error.orig).split())
            raise NotCopied(f"PostgreSQL refuses a row of {table.name}: {why}") from None
        _compare(new, table, some)
        count += len(some)
    if new.scalar(select(func.count()).select_from(table)) != count:
        raise NotCopied(f"There are more rows in {table.name} than were copied.")
    for column in table.primary_key:
        if isinstance(column.type, BigInteger) and column.autoincrement is not False:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            following = func.coalesce(func.max(column), 0) + 1
            new.execute(select(func.setval(sequence, following, False)).select_from(table))
    return count


def _compare(new: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Raises `NotCopied` unless these rows are there as they are."""
    key = list(table.primary_key)
    keys = [tuple(row[column.name] for column in key) for row in rows]
    stored = new.execute(select(table).where(tuple_(*key).in_(keys)))
    found = {
        tuple(row._mapping[column.name] for column in key): dict(row._mapping) for row in stored
    }
    for each, row in zip(keys, rows, strict=True):
        if found.get(each) != row:
            raise NotCopied(f"The row {each} of {table.name} is not in the copy as it was.")


def _clean(row: Row[Any]) -> dict[str, Any]:
    """PostgreSQL takes no NUL, which old versions let in."""
    return {
        name: clean_text(value) if isinstance(value, str) else value
        for name, value in row._mapping.items()
    }
