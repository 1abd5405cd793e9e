"""What a model has found is in the next request to each upstream, and the round before is told once."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from backend.config.settings import Settings
from backend.domain.items import AssistantMessage, FunctionCall
from backend.upstreams.demo import create_upstream
from tests.mcp.many import create_server
from tests.mcp.servers import DEMO, McpApp
from tests.running import Running, ScriptSocket, running
from tests.scripted import ScriptedUpstream
from tests.serving import serve
from tests.upstreams.assistants.runs import Call, Round, Say
from tests.upstreams.assistants.test_app import ask as ask_there
from tests.upstreams.assistants.test_app import chat as assistants_chat
from tests.upstreams.chat_completions import test_app as chat_completions
from tests.upstreams.chat_completions.objects import StrictServer, chunk, completion, piece, said
from tests.upstreams.responses import chatting as responses

RENAME = "many__rename_files"
RENAMED = "Renamed *.txt in a."


@asynccontextmanager
async def many(folder: Path) -> AsyncIterator[None]:
    """The configuration names a server whose tools are too many."""
    async with serve(create_server().streamable_http_app(), lifespan="on") as url:
        entry = {"mcpServers": {"many": {"url": f"{url}/mcp"}}}
        (folder / "mcp.json").write_text(json.dumps(entry))
        yield


async def until_ready(http: httpx2.AsyncClient, name: str) -> None:
    await McpApp(Running(""), ScriptedUpstream(), http, Path()).until(name, "ready")


def outputs(socket: ScriptSocket) -> list[Any]:
    return [item.output for item in socket.transcript.items if isinstance(item, FunctionCall)]


def found(socket: ScriptSocket) -> list[str]:
    return [tool["name"] for tool in outputs(socket)[0]["tools"]]


def names(tools: Sequence[dict[str, Any]]) -> list[str]:
    return [(tool.get("function") or tool)["name"] for tool in tools]


async def test_the_responses_api_is_sent_what_was_found(tmp_path: Path) -> None:
    model = responses.ScriptedModel(
        [
            responses.call("find_tools", query="rename files"),
            responses.call(RENAME, "call_2", folder="a", pattern="*.txt"),
            responses.message("Done."),
            responses.message("Yes."),
        ]
    )
    async with (
        many(tmp_path),
        responses.chat(tmp_path, model, "function:get_weather", "mcp:many") as socket,
        socket.rest() as http,
    ):
        await until_ready(http, "many")
        for text in ("Rename them.", "Can you do it again?"):
            assert (await responses.ask(socket, text)).status == "completed"
        assert outputs(socket)[1] == RENAMED
        assert found(socket)[0] == RENAME
        told = [names(request["tools"]) for request in model.asked]
    first, *later = told
    assert first == ["get_weather", "find_tools"]
    assert later == [[*first, *found(socket)]] * 3
    for request, calls in zip(model.asked[1:3], (1, 2), strict=True):
        kinds = [item["type"] for item in request["input"]]
        assert kinds.count("function_call") == kinds.count("function_call_output") == calls


async def test_chat_completions_are_sent_what_was_found(tmp_path: Path) -> None:
    strict = StrictServer(
        [
            completion(
                piece(0, "find_tools", '{"query":"rename files"}', id="call_1"),
                chunk(finish="tool_calls"),
            ),
            completion(
                piece(0, RENAME, '{"folder":"a","pattern":"*.txt"}', id="call_2"),
                chunk(finish="tool_calls"),
            ),
            said("Done."),
        ]
    )
    async with (
        many(tmp_path),
        chat_completions.chat(tmp_path, strict, "mcp:many") as socket,
        socket.rest() as http,
    ):
        await until_ready(http, "many")
        run = await chat_completions.ask(socket, "Rename them.")
        assert (run.status, run.error) == ("completed", None)
        assert outputs(socket)[1] == RENAMED
        first, second, third = (names(request["tools"]) for request in strict.requests)
        assert first == ["get_weather", "find_tools"]
        assert second == third == [*first, *found(socket)]


async def test_the_demo_searches_and_calls_what_it_found(tmp_path: Path) -> None:
    demo = create_upstream(Settings(demo_deltas_per_s=0))
    async with many(tmp_path), running(tmp_path, demo) as server, server.socket() as socket:
        async with socket.rest() as http:
            await until_ready(http, "many")
        for text in ("Find a tool for renaming files", f"call {RENAME} folder=a pattern=*.txt"):
            await socket.say(text, id=text)
            await socket.until_run_ends()
        [_, _, answer, _, _, last] = socket.transcript.items
    assert isinstance(answer, AssistantMessage)
    assert isinstance(last, AssistantMessage)
    assert f"- `{RENAME}` of many: Rename the files of a folder." in answer.text
    assert RENAMED in last.text


async def test_the_demo_calls_what_somebody_names_though_it_was_not_found(tmp_path: Path) -> None:
    demo = create_upstream(Settings(demo_deltas_per_s=0))
    async with many(tmp_path), running(tmp_path, demo) as server, server.socket() as socket:
        async with socket.rest() as http:
            await until_ready(http, "many")
        await socket.say(f"call {RENAME} folder=a pattern=*.txt")
        await socket.until_run_ends()
        last = socket.transcript.items[-1]
    assert isinstance(last, AssistantMessage)
    assert RENAMED in last.text


@pytest.mark.parametrize("told", [0, 30])
async def test_an_assistant_that_is_kept_upstream_has_the_tools_it_was_given_and_no_search(
    tmp_path: Path, told: int
) -> None:
    (tmp_path / "mcp.json").write_text(json.dumps({"mcpServers": {"demo": DEMO}}))
    rounds: list[Round] = [(Call("demo__add", a=1, b=2),), (Say("Three."),)]
    async with assistants_chat(tmp_path, rounds, mcp_tools_told=told) as app:
        await until_ready(app.http, "demo")
        body = {"name": "Ada", "model": "gpt-4.1", "tools": ["function:demo__add"]}
        await app.http.put("/api/setup/assistant", json=body)
        async with app.app.socket() as socket:
            assert (await ask_there(socket, "Add.")).status == "completed"
            assert outputs(socket) == [{"result": 3.0}]
        kept = [each["tools"] for each in app.server.assistants.values()]
    assert [names(tools) for tools in kept] == [["demo__add"]]
