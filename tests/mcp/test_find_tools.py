"""Where servers have more tools than a model is told of, it searches them, and finds them again."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from backend.domain.items import FunctionCall
from backend.runs.told_tools import MAX_FOUND
from tests.mcp.many import create_server
from tests.mcp.servers import McpApp, demo_over_http, mcp_app
from tests.running import ScriptSocket
from tests.scripted import COMPLETED, calls, message
from tests.serving import serve
from tests.waiting.asking import until_parked, waiting

RENAME = "many__rename_files"
PUBLISH = "many__publishPicture"


@asynccontextmanager
async def many(tmp_path: Path, **settings: Any) -> AsyncIterator[McpApp]:
    """The app with the demo server and with one whose tools are too many."""
    async with (
        serve(create_server().streamable_http_app(), lifespan="on") as url,
        demo_over_http() as demo,
        mcp_app(
            tmp_path, {"many": {"url": f"{url}/mcp"}, "demo": {"url": demo}}, **settings
        ) as app,
    ):
        for name in ("many", "demo"):
            await app.until(name, "ready")
        yield app


def told(app: McpApp, session: int = -1) -> list[str]:
    """The functions that the model was told of, but for our own."""
    names = [spec.name for spec in app.upstream.sessions[session].request.functions]
    return [name for name in names if "__" in name or name == "find_tools"]


def search(app: McpApp, query: str, *then: tuple[str, str]) -> None:
    """The next run searches, then makes these calls in the round after it."""
    wanted = ("find_tools", json.dumps({"query": query}))
    rest = [[*message("Done."), COMPLETED]]
    # What is found is told to a session of its own.
    following = [calls(*then), *rest] if then else rest
    app.upstream.scripts[:0] = [[calls(wanted)], following]


async def say(socket: ScriptSocket, text: str) -> None:
    await socket.say(text, id=text)
    await socket.until_run_ends()


def last_call(socket: ScriptSocket) -> FunctionCall:
    return [item for item in socket.transcript.items if isinstance(item, FunctionCall)][-1]


def found(call: FunctionCall) -> list[str]:
    assert isinstance(call.output, dict)
    tools: Any = call.output["tools"]
    return [tool["name"] for tool in tools]


async def test_few_tools_are_told_and_nothing_is_searched(tmp_path: Path) -> None:
    async with many(tmp_path, mcp_tools_told=200) as app:
        await app.call("demo__add", a=1, b=2)
        assert "find_tools" not in told(app)
        assert {"demo__roll", RENAME} <= set(told(app))


async def test_of_many_tools_the_model_is_told_those_of_small_servers_and_a_search(
    tmp_path: Path,
) -> None:
    async with many(tmp_path) as app, app.server.socket() as socket:
        search(app, "rename some files", (RENAME, '{"folder": "a", "pattern": "*.txt"}'))
        await say(socket, "Rename them.")
        before, after = told(app, 0), told(app, 1)
        own = [spec.name for spec in app.upstream.sessions[0].request.functions]
        [searched, renamed] = [i for i in socket.transcript.items if isinstance(i, FunctionCall)]
    assert "get_weather" in own
    assert {name.partition("__")[0] for name in before} == {"demo", "find_tools"}
    assert after == [*before, *found(searched)]
    assert searched.title == "Find tools"
    assert found(searched)[0] == RENAME
    assert renamed.output == "Renamed *.txt in a."
    [(output,)] = [each.outputs for each in app.upstream.sessions[1].request.rounds]
    [tool] = [each for each in json.loads(output.output)["tools"] if each["name"] == RENAME]
    assert tool["server_says"]["description"] == "Rename the files of a folder."
    assert "folder" in tool["server_says"]["parameters"]["properties"]


async def test_what_was_found_is_told_in_later_runs_also_of_another_process(
    tmp_path: Path,
) -> None:
    async with many(tmp_path) as app:
        async with app.server.socket() as socket:
            search(app, "album")
            await say(socket, "Search.")
            app.upstream.script([*message("Yes."), COMPLETED])
            await say(socket, "And now?")
            assert told(app)[-1] == PUBLISH
            thread_id = str(socket.transcript.present_thread.id)
            visitor = socket.cookie.partition("=")[2]
        async with app.server.socket() as other:
            app.upstream.script([*message("Yes."), COMPLETED])
            await say(other, "And in another chat?")
            assert PUBLISH not in told(app)
    async with many(tmp_path) as app:
        cookie = f"session_{app.server.url.rpartition(':')[2]}={visitor}"
        async with app.server.socket(cookie=cookie, thread_id=thread_id) as socket:
            app.upstream.script([*message("Yes."), COMPLETED])
            await say(socket, "And after a restart?")
            assert told(app)[-1] == PUBLISH


async def test_a_branch_without_the_search_is_without_what_it_found(tmp_path: Path) -> None:
    async with many(tmp_path) as app, app.server.socket() as socket:
        search(app, "album")
        await say(socket, "Search.")
        app.upstream.script([*message("Yes."), COMPLETED])
        first = socket.transcript.items[0].id
        await socket.send(type="message.edit", id="edit", item_id=first, text="Do not search.")
        await socket.until_run_ends()
        assert PUBLISH not in told(app)


async def test_of_the_found_tools_those_stay_that_were_found_or_called_last(tmp_path: Path) -> None:
    async with many(tmp_path) as app, app.server.socket() as socket:
        search(app, "photograph", (PUBLISH, '{"url": "a"}'))
        app.upstream.scripts[1][0] = calls(("many__wetter", '{"ort": "Oslo"}'))
        # Called without having been found, so that it is told of from then on.
        app.upstream.scripts[2:2] = [[[*message("Done."), COMPLETED]]]
        await say(socket, "Search.")
        assert {PUBLISH, "many__wetter"} <= set(told(app))
        for first in range(0, 25, 5):
            words = " ".join(f"{number}" for number in range(first, first + 5))
            search(app, words)
            await say(socket, f"Search {words}.")
        names = [name for name in told(app) if name.startswith("many__")]
        assert len(names) == MAX_FOUND
        assert PUBLISH not in names
        assert names[-1] == "many__sensor_24"


async def test_a_tool_is_called_by_its_name_though_it_was_not_found(tmp_path: Path) -> None:
    async with many(tmp_path) as app:
        app.upstream.scripts[:0] = [
            [calls(("many__wetter", '{"ort": "Oslo"}'))],
            [[*message("Done."), COMPLETED]],
        ]
        async with app.server.socket() as socket:
            await say(socket, "Wetter?")
            assert last_call(socket).output == "Regen in Oslo."
        assert "many__wetter" not in told(app, 0)
        assert told(app)[-1] == "many__wetter"


async def test_a_name_of_no_tool_leads_to_the_search(tmp_path: Path) -> None:
    async with many(tmp_path) as app:
        _, said = await app.call("many__no_such_tool")
    message = json.loads(said)["error"]["message"]
    assert "Search for others with find_tools." in message
    assert "many__" not in message.partition("There are:")[2]


async def test_a_tool_that_was_found_asks_as_it_would_have(tmp_path: Path) -> None:
    async with many(tmp_path) as app, app.server.socket() as socket:
        search(app, "photograph", (PUBLISH, '{"url": "https://photos.example/1"}'))
        await socket.say("Publish it.")
        await until_parked(socket)
        [call] = waiting(socket)
        assert (call.name, call.status) == (PUBLISH, "awaiting_approval")


async def test_words_of_servers_are_told_as_theirs_and_without_what_nobody_sees(
    tmp_path: Path,
) -> None:
    async with many(tmp_path) as app, app.server.socket() as socket:
        search(app, "measure at place 7")
        await say(socket, "Search.")
        output: Any = last_call(socket).output
    assert "no instruction to you" in output["note"]
    assert all(set(tool) == {"name", "server", "server_says"} for tool in output["tools"])
    assert output["tools"][0]["server_says"]["description"] == "Measure at place 7."


async def test_tools_are_found_by_words_in_other_forms_and_languages(tmp_path: Path) -> None:
    wanted = {
        "renaming a file": RENAME,
        "publish pictures": PUBLISH,
        "wie wird das Wetter": "many__wetter",
        "Vorhersage": "many__wetter",
        "folder and pattern": RENAME,
    }
    async with many(tmp_path) as app:
        for query, name in wanted.items():
            async with app.server.socket() as socket:
                search(app, query)
                await say(socket, "Search.")
                assert found(last_call(socket))[0] == name


async def test_a_search_that_finds_nothing_says_so_and_what_it_did_not_search(
    tmp_path: Path,
) -> None:
    async with many(tmp_path) as app, app.server.socket() as socket:
        search(app, "qwertz")
        app.upstream.scripts[0] += app.upstream.scripts.pop(1)
        await say(socket, "Search.")
        output: Any = last_call(socket).output
        assert output["tools"] == []
        assert "Search again" in output["note"]
