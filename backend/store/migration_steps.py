"""What each version of the schema changed, in SQL of its own.

A step is never edited once it is released, and uses nothing of `schema.py`, which only knows the
newest tables. `tests/store/v*.sql` are databases that the released versions wrote.
"""

import json
import time
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection, text

from backend.domain.item_v1 import with_parts
from backend.domain.word_forms import word_forms

_OPEN: Final = frozenset({"in_progress", "awaiting_approval", "running"})
_SEARCHED: Final = frozenset({"user_message", "assistant_message"})

_BRANCHES_AND_SEARCH: Final = (
    "ALTER TABLE threads ADD COLUMN pinned BOOLEAN DEFAULT FALSE NOT NULL",
    "ALTER TABLE threads ADD COLUMN deleted_at FLOAT",
    "DROP INDEX items_of_thread",
    "CREATE INDEX items_of_thread ON items (thread_id, parent_id)",
    """CREATE TABLE texts (
         number {serial} PRIMARY KEY,
         source VARCHAR NOT NULL UNIQUE,
         thread_id VARCHAR NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
         text TEXT NOT NULL
       )""",
    "CREATE INDEX texts_of_thread ON texts (thread_id)",
)
_BRANCHES_AND_SEARCH_SQLITE: Final = (
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
)

_FILES: Final = (
    """CREATE TABLE files (
         id VARCHAR NOT NULL PRIMARY KEY,
         owner VARCHAR,
         thread_id VARCHAR REFERENCES threads (id) ON DELETE CASCADE,
         purpose VARCHAR NOT NULL,
         name TEXT NOT NULL,
         media_type VARCHAR NOT NULL,
         size BIGINT NOT NULL,
         created_at FLOAT NOT NULL,
         status VARCHAR NOT NULL,
         error TEXT,
         place VARCHAR NOT NULL,
         base_url VARCHAR
       )""",
    "CREATE INDEX files_of_purpose ON files (purpose, owner, created_at)",
    "CREATE INDEX files_of_thread ON files (thread_id)",
    "CREATE INDEX files_by_status ON files (status)",
    """CREATE TABLE remote_files (
         file_id VARCHAR NOT NULL REFERENCES files (id) ON DELETE CASCADE,
         base_url VARCHAR NOT NULL,
         remote_id VARCHAR NOT NULL,
         store_id VARCHAR,
         PRIMARY KEY (file_id, base_url)
       )""",
    """CREATE TABLE remote_stores (
         base_url VARCHAR NOT NULL,
         subject VARCHAR NOT NULL,
         remote_id VARCHAR NOT NULL,
         PRIMARY KEY (base_url, subject)
       )""",
)

_PASSAGES: Final = (
    """CREATE TABLE file_parts (
         file_id VARCHAR NOT NULL REFERENCES files (id) ON DELETE CASCADE,
         number INTEGER NOT NULL,
         location TEXT,
         text TEXT NOT NULL,
         PRIMARY KEY (file_id, number)
       )""",
    """CREATE TABLE passages (
         id {serial} PRIMARY KEY,
         file_id VARCHAR NOT NULL REFERENCES files (id) ON DELETE CASCADE,
         location TEXT,
         context TEXT NOT NULL,
         text TEXT NOT NULL,
         vector {bytes},
         vector_model VARCHAR
       )""",
    "CREATE INDEX passages_of_file ON passages (file_id)",
)
_PASSAGES_SQLITE: Final = (
    """CREATE VIRTUAL TABLE passage_words USING fts5(
         text, context, content='passages', content_rowid='id',
         tokenize='porter unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER passage_indexed AFTER INSERT ON passages BEGIN
         INSERT INTO passage_words (rowid, text, context) VALUES (new.id, new.text, new.context);
       END""",
    """CREATE TRIGGER passage_forgotten AFTER DELETE ON passages BEGIN
         INSERT INTO passage_words (passage_words, rowid, text, context)
         VALUES ('delete', old.id, old.text, old.context);
       END""",
)

_ROUNDS: Final = (
    """CREATE TABLE run_rounds (
         run_id VARCHAR NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
         number INTEGER NOT NULL,
         body TEXT NOT NULL,
         PRIMARY KEY (run_id, number)
       )""",
)

_NO_WORDS: Final = (
    "DROP TRIGGER passage_indexed",
    "DROP TRIGGER passage_forgotten",
    "DROP TABLE passage_words",
)
_WORDS_AND_FORMS: Final = (
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
    "INSERT INTO passage_words (passage_words) VALUES ('rebuild')",
)

_TEXTS_OF_THEIR_OWN: Final = (
    "ALTER TABLE file_parts DROP CONSTRAINT file_parts_file_id_fkey",
    "ALTER TABLE passages DROP CONSTRAINT passages_file_id_fkey",
)
# https://www.sqlite.org/lang_altertable.html#otheralter
_TEXTS_OF_THEIR_OWN_SQLITE: Final = (
    """CREATE TABLE new_file_parts (
         file_id VARCHAR NOT NULL,
         number INTEGER NOT NULL,
         location TEXT,
         text TEXT NOT NULL,
         PRIMARY KEY (file_id, number)
       )""",
    """INSERT INTO new_file_parts (file_id, number, location, text)
         SELECT file_id, number, location, text FROM file_parts""",
    "DROP TABLE file_parts",
    "ALTER TABLE new_file_parts RENAME TO file_parts",
    """CREATE TABLE new_passages (
         id INTEGER NOT NULL PRIMARY KEY,
         file_id VARCHAR NOT NULL,
         location TEXT,
         context TEXT NOT NULL,
         text TEXT NOT NULL,
         vector BLOB,
         vector_model VARCHAR,
         forms TEXT DEFAULT '' NOT NULL
       )""",
    """INSERT INTO new_passages
           (id, file_id, location, context, text, vector, vector_model, forms)
         SELECT id, file_id, location, context, text, vector, vector_model, forms FROM passages""",
    "DROP TABLE passages",
    "ALTER TABLE new_passages RENAME TO passages",
    "CREATE INDEX passages_of_file ON passages (file_id)",
    """CREATE TRIGGER passage_indexed AFTER INSERT ON passages BEGIN
         INSERT INTO passage_words (rowid, text, context, forms)
         VALUES (new.id, new.text, new.context, new.forms);
       END""",
    """CREATE TRIGGER passage_forgotten AFTER DELETE ON passages BEGIN
         INSERT INTO passage_words (passage_words, rowid, text, context, forms)
         VALUES ('delete', old.id, old.text, old.context, old.forms);
       END""",
)


_WORDS_OF_POSTGRESQL: Final = (
    "ALTER TABLE threads ALTER COLUMN seq TYPE BIGINT",
    "ALTER TABLE deltas ALTER COLUMN seq TYPE BIGINT",
    "ALTER TABLE texts ALTER COLUMN number TYPE BIGINT",
    "ALTER TABLE passages ALTER COLUMN id TYPE BIGINT",
    "ALTER SEQUENCE texts_number_seq AS BIGINT",
    "ALTER SEQUENCE passages_id_seq AS BIGINT",
    "ALTER TABLE texts ADD COLUMN words TSVECTOR",
    "CREATE INDEX texts_by_word ON texts USING gin (words)",
    "CREATE TEXT SEARCH DICTIONARY runstream_stem (TEMPLATE = snowball, LANGUAGE = english)",
    "CREATE TEXT SEARCH CONFIGURATION runstream_words (COPY = pg_catalog.simple)",
    "ALTER TEXT SEARCH CONFIGURATION runstream_words ALTER MAPPING FOR asciiword, word"
    " WITH runstream_stem",
    "ALTER TABLE passages ADD COLUMN words TSVECTOR",
    "ALTER TABLE passages ADD COLUMN length INTEGER",
    "CREATE INDEX passages_by_word ON passages USING gin (words)",
)


def _branches_and_search(connection: Connection) -> None:
    """Threads can be pinned and deleted, runs know where they begin, texts can be searched."""
    _execute(connection, _BRANCHES_AND_SEARCH, _BRANCHES_AND_SEARCH_SQLITE)
    rows: list[dict[str, Any]] = [
        {"source": thread.id, "thread_id": thread.id, "text": thread.title}
        for thread in connection.execute(text("SELECT id, title FROM threads"))
    ]
    for stored in connection.execute(text("SELECT thread_id, body FROM items")).all():
        item = json.loads(stored.body)
        if item["type"] in _SEARCHED and item["status"] not in _OPEN and item.get("text"):
            rows.append({"source": item["id"], "thread_id": stored.thread_id, "text": item["text"]})
        if item["type"] == "user_message" and item["run_id"] is not None:
            _begin_at(connection, item["run_id"], item["id"])
    if rows:
        connection.execute(
            text("INSERT INTO texts (source, thread_id, text) VALUES (:source, :thread_id, :text)"),
            rows,
        )


def _begin_at(connection: Connection, run_id: str, item_id: str) -> None:
    found = connection.execute(text("SELECT body FROM runs WHERE id = :id"), {"id": run_id})
    body = found.scalar_one_or_none()
    if body is not None:
        run = json.loads(body) | {"parent_id": item_id}
        connection.execute(
            text("UPDATE runs SET body = :body WHERE id = :id"),
            {"id": run_id, "body": json.dumps(run, ensure_ascii=False)},
        )


def _files(connection: Connection) -> None:
    """Files are kept, with their copies and vector stores at upstreams."""
    _execute(connection, _FILES)


def _passages(connection: Connection) -> None:
    """Documents are searched by passage."""
    _execute(connection, _PASSAGES, _PASSAGES_SQLITE)


def _no_native_items(connection: Connection) -> None:
    """The upstream's own form of an item, which nothing read, goes."""
    _execute(connection, ("ALTER TABLE items DROP COLUMN native",))


def _notes_of_files(connection: Connection) -> None:
    """A file says what its reader had to guess."""
    _execute(connection, ("ALTER TABLE files ADD COLUMN note TEXT",))


def _states_of_runs(connection: Connection) -> None:
    """A run is stored with all that is needed to continue it."""
    _execute(
        connection,
        ("ALTER TABLE runs DROP COLUMN remote", "ALTER TABLE runs ADD COLUMN state TEXT"),
    )


def _word_forms(connection: Connection) -> None:
    """Passages are found by other forms of their words, too."""
    _execute(
        connection, ("ALTER TABLE passages ADD COLUMN forms TEXT DEFAULT '' NOT NULL",), _NO_WORDS
    )
    stored = connection.execute(text("SELECT id, context, text FROM passages"))
    found = (
        {"id": row.id, "forms": " ".join(word_forms(f"{row.context}\n{row.text}"))}
        for row in stored.all()
    )
    if changes := [each for each in found if each["forms"]]:
        connection.execute(text("UPDATE passages SET forms = :forms WHERE id = :id"), changes)
    _execute(connection, (), _WORDS_AND_FORMS)


def _rows_of_rounds(connection: Connection) -> None:
    """The rounds of a run that goes on have rows of their own, apart from its state."""
    _execute(connection, _ROUNDS)
    stored = connection.execute(text("SELECT id, state FROM runs WHERE state IS NOT NULL"))
    for run in stored.all():
        state = json.loads(run.state)
        rounds, calls = state.pop("rounds", []), state.pop("calls", [])
        native = state.pop("native", None)
        if calls:
            rounds.append({"after": state.get("boundary"), "calls": calls, "native": native})
        connection.execute(
            text("UPDATE runs SET state = :state WHERE id = :id"),
            {"id": run.id, "state": json.dumps(state | {"version": 2}, ensure_ascii=False)},
        )
        for number, body in enumerate(rounds, 1):
            connection.execute(
                text("INSERT INTO run_rounds (run_id, number, body) VALUES (:id, :number, :body)"),
                {"id": run.id, "number": number, "body": json.dumps(body, ensure_ascii=False)},
            )


def _assistants_of_threads(connection: Connection) -> None:
    """A thread may have an assistant of its own, and an assistant has parameters."""
    _execute(
        connection,
        (
            "ALTER TABLE threads ADD COLUMN assistant_id VARCHAR",
            "ALTER TABLE assistants ADD COLUMN parameters TEXT DEFAULT '{{}}' NOT NULL",
        ),
    )


def _parts_of_messages(connection: Connection) -> None:
    """A message consists of texts, pictures and files in the order in which they were made."""
    ids = connection.execute(
        text(
            "SELECT id FROM items"
            " WHERE type IN ('assistant_message', 'user_message', 'code_interpreter_call',"
            " 'function_call')"
        )
    )
    for item_id in ids.scalars().all():
        found = connection.execute(text("SELECT body FROM items WHERE id = :id"), {"id": item_id})
        item = json.loads(found.scalar_one())
        if (renewed := with_parts(item)) != item:
            connection.execute(
                text("UPDATE items SET body = :body WHERE id = :id"),
                {"id": item_id, "body": json.dumps(renewed, ensure_ascii=False)},
            )


def _texts_of_their_own(connection: Connection) -> None:
    """The text of a file is not deleted in the same transaction as the file."""
    sqlite = connection.dialect.name == "sqlite"
    _execute(connection, () if sqlite else _TEXTS_OF_THEIR_OWN, _TEXTS_OF_THEIR_OWN_SQLITE)


def _waiting_runs(connection: Connection) -> None:
    """A run may wait for somebody until a time, and tools have policies about whom to ask."""
    _execute(
        connection,
        (
            "ALTER TABLE runs ADD COLUMN expires_at FLOAT",
            "CREATE TABLE tool_policies (subject VARCHAR NOT NULL, tool VARCHAR NOT NULL,"
            " policy VARCHAR NOT NULL, PRIMARY KEY (subject, tool))",
        ),
    )


def _tools_of_items(connection: Connection) -> None:
    """An item says in a column of its own which tool it is a call of."""
    _execute(
        connection,
        (
            "ALTER TABLE items ADD COLUMN tool VARCHAR",
            "CREATE INDEX items_of_tool ON items (tool, created_at) WHERE tool IS NOT NULL",
        ),
    )
    ids = connection.execute(text("SELECT id FROM items WHERE type LIKE '%_call'"))
    for item_id in ids.scalars().all():
        found = connection.execute(text("SELECT body FROM items WHERE id = :id"), {"id": item_id})
        item = json.loads(found.scalar_one())
        connection.execute(
            text("UPDATE items SET tool = :tool WHERE id = :id"),
            {"id": item_id, "tool": _tool(item)},
        )


def _tool(item: dict[str, Any]) -> str:
    if item["type"] in ("function_call", "mcp_call"):
        return str(item["name"])
    sandboxed = {"shell": "shell", "diff": "apply_patch"}
    return sandboxed.get(item.get("language", ""), str(item["type"]).removesuffix("_call"))


def _origins_of_files(connection: Connection) -> None:
    """A file that a server of tools gave says so."""
    _execute(connection, ("ALTER TABLE files ADD COLUMN origin TEXT",))


def _start_screens(connection: Connection) -> None:
    """An assistant has a start screen, also one that an upstream keeps."""
    _execute(
        connection,
        (
            "CREATE TABLE start_screens (assistant_id VARCHAR NOT NULL PRIMARY KEY,"
            " body TEXT NOT NULL)",
        ),
    )


def _usage(connection: Connection) -> None:
    """What runs took is counted, and outlives their threads."""
    counts = ("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens")
    _execute(
        connection,
        (
            "CREATE TABLE usage (run_id VARCHAR NOT NULL PRIMARY KEY, owner VARCHAR NOT NULL,"
            " quarter INTEGER NOT NULL, upstream VARCHAR NOT NULL, model VARCHAR NOT NULL,"
            + "".join(f" {name} BIGINT NOT NULL," for name in counts)
            + " cost FLOAT NOT NULL, currency VARCHAR)",
            "CREATE INDEX usage_by_quarter ON usage (quarter)",
        ),
    )
    runs = connection.execute(
        text(
            "SELECT runs.body, threads.owner FROM runs JOIN threads ON threads.id = runs.thread_id"
            " WHERE runs.status IN ('completed', 'incomplete', 'failed', 'cancelled', 'expired')"
        )
    )
    for body, owner in runs.all():
        run = json.loads(body)
        used = run.get("usage") or {}
        row = {
            "run_id": run["id"],
            "owner": owner,
            "quarter": int((run.get("finished_at") or run["created_at"]) // 900),
            "upstream": run.get("upstream") or "",
            "model": run.get("model") or "",
            **{name: min(max(used.get(name) or 0, 0), 10**12) for name in counts},
        }
        connection.execute(
            text(
                "INSERT INTO usage (run_id, owner, quarter, upstream, model, input_tokens,"
                " cached_tokens, output_tokens, reasoning_tokens, cost) VALUES (:run_id, :owner,"
                " :quarter, :upstream, :model, :input_tokens, :cached_tokens, :output_tokens,"
                " :reasoning_tokens, 0)"
            ),
            row,
        )


def _choices_of_threads(connection: Connection) -> None:
    """A thread may have a model and instructions of its own."""
    _execute(
        connection,
        (
            "ALTER TABLE threads ADD COLUMN model VARCHAR",
            "ALTER TABLE threads ADD COLUMN instructions TEXT DEFAULT '' NOT NULL",
        ),
    )


def _words_of_postgresql(connection: Connection) -> None:
    """PostgreSQL finds chats and passages by their words, and numbers what a big server writes."""
    _execute(connection, (), postgresql_only=_WORDS_OF_POSTGRESQL)
    if connection.dialect.name == "postgresql":
        # Texts were found by comparing letters, and no passages were kept.
        connection.execute(
            text("UPDATE texts SET words = strip(to_tsvector('simple', left(text, 200000)))")
        )


def _ratings_of_runs(connection: Connection) -> None:
    """A run may have been rated."""
    _execute(
        connection,
        (
            "ALTER TABLE runs ADD COLUMN rated_at FLOAT",
            "CREATE INDEX rated_runs ON runs (rated_at, id) WHERE rated_at IS NOT NULL",
        ),
    )


def _shares(connection: Connection) -> None:
    """Anybody who has a link to a thread may read it."""
    _execute(
        connection,
        (
            """CREATE TABLE shares (
                 id VARCHAR NOT NULL PRIMARY KEY,
                 token_hash VARCHAR NOT NULL UNIQUE,
                 thread_id VARCHAR NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
                 head_id VARCHAR NOT NULL,
                 created_at FLOAT NOT NULL,
                 expires_at FLOAT NOT NULL
               )""",
            "CREATE INDEX shares_of_thread ON shares (thread_id, created_at)",
        ),
    )


def _one_active_run(connection: Connection) -> None:
    """A thread has one active run. Of several that a database has, the last goes on and the others
    end as interrupted, as if their process had stopped."""
    active = connection.execute(
        text(
            "SELECT id, thread_id, body FROM runs"
            " WHERE status NOT IN ('completed', 'incomplete', 'failed', 'cancelled', 'expired')"
            " ORDER BY created_at, id"
        )
    ).all()
    last = {run.thread_id: run.id for run in active}
    for run in active:
        if run.id != last[run.thread_id]:
            _interrupt(connection, run.thread_id, json.loads(run.body))
    _execute(
        connection,
        (
            "CREATE UNIQUE INDEX one_active_run ON runs (thread_id) WHERE status NOT IN"
            " ('completed', 'incomplete', 'failed', 'cancelled', 'expired')",
        ),
    )


def _shared(connection: Connection) -> None:
    """Tables of what several processes have in common, which only PostgreSQL has."""
    _execute(
        connection,
        (),
        postgresql_only=(
            "CREATE TABLE settings (name VARCHAR NOT NULL, value TEXT, PRIMARY KEY (name))",
            "CREATE TABLE secrets (name VARCHAR NOT NULL, value TEXT, PRIMARY KEY (name))",
            "CREATE UNLOGGED TABLE attempts (key VARCHAR NOT NULL, tries FLOAT NOT NULL,"
            " at TIMESTAMP WITH TIME ZONE NOT NULL, PRIMARY KEY (key))",
            "CREATE TABLE changes (subject VARCHAR NOT NULL, version BIGINT NOT NULL,"
            " PRIMARY KEY (subject))",
            "CREATE FUNCTION runstream_changed() RETURNS trigger LANGUAGE plpgsql AS $$"
            " BEGIN INSERT INTO changes VALUES (TG_TABLE_NAME, 1)"
            " ON CONFLICT (subject) DO UPDATE SET version = changes.version + 1;"
            " PERFORM pg_notify('runstream', '[\"changed\", \"\"]');"
            " RETURN NULL; END $$",
            *(
                f"CREATE TRIGGER runstream_changed AFTER INSERT OR UPDATE OR DELETE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION runstream_changed()"
                for table in ("tool_policies", "assistants", "start_screens", "settings", "secrets")
            ),
        ),
    )


def _homes(connection: Connection) -> None:
    """Which process may change a thread."""
    _execute(
        connection,
        (
            "CREATE TABLE nodes (id VARCHAR NOT NULL PRIMARY KEY, address VARCHAR NOT NULL,"
            " version VARCHAR NOT NULL, draining BOOLEAN NOT NULL, expires_at {time} NOT NULL)",
            "CREATE TABLE homes (thread_id VARCHAR NOT NULL PRIMARY KEY, node_id VARCHAR,"
            " tenure BIGINT NOT NULL)",
            "CREATE INDEX homes_of_node ON homes (node_id)",
        ),
    )


def _claims_of_documents(connection: Connection) -> None:
    """One process at a time reads a document."""
    _execute(
        connection,
        (
            "ALTER TABLE files ADD COLUMN taken_by VARCHAR",
            "ALTER TABLE files ADD COLUMN taken_until FLOAT",
        ),
    )


def _interrupt(connection: Connection, thread_id: str, run: dict[str, Any]) -> None:
    message = "The server stopped during this answer. Try again to continue."
    ended = {
        "status": "failed",
        "error": {"code": "interrupted", "message": message, "retryable": True},
        "finished_at": time.time(),
        "expires_at": None,
    }
    connection.execute(
        text(
            "UPDATE runs SET status = 'failed', body = :body, state = NULL, expires_at = NULL"
            " WHERE id = :id"
        ),
        {"id": run["id"], "body": json.dumps(run | ended, ensure_ascii=False)},
    )
    connection.execute(text("DELETE FROM run_rounds WHERE run_id = :id"), {"id": run["id"]})
    journal = connection.execute(
        text("SELECT seq, body FROM deltas WHERE thread_id = :id ORDER BY seq"), {"id": thread_id}
    ).all()
    deltas = [(row.seq, json.loads(row.body)) for row in journal]
    items = connection.execute(
        text("SELECT body FROM items WHERE run_id = :id AND thread_id = :thread_id"),
        {"id": run["id"], "thread_id": thread_id},
    )
    for item in map(json.loads, items.scalars().all()):
        if item["status"] not in _OPEN:
            continue
        mine = [(seq, delta) for seq, delta in deltas if delta["item_id"] == item["id"]]
        for seq, delta in mine:
            _grow(item, delta)
            connection.execute(
                text("DELETE FROM deltas WHERE thread_id = :id AND seq = :seq"),
                {"id": thread_id, "seq": seq},
            )
        item["status"] = "incomplete"
        connection.execute(
            text("UPDATE items SET status = 'incomplete', body = :body WHERE id = :id"),
            {"id": item["id"], "body": json.dumps(item, ensure_ascii=False)},
        )


def _grow(item: dict[str, Any], delta: dict[str, Any]) -> None:
    """Append a delta, which begins after `offset` UTF-16 code units, to its field of an item."""
    field, index = delta["field"], delta["index"]
    holder: Any = item
    place: Any = field
    if field in ("text", "logs"):
        parts = item.setdefault("content" if field == "text" else "outputs", [])
        parts += [{"type": field, field: ""} for _ in range(len(parts), index + 1)]
        holder = parts[index]
    elif field == "summary":
        holder, place = item.setdefault("summary", []), index
        holder += [""] * (index + 1 - len(holder))
    present = (holder[place] or "").encode("utf-16-le", "surrogatepass")
    grown = present[: 2 * delta["offset"]] + delta["delta"].encode("utf-16-le", "surrogatepass")
    if len(grown) > len(present):
        holder[place] = grown.decode("utf-16-le", "surrogatepass")


STEPS: Final[dict[int, Callable[[Connection], None]]] = {
    1: _branches_and_search,
    2: _files,
    3: _passages,
    4: _no_native_items,
    5: _notes_of_files,
    6: _states_of_runs,
    7: _word_forms,
    8: _rows_of_rounds,
    9: _assistants_of_threads,
    10: _parts_of_messages,
    11: _texts_of_their_own,
    12: _waiting_runs,
    13: _tools_of_items,
    14: _origins_of_files,
    15: _start_screens,
    16: _usage,
    17: _choices_of_threads,
    18: _words_of_postgresql,
    19: _ratings_of_runs,
    20: _shares,
    21: _one_active_run,
    22: _shared,
    23: _homes,
    24: _claims_of_documents,
}
"""`STEPS[n]` takes a database from version n to n + 1."""

VERSION: Final = 1 + len(STEPS)


def _execute(
    connection: Connection,
    statements: tuple[str, ...],
    sqlite_only: tuple[str, ...] = (),
    postgresql_only: tuple[str, ...] = (),
) -> None:
    """Execute statements in which `{serial}`, `{bytes}` and `{time}` are the database's own types."""
    sqlite = connection.dialect.name == "sqlite"
    types = (
        {"serial": "INTEGER NOT NULL", "bytes": "BLOB", "time": "DATETIME"}
        if sqlite
        else {"serial": "SERIAL", "bytes": "BYTEA", "time": "TIMESTAMP WITH TIME ZONE"}
    )
    for statement in statements:
        connection.exec_driver_sql(statement.format(**types))
    for statement in sqlite_only if sqlite else postgresql_only:
        connection.exec_driver_sql(statement)
