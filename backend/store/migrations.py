"""Schema steps, run at start. A new database gets today's tables and their version at once."""

from collections.abc import Callable

from sqlalchemy import Connection, insert, inspect, select, text, update

from backend.domain.ids import ItemId, RunId
from backend.domain.items import ITEM, Run
from backend.store import schema
from backend.store.rows import text_rows
from backend.store.schema import metadata, schema_version


def _branches_and_search(connection: Connection) -> None:
    """Threads can be pinned and deleted, runs know where they begin, texts can be searched."""
    for statement in (
        "ALTER TABLE threads ADD COLUMN pinned BOOLEAN DEFAULT FALSE NOT NULL",
        "ALTER TABLE threads ADD COLUMN deleted_at FLOAT",
        "DROP INDEX items_of_thread",
        "CREATE INDEX items_of_thread ON items (thread_id, parent_id)",
    ):
        connection.execute(text(statement))
    schema.texts.create(connection)
    threads = connection.execute(select(schema.threads.c.id, schema.threads.c.title))
    rows = text_rows(((row.id, row.title) for row in threads), ())
    for stored in connection.execute(select(schema.items.c.thread_id, schema.items.c.body)):
        item = ITEM.validate_json(stored.body)
        rows += text_rows((), [(stored.thread_id, item)])
        if item.type == "user_message" and item.run_id is not None:
            _begin_at(connection, item.run_id, item.id)
    if rows:
        connection.execute(insert(schema.texts), rows)


def _begin_at(connection: Connection, run_id: RunId, item_id: ItemId) -> None:
    runs = schema.runs
    body = connection.execute(select(runs.c.body).where(runs.c.id == run_id)).scalar_one_or_none()
    if body is not None:
        run = Run.model_validate_json(body).model_copy(update={"parent_id": item_id})
        connection.execute(
            update(runs).where(runs.c.id == run_id).values(body=run.model_dump_json())
        )


def _add_files(connection: Connection) -> None:
    for table in (schema.files, schema.remote_files, schema.remote_stores):
        table.create(connection)


def _add_passages(connection: Connection) -> None:
    for table in (schema.file_parts, schema.passages):
        table.create(connection)


def _drop_native_items(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE items DROP COLUMN native"))


def _add_notes_of_files(connection: Connection) -> None:
    # `_add_files` makes the table as it is today.
    if "note" not in (column["name"] for column in inspect(connection).get_columns("files")):
        connection.execute(text("ALTER TABLE files ADD COLUMN note TEXT"))


STEPS: dict[int, Callable[[Connection], None]] = {
    1: _branches_and_search,
    2: _add_files,
    3: _add_passages,
    4: _drop_native_items,
    5: _add_notes_of_files,
}
"""`STEPS[n]` takes a database from version n to n + 1."""

VERSION = 1 + len(STEPS)


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
        STEPS[step](connection)
    connection.execute(update(schema_version).values(version=VERSION))
