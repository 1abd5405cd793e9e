"""Tools of MCP servers are called as functions are: over both transports, with all that they answer."""

import contextlib
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from backend.domain.events import ItemUpdated
from backend.domain.items import FunctionCall
from backend.domain.parts import ImagePart
from tests.mcp.servers import DEMO, McpApp, demo_over_http, mcp_app, python, the_call
from tests.waiting.asking import until, until_parked


@asynccontextmanager
async def stdio(tmp_path: Path) -> AsyncIterator[McpApp]:
    async with mcp_app(tmp_path, {"demo": DEMO}) as app:
        await app.until("demo", "ready")
        yield app


@asynccontextmanager
async def http(tmp_path: Path) -> AsyncIterator[McpApp]:
    async with demo_over_http() as url, mcp_app(tmp_path, {"demo": {"url": url}}) as app:
        await app.until("demo", "ready")
        yield app


@pytest.mark.parametrize("transport", [stdio, http])
async def test_a_tool_tells_its_progress_and_its_result(tmp_path: Path, transport: Any) -> None:
    async with transport(tmp_path) as app:
        app.script(("demo__count", '{"to": 3, "pause_s": 0.01}'))
        async with app.server.socket() as socket:
            await socket.say("Count.")
            await socket.until_run_ends()
            call = the_call(socket)
            shown = [
                message.item.progress.message
                for message in socket.received
                if isinstance(message, ItemUpdated)
                and isinstance(message.item, FunctionCall)
                and message.item.progress is not None
            ]
        assert call.title == "demo · count"
        assert call.status == "completed"
        assert call.output == "Counted to 3."
        assert shown[-1] == "3 of 3"
        assert app.told() == ["Counted to 3."]


async def test_a_picture_is_kept_and_a_structure_is_what_widgets_get(tmp_path: Path) -> None:
    async with stdio(tmp_path) as app:
        call, _ = await app.call("demo__picture", color="ff0000")
        [picture] = call.outputs
        assert isinstance(picture, ImagePart)
        assert picture.media_type == "image/png"

        call, _ = await app.call("demo__roll", dice=[2, 5])
        assert call.output == {"rolls": [2, 5], "sum": 7}


async def test_an_error_of_a_tool_is_told_to_the_model(tmp_path: Path) -> None:
    async with stdio(tmp_path) as app:
        call, told = await app.call("demo__fail", reason="No luck.")
        assert call.status == "failed"
        assert "No luck." in told
        assert "No luck." in str(call.error)


async def test_a_tool_that_does_not_only_read_asks_first(tmp_path: Path) -> None:
    async with stdio(tmp_path) as app:
        app.script(("demo__save_note", '{"text": "Milk"}'))
        async with app.server.socket() as socket:
            await socket.say("Note it.")
            await until(socket, lambda: socket.transcript.active_run is not None)
            await until_parked(socket)
            call = the_call(socket)
            assert call.status == "awaiting_approval"
            assert call.title == "demo · save_note"
            assert call.required_action is not None
            assert "text" in str(call.required_action.form["properties"])


async def test_a_server_killed_in_the_middle_of_a_call_is_an_output_and_comes_back(
    tmp_path: Path,
) -> None:
    async with stdio(tmp_path) as app:
        app.script(("demo__count", '{"to": 100, "pause_s": 0.05}'))
        async with app.server.socket() as socket:
            await socket.say("Count.")
            await until(
                socket, lambda: any(i.type == "function_call" and i.progress for i in items(socket))
            )
            os.kill(pid_of("backend.mcp_demo"), signal.SIGKILL)
            await socket.until_run_ends()
            call = the_call(socket)
            assert call.status == "failed"
            assert "demo was lost during the call: It was ended by SIGKILL." in app.told()[0]
        again = await app.until("demo", lambda server: server["starts"] == 2)
        await app.until("demo", "ready")
        assert again["name"] == "demo"
        assert (await app.call("demo__add", a=1, b=2))[0].status == "completed"


async def test_a_server_that_is_not_there_makes_no_chat_wait(tmp_path: Path) -> None:
    silent = python("import time; time.sleep(600)")
    async with mcp_app(tmp_path, {"silent": silent, "none": {"command": "no-such-program"}}) as app:
        failed = await app.until("none", "failed")
        assert (
            failed["reason"] == "There is no no-such-program here. Install it, or write its path."
        )
        assert (await app.servers())["silent"]["state"] == "starting"
        call, told = await app.call("silent__anything")
        assert call.status == "failed"
        assert "There is no function 'silent__anything'" in told


def items(socket: Any) -> list[Any]:
    return list(socket.transcript.items)


def pid_of(word: str) -> int:
    """The process that this one started with an argument that ends so."""
    for entry in Path("/proc").iterdir():
        # Others may end meanwhile.
        with contextlib.suppress(OSError, ValueError):
            stat = (entry / "stat").read_text().rpartition(") ")[2].split()
            line = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if int(stat[1]) == os.getpid() and any(arg.endswith(word) for arg in line):
                return int(entry.name)
    raise LookupError(word)
