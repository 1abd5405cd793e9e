"""`/readyz` of a server whose database fails, and what an upload says without a data folder."""

import resource
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx2
import psutil

from tests.http.answers import problem
from tests.process import Backend, backend
from tests.rest import rest


@asynccontextmanager
async def serving(tmp_path: Path) -> AsyncIterator[tuple[Backend, httpx2.AsyncClient]]:
    async with backend(tmp_path, "--port", "0") as server:
        await server.started()
        async with rest(server.url) as http:
            assert (await http.get("/readyz")).status_code == 200
            yield server, http


async def not_ready(http: httpx2.AsyncClient) -> str:
    assert (await http.get("/healthz")).status_code == 200
    return problem(await http.get("/readyz"), 503).message


async def test_a_deleted_database_is_noticed(tmp_path: Path) -> None:
    async with serving(tmp_path) as (_, http):
        (tmp_path / "data" / "runstream.db").unlink()
        assert "cannot be read" in await not_ready(http)


async def test_a_database_that_was_replaced_is_noticed(tmp_path: Path) -> None:
    async with serving(tmp_path) as (_, http):
        database = tmp_path / "data" / "runstream.db"
        shutil.copy(database, tmp_path / "copy.db")
        (tmp_path / "copy.db").replace(database)
        assert "another file" in await not_ready(http)


async def test_a_damaged_database_is_noticed(tmp_path: Path) -> None:
    async with serving(tmp_path) as (_, http):
        with (tmp_path / "data" / "runstream.db").open("r+b") as database:
            database.write(b"x" * 4096)
        assert "damaged" in await not_ready(http)


async def test_a_locked_database_is_noticed_and_again_ready_when_it_is_free(tmp_path: Path) -> None:
    async with serving(tmp_path) as (_, http):
        with closing(sqlite3.connect(tmp_path / "data" / "runstream.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            assert "locked" in await not_ready(http)
            other.rollback()
        assert (await http.get("/readyz")).status_code == 200


async def test_a_disk_that_takes_no_more_is_noticed(tmp_path: Path) -> None:
    async with serving(tmp_path) as (server, http):
        process = psutil.Process(server.process.pid)
        before = process.rlimit(resource.RLIMIT_FSIZE)
        process.rlimit(resource.RLIMIT_FSIZE, (0, before[1]))
        assert "did not take it" in await not_ready(http)
        process.rlimit(resource.RLIMIT_FSIZE, before)
        assert (await http.get("/readyz")).status_code == 200


async def test_without_its_data_folder_the_server_refuses_uploads_and_is_not_ready(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path) as (_, http):
        shutil.rmtree(tmp_path / "data")
        parts = {"file": ("a.txt", b"a")}
        refused = await http.post("/api/files?purpose=attachment", files=parts)
        assert "data folder of the server is gone" in problem(refused, 503).message
        assert "cannot be read" in await not_ready(http)
