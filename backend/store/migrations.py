"""Bringing a database to the newest schema."""

from sqlalchemy import Connection, insert, inspect, select, update

from backend.domain.errors import StoreUnavailable
from backend.store.migration_steps import STEPS, VERSION
from backend.store.schema import metadata, schema_version, shared


class SchemaTooNew(StoreUnavailable):
    """The database was written by a newer version of this program."""


def is_empty(connection: Connection) -> bool:
    """Whether no version of this program has made its tables yet."""
    return not inspect(connection).has_table(schema_version.name)


def migrate(connection: Connection) -> None:
    """Bring the database to `VERSION`, in the caller's transaction. Raises `SchemaTooNew`.

    An empty database gets today's tables at once; an older one is taken through the steps.
    """
    if is_empty(connection):
        metadata.create_all(connection)
        if connection.dialect.name == "postgresql":
            shared.create_all(connection)
        connection.execute(insert(schema_version).values(version=VERSION))
        return
    version = connection.execute(select(schema_version.c.version)).scalar_one()
    if version > VERSION:
        raise SchemaTooNew(
            f"The database has schema {version}, this program knows {VERSION}. Update the program."
        )
    for step in range(version, VERSION):
        STEPS[step](connection)
    connection.execute(update(schema_version).values(version=VERSION))
