"""Schema steps, run at start. A new database gets today's tables and their version at once."""

from collections.abc import Callable

from sqlalchemy import Connection, insert, inspect, select, update

from backend.store.schema import (
    file_parts,
    files,
    metadata,
    passages,
    remote_files,
    remote_stores,
    schema_version,
)


def _add_files(connection: Connection) -> None:
    for table in (files, remote_files, remote_stores):
        table.create(connection)


def _add_passages(connection: Connection) -> None:
    for table in (file_parts, passages):
        table.create(connection)


STEPS: dict[int, Callable[[Connection], None]] = {2: _add_files, 3: _add_passages}
"""`STEPS[n]` takes a database from version n to n + 1."""

VERSION = 1 + max(STEPS)


class SchemaTooNew(Exception):
    """The database was written by a newer version of this program."""


def migrate(connection: Connection) -> None:
    """Bring the database to `VERSION`, in the caller's transaction. Raises `SchemaTooNew`."""
    if not inspect(connection).has_table(schema_version.name):
        metadata.create_all(connection)
        connection.execute(insert(schema_version).values(version=VERSION))
        return
    version = connection.execute(select(schema_version.c.version)).scalar_one()
    if version > VERSION:
        raise SchemaTooNew(
            f"The database has schema {version}, this program knows {VERSION}. Update the program."
        )
    for step in range(version, VERSION):
        if step in STEPS:
            STEPS[step](connection)
    connection.execute(update(schema_version).values(version=VERSION))
