"""The tables. `items` holds the state of items, `deltas` the journal of items that still grow.

A `body` is the JSON of one of our pydantic models. The columns beside it are used in queries.
"""

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    event,
    false,
)

metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer, primary_key=True))

threads = Table(
    "threads",
    metadata,
    Column("id", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("head_id", String),
    Column("seq", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False),
    Column("pinned", Boolean, nullable=False, server_default=false()),
    Column("deleted_at", Float),
    Column("assistant_id", String),
    Index("threads_of_owner", "owner", "updated_at"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String, primary_key=True),
    Column("thread_id", String, ForeignKey("threads.id", ondelete="CASCADE"), nullable=False),
    Column("status", String, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text),
    Column("expires_at", Float),
    Index("runs_of_thread", "thread_id", "created_at"),
    Index("runs_by_status", "status"),
)

run_rounds = Table(
    "run_rounds",
    metadata,
    Column("run_id", String, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)
"""The rounds of unfinished runs: parts of `runs.state`."""

items = Table(
    "items",
    metadata,
    Column("id", String, primary_key=True),
    Column("thread_id", String, ForeignKey("threads.id", ondelete="CASCADE"), nullable=False),
    Column("parent_id", String),
    Column("run_id", String),
    Column("type", String, nullable=False),
    Column("status", String, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("body", Text, nullable=False),
    Index("items_of_thread", "thread_id", "parent_id"),
)

texts = Table(
    "texts",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("source", String, nullable=False, unique=True),
    Column("thread_id", String, ForeignKey("threads.id", ondelete="CASCADE"), nullable=False),
    Column("text", Text, nullable=False),
    Index("texts_of_thread", "thread_id"),
)
"""The texts that a search of threads reads: titles (`source` is the thread) and finished messages."""

# https://www.sqlite.org/fts5.html#external_content_tables
for _statement in (
    "CREATE VIRTUAL TABLE texts_index USING fts5(text, content='texts', content_rowid='number',"
    " tokenize='unicode61 remove_diacritics 2', prefix='2 3')",
    "CREATE TRIGGER texts_inserted AFTER INSERT ON texts BEGIN"
    " INSERT INTO texts_index(rowid, text) VALUES (new.number, new.text); END",
    "CREATE TRIGGER texts_deleted AFTER DELETE ON texts BEGIN"
    " INSERT INTO texts_index(texts_index, rowid, text) VALUES ('delete', old.number, old.text);"
    " END",
    "CREATE TRIGGER texts_updated AFTER UPDATE ON texts BEGIN"
    " INSERT INTO texts_index(texts_index, rowid, text) VALUES ('delete', old.number, old.text);"
    " INSERT INTO texts_index(rowid, text) VALUES (new.number, new.text); END",
):
    event.listen(
        texts,
        "after_create",
        DDL(_statement).execute_if(dialect="sqlite"),  # type: ignore[no-untyped-call]
    )

deltas = Table(
    "deltas",
    metadata,
    Column("thread_id", String, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("body", Text, nullable=False),
)

tool_policies = Table(
    "tool_policies",
    metadata,
    Column("subject", String, primary_key=True),
    Column("tool", String, primary_key=True),
    Column("policy", String, nullable=False),
)
"""Whether somebody is asked before a call. `subject` is a thread or an owner, who allowed a tool for
good, or empty for the server's own policy."""

commands = Table(
    "commands",
    metadata,
    Column("owner", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("thread_id", String),
    Column("item_id", String),
    Column("run_id", String),
    Column("created_at", Float, nullable=False),
)

remote_threads = Table(
    "remote_threads",
    metadata,
    Column("thread_id", String, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
    Column("upstream", String, primary_key=True),
    Column("base_url", String, primary_key=True),
    Column("remote_id", String, nullable=False),
    Column("synced_item_id", String),
)

assistants = Table(
    "assistants",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("instructions", Text, nullable=False),
    Column("tools", Text, nullable=False),
    Column("parameters", Text, nullable=False, server_default="{}"),
)

files = Table(
    "files",
    metadata,
    Column("id", String, primary_key=True),
    Column("owner", String),
    Column("thread_id", String, ForeignKey("threads.id", ondelete="CASCADE")),
    Column("purpose", String, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("status", String, nullable=False),
    Column("error", Text),
    Column("place", String, nullable=False),
    Column("base_url", String),
    Column("note", Text),
    Index("files_of_purpose", "purpose", "owner", "created_at"),
    Index("files_of_thread", "thread_id"),
    Index("files_by_status", "status"),
)

remote_files = Table(
    "remote_files",
    metadata,
    Column("file_id", String, ForeignKey("files.id", ondelete="CASCADE"), primary_key=True),
    Column("base_url", String, primary_key=True),
    Column("remote_id", String, nullable=False),
    Column("store_id", String),
)

remote_stores = Table(
    "remote_stores",
    metadata,
    Column("base_url", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("remote_id", String, nullable=False),
)
"""Vector stores at upstreams. `subject` is the assistant or thread whose files a store holds."""

# The text of a file has no foreign key to it: a database that forgot it with its file, or with the
# thread of that, would do so in one transaction, which takes seconds. See `Passages.forget`.
file_parts = Table(
    "file_parts",
    metadata,
    Column("file_id", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("location", Text),
    Column("text", Text, nullable=False),
)
"""The extracted text of a document, to show a passage in its context."""

passages = Table(
    "passages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("file_id", String, nullable=False),
    Column("location", Text),
    Column("context", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("vector", LargeBinary),
    Column("vector_model", String),
    # See `backend.domain.word_forms`.
    Column("forms", Text, nullable=False, server_default=""),
    Index("passages_of_file", "file_id"),
)

# The full-text index of `passages`. It holds no copy of the text, and compares words by their stems
# and without accents. https://www.sqlite.org/fts5.html#external_content_tables
_PASSAGE_INDEX = (
    """CREATE VIRTUAL TABLE passage_words USING fts5(
         text, context, forms, content='passages', content_rowid='id',
         tokenize='porter unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER passage_indexed AFTER INSERT ON passages BEGIN
         INSERT INTO passage_words (rowid, text, context, forms)
         VALUES (new.id, new.text, new.context, new.forms);
       END""",
    """CREATE TRIGGER passage_forgotten AFTER DELETE ON passages BEGIN
         INSERT INTO passage_words (passage_words, rowid, text, context, forms)
         VALUES ('delete', old.id, old.text, old.context, old.forms);
       END""",
)
for _statement in _PASSAGE_INDEX:
    event.listen(
        passages,
        "after_create",
        DDL(_statement).execute_if(dialect="sqlite"),  # type: ignore[no-untyped-call]
    )
