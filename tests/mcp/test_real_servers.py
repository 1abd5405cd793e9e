"""Servers that nobody here wrote: `make test-mcp` installs and tries them."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from backend.domain.events import ItemUpdated
from backend.domain.items import FunctionCall
from backend.domain.parts import ImagePart
from tests.mcp.real_servers import are_installed, program
from tests.mcp.servers import McpApp, mcp_app, the_call
from tests.mcp.test_calls import items, pid_of
from tests.mcp.test_offers import asked, attached, content, listed
from tests.ports import free_port
from tests.running import ScriptSocket
from tests.serving import serve
from tests.waiting.asking import call_in, parked, resolve, told, until

pytestmark = pytest.mark.skipif(not are_installed(), reason="make test-mcp installs them")

EVERYTHING = "mcp-server-everything"
LONG = ("all__trigger-long-running-operation", '{"duration": 2, "steps": 4}')


@asynccontextmanager
async def using(tmp_path: Path, name: str, **entry: Any) -> AsyncIterator[McpApp]:
    async with mcp_app(tmp_path, {name: entry}) as app:
        await app.until(name, "ready")
        yield app


async def test_time(tmp_path: Path) -> None:
    async with using(tmp_path, "time", command=program("mcp-server-time")) as app:
        call, told = await app.call("time__get_current_time", timezone="Europe/Oslo")
        assert call.status == "completed"
        assert '"timezone": "Europe/Oslo"' in told
        call, told = await app.call("time__get_current_time", timezone="Nowhere")
        assert call.status == "failed"
        assert "Nowhere" in told


async def test_fetch(tmp_path: Path) -> None:
    async def page(request: Request) -> Response:
        return HTMLResponse("<html><body><main><h1>Tides</h1><p>High at noon.</p></main></body>")

    fetch = {
        "command": program("mcp-server-fetch"),
        "args": ["--ignore-robots-txt", "--allow-private-ips"],
    }
    async with (
        serve(Starlette(routes=[Route("/tides", page)])) as url,
        using(tmp_path, "fetch", **fetch) as app,
    ):
        assert "High at noon." in (await app.call("fetch__fetch", url=f"{url}/tides"))[1]
        call, _ = await app.call("fetch__fetch", url=f"{url}/nothing")
        assert call.status == "failed"


async def test_git(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    subprocess.run(["git", "init", "-q", repository], check=True)
    (repository / "new.txt").write_text("New.")
    async with using(tmp_path, "git", command=program("mcp-server-git")) as app:
        _, told = await app.call("git__git_status", repo_path=str(repository))
        assert "new.txt" in told


async def test_files(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    entry = {"command": program("mcp-server-filesystem"), "args": [str(folder)]}
    async with using(tmp_path, "files", **entry) as app:
        write = ("files__write_file", f'{{"path": "{folder}/a.txt", "content": "Milk"}}')
        async with app.server.socket() as socket:
            [call] = await parked(app.upstream, socket, write)
            assert not (folder / "a.txt").exists()
            await socket.send(type="action.resolve", id="yes", item_ids=[call.id], decision="allow")
            await socket.until_run_ends()
        assert (folder / "a.txt").read_text() == "Milk"
        _, told = await app.call("files__read_text_file", path=f"{folder}/a.txt")
        assert "Milk" in told
        call, told = await app.call("files__read_text_file", path="/etc/passwd")
        assert call.status == "failed"
        assert "root:" not in told


async def test_memory(tmp_path: Path) -> None:
    entry = {
        "command": program("mcp-server-memory"),
        "env": {"MEMORY_FILE_PATH": str(tmp_path / "memory.jsonl")},
    }
    async with using(tmp_path, "memory", **entry) as app:
        allow = {"approval": "never"}
        await app.http.put("/api/functions/memory__create_entities/approval", json=allow)
        tides = {"name": "Tides", "entityType": "fact", "observations": ["High at noon."]}
        assert (await app.call("memory__create_entities", entities=[tides]))[0].error is None
        assert "High at noon." in (await app.call("memory__read_graph"))[1]


@asynccontextmanager
async def over_stdio(tmp_path: Path) -> AsyncIterator[McpApp]:
    async with using(tmp_path, "all", command=program(EVERYTHING)) as app:
        yield app


@asynccontextmanager
async def over_http(tmp_path: Path) -> AsyncIterator[McpApp]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        program(EVERYTHING),
        "streamableHttp",
        env={**os.environ, "PORT": str(port)},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with mcp_app(tmp_path, {"all": {"url": f"http://127.0.0.1:{port}/mcp"}}) as app:
            await app.until("all", "ready")
            yield app
    finally:
        process.terminate()
        await process.wait()


@pytest.mark.parametrize("transport", [over_stdio, over_http])
async def test_everything(tmp_path: Path, transport: Any) -> None:
    async with transport(tmp_path) as app:
        assert (await app.call("all__echo", message="Hello"))[1] == "Echo: Hello"
        call, _ = await app.call("all__get-tiny-image")
        assert any(isinstance(part, ImagePart) for part in call.outputs)
        call, _ = await app.call("all__get-structured-content", location="Chicago")
        assert "temperature" in str(call.output)
        call, _ = await app.call("all__get-sum", a="one", b=2)
        assert call.status == "failed"
        assert (await app.call("all__get-resource-links", count=2))[0].status == "completed"

        app.script(LONG)
        async with app.server.socket() as socket:
            await socket.say("Work.")
            await socket.until_run_ends()
            assert the_call(socket).status == "completed"
            shown = [
                message.item.progress.fraction
                for message in socket.received
                if isinstance(message, ItemUpdated)
                and isinstance(message.item, FunctionCall)
                and message.item.progress is not None
            ]
        assert shown[-1] == 1.0


@pytest.mark.parametrize("transport", [over_stdio, over_http])
async def test_resources_and_prompts_of_everything(tmp_path: Path, transport: Any) -> None:
    async with transport(tmp_path) as app:
        page = await listed(app, query="features")
        [uri] = [each["uri"] for each in page["resources"]]
        [file] = await attached(app, "all", uri=uri)
        assert (file["origin"], file["media_type"]) == (f"all · {uri}", "text/markdown")
        assert (await content(app, file)).startswith(b"# Everything Server")

        templates = (await listed(app, "resource-templates"))["templates"]
        assert [each["variables"] for each in templates] == 2 * [
            [{"name": "resourceId", "required": True}]
        ]
        for template in (each["uri_template"] for each in templates):
            [file] = await attached(app, "all", template=template, values={"resourceId": "7"})
            assert file["origin"] == "all · " + template.replace("{resourceId}", "7")
        wrong = {"template": templates[0]["uri_template"], "values": {"resourceId": "no number"}}
        assert (await asked(app, "resources/read", "all", **wrong)).status_code == 502

        prompts = {each["name"]: each for each in (await listed(app, "prompts"))["prompts"]}
        assert [each["required"] for each in prompts["args-prompt"]["arguments"]] == [True, False]
        team = {"prompt": "completable-prompt", "argument": "name", "value": ""}
        known = await asked(app, "completions", "all", **team, values={"department": "Engineering"})
        assert known.json() == {"values": ["Alice", "Bob", "Charlie"]}
        city = {"prompt": "args-prompt", "values": {"city": "Oslo"}}
        filled = (await asked(app, "prompts/fill", "all", **city)).json()
        assert filled["text"] == "What's weather in Oslo?"
        chosen = {
            "prompt": "resource-prompt",
            "values": {"resourceType": "Text", "resourceId": "1"},
        }
        filled = (await asked(app, "prompts/fill", "all", **chosen)).json()
        assert "Text resource with id: 1" in filled["text"]
        [file] = filled["files"]
        assert file["origin"] == "all · demo://resource/dynamic/text/1"
        assert b"Resource 1" in await content(app, file)


async def test_everything_killed_in_the_middle_of_a_call_comes_back(tmp_path: Path) -> None:
    async with over_stdio(tmp_path) as app:
        app.script(LONG)
        async with app.server.socket() as socket:
            await socket.say("Work.")
            await until(
                socket, lambda: any(i.type == "function_call" and i.progress for i in items(socket))
            )
            os.kill(pid_of(EVERYTHING), signal.SIGKILL)
            await socket.until_run_ends()
            assert the_call(socket).status == "failed"
        await app.until("all", lambda server: server["starts"] == 2)
        await app.until("all", "ready")
        assert (await app.call("all__echo", message="Back"))[1] == "Echo: Back"


@pytest.mark.parametrize("transport", [over_stdio, over_http])
async def test_everything_asks_with_a_form_of_all_kinds(tmp_path: Path, transport: Any) -> None:
    async with transport(tmp_path) as app, app.server.socket() as socket:
        call = await allowed(app, socket, ("all__trigger-elicitation-request", "{}"))
        action = call.required_action
        assert action is not None
        properties: Any = action.form["properties"]
        assert len(properties) == 13
        assert properties["integer"]["default"] == 42
        assert properties["legacyTitledEnum"]["oneOf"][0] == {"const": "pet-1", "title": "Cats"}
        answer = {
            "name": "Ada",
            "check": True,
            "email": "ada@example.com",
            "birthdate": "1815-12-10",
            "integer": 7,
            "titledSingleSelectEnum": "hero-2",
            "titledMultipleSelectEnum": ["fish-1", "fish-3"],
        }
        await resolve(socket, call, decision="answer", arguments=answer)
        await socket.until_idle()
        [output] = told(app.upstream)
        assert "- Name: Ada" in output
        assert "hero-2" in output
        assert "fish-3" in output

        call = await allowed(app, socket, ("all__trigger-elicitation-request", "{}"))
        await resolve(socket, call, decision="skip")
        await socket.until_idle()
        assert "User declined to provide the requested information." in told(app.upstream)[0]


async def test_everything_asks_to_open_addresses_before_and_in_a_call(tmp_path: Path) -> None:
    page = "https://example.com/connect"
    wanted = ("all__trigger-url-elicitation", f'{{"url": "{page}", "errorPath": true}}')
    async with over_stdio(tmp_path) as app, app.server.socket() as socket:
        call = await allowed(app, socket, wanted)
        for url in ("https://modelcontextprotocol.io", page):
            await until(socket, partial(asks_to_open, socket, call, url))
            await resolve(socket, call)
        await socket.until_idle()
        assert "User completed the URL elicitation flow." in told(app.upstream)[0]


async def allowed(app: McpApp, socket: ScriptSocket, wanted: tuple[str, str]) -> FunctionCall:
    """Allows a call to be made, and waits until it asks in its middle."""
    [call] = await parked(app.upstream, socket, wanted)
    await resolve(socket, call)

    def asks() -> bool:
        action = call_in(socket, call).required_action
        return action is not None and action.within and action.resolution is None

    await until(socket, asks)
    return call_in(socket, call)


def asks_to_open(socket: ScriptSocket, call: FunctionCall, url: str) -> bool:
    action = call_in(socket, call).required_action
    return action is not None and action.resolution is None and action.url == url
