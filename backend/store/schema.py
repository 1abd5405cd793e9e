"""The tables. `items` holds the state of items, `deltas` the journal of items that still grow.

A `body` is the JSON of one of our pydantic models. The columns beside it are used in queries.
"""

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    DateTime,
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
    text,
)

metadata = MetaData()

# 64 bits, as SQLite's INTEGER has, the only type of a column in which it numbers rows by itself.
_Long = BigInteger().with_variant(Integer, "sqlite")

schema_version = Table("schema_version", metadata, Column("version", Integer, primary_key=True))

threads = Table(
    "threads",
    metadata,
    Column("id", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("head_id", String),
    Column("seq", _Long, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False),
    Column("pinned", Boolean, nullable=False, server_default=false()),
    Column("deleted_at", Float),
    Column("assistant_id", String),
    Column("model", String),
    Column("instructions", Text, nullable=False, server_default=""),
    Index("threads_of_owner", "owner", "updated_at"),
)

_IS_RATED = text("rated_at IS NOT NULL")

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
    Column("rated_at", Float),
    Index("runs_of_thread", "thread_id", "created_at"),
    Index("runs_by_status", "status"),
    Index("rated_runs", "rated_at", "id", sqlite_where=_IS_RATED, postgresql_where=_IS_RATED),
)

IS_ACTIVE = text("status NOT IN ('completed', 'incomplete', 'failed', 'cancelled', 'expired')")
one_active_run = Index(
    "one_active_run",
    runs.c.thread_id,
    unique=True,
    sqlite_where=IS_ACTIVE,
    postgresql_where=IS_ACTIVE,
)
"""A thread has one active run, however many processes write."""

usage = Table(
    "usage",
    metadata,
    Column("run_id", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("quarter", Integer, nullable=False),
    Column("upstream", String, nullable=False),
    Column("model", String, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("cached_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("reasoning_tokens", BigInteger, nullable=False),
    Column("cost", Float, nullable=False),
    Column("currency", String),
    Index("usage_by_quarter", "quarter"),
)
"""What each run took that has ended here. It outlives its thread, since the bill does.

`quarter` is the quarter of an hour since the Unix epoch in which it ended: the days of every time
zone consist of whole ones.
"""

run_rounds = Table(
    "run_rounds",
    metadata,
    Column("run_id", String, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)
"""The rounds of unfinished runs: parts of `runs.state`."""

nodes = Table(
    "nodes",
    metadata,
    Column("id", String, primary_key=True),
    Column("address", String, nullable=False),
    Column("version", String, nullable=False),
    Column("draining", Boolean, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)
"""The processes that share a database, each until it expires."""

homes = Table(
    "homes",
    metadata,
    Column("thread_id", String, primary_key=True),
    Column("node_id", String),
    Column("tenure", BigInteger, nullable=False),
    Index("homes_of_node", "node_id"),
)
"""Which of the nodes may change a thread now; NULL: none. `tenure` is how often that has changed.
One process alone has neither these rows nor those of `nodes`."""

_IS_CALL = text("tool IS NOT NULL")

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
    Column("tool", String),
    Index("items_of_thread", "thread_id", "parent_id"),
    Index("items_of_tool", "tool", "created_at", sqlite_where=_IS_CALL, postgresql_where=_IS_CALL),
)
"""`tool` is the name of the tool that the item is a call of."""

texts = Table(
    "texts",
    metadata,
    Column("number", _Long, primary_key=True),
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

shares = Table(
    "shares",
    metadata,
    Column("id", String, primary_key=True),
    Column("token_hash", String, nullable=False, unique=True),
    Column("thread_id", String, ForeignKey("threads.id", ondelete="CASCADE"), nullable=False),
    Column("head_id", String, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Index("shares_of_thread", "thread_id", "created_at"),
)
"""Links with which anybody may read a thread up to `head_id`."""

deltas = Table(
    "deltas",
    metadata,
    Column("thread_id", String, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", _Long, primary_key=True, autoincrement=False),
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

start_screens = Table(
    "start_screens",
    metadata,
    Column("assistant_id", String, primary_key=True),
    Column("body", Text, nullable=False),
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
    Column("origin", Text),
    Column("taken_by", String),
    Column("taken_until", Float),
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
    Column("id", _Long, primary_key=True),
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

# What PostgreSQL finds words by: see `dialects/postgresql.py`. Stop words are kept, since BM25 knows
# which words are common, and accents are gone before.
_POSTGRESQL_TEXTS = (
    "ALTER TABLE texts ADD COLUMN words TSVECTOR",
    "CREATE INDEX texts_by_word ON texts USING gin (words)",
)
_POSTGRESQL_PASSAGES = (
    "CREATE TEXT SEARCH DICTIONARY runstream_stem (TEMPLATE = snowball, LANGUAGE = english)",
    "CREATE TEXT SEARCH CONFIGURATION runstream_words (COPY = pg_catalog.simple)",
    "ALTER TEXT SEARCH CONFIGURATION runstream_words ALTER MAPPING FOR asciiword, word"
    " WITH runstream_stem",
    "ALTER TABLE passages ADD COLUMN words TSVECTOR",
    "ALTER TABLE passages ADD COLUMN length INTEGER",
    "CREATE INDEX passages_by_word ON passages USING gin (words)",
)
for _table, _statements in ((texts, _POSTGRESQL_TEXTS), (passages, _POSTGRESQL_PASSAGES)):
    for _statement in _statements:
        event.listen(
            _table,
            "after_create",
            DDL(_statement).execute_if(dialect="postgresql"),  # type: ignore[no-untyped-call]
        )

shared = MetaData()
"""Of PostgreSQL alone: what processes have in common that one process has in files or in memory."""

settings = Table(
    "settings",
    shared,
    Column("name", String, primary_key=True),
    Column("value", Text),
)
"""What `/setup` wrote, in place of what is in the `.env` of each process. NULL: nothing is set."""

secrets = Table(
    "secrets",
    shared,
    Column("name", String, primary_key=True),
    Column("value", Text),
)
"""The key that signs cookies, and which sessions have ended; sealed: which MCP servers there are, and the
logins to them."""

COOKIE_KEY = "cookie_key"
"""The name of that key."""

attempts = Table(
    "attempts",
    shared,
    Column("key", String, primary_key=True),
    Column("tries", Float, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    prefixes=["UNLOGGED"],
)
"""How many wrong tokens an address has tried, of which one is forgiven every few seconds."""

changes = Table(
    "changes",
    shared,
    Column("subject", String, primary_key=True),
    Column("version", BigInteger, nullable=False),
)
"""How often the tables were written to whose rows processes keep in memory."""

# These are written to when somebody clicks somewhere, so that news may be told by the transaction itself:
# see `news.py`.
REMEMBERED = (tool_policies, assistants, start_screens, settings, secrets)

for _statement in (
    """CREATE FUNCTION runstream_changed() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         INSERT INTO changes VALUES (TG_TABLE_NAME, 1)
         ON CONFLICT (subject) DO UPDATE SET version = changes.version + 1;
         PERFORM pg_notify('runstream', '["changed", ""]');
         RETURN NULL;
       END $$""",
    *(
        f"CREATE TRIGGER runstream_changed AFTER INSERT OR UPDATE OR DELETE ON {_table.name}"
        " FOR EACH STATEMENT EXECUTE FUNCTION runstream_changed()"
        for _table in REMEMBERED
    ),
):
    event.listen(shared, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
