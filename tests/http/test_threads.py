"""The thread API as the page's sidebar and scripts use it, beside the sockets of the same server."""

import asyncio
import json
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from websockets.exceptions import ConnectionClosed

from backend.domain.events import ThreadUpdated
from backend.domain.items import AssistantMessage
from backend.domain.usage import Usage
from backend.store.database import Database
from backend.store.dialects.sqlite import Sqlite
from backend.store.listing import Listing
from backend.upstreams.events import RunEnded, ToolCallsRequired
from backend.websocket.messages import Ack, Error, Snapshot
from tests.paths import SHARED
from tests.rest import rest
from tests.running import Running, ScriptSocket, running
from tests.scripted import (
    COMPLETED,
    Round,
    ScriptedUpstream,
    calls,
    message,
    partial_message,
)
from tests.stored import database_url, stored

OLD_EXPORT = Path(__file__).with_name("export-v1.json")
WEATHER = ("get_weather", '{"location": "Oslo", "dates": []}')


@dataclass
class Desk:
    """A server, a client of its REST API, and the cookie that both kinds of door know."""

    server: Running
    http: httpx2.AsyncClient
    upstream: ScriptedUpstream

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())

    async def chat(self, question: str, *answer: Round) -> ScriptSocket:
        """A new thread with one message and its answer."""
        self.upstream.script(*(answer or ([*message("ok"), COMPLETED],)))
        async with self.server.socket(cookie=self.cookie) as socket:
            await socket.say(question, id=question[:60])
            await socket.until_ended(await socket.until(Ack))
        return socket

    async def get(self, path: str, **query: Any) -> Any:
        response = await self.http.get(path, params=query)
        assert response.status_code == 200, response.text
        return response.json()

    async def titles(self, **query: Any) -> list[str]:
        return [thread["title"] for thread in (await self.get("/api/threads", **query))["threads"]]


@asynccontextmanager
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    upstream = ScriptedUpstream()
    async with (
        running(tmp_path, upstream) as server,
        rest(server.url) as http,
    ):
        await http.get("/api/threads")
        yield Desk(server, http, upstream)


def address(socket: ScriptSocket, more: str = "") -> str:
    assert socket.transcript.thread is not None
    return f"/api/threads/{socket.transcript.thread.id}{more}"


async def test_threads_are_listed_pinned_first_then_newest_in_pages(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        assert await here.titles() == []
        chats = [await here.chat(f"question {number}") for number in range(5)]
        pinned = await here.http.patch(address(chats[1]), json={"pinned": True})
        assert pinned.json()["pinned"] is True
        want = [f"question {number}" for number in (1, 4, 3, 2, 0)]
        assert await here.titles() == want
        got: list[str] = []
        query: dict[str, Any] = {"limit": 2}
        while True:
            page = await here.get("/api/threads", **query)
            got += [thread["title"] for thread in page["threads"]]
            assert len(page["threads"]) <= 2
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        assert got == want
        refused = await here.http.get("/api/threads", params={"cursor": "x"})
        assert (refused.status_code, refused.json()["error"]["field"]) == (400, "cursor")


async def test_a_thread_says_whether_a_run_is_active(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        go_on = asyncio.Event()
        here.upstream.script([*partial_message("wait"), go_on, COMPLETED])
        async with here.server.socket(cookie=here.cookie) as socket:
            await socket.say("one")
            ack = await socket.until(Ack)
            path = f"/api/threads/{ack.thread_id}"
            assert (await here.get(path))["active"] is True
            go_on.set()
            await socket.until_ended(ack)
            assert (await here.get(path))["active"] is False


@pytest.mark.parametrize(
    ("query", "hits", "snippet"),
    [
        ("weather", 2, None),
        ("WEATH", 2, None),
        ("fjord", 1, "And there the cold \ue000fjord\ue001 lies, still."),
        ("cold lies", 1, "\ue000cold\ue001 fjord \ue000lies\ue001"),
        ("tromsø cafe", 1, "\ue000Café\ue001 in \ue000Tromsø\ue001"),
        ("眠い", 1, "猫は\ue000眠い\ue001。"),
        ('"', 0, None),
        ('weather" OR text:*', 0, None),
        ("100%", 1, "\ue000100\ue001% sure"),
        ("gone", 0, None),
    ],
)
async def test_a_search_finds_titles_and_messages_by_the_beginning_of_words(
    tmp_path: Path, query: str, hits: int, snippet: str | None
) -> None:
    long = "We talked about much else before. " * 10 + "And there the cold fjord lies, still."
    async with desk(tmp_path) as here:
        await here.chat("What of the weather?", [*message(long), COMPLETED])
        await here.chat("Weather at the Café in Tromsø", [*message("猫は眠い。"), COMPLETED])
        await here.chat("Are you", [*message("100% sure"), COMPLETED])
        found = (await here.get("/api/threads", query=query))["threads"]
    assert len(found) == hits
    if snippet is not None:
        assert snippet in found[0]["snippet"]
    for thread in found:
        assert "\ue000" in thread["snippet"]


async def test_a_search_follows_a_new_title_and_forgets_what_is_deleted(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        chat = await here.chat("first words", [*message("body text"), COMPLETED])
        await here.http.patch(address(chat), json={"title": "Something else"})
        assert await here.titles(query="first") == ["Something else"]  # The message still says so.
        assert await here.titles(query="something") == ["Something else"]
        await here.http.delete(address(chat))
        assert await here.titles(query="body") == []
        database = Database(database_url(tmp_path))
        assert len(await Listing(database).purge(time.time() + 1)) == 1
        if isinstance(database.dialect, Sqlite):
            check = "INSERT INTO texts_index(texts_index, rank) VALUES ('integrity-check', 1)"
            await database.execute(text(check))
        async with database.read() as connection:
            left = await connection.execute(text("SELECT count(*) FROM texts, items, commands"))
            assert left.scalar_one() == 0
        await database.close()
        assert (await here.http.post(address(chat, "/restore"))).status_code == 404


async def test_a_new_title_reaches_open_sockets_and_stays(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        chat = await here.chat("one")
        assert chat.transcript.thread is not None
        query = {"thread_id": chat.transcript.thread.id}
        async with here.server.socket(cookie=here.cookie, **query) as socket:
            await socket.until(Snapshot)
            response = await here.http.patch(address(chat), json={"title": "  My\n title "})
            assert response.json()["title"] == "My title"
            updated = await socket.until(ThreadUpdated)
            assert updated.thread.title == "My title"
            assert socket.transcript.items == chat.transcript.items
        assert (await here.get(address(chat)))["title"] == "My title"
        for body in ({"title": " "}, {"title": "x" * 201}, {"pinned": "yes"}, {"owner": "me"}):
            assert (await here.http.patch(address(chat), json=body)).status_code == 400


async def test_a_deleted_thread_is_gone_at_once_and_comes_back_whole(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        chat = await here.chat("one")
        here.upstream.script([*partial_message("half"), asyncio.Event()])
        assert chat.transcript.thread is not None
        thread_id = chat.transcript.thread.id
        async with here.server.socket(cookie=here.cookie, thread_id=thread_id) as socket:
            await socket.say("two", id="two")
            while len(socket.transcript.items) < 4:
                await socket.next()
            assert (await here.http.delete(address(chat))).status_code == 204
            error = await socket.until(Error)
            assert error.code == "not_found"
            with pytest.raises(ConnectionClosed):
                await socket.until(Snapshot)
            assert socket.ws.close_code == 4404
        assert await here.titles() == []
        for method, path in (
            ("GET", ""), ("GET", "/items"), ("GET", "/export"), ("DELETE", ""),
        ):  # fmt: skip
            assert (await here.http.request(method, address(chat, path))).status_code == 404
        async with here.server.socket(cookie=here.cookie, thread_id=thread_id) as late:
            assert (await late.until(Error)).code == "not_found"
        restored = await here.http.post(address(chat, "/restore"))
        assert restored.json()["active"] is False
        items = (await here.get(address(chat, "/items")))["items"]
        assert [text_of(item) for item in items] == ["one", "ok", "two", "half"]
        assert items[3]["status"] == "cancelled"
        here.upstream.script([*message("again"), COMPLETED])
        async with here.server.socket(cookie=here.cookie, thread_id=thread_id) as again:
            await again.say("three", id="three")
            assert (await again.until_ended(await again.until(Ack))).status == "completed"


async def test_a_deleted_thread_can_be_restored_for_a_day(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        kept, lost = await here.chat("kept"), await here.chat("lost")
        for chat, hours in ((kept, 23), (lost, 25)):
            assert (await here.http.delete(address(chat))).status_code == 204
            assert chat.transcript.thread is not None
            with stored(tmp_path) as rows:
                rows.execute(
                    text("UPDATE threads SET deleted_at = :at WHERE id = :id"),
                    {"at": time.time() - hours * 60 * 60, "id": chat.transcript.thread.id},
                )
        port = int(here.server.url.rpartition(":")[2])
        cookie = here.cookie
    async with (
        running(tmp_path, ScriptedUpstream(), serve_port=port) as server,
        rest(server.url, headers={"Cookie": cookie}) as http,
    ):
        assert (await http.post(address(lost, "/restore"))).status_code == 404
        assert (await http.post(address(kept, "/restore"))).json()["title"] == "kept"


async def test_what_is_somebody_elses_is_not_found(tmp_path: Path) -> None:
    async with desk(tmp_path) as here, rest(here.server.url) as stranger:
        chat = await here.chat("mine")
        assert (await stranger.get("/api/threads")).json()["threads"] == []
        assert (await stranger.get("/api/threads", params={"query": "mine"})).json()[
            "threads"
        ] == []
        for method, path, body in (
            ("GET", "", None),
            ("PATCH", "", {"title": "theirs"}),
            ("DELETE", "", None),
            ("POST", "/restore", None),
            ("GET", "/items", None),
            ("GET", "/export", None),
        ):
            response = await stranger.request(method, address(chat, path), json=body)
            assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
        assert (await here.get(address(chat)))["title"] == "mine"
        # Somebody else's undo does not bring back what its owner deleted.
        await here.http.delete(address(chat))
        assert (await stranger.post(address(chat, "/restore"))).status_code == 404
        assert (await here.http.get(address(chat))).status_code == 404


async def test_items_of_the_path_come_in_pages(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        chat = await here.chat("one", calls(WEATHER), [*message("cold"), COMPLETED])
        path = address(chat, "/items")
        first = await here.get(path, limit=2)
        second = await here.get(path, limit=2, cursor=first["next_cursor"])
        types = [item["type"] for page in (first, second) for item in page["items"]]
        assert types == ["user_message", "function_call", "assistant_message"]
        assert second["next_cursor"] is None
        refused = await here.http.get(path, params={"cursor": "item_gone"})
        assert refused.status_code == 400


async def test_markdown_is_a_file_of_what_was_said(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        answer = "It is:\n\n```\ncold\n```"
        chat = await here.chat("Wetter: Tromsø?", calls(WEATHER), [*message(answer), COMPLETED])
        response = await here.http.get(address(chat, "/export"))
    disposition = response.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="Wetter Troms')
    assert "filename*=UTF-8''Wetter%20Troms%C3%B8.md" in disposition
    assert response.headers["content-type"] == "text/markdown; charset=utf-8"
    written = response.text
    assert written.startswith("# Wetter: Tromsø?\n\n*20")
    for part in ("## User\n\nWetter: Tromsø?", "**get_weather**", '"location": "Oslo"', answer):
        assert part in written
    assert written.count("## Assistant") == 1


async def test_an_export_tells_the_facts_of_each_answer(tmp_path: Path) -> None:
    first = Usage(input_tokens=1_200, cached_tokens=1_000, output_tokens=30, total_tokens=1_230)
    last = Usage(input_tokens=1_300, output_tokens=40, reasoning_tokens=9, total_tokens=1_340)
    *called, required = calls(WEATHER)
    assert isinstance(required, ToolCallsRequired)
    async with desk(tmp_path) as here:
        chat = await here.chat(
            "How is Oslo?",
            [*called, replace(required, usage=first)],
            [*message("cold"), RunEnded("completed", usage=last)],
        )
        markdown = (await here.http.get(address(chat, "/export"))).text
        exported = await here.get(address(chat, "/export"), format="json")
        copy = (await here.http.post("/api/threads", json=exported)).json()
        again = await here.get(f"/api/threads/{copy['id']}/export", format="json")
    [run] = exported["runs"]
    assert run["usage"] == (first + last).model_dump()
    assert 0 <= run["active_s"] <= run["finished_at"] - run["created_at"] + 1
    *_, facts = markdown.rstrip().split("\n\n")
    assert facts.startswith("*20")
    assert facts.endswith(" s · 2,500 tokens in (1,000 cached), 70 out (9 reasoning)*")
    assert markdown.count("tokens in") == 1
    assert again["runs"][0]["usage"] == run["usage"]


async def test_an_export_comes_back_with_every_branch_under_new_ids(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        chat = await here.chat("one", calls(WEATHER), [*message("first"), COMPLETED])
        here.upstream.script([*message("second"), COMPLETED])
        assert chat.transcript.thread is not None
        query = {"thread_id": chat.transcript.thread.id}
        async with here.server.socket(cookie=here.cookie, **query) as socket:
            await socket.until(Snapshot)
            first = socket.transcript.items[0].id
            await socket.send(type="message.edit", id="e", item_id=first, text="two")
            await socket.until_ended(await socket.until(Ack))
        exported = await here.http.get(address(chat, "/export"), params={"format": "json"})
        assert ".json" in exported.headers["content-disposition"]
        body = exported.json()
        assert (body["format"], body["version"]) == ("runstream-thread", 2)
        assert len(body["items"]) == 5
        async with rest(here.server.url) as stranger:
            await stranger.get("/api/threads")
            answer = await stranger.post("/api/threads", json=body)
            assert answer.status_code == 201
            new = answer.json()
            assert new["title"] == "one"
            cookie = "; ".join(f"{name}={value}" for name, value in stranger.cookies.items())
            found = (await stranger.get("/api/threads", params={"query": "second"})).json()
            assert [thread["id"] for thread in found["threads"]] == [new["id"]]
        async with here.server.socket(cookie=cookie, thread_id=new["id"]) as copy:
            snapshot = await copy.until(Snapshot)
            assert [getattr(item, "text", "") for item in snapshot.items] == ["two", "second"]
            assert [run.status for run in snapshot.runs] == ["completed"]
            [fork] = snapshot.forks
            assert len(fork.item_ids) == 2
            await copy.send(type="thread.switch", id="s", head_id=fork.item_ids[0])
            other = await copy.until(Snapshot)
            assert [item.type for item in other.items] == [
                "user_message", "function_call", "assistant_message",
            ]  # fmt: skip
            old = {item["id"] for item in body["items"]} | {run["id"] for run in body["runs"]}
            ids = {item.id for item in (*snapshot.items, *other.items)}
            assert not ids & old
            assert not {item.run_id for item in other.items} & old


async def test_an_export_of_before_messages_had_parts_is_imported(tmp_path: Path) -> None:
    body = json.loads(OLD_EXPORT.read_text(encoding="utf-8"))
    async with desk(tmp_path) as here:
        new = (await here.http.post("/api/threads", json=body)).json()
        export = await here.get(f"/api/threads/{new['id']}/export", format="json")
        found = (await here.get("/api/threads", query="rained"))["threads"]
    assert [thread["id"] for thread in found] == [new["id"]]
    assert export["version"] == 2
    question, *steps, answer, refusal = export["items"]
    [attached] = question["files"]
    assert (attached["type"], attached["name"], attached["size"]) == ("file", "rain.csv", 17)
    said, annotations = body["items"][-2]["text"], body["items"][-2]["annotations"]
    assert answer["content"] == [{"type": "text", "text": said, "annotations": annotations}]
    assert (refusal["content"], refusal["refusal"]) == ([], "I cannot say.")
    [call] = [item for item in steps if item["type"] == "function_call"]
    assert call["outputs"] == [{"type": "json", "value": {"celsius": 4}}]
    [code] = [item for item in steps if item["type"] == "code_interpreter_call"]
    assert [output.get("name") for output in code["outputs"]] == [
        None, "plot.png", None, "table.csv", "file-remote",
    ]  # fmt: skip
    assert [item["type"] for item in steps] == [item["type"] for item in body["items"][1:-2]]


async def test_an_export_during_a_run_holds_what_was_said_so_far(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        go_on = asyncio.Event()
        here.upstream.script([*partial_message("so ", "far"), go_on, COMPLETED])
        async with here.server.socket(cookie=here.cookie) as socket:
            await socket.say("one")
            ack = await socket.until(Ack)
            while _text(socket) != "so far":
                await socket.next()
            path = f"/api/threads/{ack.thread_id}/export"
            body = await here.get(path, format="json")
            assert "so far" in [text_of(item) for item in body["items"]]
            go_on.set()
            await socket.until_ended(ack)
        new = (await here.http.post("/api/threads", json=body)).json()
        assert new["active"] is False
        items = (await here.get(f"/api/threads/{new['id']}/items"))["items"]
        assert (text_of(items[1]), items[1]["status"]) == ("so far", "incomplete")


def text_of(item: dict[str, Any]) -> str:
    """What a message says."""
    parts = [item] if "text" in item else item["content"]
    return "".join(part["text"] for part in parts)


def _text(socket: ScriptSocket) -> str:
    items = socket.transcript.items
    return "".join(item.text for item in items if isinstance(item, AssistantMessage))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"format": "other"}, "format"),
        ({"version": 3}, "version"),
        ({"items": []}, "items"),
        ({"extra": 1}, "extra"),
        ("twice", "same id"),
        ("orphan", "not a tree"),
        ("circle", "not a tree"),
        ("headless", "head"),
        ("unknown type", "items."),
    ],
)
async def test_what_is_no_export_is_refused_with_a_sentence(
    tmp_path: Path, change: Any, says: str
) -> None:
    async with desk(tmp_path) as here:
        chat = await here.chat("one")
        body = await here.get(address(chat, "/export"), format="json")
        second, first = sorted(body["items"], key=lambda item: item["type"])
        match change:
            case dict():
                body |= change
            case "twice":
                second["id"] = first["id"]
            case "orphan":
                first["parent_id"] = "item_gone"
            case "circle":
                first["parent_id"] = second["id"]
            case "headless":
                body["thread"]["head_id"] = None
            case _:
                second["type"] = "song"
        refused = await here.http.post("/api/threads", json=body)
        assert refused.status_code == 400
        assert says in json.dumps(refused.json())
        assert await here.titles() == ["one"]


@pytest.mark.parametrize("time", ["1795931237000.0", "-1", "1e400", "NaN", "Infinity", "null"])
@pytest.mark.parametrize("place", ["thread", "item", "run"])
async def test_a_time_that_is_none_is_not_imported(tmp_path: Path, time: str, place: str) -> None:
    async with desk(tmp_path) as here:
        chat = await here.chat("one")
        body = await here.get(address(chat, "/export"), format="json")
        part = {"thread": body["thread"], "item": body["items"][0], "run": body["runs"][0]}[place]
        part["created_at"] = "TIME"
        await refused_import(here, json.dumps(body).replace('"TIME"', time).encode())


@pytest.mark.parametrize("name", ["ms-timestamps", "nan", "poison"])
async def test_the_case_61_import_is_refused(tmp_path: Path, name: str) -> None:
    case = SHARED / "cases" / "61-import" / f"{name}.json"
    if not case.exists():
        return
    async with desk(tmp_path) as here:
        await refused_import(here, case.read_bytes())


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("odd", ["[" * 100_000 + "]" * 100_000, "9" * 5000], ids=["deep", "long"])
async def test_json_that_nobody_can_read_is_not_imported(
    tmp_path: Path, version: str, odd: str
) -> None:
    async with desk(tmp_path) as here:
        body = f'{{"format": "runstream-thread", "version": {version}, "x": {odd}}}'
        await refused_import(here, body.encode())


async def refused_import(here: Desk, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    refused = await here.http.post("/api/threads", content=content, headers=headers)
    assert refused.status_code == 400, refused.text
    for thread in (await here.get("/api/threads"))["threads"]:
        assert (await here.http.get(f"/api/threads/{thread['id']}/export")).status_code == 200


async def test_an_import_may_be_large_but_not_endless(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        chat = await here.chat("one")
        body = await here.get(address(chat, "/export"), format="json")
        [said] = [item for item in body["items"] if item["type"] == "user_message"]
        said["text"] = "été " * 500_000
        new = (await here.http.post("/api/threads", json=body)).json()
        page = await here.get(f"/api/threads/{new['id']}/items")
        assert (page["items"][0]["text"], len(page["items"])) == (said["text"], 2)
        assert page["next_cursor"] is None
        [found] = (await here.get("/api/threads", query="ete"))["threads"]
        assert len(found["snippet"]) < 400
        headers = {"Content-Type": "application/json"}
        huge = b" " * (33 * 1_048_576)
        refused = await here.http.post("/api/threads", content=huge, headers=headers)
        assert refused.status_code == 413


async def test_a_thread_with_damaged_rows_can_be_listed_opened_exported_and_deleted(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as here:
        chat = await here.chat("one", [*message("yes"), COMPLETED])
        assert chat.transcript.thread is not None
        thread_id = chat.transcript.thread.id
    with stored(tmp_path) as rows:
        rows.execute(
            text(
                "UPDATE items SET body = :body, created_at = :never WHERE type = 'assistant_message'"
            ),
            {"body": '{"type": "song"', "never": math.inf},
        )
        rows.execute(text("UPDATE runs SET body = '{}'"))
        rows.execute(text("UPDATE threads SET created_at = :never"), {"never": math.inf})
    async with desk(tmp_path) as here:
        here.http.cookies.clear()
        name = f"session_{here.server.url.rsplit(':', 1)[1]}"
        here.http.cookies.set(name, chat.cookie.partition("=")[2])
        assert await here.titles() == ["one"]
        items = (await here.get(f"/api/threads/{thread_id}/items"))["items"]
        assert (items[0]["text"], items[1]["status"]) == ("one", "incomplete")
        assert "cannot be read" in text_of(items[1])
        export = await here.get(f"/api/threads/{thread_id}/export", format="json")
        assert (await here.http.post("/api/threads", json=export)).status_code == 201
        async with here.server.socket(cookie=here.cookie, thread_id=thread_id) as socket:
            assert len((await socket.until(Snapshot)).items) == 2
        assert (await here.http.delete(f"/api/threads/{thread_id}")).status_code == 204
