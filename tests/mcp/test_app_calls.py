"""Apps of MCP servers while their call is under way, and what they read of their server."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest

from backend.domain.app import AppPart
from backend.domain.events import ItemAdded, ItemUpdated
from backend.domain.items import FunctionCall
from tests.functions_readme import examples, offered
from tests.mcp.servers import McpApp, mcp_app, python, the_call
from tests.rest import rest
from tests.running import ScriptSocket
from tests.scripted import COMPLETED, calls, message
from tests.waiting.asking import parked

SECRET = "hush-hush-hush"

SERVER = """
import asyncio
from pathlib import Path
from mcp.server import MCPServer
from mcp_types import BlobResourceContents, CallToolResult, TextContent, TextResourceContents, ToolAnnotations

server = MCPServer("clock")
UI = {"ui": {"resourceUri": "ui://clock/app.html"}}
READS = ToolAnnotations(read_only_hint=True)

@server.resource("ui://clock/app.html", mime_type="text/html;profile=mcp-app", meta={"ui": {
    "csp": {"connectDomains": ["https://api.example.com"]}}})
def page() -> str:
    return "<p>Clock</p>"

@server.resource("clock://zones", mime_type="text/plain")
def zones() -> str:
    return "Oslo. SECRET"

@server.resource("clock://face", mime_type="image/png")
def face() -> bytes:
    return bytes(3)

@server.resource("clock://vast")
def vast() -> str:
    return "x" * 4_194_305

@server.tool(title="Now", meta=UI, annotations=READS)
async def now(zone: str = "Oslo") -> CallToolResult:
    "Tell the time."
    while not Path(STRIKE).exists():
        await asyncio.sleep(0.05)
    return CallToolResult(content=[TextContent(text="12:00")], structured_content={"time": "12:00"},
                          _meta={"stamp": 5, "io.modelcontextprotocol/x": 1})

@server.tool(meta=UI)
def wind() -> str:
    "Wind the clock."
    return "wound"

server.run()
"""


def clock(strike: Path) -> dict[str, Any]:
    """The entry of a server whose `now` answers once the file is there."""
    code = SERVER.replace("STRIKE", repr(str(strike))).replace("SECRET", SECRET)
    return python(code) | {"env": {"TOKEN": SECRET}}


async def until_added(socket: ScriptSocket) -> FunctionCall:
    while True:
        item = (await socket.until(ItemAdded)).item
        if isinstance(item, FunctionCall):
            return item


async def page_of(http: httpx2.AsyncClient, call: FunctionCall) -> httpx2.Response:
    return await http.get(f"/api/apps/{call.id}/page")


async def test_a_call_that_asks_nobody_has_its_app_from_the_first_letter_of_its_arguments(
    tmp_path: Path,
) -> None:
    strike, arrived = tmp_path / "strike", asyncio.Event()
    async with mcp_app(tmp_path, {"clock": clock(strike)}) as app:
        await app.until("clock", "ready")
        started, arguments, required = calls(("clock__now", '{"zone": "Oslo"}'))
        app.upstream.script(
            [started, arrived, arguments, required], [*message("It is."), COMPLETED]
        )
        async with app.server.socket() as socket, rest(app.server.url) as stranger:
            await socket.say("What time is it?")
            call = await until_added(socket)
            assert (call.has_app, call.status, call.arguments) == (True, "in_progress", "")
            async with socket.rest() as http:
                before = await page_of(http, call)
                told = (await http.get(f"/api/apps/{call.id}")).json()
                assert (await page_of(stranger, call)).status_code == 404

                arrived.set()
                while the_call(socket).status != "running":
                    await socket.next()
                assert (await page_of(http, call)).text == "<p>Clock</p>"
                strike.touch()
                await socket.until_run_ends()
                after = await page_of(http, call)
    assert before.text == after.text == "<p>Clock</p>"
    policy = "content-security-policy"
    assert before.headers[policy] == after.headers[policy]
    assert before.headers[policy].startswith("sandbox allow-scripts; default-src 'none';")
    assert told["title"] == "Now"
    assert told["refused"] == ["https://api.example.com"]
    assert told["tools"] == {"now": "clock__now", "wind": "clock__wind"}
    assert (told["tool"]["name"], told["tool"]["description"]) == ("now", "Tell the time.")
    assert told["tool"]["input_schema"]["properties"]["zone"]["default"] == "Oslo"
    shown = the_call(socket).outputs[0]
    assert isinstance(shown, AppPart)
    assert (shown.data, shown.meta) == ({"time": "12:00"}, {"stamp": 5})


async def test_a_call_that_asks_has_its_app_once_it_is_allowed(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"clock": clock(tmp_path)}) as app:
        await app.until("clock", "ready")
        async with app.server.socket() as socket:
            [call] = await parked(app.upstream, socket, ("clock__wind", "{}"))
            async with socket.rest() as http:
                assert (await page_of(http, call)).status_code == 404
                await socket.send(
                    type="action.resolve", id="yes", item_ids=[call.id], decision="allow"
                )
                await socket.until_run_ends()
                assert (await page_of(http, call)).text == "<p>Clock</p>"
            states = [
                (each.item.status, each.item.has_app)
                for each in socket.received
                if isinstance(each, ItemAdded | ItemUpdated) and isinstance(each.item, FunctionCall)
            ]
    assert states[0] == ("in_progress", False)
    assert ("running", True) in states


async def test_a_call_that_comes_to_nothing_leaves_no_app(tmp_path: Path) -> None:
    strike = tmp_path / "never"
    async with mcp_app(tmp_path, {"clock": clock(strike)}) as app:
        await app.until("clock", "ready")
        app.script(("clock__now", "{}"))
        async with app.server.socket() as socket, socket.rest() as http:
            await socket.say("What time is it?")
            call = await until_added(socket)
            while the_call(socket).status != "running":
                await socket.next()
            assert call.run_id is not None
            await socket.send(type="run.cancel", id="stop", run_id=call.run_id)
            await socket.until_run_ends()
            assert the_call(socket).status == "cancelled"
            assert (await page_of(http, call)).status_code == 404


async def called(app: McpApp, socket: ScriptSocket, name: str) -> FunctionCall:
    app.script((name, "{}"))
    await socket.say("Go on.", id=f"cmd {name}")
    await socket.until_run_ends()
    last = [item for item in socket.transcript.items if isinstance(item, FunctionCall)][-1]
    assert last.status == "completed"
    return last


async def read(http: httpx2.AsyncClient, call: FunctionCall, uri: str) -> httpx2.Response:
    return await http.post(f"/api/apps/{call.id}/resources", json={"uri": uri})


async def test_an_app_reads_of_its_own_server_so_much_and_no_secret(tmp_path: Path) -> None:
    servers = {"clock": clock(tmp_path), "other": clock(tmp_path)}
    async with mcp_app(tmp_path, servers) as app:
        await app.until("clock", "ready")
        async with app.server.socket() as socket, socket.rest() as http:
            call = await called(app, socket, "clock__now")
            zones = (await read(http, call, "clock://zones")).json()
            face = (await read(http, call, "clock://face")).json()
            vast = await read(http, call, "clock://vast")
            missing = await read(http, call, "clock://nothing")
            async with rest(app.server.url) as stranger:
                assert (await read(stranger, call, "clock://zones")).status_code == 404
            foreign = await http.post(
                f"/api/apps/{call.id}/resources",
                json={"uri": "clock://zones"},
                headers={"Origin": "null"},
            )
            app.configure({"other": servers["other"]})
            await app.until_gone("clock")
            gone = await read(http, call, "clock://zones")
    [text], [blob] = zones["contents"], face["contents"]
    assert text["mime_type"] == "text/plain"
    assert text["text"].startswith("Oslo. ")
    assert SECRET not in text["text"]
    assert (blob["text"], blob["blob"]) == (None, "AAAA")
    for refused in (vast, missing):
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_read")
    assert "more than 4,194,304" in vast.text
    assert foreign.status_code == 403
    assert gone.status_code == 404


@pytest.mark.parametrize("uri", ["", "x" * 2_001, None, 5])
async def test_an_app_of_a_function_has_no_server_to_read_from(tmp_path: Path, uri: Any) -> None:
    with offered(tmp_path / "more", split_bill=examples()["split_bill.py"]):
        async with mcp_app(tmp_path, {}) as app, app.server.socket() as socket:
            app.script(("split_bill", '{"total": 84, "people": 3}'))
            await socket.say("Split it.")
            await socket.until_run_ends()
            async with socket.rest() as http:
                call = the_call(socket)
                assert (await read(http, call, "clock://zones")).status_code == 404
                odd = await http.post(f"/api/apps/{call.id}/resources", json={"uri": uri})
                assert odd.status_code == 400
                assert (await http.get(f"/api/apps/{call.id}")).json()["tool"] is None


async def test_apps_read_only_so_often(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"clock": clock(tmp_path)}) as app:
        await app.until("clock", "ready")
        async with app.server.socket() as socket, socket.rest() as http:
            call = await called(app, socket, "clock__now")
            answers = [(await read(http, call, "clock://face")).status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]


async def test_the_app_of_a_call_by_hand_is_shown_to_who_made_it(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"clock": clock(tmp_path)}) as app:
        await app.until("clock", "ready")
        async with rest(app.server.url) as http, rest(app.server.url) as stranger:
            await http.get("/api/threads")
            run = (await http.post("/api/tools/clock__now/runs", json={})).json()
            address = f"/api/apps/{run['item']['id']}"
            assert (await http.get(f"{address}/page")).text == "<p>Clock</p>"
            assert (await http.get(address)).json()["tool"]["name"] == "now"
            assert (await stranger.get(f"{address}/page")).status_code == 404
