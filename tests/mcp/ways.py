"""Servers that ask in the middle of a call: in each way, over each transport."""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from backend.domain.items import FunctionCall
from tests.mcp.servers import DEMO, LEGACY, ROOT, McpApp, demo_over_http, mcp_app
from tests.mcp.state_keeper import create_server
from tests.running import ScriptSocket
from tests.serving import serve
from tests.waiting.asking import call_in, parked, until

TRIP = ("demo__plan_trip", "{}")
OSLO = {"where": "Oslo", "how": "by train", "days": 2, "luggage": ["a book"], "insured": True}
TOLD = "2 days to Oslo by train"
Way = Callable[..., AbstractAsyncContextManager[McpApp]]


@asynccontextmanager
async def ready(tmp_path: Path, name: str, entry: Any, **settings: Any) -> AsyncIterator[McpApp]:
    async with mcp_app(tmp_path, {name: entry}, **settings) as app:
        await app.until(name, "ready")
        yield app


@asynccontextmanager
async def program(tmp_path: Path, **settings: Any) -> AsyncIterator[McpApp]:
    async with ready(tmp_path, "demo", DEMO, **settings) as app:
        yield app


@asynccontextmanager
async def address(tmp_path: Path, **settings: Any) -> AsyncIterator[McpApp]:
    async with demo_over_http() as url, ready(tmp_path, "demo", {"url": url}, **settings) as app:
        yield app


@asynccontextmanager
async def older_program(tmp_path: Path, **settings: Any) -> AsyncIterator[McpApp]:
    async with ready(tmp_path, "demo", LEGACY, **settings) as app:
        yield app


@asynccontextmanager
async def older_address(tmp_path: Path, **settings: Any) -> AsyncIterator[McpApp]:
    async with (
        demo_over_http(legacy=True) as url,
        ready(tmp_path, "demo", {"url": url}, **settings) as app,
    ):
        yield app


@asynccontextmanager
async def asker(tmp_path: Path, **settings: Any) -> AsyncIterator[McpApp]:
    entry = {"command": sys.executable, "args": ["-m", "tests.mcp.asker"], "cwd": str(ROOT)}
    async with ready(tmp_path, "asker", entry, **settings) as app:
        yield app


@asynccontextmanager
async def keeper(tmp_path: Path, **settings: Any) -> AsyncIterator[McpApp]:
    async with (
        serve(create_server().streamable_http_app(), lifespan="on") as url,
        ready(tmp_path, "keeper", {"url": f"{url}/mcp"}, **settings) as app,
    ):
        yield app


EVERY_WAY = pytest.mark.parametrize("way", [program, address, older_program, older_address])
BOTH_WAYS = pytest.mark.parametrize("way", [address, older_address])


async def asked(
    app: McpApp, socket: ScriptSocket, name: str, arguments: str = "{}"
) -> FunctionCall:
    [item] = await parked(app.upstream, socket, (name, arguments))
    return item


async def asked_next(socket: ScriptSocket, call: FunctionCall, message: str) -> None:
    def asks() -> bool:
        action = call_in(socket, call).required_action
        return action is not None and action.resolution is None and action.message == message

    await until(socket, asks)


async def trip_planned(app: McpApp, socket: ScriptSocket) -> FunctionCall:
    return await asked(app, socket, *TRIP)
