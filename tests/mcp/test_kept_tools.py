"""An assistant has the same tools after a restart, before its servers are there again."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from backend.domain.items import FunctionCall
from backend.mcp import connection
from tests.mcp.servers import ROOT, McpApp, mcp_app, the_call
from tests.patience import PATIENCE_S
from tests.waiting.asking import until

SLOW = """
import pathlib, sys, time
go = pathlib.Path(sys.argv[1])
while not (go.exists() and go.read_text()):
    time.sleep(0.01)
sys.argv[1:] = [go.read_text()]
import runpy
runpy.run_module("tests.mcp.rude", run_name="__main__", alter_sys=False)
"""


def slow(go: Path, *more: str) -> dict[str, Any]:
    """A server that waits until this file is there, and then behaves as it says."""
    return {"command": sys.executable, "args": ["-c", SLOW, str(go), *more], "cwd": str(ROOT)}


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call waits as long as this machine takes to start a server."""
    monkeypatch.setattr(connection, "START_WAIT_S", PATIENCE_S)


async def listed_once(tmp_path: Path, go: Path) -> None:
    go.write_text("polite")
    async with mcp_app(tmp_path, {"slow": slow(go)}) as app:
        await app.until("slow", "ready")
    go.unlink()


def offered(app: McpApp) -> set[str]:
    return {spec.name for session in app.upstream.sessions for spec in session.request.functions}


async def test_a_tool_is_offered_while_its_server_starts_and_a_call_waits_for_it(
    tmp_path: Path,
) -> None:
    go = tmp_path / "go"
    await listed_once(tmp_path, go)
    async with mcp_app(tmp_path, {"slow": slow(go)}, tool_timeout_s=PATIENCE_S) as app:
        server = (await app.servers())["slow"]
        assert server["state"] == "starting"
        assert [tool["name"] for tool in server["tools"]] == ["do"]
        app.script(("slow__do", "{}"))
        async with app.server.socket() as socket:
            await socket.say("Go on.")
            await until(
                socket,
                lambda: any(isinstance(item, FunctionCall) for item in socket.transcript.items),
            )
            assert "slow__do" in offered(app)
            go.write_text("polite")
            await socket.until_run_ends()
            assert the_call(socket).output == "Done."


async def test_a_call_is_not_made_of_a_tool_that_is_another_one_after_the_restart(
    tmp_path: Path,
) -> None:
    go = tmp_path / "go"
    await listed_once(tmp_path, go)
    async with mcp_app(tmp_path, {"slow": slow(go)}, tool_timeout_s=PATIENCE_S) as app:
        app.script(("slow__do", "{}"))
        async with app.server.socket() as socket:
            await socket.say("Go on.")
            await until(
                socket,
                lambda: any(isinstance(item, FunctionCall) for item in socket.transcript.items),
            )
            go.write_text("changed")
            await socket.until_run_ends()
            assert the_call(socket).status == "failed"
        assert "has changed its tool do" in app.told()[0]
        assert (await app.call("slow__do"))[1] == "Done."


async def test_another_program_under_the_same_name_has_none_of_its_tools(tmp_path: Path) -> None:
    go = tmp_path / "go"
    await listed_once(tmp_path, go)
    [file] = (tmp_path / "data" / "mcp-tools").glob("*.json")
    async with mcp_app(tmp_path, {"slow": slow(go, "other")}) as app:
        server = (await app.servers())["slow"]
        assert (server["state"], server["tools"]) == ("starting", [])
        app.configure({})
        await app.until_gone("slow")
    assert not file.exists()


async def test_a_file_of_tools_that_is_damaged_is_no_obstacle(tmp_path: Path) -> None:
    go = tmp_path / "go"
    await listed_once(tmp_path, go)
    [file] = (tmp_path / "data" / "mcp-tools").glob("*.json")
    file.write_text(json.dumps({"name": "slow", "tools": [{"name": 5}]}))
    go.write_text("polite")
    async with mcp_app(tmp_path, {"slow": slow(go)}) as app:
        await app.until("slow", "ready")
        assert (await app.call("slow__do"))[1] == "Done."
