"""MCP servers for tests: the demo server over each transport, and the app that is told of them."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from backend.domain.items import FunctionCall
from backend.mcp_demo.server import create_server
from backend.waiting import poll
from tests.patience import PATIENCE_S
from tests.rest import rest
from tests.running import Running, ScriptSocket, running
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message
from tests.serving import serve

ROOT = Path(__file__).parents[2]
POLL_S = 0.05

DEMO: dict[str, Any] = {
    "command": sys.executable,
    "args": ["-m", "backend.mcp_demo"],
    "cwd": str(ROOT),
}

LEGACY: dict[str, Any] = {**DEMO, "args": [*DEMO["args"], "--legacy"]}
"""The same, which asks in open calls."""


def python(code: str) -> dict[str, Any]:
    """The entry of a server that is this program."""
    return {"command": sys.executable, "args": ["-c", code], "cwd": str(ROOT)}


@asynccontextmanager
async def demo_over_http(*, legacy: bool = False) -> AsyncIterator[str]:
    """The address of the demo server over streamable HTTP."""
    async with serve(create_server(legacy=legacy).streamable_http_app(), lifespan="on") as url:
        yield f"{url}/mcp"


@dataclass
class McpApp:
    """The app with MCP servers, spoken to over REST and by a script of its model."""

    server: Running
    upstream: ScriptedUpstream
    http: httpx2.AsyncClient
    config: Path

    def configure(self, servers: dict[str, Any]) -> None:
        self.config.write_text(json.dumps({"mcpServers": servers}))

    async def servers(self) -> dict[str, dict[str, Any]]:
        answer = await self.http.get("/api/mcp/servers")
        return {each["name"]: each for each in answer.json()["servers"]}

    async def until(
        self, name: str, holds: Callable[[dict[str, Any]], bool] | str
    ) -> dict[str, Any]:
        """Waits until a server is in this state, or until this holds of it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                found = (await self.servers()).get(name)
                if found is not None and (
                    found["state"] == holds if isinstance(holds, str) else holds(found)
                ):
                    return found
                await asyncio.sleep(POLL_S)

    async def until_gone(self, name: str) -> None:
        async def gone() -> bool | None:
            return None if name in await self.servers() else True

        await poll(gone, within_s=PATIENCE_S, first_pause_s=POLL_S, longest_pause_s=POLL_S)

    def script(self, *wanted: tuple[str, str]) -> None:
        """The next run makes these calls at once, and says so."""
        self.upstream.scripts.insert(0, [calls(*wanted), [*message("Done."), COMPLETED]])

    def told(self) -> list[str]:
        """What the model was told that its calls of the last run returned."""
        outputs = self.upstream.sessions[-1].outputs[1]
        assert outputs is not None
        return [output.output for output in outputs]

    async def call(self, name: str, **arguments: Any) -> tuple[FunctionCall, str]:
        """Returns a call as the chat shows it, and what the model was told."""
        self.script((name, json.dumps(arguments)))
        async with self.server.socket() as socket:
            await socket.say("Go on.")
            await socket.until_run_ends()
            return the_call(socket), self.told()[0]


def the_call(socket: ScriptSocket) -> FunctionCall:
    [call] = [item for item in socket.transcript.items if isinstance(item, FunctionCall)]
    return call


@asynccontextmanager
async def mcp_app(
    tmp_path: Path, servers: dict[str, Any], **settings: Any
) -> AsyncIterator[McpApp]:
    """The demo's own assistant has the tools of all these servers."""
    upstream = ScriptedUpstream()
    config = tmp_path / "mcp.json"
    config.write_text(json.dumps({"mcpServers": servers}))
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(running(tmp_path, upstream, **settings))
        http = await stack.enter_async_context(rest(server.url))
        yield McpApp(server, upstream, http, config)
