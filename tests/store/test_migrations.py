"""Databases of all released schemas are migrated. Each `v*.sql` was dumped by that release."""

import ast
import json
import re
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from backend.domain.events import StreamedDelta, Thread
from backend.domain.ids import FileId, ItemId, OwnerId, RunId, ThreadId
from backend.domain.items import (
    ITEM,
    AssistantMessage,
    CodeInterpreterCall,
    FunctionCall,
    Item,
    Run,
    RunStatus,
)
from backend.domain.parts import JsonPart, TextPart, in_words
from backend.domain.tool_calls import tool_of
from backend.runs.state import RunState, load_state
from backend.store import migration_steps
from backend.store.batch import Batch
from backend.store.database import Database
from backend.store.document_texts import DocumentTexts
from backend.store.files import FileRows
from backend.store.listing import Listing
from backend.store.migration_steps import STEPS
from backend.store.passages import Passages
from backend.store.store import Store
from tests.paths import ROOT

OLD_EXPORT = ROOT / "tests/http/export-v1.json"
RELEASED = sorted(Path(__file__).parent.glob("v*.sql"))


def old_database(path: Path, script: Path) -> sqlite3.Connection:
    old = sqlite3.connect(path)
    old.executescript(script.read_text(encoding="utf-8"))
    return old


@pytest.mark.sqlite
@pytest.mark.parametrize("script", RELEASED, ids=lambda script: script.stem)
async def test_an_old_database_keeps_its_content_and_can_be_searched(
    tmp_path: Path, script: Path
) -> None:
    old = old_database(tmp_path / "chat.db", script)
    threads = old.execute("SELECT id, owner, title FROM threads ORDER BY created_at").fetchall()
    (items,) = old.execute("SELECT count(*) FROM items").fetchone()
    tables = {name for (name,) in old.execute("SELECT name FROM sqlite_master")}
    old.close()
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'chat.db'}")
    store, listing = Store(database), Listing(database)
    await store.open()
    seen = 0
    for thread_id, owner, title in threads:
        stored = await store.threads.get(ThreadId(thread_id))
        assert stored is not None
        seen += len(stored.items)
        assert (stored.owner, stored.thread.title) == (owner, title)
        assert (stored.deleted, stored.forks) == (False, ())
        # Runs have got the id of the message that they answer.
        messages = [item for item in stored.items if item.type == "user_message"]
        assert [run.parent_id for run in stored.runs] == [message.id for message in messages]
    assert seen == items
    _, owner, title = threads[0]
    for query in ("Oslo", "table"):
        [found] = await listing.page(owner, limit=9, query=query)
        assert found.thread.title == title
        assert found.snippet is not None
    if "files" in tables:
        rows = FileRows(database)
        [knowledge] = await rows.page("knowledge", None, 9)
        [attachment] = await rows.page("attachment", OwnerId(owner), 9)
        assert (knowledge.name, attachment.name) == ("manual.md", "notes.txt")
        assert await rows.remote_store("http://a", "asst_1") == "vs_1"
    if "passages" in tables:
        [found_passage] = await Passages(database).by_words("valve", [FileId("file_1")], 9)
        assert found_passage.passage_id == 1
        await FileRows(database).delete(["file_1"])
        await DocumentTexts(database).forget()
    await store.close()
    with sqlite3.connect(tmp_path / "chat.db") as new:
        new.execute("INSERT INTO passage_words (passage_words, rank) VALUES ('integrity-check', 1)")
        assert new.execute("SELECT count(*) FROM passages").fetchone() == (0,)
        tools = new.execute("SELECT body, tool FROM items").fetchall()
    new.close()
    assert [tool for _, tool in tools] == [tool_of(ITEM.validate_json(body)) for body, _ in tools]
    assert "get_weather" in dict(tools).values()


@pytest.mark.sqlite
@pytest.mark.parametrize("script", RELEASED, ids=lambda script: script.stem)
async def test_a_migrated_database_has_the_schema_of_a_new_one(
    tmp_path: Path, script: Path
) -> None:
    old_database(tmp_path / "old.db", script).close()
    for name in ("old.db", "new.db"):
        database = Database(f"sqlite+aiosqlite:///{tmp_path / name}")
        await database.open()
        await database.close()
    assert schema_of(tmp_path / "old.db") == schema_of(tmp_path / "new.db")


@pytest.mark.sqlite
async def test_old_passages_are_found_by_other_forms_of_their_words(tmp_path: Path) -> None:
    with old_database(tmp_path / "chat.db", Path(__file__).with_name("v4.sql")) as old:
        old.execute(
            "INSERT INTO passages (file_id, context, text) VALUES (?, ?, ?)",
            ("file_1", "", "会议将于三月五日在大阪举行。"),
        )
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'chat.db'}")
    await database.open()
    passages = Passages(database)
    [found] = await passages.by_words("大阪", [FileId("file_1")], 9)
    assert (await passages.get([found.passage_id]))[found.passage_id].passage.text[:2] == "会议"
    await DocumentTexts(database).remove(FileId("file_1"))
    await database.close()
    with sqlite3.connect(tmp_path / "chat.db") as new:
        new.execute("INSERT INTO passage_words (passage_words, rank) VALUES ('integrity-check', 1)")
        words = "SELECT count(*) FROM passage_words WHERE passage_words MATCH '大阪'"
        assert new.execute(words).fetchone() == (0,)


@pytest.mark.sqlite
async def test_a_run_that_an_old_database_left_can_be_continued(tmp_path: Path) -> None:
    old_database(tmp_path / "chat.db", Path(__file__).with_name("v8.sql")).close()
    store = Store(Database(f"sqlite+aiosqlite:///{tmp_path / 'chat.db'}"))
    await store.open()
    [left] = await store.threads.unfinished_runs()
    await store.close()
    state = load_state(left.state, left.rounds)
    assert state is not None
    first, present = state.rounds
    assert [in_words(call.output or ()) for call in first.calls] == ["12:00"]
    assert [call.call_id for call in state.pending] == ["call_2"]
    assert (present.after, present.native) == (state.boundary, {"output": [{"type": "reasoning"}]})


@pytest.mark.sqlite
@pytest.mark.parametrize("script", RELEASED, ids=lambda script: script.stem)
async def test_the_messages_of_an_old_database_have_parts(tmp_path: Path, script: Path) -> None:
    """Those of the export are as these versions stored them."""
    items = json.loads(OLD_EXPORT.read_text(encoding="utf-8"))["items"]
    with old_database(tmp_path / "chat.db", script) as old:
        row = ("thread_1", "owner_1", "Rain", "item_a", 9, 1, 1)
        old.execute(
            "INSERT INTO threads (id, owner, title, head_id, seq, created_at, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            row,
        )
        old.executemany(
            "INSERT INTO items (id, thread_id, parent_id, type, status, created_at, body)"
            " VALUES (:id, 'thread_1', :parent_id, :type, :status, :created_at, :body)",
            [item | {"body": json.dumps(item)} for item in items],
        )
    store = Store(Database(f"sqlite+aiosqlite:///{tmp_path / 'chat.db'}"))
    await store.open()
    stored = await store.threads.get(ThreadId("thread_1"))
    await store.close()
    assert stored is not None
    code = next(item for item in stored.items if isinstance(item, CodeInterpreterCall))
    assert [getattr(output, "name", None) for output in code.outputs] == [
        None, "plot.png", None, "table.csv", "file-remote",
    ]  # fmt: skip
    call = next(item for item in stored.items if isinstance(item, FunctionCall))
    assert call.outputs == (JsonPart(value={"celsius": 4}),)
    answer = stored.items[-1]
    assert isinstance(answer, AssistantMessage)
    [said] = answer.content
    assert isinstance(said, TextPart)
    assert (said.text, len(said.annotations)) == ("It rained 763 mm 🌧️ in Oslo.", 2)


async def test_of_several_active_runs_of_a_thread_the_last_goes_on_and_no_text_is_lost(
    database_url: str,
) -> None:
    thread = Thread(id=ThreadId("thread_1"), title="T", created_at=1, updated_at=1)
    statuses: list[RunStatus] = ["completed", "requires_action", "in_progress", "in_progress"]
    runs = [
        Run(id=RunId(f"run_{n}"), thread_id=thread.id, upstream="", created_at=n, status=status)
        for n, status in enumerate(statuses)
    ]
    items: list[Item] = [
        AssistantMessage(id=ItemId("a"), run_id=RunId("run_2"), created_at=1),
        FunctionCall(
            id=ItemId("b"),
            run_id=RunId("run_2"),
            created_at=1,
            name="f",
            call_id="c",
            parent_id=ItemId("a"),
        ),
        AssistantMessage(
            id=ItemId("c"), run_id=RunId("run_3"), created_at=1, parent_id=ItemId("b")
        ),
    ]
    deltas = [
        StreamedDelta(2, ItemId("a"), "text", 0, 0, "Rain \N{CLOUD WITH RAIN} "),
        StreamedDelta(4, ItemId("b"), "arguments", 0, 0, "{"),
        StreamedDelta(5, ItemId("c"), "text", 0, 0, "Sun"),
        StreamedDelta(6, ItemId("a"), "text", 0, 5, "\N{CLOUD WITH RAIN} in Oslo"),
    ]
    state = RunState(boundary=ItemId("a"), timezone="UTC", max_rounds=1)
    store = Store(Database(database_url))
    await store.open()
    engine = create_engine(database_url.replace("+aiosqlite", ""))
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX one_active_run"))
    batch = Batch(
        threads={thread.id: (OwnerId("o"), thread.model_copy(update={"head_id": "c"}), 5)},
        runs={run.id: run for run in runs},
        items={item.id: (thread.id, item) for item in items},
        states={run.id: (thread.id, state) for run in runs},
        rounds={(run.id, 1): (thread.id, state) for run in runs},
    )
    await store.write(batch)
    for some in (deltas[:3], deltas[3:]):
        grown = Batch()
        for delta in some:
            grown.deltas.add(thread.id, delta)
        await store.write(grown)
    [step] = [each for each in STEPS.values() if each.__name__ == "_one_active_run"]
    with engine.begin() as connection:
        step(connection)
    engine.dispose()
    [left] = await store.threads.unfinished_runs()
    stored = await store.threads.get(thread.id)
    assert stored is not None
    shown = await store.threads.with_journal(stored)
    waiting = await store.threads.overdue(now=10**10)
    await store.close()
    assert (left.run.id, len(left.rounds)) == ("run_3", 1)
    assert left.state is not None
    assert waiting == ()
    first, parked, older, last = stored.runs
    assert (first, last) == (runs[0], runs[3])
    for run in (parked, older):
        assert run.error is not None
        assert (run.status, run.error.code, run.error.retryable) == ("failed", "interrupted", True)
    said, call, growing = shown.items
    assert isinstance(said, AssistantMessage)
    assert isinstance(growing, AssistantMessage)
    assert isinstance(call, FunctionCall)
    assert (said.text, said.status) == ("Rain \N{CLOUD WITH RAIN} in Oslo", "incomplete")
    assert (call.arguments, call.status) == ("{", "incomplete")
    assert (growing.text, growing.status) == ("Sun", "in_progress")


def test_migration_steps_do_not_use_the_current_tables() -> None:
    """A step that creates the current tables breaks as soon as a later step alters them."""
    tree = ast.parse(Path(migration_steps.__file__).read_text(encoding="utf-8"))
    imports = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not [module for module in imports if module and module.startswith("backend.store")]


def schema_of(path: Path) -> tuple[object, ...]:
    """Returns the parts of a schema to compare. SQLite keeps its statements as they were written."""
    database = sqlite3.connect(path)
    tables = {}
    for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
        columns = database.execute(f"PRAGMA table_info({table})").fetchall()
        keys = database.execute(f"PRAGMA foreign_key_list({table})").fetchall()
        indexes = {
            (unique, tuple(column[2] for column in database.execute(f"PRAGMA index_info({name})")))
            for _, name, unique, *_ in database.execute(f"PRAGMA index_list({table})")
        }
        tables[table] = (
            {column[1:4] + column[5:] for column in columns},
            {key[2:] for key in keys},
            indexes,
        )
    others = database.execute(
        "SELECT name, sql FROM sqlite_master WHERE type != 'table' AND sql IS NOT NULL"
    )
    statements = {(name, re.sub(r"\s+", " ", sql)) for name, sql in others}
    versions = database.execute("SELECT * FROM schema_version").fetchall()
    database.close()
    return tables, statements, versions
