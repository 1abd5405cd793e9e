"""What only PostgreSQL does."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine

from backend.config.settings import Settings
from backend.domain.errors import StoreUnavailable
from backend.domain.events import ItemDelta
from backend.domain.items import AssistantMessage
from backend.domain.usage import Usage
from backend.store.database import Database
from backend.store.migration_steps import STEPS
from backend.store.store import Store
from backend.upstreams.events import RunEnded
from backend.waiting import poll
from backend.websocket.messages import Ack, Error, Snapshot
from tests.http.answers import problem
from tests.patience import PATIENCE_S
from tests.postgresql import PostgresqlServer
from tests.process import backend
from tests.rest import rest
from tests.running import running
from tests.scripted import COMPLETED, Gate, ScriptedUpstream, message, partial_message

PAUSES = {"within_s": PATIENCE_S, "first_pause_s": 0.05, "longest_pause_s": 0.5}


def store_at(url: str) -> Store:
    return Store(Database(Settings(database_url=url).database))


async def test_of_many_starters_on_an_empty_database_one_makes_the_tables(
    postgresql: PostgresqlServer,
) -> None:
    stores = [store_at(url) for url in [postgresql.new_database()] * 8]
    await asyncio.gather(*(store.open() for store in stores))
    for store in stores:
        await store.check()
        await store.close()


async def test_all_of_the_servers_that_start_at_once_on_an_empty_database_serve(
    tmp_path: Path, postgresql: PostgresqlServer
) -> None:
    settings = {"DATABASE_URL": postgresql.new_database(), "UPSTREAM": "demo"}
    folders = [tmp_path / str(number) for number in range(3)]
    async with AsyncExitStack() as ending:
        for folder in folders:
            folder.mkdir()
        starting = (backend(folder, "--port", "0", settings=settings) for folder in folders)
        servers = await asyncio.gather(*map(ending.enter_async_context, starting))
        assert all(await asyncio.gather(*(server.line() for server in servers)))


async def test_a_server_that_is_not_there_is_told_in_a_sentence_without_the_password(
    tmp_path: Path,
) -> None:
    settings = {"DATABASE_URL": "postgres://me:planted-5@127.0.0.1:1/chats"}
    async with backend(tmp_path, "--port", "0", settings=settings) as server:
        code, errors = await server.end()
    assert code != 0
    assert "127.0.0.1" in errors
    assert "planted-5" not in errors
    assert "Traceback" not in errors


async def test_chats_go_on_after_the_database_was_started_again(
    tmp_path: Path, postgresql: PostgresqlServer
) -> None:
    upstream = ScriptedUpstream()
    for text in ("one", "two"):
        upstream.script([*message(text), COMPLETED])
    url = postgresql.new_database()
    async with running(tmp_path, upstream, database_url=url) as server, server.socket() as socket:
        await socket.say("first", id="a")
        await socket.until_ended(await socket.until(Ack))
        await asyncio.to_thread(postgresql.control, "stop", "-m", "immediate")
        try:
            await socket.say("second", id="b")
            error = await socket.until(Error)
        finally:
            await asyncio.to_thread(postgresql.control, "start")
        assert (error.code, error.retryable) == ("store_unavailable", True)
        await socket.say("second", id="b")
        assert (await socket.until_ended(await socket.until(Ack))).status == "completed"
        assert len(socket.transcript.items) == 4


async def test_an_answer_loses_nothing_while_the_database_is_started_again(
    tmp_path: Path, postgresql: PostgresqlServer
) -> None:
    gate = Gate(0)
    upstream = ScriptedUpstream()
    steps = partial_message(*(f"{number} " for number in range(50)))
    upstream.script([*steps[:5], gate, *steps[5:25], gate, *steps[25:], COMPLETED])
    url = postgresql.new_database()
    async with running(tmp_path, upstream, database_url=url) as server, server.socket() as socket:
        await socket.say("Count.")
        ack = await socket.until(Ack)
        await socket.until(ItemDelta)

        async def readiness(status: int) -> bool | None:
            return (await http.get("/readyz")).status_code == status or None

        async with socket.rest() as http:
            await asyncio.to_thread(postgresql.control, "stop", "-m", "immediate")
            try:
                gate.release()
                await poll(lambda: readiness(503), **PAUSES)
            finally:
                await asyncio.to_thread(postgresql.control, "start")
            await poll(lambda: readiness(200), **PAUSES)
        gate.release()
        assert (await socket.until_ended(ack)).status == "completed"
        place = {"cookie": socket.cookie, "thread_id": ack.thread_id or ""}
        async with server.socket(**place) as again:
            await again.until(Snapshot)
            assert again.transcript.items == socket.transcript.items
        answer = socket.transcript.items[-1]
        assert isinstance(answer, AssistantMessage)
        assert answer.text == "".join(f"{number} " for number in range(50))


async def test_an_id_that_it_could_not_take_is_one_that_nothing_has(
    tmp_path: Path, postgresql: PostgresqlServer
) -> None:
    url = postgresql.new_database()
    async with running(tmp_path, ScriptedUpstream(), database_url=url) as server:
        async with rest(server.url) as http:
            for path in ("threads/%00", "files/file_%00", "threads/a%00?through=%00"):
                problem(await http.get(f"/api/{path}"), 404)
            assert (await http.get("/shared/%00")).status_code == 404
        async with server.socket(thread_id="\0") as socket:
            assert (await socket.until(Error)).code == "not_found"


async def test_what_chats_took_is_summed(tmp_path: Path, postgresql: PostgresqlServer) -> None:
    usage = Usage(input_tokens=1_000, cached_tokens=400, output_tokens=50, total_tokens=1_050)
    upstream = ScriptedUpstream()
    for _ in range(2):
        upstream.script([*message("Yes."), RunEnded("completed", usage=usage)])
    url = postgresql.new_database()
    async with running(tmp_path, upstream, database_url=url) as server, server.socket() as socket:
        for question in ("Is it?", "And this?"):
            await socket.say(question, id=question)
            await socket.until_ended(await socket.until(Ack))
        async with socket.rest() as http:
            report = (await http.get("/api/usage?timezone=Asia/Kathmandu&mine=true")).json()
    assert (report["total"]["runs"], report["total"]["usage"]) == (2, (usage + usage).model_dump())


async def test_what_a_reader_sees_belongs_together(postgresql: PostgresqlServer) -> None:
    url = postgresql.new_database()
    store = store_at(url)
    await store.open()
    database = Database(Settings(database_url=url).database)
    async with database.read() as connection:
        count = "SELECT count(*) FROM assistants"
        before = (await connection.exec_driver_sql(count)).scalar_one()
        with psycopg.connect(url) as other:
            other.execute(
                "INSERT INTO assistants (id, name, model, instructions, tools)"
                " VALUES ('a', '', '', '', '[]')"
            )
        assert (await connection.exec_driver_sql(count)).scalar_one() == before
    await database.close()
    await store.close()


async def test_the_tables_of_an_older_version_become_those_of_a_new_one(
    postgresql: PostgresqlServer,
) -> None:
    """Before version 19 PostgreSQL had tables that found no words, and numbers of 32 bits; later ones have
    what processes share."""
    new, old = (postgresql.new_database() for _ in range(2))
    for url in (new, old):
        store = store_at(url)
        await store.open()
        await store.close()
    with psycopg.connect(old) as connection:
        for statement in (
            "ALTER TABLE threads ALTER COLUMN seq TYPE INTEGER",
            "ALTER TABLE deltas ALTER COLUMN seq TYPE INTEGER",
            "ALTER TABLE texts ALTER COLUMN number TYPE INTEGER",
            "ALTER TABLE passages ALTER COLUMN id TYPE INTEGER",
            "ALTER TABLE texts DROP COLUMN words",
            "ALTER TABLE passages DROP COLUMN words, DROP COLUMN length",
            "DROP TEXT SEARCH CONFIGURATION runstream_words",
            "DROP TEXT SEARCH DICTIONARY runstream_stem",
            "DROP FUNCTION runstream_changed CASCADE",
            "DROP TABLE settings, secrets, attempts, changes",
            "INSERT INTO threads (id, owner, title, seq, created_at, updated_at)"
            " VALUES ('t', 'o', 'A harbour', 1, 1, 1)",
            "INSERT INTO texts (source, thread_id, text) VALUES ('t', 't', 'A harbour')",
        ):
            connection.execute(statement.encode())
    engine = create_engine(Settings(database_url=old).database)
    steps = {step.__name__: step for step in STEPS.values()}
    with engine.begin() as transaction:
        steps["_words_of_postgresql"](transaction)
        steps["_shared"](transaction)
    engine.dispose()
    columns = (
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
        " WHERE table_schema = 'public' ORDER BY 1, 2"
    )
    indexes = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
    triggers = (
        "SELECT event_object_table, event_manipulation, action_timing, action_orientation,"
        " action_statement FROM information_schema.triggers ORDER BY 1, 2"
    )
    unlogged = "SELECT relname FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r'"
    for query in (columns, indexes, triggers, unlogged):
        found = []
        for url in (new, old):
            with psycopg.connect(url) as connection:
                found.append(connection.execute(query.encode()).fetchall())
        assert found[0] == found[1]
    with psycopg.connect(old) as connection:
        search = "SELECT source FROM texts WHERE words @@ 'harbour'"
        assert connection.execute(search.encode()).fetchall() == [("t",)]


async def test_another_kind_of_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sqlite:/// or postgresql://"):
        Settings(database_url="mysql://localhost/x")
    assert Settings(database_url="postgres://h/d").database == "postgresql+psycopg://h/d"
    with pytest.raises(StoreUnavailable):
        await store_at("postgresql://127.0.0.1:1/none").open()
