"""A server of the configuration whose tools the upstream calls itself, at the wire of the Responses API."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from backend.domain.items import FunctionCall, McpCall
from tests.cli.test_chat import chat as in_terminal
from tests.mcp.guarded import Issuer, guarded
from tests.mcp.servers import McpApp, demo_over_http
from tests.mcp.test_login import log_in
from tests.running import Running, ScriptSocket
from tests.scripted import ScriptedUpstream
from tests.upstreams.loopback import Answer, error_answer, sse
from tests.upstreams.responses.chatting import ScriptedModel, ask, call, chat, message
from tests.waiting.asking import until_parked

TOKEN = "tok-planted-1234567890"
HEADERS = {"Authorization": f"Bearer {TOKEN}", "X-Team": "tides"}


@asynccontextmanager
async def hosting(
    folder: Path,
    model: ScriptedModel,
    *,
    entry: dict[str, Any] | None = None,
    more: dict[str, Any] | None = None,
    hosted_tools: str = "mcp",
) -> AsyncIterator[tuple[ScriptSocket, httpx2.AsyncClient]]:
    """A chat of an assistant with these tools, and the demo server as `wiki`."""
    async with demo_over_http() as url:
        server = {"url": url, "headers": HEADERS, **(entry or {})}
        (folder / "mcp.json").write_text(
            json.dumps({"mcpServers": {"wiki": server, **(more or {})}})
        )
        async with (
            chat(folder, model, "mcp:wiki", hosted_tools=hosted_tools) as socket,
            socket.rest() as http,
        ):
            await McpApp(Running(""), ScriptedUpstream(), http, Path()).until("wiki", "ready")
            yield socket, http


async def give(http: httpx2.AsyncClient, tool: str) -> None:
    """Give the assistant this tool alone."""
    body = {"name": "Ada", "model": "strict-1", "tools": [tool]}
    (await http.put("/api/setup/assistant", json=body)).raise_for_status()


async def place(http: httpx2.AsyncClient, name: str = "wiki", *, there: bool) -> dict[str, Any]:
    answer = await http.put(f"/api/mcp/servers/{name}/place", json={"there": there})
    listed: dict[str, Any] = answer.raise_for_status().json()
    return listed


def servers(request: dict[str, Any]) -> list[dict[str, Any]]:
    return [tool for tool in request.get("tools", ()) if tool["type"] == "mcp"]


def functions(request: dict[str, Any]) -> list[str]:
    return [tool["name"] for tool in request.get("tools", ()) if tool["type"] == "function"]


async def test_a_server_runs_here_until_it_is_said_to_run_there(tmp_path: Path) -> None:
    model = ScriptedModel(
        [call("wiki__add", a=1, b=2), message("3."), message("Hi."), message("Ho.")]
    )
    async with hosting(tmp_path, model) as (socket, http):
        await ask(socket, "Add.")
        listed = await place(http, there=True)
        (
            await http.put("/api/functions/wiki__fail/approval", json={"approval": "ask"})
        ).raise_for_status()
        await http.patch("/api/mcp/tools/wiki__picture", json={"enabled": False})
        await ask(socket, "Hello")
        back = await place(http, there=False)
        await ask(socket, "Hello again")
        [added] = [item for item in socket.transcript.items if isinstance(item, FunctionCall)]
        url = next(iter(json.loads((tmp_path / "mcp.json").read_text())["mcpServers"].values()))[
            "url"
        ]
    here, _, there, again = model.asked
    assert added.output == {"result": 3.0}
    assert servers(here) == servers(again) == []
    assert {"wiki__add", "wiki__picture"} <= {*functions(here)}
    assert "wiki__add" in functions(again)
    assert functions(there) == []
    [server] = servers(there)
    approval = server.pop("require_approval")
    allowed = server.pop("allowed_tools")
    assert server == {"type": "mcp", "server_label": "wiki", "server_url": url, "headers": HEADERS}
    assert {"add", "fail", "save_note"} <= {*allowed}
    assert "picture" not in allowed
    assert "add" in approval["never"]["tool_names"]
    assert {"fail", "save_note"} <= {*approval["always"]["tool_names"]}
    assert {*approval["never"]["tool_names"], *approval["always"]["tool_names"]} == {*allowed}
    assert listed["host"] == listed["servers"][0]["hosted_by"]
    assert back["servers"][0]["hosted_by"] is None
    assert TOKEN not in json.dumps([listed, back])


async def test_of_a_server_that_runs_there_an_assistant_has_the_tools_it_was_given(
    tmp_path: Path,
) -> None:
    model = ScriptedModel([message("Hi.")])
    async with hosting(tmp_path, model) as (socket, http):
        await give(http, "mcp:wiki/add")
        await place(http, there=True)
        await ask(socket, "Hello")
    [server] = servers(model.asked[0])
    assert server["allowed_tools"] == ["add"]
    assert server["require_approval"] == "never"


async def test_an_upstream_that_was_not_named_is_sent_nothing_and_the_tools_run_here(
    tmp_path: Path,
) -> None:
    model = ScriptedModel([call("wiki__add", a=1, b=2), message("3.")])
    other = {"hostedBy": "https://api.example.com"}
    async with hosting(tmp_path, model, entry=other) as (socket, http):
        await ask(socket, "Add.")
        [server] = (await http.get("/api/mcp/servers")).json()["servers"]
    assert server["hosted_by"] == "https://api.example.com"
    assert [servers(request) for request in model.asked] == [[], []]
    assert TOKEN not in json.dumps(model.asked)
    assert "wiki__add" in functions(model.asked[0])


async def test_it_is_not_offered_where_the_upstream_calls_no_servers(tmp_path: Path) -> None:
    async with hosting(tmp_path, ScriptedModel([]), hosted_tools="web_search") as (_, http):
        listed = (await http.get("/api/mcp/servers")).json()
        refused = await http.put("/api/mcp/servers/wiki/place", json={"there": True})
        missing = await http.put("/api/mcp/servers/none/place", json={"there": False})
    assert listed["host"] is None
    assert refused.status_code == 400
    assert "calls no tools of MCP servers" in refused.json()["error"]["message"]
    assert missing.status_code == 404
    assert "hostedBy" not in (tmp_path / "mcp.json").read_text()


async def test_a_program_always_runs_here(tmp_path: Path) -> None:
    async with hosting(tmp_path, ScriptedModel([])) as (_, http):
        entry = {"mcpServers": {"time": {"command": "uvx", "hostedBy": "https://api.openai.com"}}}
        answer = await http.post("/api/mcp/servers", json={"configuration": json.dumps(entry)})
    assert answer.status_code == 400
    assert "A program runs here" in answer.json()["error"]["message"]


WANTED = {
    "type": "mcp_approval_request",
    "id": "mcpr_1",
    "server_label": "wiki",
    "name": "save_note",
    "arguments": '{"text":"Milk"}',
}
MADE = {
    "type": "mcp_call",
    "id": "mcp_1",
    "approval_request_id": "mcpr_1",
    "server_label": "wiki",
    "name": "save_note",
    "arguments": '{"text":"Milk"}',
    "output": '{"number":1}',
    "status": "completed",
}


async def test_a_call_there_that_is_allowed_in_a_terminal_is_told_once(tmp_path: Path) -> None:
    model = ScriptedModel([_response(WANTED), _response(MADE)])
    async with hosting(tmp_path, model) as (_, http):
        await place(http, there=True)
        address = str(http.base_url).rstrip("/")
        ended = await in_terminal(tmp_path, "Note it.", "--url", address, "--when-asked", "allow")
    assert ended.status == 0, ended
    assert ended.out.splitlines() == ['[wiki save_note {"text":"Milk"} completed]']


async def test_a_call_there_waits_for_somebody_and_is_made_there(tmp_path: Path) -> None:
    model = ScriptedModel([_response(WANTED), _response(MADE)])
    async with hosting(tmp_path, model) as (socket, http):
        await place(http, there=True)
        await socket.say("Note it.")
        await until_parked(socket)
        [call] = [i for i in socket.transcript.items if i.status == "awaiting_approval"]
        await socket.send(type="action.resolve", id="yes", item_ids=[call.id], decision="allow")
        await socket.until_run_ends()
        [_, made_there] = socket.transcript.items
        thread_id = socket.transcript.present_thread.id
        exported = (await http.get(f"/api/threads/{thread_id}/export?format=markdown")).text
    assert isinstance(made_there, McpCall)
    assert (made_there.id, made_there.status) == (call.id, "completed")
    assert (made_there.server_label, made_there.name) == ("wiki", "save_note")
    assert made_there.output == '{"number":1}'
    assert made_there.duration_ms is not None
    assert made_there.required_action is not None
    assert made_there.required_action.resolution is not None
    assert exported.count("**save_note**") == 1
    assert exported.index("*Allowed by a script at") < exported.index('{"number":1}')
    [answer] = [item for item in model.asked[1]["input"] if item["type"] == "mcp_approval_response"]
    assert (answer["approval_request_id"], answer["approve"]) == ("mcpr_1", True)
    assert servers(model.asked[1]) == servers(model.asked[0])


async def test_what_the_upstream_says_of_a_failure_is_without_the_secrets_it_was_sent(
    tmp_path: Path,
) -> None:
    said = f"Error retrieving tool list from MCP server: 'wiki'. Sent Authorization: Bearer {TOKEN}"
    model = ScriptedModel([error_answer(424, said)])
    async with hosting(tmp_path, model) as (socket, http):
        await place(http, there=True)
        run = await ask(socket, "Hello")
    assert run.error is not None
    assert "wiki" in run.error.message
    assert TOKEN not in run.error.message


@pytest.mark.parametrize("lifetime_s", [3600, 1])
async def test_the_token_of_a_login_is_sent_and_renewed_where_it_has_ended(
    tmp_path: Path, lifetime_s: int
) -> None:
    model = ScriptedModel([message("Hi.")])
    issuer = Issuer(lifetime_s=lifetime_s)
    async with (
        guarded(issuer) as server,
        hosting(tmp_path, model, more={"safe": {"url": server.url}}) as (socket, http),
    ):
        app = McpApp(Running(""), ScriptedUpstream(), http, Path())
        await log_in(app)
        await app.until("safe", "ready")
        if lifetime_s == 1:
            await app.until("safe", lambda shown: shown["login"]["expires_at"] < time.time())
        before = [*issuer.tokens][-1]
        await give(http, "mcp:safe")
        await place(http, "safe", there=True)
        await ask(socket, "Hello")
        listed = (await http.get("/api/mcp/servers")).text
    [sent] = servers(model.asked[0])
    assert sent["authorization"] == [*issuer.tokens][-1]
    assert (sent["authorization"] == before) == (lifetime_s > 1)
    assert "headers" not in sent
    assert sent["authorization"] not in listed


async def test_a_server_of_which_nothing_is_known_here_always_asks(tmp_path: Path) -> None:
    model = ScriptedModel([message("Hi."), message("Ho.")])
    async with hosting(tmp_path, model) as (socket, http):
        host = str((await http.get("/api/mcp/servers")).json()["host"])
        assert urlsplit(host).hostname == "127.0.0.1"
        away = {"url": "http://127.0.0.1:9/mcp", "hostedBy": host}
        entries = {"mcpServers": {"away": away}}
        (
            await http.post("/api/mcp/servers", json={"configuration": json.dumps(entries)})
        ).raise_for_status()
        await give(http, "mcp:away")
        await ask(socket, "Hello")
        switched = {**away, "disabledTools": ["delete_all"]}
        (
            await http.put("/api/mcp/servers/away", json={"entry": json.dumps(switched)})
        ).raise_for_status()
        run = await ask(socket, "Hello again")
    first, second = model.asked
    assert servers(first) == [
        {
            "type": "mcp",
            "server_label": "away",
            "server_url": "http://127.0.0.1:9/mcp",
            "require_approval": "always",
        }
    ]
    assert servers(second) == []
    assert "away was left out" in " ".join(run.notes)


def _response(item: dict[str, Any]) -> Answer:
    return sse(
        [
            {"type": "response.output_item.done", "output_index": 0, "item": item},
            {"type": "response.completed", "response": {"status": "completed"}},
        ]
    )
