"""MCP servers of two processes that share a database: both have those that were added at either, and the
logins to them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import psycopg
import pytest

from tests.mcp.guarded import guarded
from tests.mcp.servers import McpApp, mcp_app
from tests.mcp.test_login import begin, safe, sent_back
from tests.postgresql import PostgresqlServer
from tests.rest import rest

ADDRESS = "localhost:9000"
"""Of both, as behind a balancer."""


@pytest.fixture
def database(postgresql: PostgresqlServer) -> str:
    return postgresql.new_database()


@asynccontextmanager
async def two(
    tmp_path: Path, database: str, servers: dict[str, Any]
) -> AsyncIterator[tuple[McpApp, McpApp]]:
    """The first one has these servers in its file."""
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    async with (
        mcp_app(tmp_path / "one", servers, database_url=database) as one,
        mcp_app(tmp_path / "other", {}, database_url=database) as other,
    ):
        for app in (one, other):
            app.http.headers["Host"] = ADDRESS
        await one.http.get("/api/threads")
        other.http.cookies.update(one.http.cookies)
        yield one, other


async def add(app: McpApp, servers: dict[str, Any]) -> None:
    body = {"configuration": json.dumps({"mcpServers": servers}), "give": False}
    answer = await app.http.post("/api/mcp/servers", json=body)
    assert answer.status_code == 200, answer.text


def kept(database: str) -> str:
    with psycopg.connect(database) as rows:
        return repr(rows.execute("SELECT * FROM secrets").fetchall())


async def come_back(http: httpx2.AsyncClient, address: str) -> int:
    """Where the authorization server sends the visitor, at this process."""
    parts = urlsplit(address)
    return (await http.get(f"{parts.path}?{parts.query}")).status_code


async def test_a_server_that_is_added_or_removed_at_one_is_so_at_the_other(
    tmp_path: Path, database: str
) -> None:
    nowhere = {"url": "http://127.0.0.1:9/mcp"}
    async with two(tmp_path, database, {"filed": nowhere}) as (one, other):
        assert await other.servers() == {}
        token = "0123456789-token-of-a-server"
        await add(one, {"added": {**nowhere, "headers": {"Authorization": f"Bearer {token}"}}})
        await other.until("added", lambda _: True)
        # What one had in its file came along, and the file stays as it is.
        assert set(await other.servers()) == {"filed", "added"}
        assert list(json.loads(one.config.read_text())["mcpServers"]) == ["filed"]
        assert "mcp.json" in kept(database)
        assert token not in kept(database)
        assert (await other.http.delete("/api/mcp/servers/filed")).status_code == 200
        await one.until_gone("filed")


async def test_a_login_at_one_is_one_at_the_other_also_after_it_was_renewed(
    tmp_path: Path, database: str
) -> None:
    async with guarded() as server, two(tmp_path, database, {}) as (one, other):
        await add(one, safe(server))
        for app in (one, other):
            await app.until("safe", "needs_login")
        assert await come_back(one.http, await sent_back(await begin(one))) == 303
        for app in (one, other):
            await app.until("safe", "ready")
        assert not [token for token in server.issuer.tokens if token in kept(database)]

        server.issuer.tokens.clear()
        before = (await other.servers())["safe"]["login"]["expires_at"]
        [tool] = (await one.servers())["safe"]["tools"]
        call, _ = await one.call(tool["called"])
        assert call.status == "completed"
        await other.until("safe", lambda shown: shown["login"]["expires_at"] != before)
        call, _ = await other.call(tool["called"])
        assert call.status == "completed"

        assert (await other.http.post("/api/mcp/servers/safe/logout")).status_code == 204
        await one.until("safe", lambda shown: shown["login"] is None)
        await one.until("safe", "needs_login")


async def test_who_comes_back_from_a_login_to_another_process_is_logged_in_as_well(
    tmp_path: Path, database: str
) -> None:
    async with guarded() as server, two(tmp_path, database, {}) as (one, other):
        await add(one, safe(server))
        await one.until("safe", "needs_login")
        back = await sent_back(await begin(one))
        async with rest(other.server.url, headers={"Host": ADDRESS}) as stranger:
            assert await come_back(stranger, back) == 400
        assert await come_back(other.http, back) == 303
        for app in (one, other):
            await app.until("safe", "ready")
        assert await come_back(other.http, back) == 400
