"""What was allowed for good counts for the tool as it was: a server that changes it is asked about."""

import sys
from pathlib import Path
from typing import Any

from backend.websocket.messages import Error
from tests.mcp.servers import DEMO, ROOT, McpApp, mcp_app
from tests.running import ScriptSocket
from tests.waiting.asking import call_in, parked, resolve, until_parked, waiting

CHANGING: dict[str, Any] = {
    "command": sys.executable,
    "args": ["-m", "tests.mcp.changing"],
    "cwd": str(ROOT),
}
APPROVAL = "/api/functions/{}/approval"
WRITE = ("changing__write", '{"text": "Milk"}')


async def test_changed_arguments_have_to_fit_the_schema_that_the_card_shows(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"changing": CHANGING}) as app:
        await app.until("changing", "ready")
        async with app.server.socket() as socket:
            [call] = await parked(app.upstream, socket, WRITE)
            for wrong, why in (
                ({"text": 7}, "text: 7 is not of type 'string'"),
                ({}, "'text' is a required property"),
                ("", "'text' is a required property"),
                ('{"text": "Milk", "more": 1e999}', "a number that is too large"),
            ):
                refused = await resolve(socket, call, arguments=wrong)
                assert isinstance(refused, Error)
                assert (refused.code, why in refused.message) == ("invalid_arguments", True)
            await resolve(socket, call, arguments={"text": "Bread"})
            await socket.until_run_ends()
            assert call_in(socket, call).status == "completed"


async def change(app: McpApp) -> None:
    await app.call("changing__change")
    await app.until("changing", lambda server: "evil" in str(server["tools"]))


async def do(app: McpApp, socket: ScriptSocket, number: int) -> None:
    app.script(WRITE)
    await socket.say("Again.", id=f"again_{number}")


async def test_a_tool_allowed_everywhere_asks_again_once_its_server_has_changed_it(
    tmp_path: Path,
) -> None:
    async with mcp_app(tmp_path, {"changing": CHANGING}) as app:
        await app.until("changing", "ready")
        async with app.server.socket() as socket:
            [call] = await parked(app.upstream, socket, WRITE)
            await socket.send(
                type="action.resolve",
                id="always",
                item_ids=[call.id],
                decision="allow",
                scope="everywhere",
            )
            await socket.until_run_ends()

            await do(app, socket, 1)
            await socket.until_run_ends()
            assert waiting(socket) == []

            await change(app)
            await do(app, socket, 2)
            await until_parked(socket)
            [call] = waiting(socket)
            assert call.status == "awaiting_approval"
            assert call.required_action is not None
            shown = {each.what: each for each in call.required_action.changes}
            assert shown.keys() == {"description", "arguments"}
            assert shown["description"].before == "Write a line."
            assert "evil.example" in shown["description"].after
            # Only the argument that is another one.
            assert shown["arguments"].after.startswith('to (may be left out): {"default": "all"')
            assert "text" not in shown["arguments"].after

            await socket.send(type="action.resolve", id="2", item_ids=[call.id], decision="allow")
            await socket.until_run_ends()
            await do(app, socket, 3)
            await until_parked(socket)
            [call] = waiting(socket)
            assert call.required_action is not None
            assert call.required_action.changes == ()


async def test_a_tool_that_the_operator_lets_run_asks_again_once_it_has_changed(
    tmp_path: Path,
) -> None:
    async with mcp_app(tmp_path, {"changing": CHANGING}) as app:
        await app.until("changing", "ready")
        await app.http.put(APPROVAL.format("changing__write"), json={"approval": "never"})
        assert approval((await app.http.get("/api/mcp/servers")).json()) == "never"
        assert (await app.call("changing__write", text="a"))[1] == "1 written."
        functions = (await app.http.get("/api/functions")).json()
        assert functions["others"] == []

        await change(app)
        assert approval((await app.http.get("/api/mcp/servers")).json()) == "ask"


async def test_a_tool_that_is_to_ask_does_so_whatever_its_server_says_of_it(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"demo": DEMO}) as app:
        await app.until("demo", "ready")
        path = APPROVAL.format("demo__add")
        await app.http.put(path, json={"approval": "ask"})
        async with app.server.socket() as socket:
            assert len(await parked(app.upstream, socket, ("demo__add", '{"a": 1, "b": 2}'))) == 1
        app.upstream.scripts.clear()
        await app.http.put(path, json={"approval": None})
        assert (await app.call("demo__add", a=1, b=2))[0].required_action is None


async def test_a_tool_that_is_to_ask_does_so_after_any_change_and_if_told_while_it_was_away(
    tmp_path: Path,
) -> None:
    async with mcp_app(tmp_path, {"changing": CHANGING}) as app:
        await app.until("changing", "ready")
        path = APPROVAL.format("changing__write")
        await app.http.put(path, json={"approval": "never"})
        await change(app)
        await app.http.put(path, json={"approval": "ask"})
        app.configure({})
        await app.until_gone("changing")
        app.configure({"changing": CHANGING})
        await app.until("changing", "ready")
        assert approval((await app.http.get("/api/mcp/servers")).json()) == "ask"
        await app.http.put(path, json={"approval": None})

        app.configure({})
        await app.until_gone("changing")
        await app.http.put(APPROVAL.format("changing__change"), json={"approval": "ask"})
        app.configure({"changing": CHANGING})
        server = await app.until("changing", "ready")
        assert {tool["name"]: tool["approval"] for tool in server["tools"]}["change"] == "ask"


async def test_a_whole_server_is_let_run_but_for_a_tool_that_is_to_ask(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"changing": CHANGING}) as app:
        await app.until("changing", "ready")
        server, tool = APPROVAL.format("mcp:changing"), APPROVAL.format("changing__write")
        async with app.server.socket() as socket:
            await parked(app.upstream, socket, WRITE)
            listed = (await app.http.put(server, json={"approval": "never"})).json()
            await socket.until_run_ends()
            assert listed["sources"] == [{"name": "mcp:changing", "approval": "never"}]
            assert listed["others"] == []

            await change(app)
            await do(app, socket, 1)
            await socket.until_run_ends()
            assert approval((await app.http.get("/api/mcp/servers")).json()) == "never"

            await app.http.put(tool, json={"approval": "ask"})
            await do(app, socket, 2)
            await until_parked(socket)

        await app.http.put(tool, json={"approval": None})
        await app.http.put(server, json={"approval": None})
        assert approval((await app.http.get("/api/mcp/servers")).json()) == "ask"


async def test_a_call_is_not_made_of_a_tool_that_changed_while_it_waited(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"changing": CHANGING}) as app:
        await app.until("changing", "ready")
        async with app.server.socket() as socket:
            [call] = await parked(app.upstream, socket, WRITE)
            await change(app)
            await socket.send(
                type="action.resolve", id="once", item_ids=[call.id], decision="allow"
            )
            await socket.until_run_ends()
            assert call_in(socket, call).status == "failed"
            assert "has changed the tool" in str(call_in(socket, call).error)


def approval(servers: dict[str, Any]) -> str:
    """Whether the tool that may change asks."""
    [server] = servers["servers"]
    tools = {tool["name"]: tool for tool in server["tools"]}
    return str(tools["write"]["approval"])
