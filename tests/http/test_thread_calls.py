"""Calls that a widget makes in a chat, for its reader."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from backend.http.thread_calls import MAX_A_MINUTE, MAX_AT_ONCE
from backend.upstreams.demo import DemoUpstream
from tests.functions_readme import offered
from tests.rest import rest
from tests.running import Running, running

FUNCTIONS = '''
import asyncio

from backend.tools.function import ToolContext, ToolError, function


@function
def files_here(context: ToolContext) -> list[str]:
    """List the chat's files."""
    return [file.name for file in context.files]


@function(approval="ask")
def wipe(what: str) -> str:
    """Wipe something."""
    return f"wiped {what}"


@function
async def hang() -> str:
    """Take long."""
    await asyncio.sleep(60)
    return ""
'''


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    with offered(tmp_path / "more", widgets_functions=FUNCTIONS):
        async with running(tmp_path, DemoUpstream(0), tool_timeout_s=2) as server:
            yield server


@pytest.fixture
async def chat(server: Running) -> AsyncIterator[tuple[httpx2.AsyncClient, str]]:
    """A visitor with a chat that has a file: the client, and the address of calls."""
    async with (
        server.socket() as socket,
        socket.rest() as http,
    ):
        sent = {"file": ("n.txt", b"1")}
        [attached] = (await http.post("/api/files?purpose=attachment", files=sent)).json()["files"]
        await socket.say("Hello", file_ids=[attached["id"]])
        await socket.until_run_ends()
        yield http, f"/api/threads/{socket.transcript.present_thread.id}/tool-calls"


async def call(http: httpx2.AsyncClient, place: str, **body: Any) -> Any:
    return (await http.post(place, json=body)).json()


async def test_the_output_goes_to_who_called_and_the_chat_is_as_it_was(
    chat: tuple[httpx2.AsyncClient, str],
) -> None:
    http, place = chat
    export = place.replace("/tool-calls", "/export?format=json")
    before = (await http.get(export)).json()["items"]
    item = (await call(http, place, name="files_here"))["item"]
    assert (item["status"], item["outputs"]) == (
        "completed",
        [{"type": "json", "value": ["n.txt"]}],
    )
    assert (await http.get(export)).json()["items"] == before


async def test_a_tool_that_asks_is_called_once_somebody_was_asked_or_has_allowed_it_for_good(
    chat: tuple[httpx2.AsyncClient, str],
) -> None:
    http, place = chat
    wipe = {"name": "wipe", "arguments": {"what": "the slate"}}
    assert await call(http, place, **wipe) == {"item": None}
    item = (await call(http, place, **wipe, allowed=True))["item"]
    assert item["outputs"][0]["text"] == "wiped the slate"
    assert await call(http, place, **wipe) == {"item": None}, "it was allowed once"
    await http.put("/api/functions/wipe/approval", json={"approval": "never"})
    assert (await call(http, place, **wipe))["item"]["status"] == "completed"


async def test_what_cannot_be_called_says_why(chat: tuple[httpx2.AsyncClient, str]) -> None:
    http, place = chat
    wrong = await call(http, place, name="wipe", arguments={"who": 1}, allowed=True)
    assert wrong["item"]["status"] == "failed"
    assert "what" in wrong["item"]["error"]
    unknown = await http.post(place, json={"name": "no_such"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "unknown_tool")


async def test_nobody_else_calls_anything_in_the_chat(
    server: Running, chat: tuple[httpx2.AsyncClient, str]
) -> None:
    _, place = chat
    async with rest(server.url) as stranger:
        assert (await stranger.post(place, json={"name": "files_here"})).status_code == 404


async def test_a_widget_that_calls_without_end_is_told_to_wait(
    chat: tuple[httpx2.AsyncClient, str],
) -> None:
    http, place = chat
    answers = [await http.post(place, json={"name": "files_here"}) for _ in range(MAX_A_MINUTE + 1)]
    assert [answer.status_code for answer in answers] == [200] * MAX_A_MINUTE + [429]
    error = answers[-1].json()["error"]
    assert error["code"] == "too_many_calls"
    assert 0 < error["retry_after_s"] <= 60


async def test_a_few_calls_of_a_visitor_are_under_way_at_a_time(
    chat: tuple[httpx2.AsyncClient, str],
) -> None:
    http, place = chat
    calls = (http.post(place, json={"name": "hang"}) for _ in range(MAX_AT_ONCE + 1))
    answers = await asyncio.gather(*calls)
    assert sorted(answer.status_code for answer in answers) == [200] * MAX_AT_ONCE + [429]
    assert (await http.post(place, json={"name": "files_here"})).status_code == 200
