"""`/readyz` of a server whose database fails, and what an upload says without a data folder."""

import asyncio
import resource
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx2
import psutil
import pytest

from backend.waiting import poll
from backend.websocket.messages import Ack
from tests.commits import at_each_statement
from tests.http.answers import problem
from tests.patience import PATIENCE_S
from tests.process import Backend, backend
from tests.rest import rest
from tests.running import running
from tests.scripted import COMPLETED, Gate, ScriptedUpstream, partial_message


@asynccontextmanager
async def serving(tmp_path: Path) -> AsyncIterator[tuple[Backend, httpx2.AsyncClient]]:
    async with backend(tmp_path, "--port", "0") as server:
        await server.started()
        async with rest(server.url) as http:
            assert (await http.get("/readyz")).status_code == 200
            yield server, http


async def told(http: httpx2.AsyncClient, status: int) -> httpx2.Response:
    """`/readyz` once it has noticed: the database is looked at once a second."""

    async def ask() -> httpx2.Response | None:
        answer = await http.get("/readyz")
        return answer if answer.status_code == status else None

    return await poll(ask, within_s=PATIENCE_S, first_pause_s=0.05, longest_pause_s=0.5)


async def not_ready(http: httpx2.AsyncClient) -> str:
    assert (await http.get("/healthz")).status_code == 200
    return problem(await told(http, 503), 503).message


@pytest.mark.sqlite
async def test_a_deleted_database_is_noticed(tmp_path: Path) -> None:
    async with serving(tmp_path) as (_, http):
        (tmp_path / "data" / "runstream.db").unlink()
        assert "cannot be read" in await not_ready(http)


@pytest.mark.sqlite
async def test_a_database_that_was_replaced_is_noticed(tmp_path: Path) -> None:
    async with serving(tmp_path) as (_, http):
        database = tmp_path / "data" / "runstream.db"
        shutil.copy(database, tmp_path / "copy.db")
        (tmp_path / "copy.db").replace(database)
        assert "another file" in await not_ready(http)


@pytest.mark.sqlite
async def test_a_damaged_database_is_noticed(tmp_path: Path) -> None:
    async with serving(tmp_path) as (_, http):
        with (tmp_path / "data" / "runstream.db").open("r+b") as database:
            database.write(b"x" * 4096)
        assert "damaged" in await not_ready(http)


@pytest.mark.sqlite
async def test_a_locked_database_is_noticed_and_again_ready_when_it_is_free(tmp_path: Path) -> None:
    async with serving(tmp_path) as (_, http):
        with closing(sqlite3.connect(tmp_path / "data" / "runstream.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            assert "locked" in await not_ready(http)
            other.rollback()
        await told(http, 200)


@pytest.mark.sqlite
async def test_a_disk_that_takes_no_more_is_noticed(tmp_path: Path) -> None:
    async with serving(tmp_path) as (server, http):
        process = psutil.Process(server.pid)
        before = process.rlimit(resource.RLIMIT_FSIZE)
        process.rlimit(resource.RLIMIT_FSIZE, (0, before[1]))
        assert "did not take it" in await not_ready(http)
        process.rlimit(resource.RLIMIT_FSIZE, before)
        await told(http, 200)


@pytest.mark.sqlite
async def test_without_its_data_folder_the_server_refuses_uploads_and_is_not_ready(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path) as (_, http):
        shutil.rmtree(tmp_path / "data")
        parts = {"file": ("a.txt", b"a")}
        refused = await http.post("/api/files?purpose=attachment", files=parts)
        assert "data folder of the server is gone" in problem(refused, 503).message
        assert "cannot be read" in await not_ready(http)


@pytest.mark.sqlite
async def test_however_many_ask_the_database_is_written_to_once_a_second(tmp_path: Path) -> None:
    written: list[str] = []
    with at_each_statement(lambda statement: written.append(statement)):
        async with running(tmp_path, ScriptedUpstream()) as server, rest(server.url) as http:
            written.clear()
            began = time.monotonic()
            answers = await asyncio.gather(*(http.get("/readyz") for _ in range(50)))
            took_s = time.monotonic() - began
    assert {answer.status_code for answer in answers} == {200}
    assert len([each for each in written if "schema_version" in each]) <= 1 + took_s


@pytest.mark.sqlite
async def test_a_writer_that_cannot_store_is_told_of_until_it_can(tmp_path: Path) -> None:
    """Though the database itself takes what a check writes."""
    gate = Gate(0)
    upstream = ScriptedUpstream()
    steps = partial_message(*(f"{number} " for number in range(20)))
    upstream.script([steps[0], gate, *steps[1:], COMPLETED])
    async with (
        running(tmp_path, upstream) as server,
        server.socket() as socket,
        rest(server.url) as http,
    ):
        await socket.say("one")
        ack = await socket.until(Ack)
        with closing(sqlite3.connect(tmp_path / "data" / "runstream.db")) as other:
            other.execute("ALTER TABLE deltas RENAME TO gone")
            gate.release()
            assert "no such table" in await not_ready(http)
            other.execute("ALTER TABLE gone RENAME TO deltas")
        await told(http, 200)
        assert (await socket.until_ended(ack)).status == "completed"
