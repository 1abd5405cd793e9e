"""A reader may begin with the end of a long thread, and reads what led to it when it wants to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from backend.domain.items import ITEM, Fork, Run
from backend.domain.transcript import Gap, Stretch, Transcript
from backend.websocket.messages import Ack, Snapshot
from tests.long_thread import long_thread
from tests.rest import rest
from tests.running import Running, ScriptSocket, running
from tests.scripted import COMPLETED, ScriptedUpstream, message


@dataclass
class Reader:
    server: Running
    http: httpx2.AsyncClient
    upstream: ScriptedUpstream
    thread_id: str

    @asynccontextmanager
    async def socket(self, **query: str) -> AsyncIterator[ScriptSocket]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        async with self.server.socket(cookie=cookie, thread_id=self.thread_id, **query) as socket:
            await socket.until(Snapshot)
            yield socket

    async def whole(self) -> Transcript:
        async with self.socket() as socket:
            assert socket.transcript.before is None
            return socket.transcript

    async def page(self, before: str, limit: int) -> Stretch:
        query: dict[str, str | int] = {"before": before, "limit": limit}
        response = await self.http.get(f"/api/threads/{self.thread_id}/items", params=query)
        assert response.status_code == 200, response.text
        page = response.json()
        return Stretch(
            tuple(map(ITEM.validate_python, page["items"])),
            tuple(map(Run.model_validate, page["runs"])),
            tuple(map(Fork.model_validate, page["forks"])),
            page["before"],
        )

    async def read_to_the_start(self, transcript: Transcript, limit: int) -> int:
        pages = 0
        while transcript.before is not None:
            transcript.prepend(await self.page(transcript.before, limit))
            pages += 1
        return pages


@asynccontextmanager
async def reading(tmp_path: Path, items: int) -> AsyncIterator[Reader]:
    upstream = ScriptedUpstream()
    async with running(tmp_path, upstream) as server, rest(server.url) as http:
        await http.get("/")
        made = await http.post("/api/threads", json=long_thread(items))
        assert made.status_code == 201, made.text
        yield Reader(server, http, upstream, made.json()["id"])


def contents(transcript: Transcript) -> tuple[Any, ...]:
    return transcript.items, list(transcript.runs.values()), transcript.forks


async def answered(socket: ScriptSocket, upstream: ScriptedUpstream, **command: Any) -> None:
    upstream.script([*message("ok"), COMPLETED])
    await socket.send(timezone="UTC", **command)
    await socket.until_ended(await socket.until(Ack))


async def test_the_end_of_a_thread_and_the_pages_before_it_are_the_whole(tmp_path: Path) -> None:
    async with reading(tmp_path, 300) as here:
        async with here.socket(last="99") as socket:
            end = socket.transcript
            questions = [item.type for item in end.items].count("user_message")
            assert (len(end.items), questions, end.before) == (100, 50, end.items[0].id)
            assert len(end.runs) == 50
            assert await here.read_to_the_start(end, 60) == 4
        assert contents(end) == contents(await here.whole())


async def test_a_message_to_the_end_of_a_thread_goes_with_all_that_was_said(tmp_path: Path) -> None:
    async with reading(tmp_path, 60) as here, here.socket(last="10") as socket:
        await answered(socket, here.upstream, type="message.send", id="cmd_1", text="Go on")
        [session] = here.upstream.sessions
        assert len(session.request.history) == 61
        assert len(socket.transcript.items) == 12


async def test_what_is_above_the_end_is_edited_and_its_branches_are_told(tmp_path: Path) -> None:
    async with reading(tmp_path, 60) as here, here.socket(last="10") as socket:
        former = socket.transcript.before
        assert former is not None
        older = await here.page(former, 20)
        edited = older.items[4]
        socket.transcript.prepend(older)
        await answered(
            socket,
            here.upstream,
            type="message.edit",
            id="cmd_1",
            item_id=edited.id,
            text="Instead",
        )
        assert len(socket.transcript.items) == 6
        await here.read_to_the_start(socket.transcript, 7)
        assert contents(socket.transcript) == contents(await here.whole())
        assert len(socket.transcript.forks) == 1

        # What led to an item is what it was, whichever branch is shown.
        assert (await here.page(former, 20)).items == older.items

        # Back to the first branch: a page that is asked for it says that there is another.
        await socket.send(type="thread.switch", id="cmd_2", head_id=edited.id)
        await socket.until(Snapshot)
        assert socket.transcript.before == former
        await here.read_to_the_start(socket.transcript, 7)
        assert contents(socket.transcript) == contents(await here.whole())
        assert len(socket.transcript.forks) == 1


async def test_a_path_that_is_cut_above_what_a_reader_has_is_read_anew(tmp_path: Path) -> None:
    async with reading(tmp_path, 60) as here, here.socket(last="10") as behind:
        first = (await here.whole()).items[0]
        async with here.socket() as socket:
            await answered(
                socket, here.upstream, type="message.edit", id="cmd_1", item_id=first.id, text="New"
            )
        with pytest.raises(Gap):
            await behind.until_run_ends()
        async with here.socket(last="10") as again:
            types = [item.type for item in again.transcript.items]
            assert (types, again.transcript.before) == (["user_message", "assistant_message"], None)


async def test_large_items_make_the_end_shorter_but_no_turn_is_cut(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    async with running(tmp_path, upstream) as server:
        async with server.socket() as socket:
            for number in range(4):
                upstream.script([*message("word " * 30_000), COMPLETED])
                await socket.say("Go on", id=f"cmd_{number}")
                await socket.until_ended(await socket.until(Ack))
        assert socket.transcript.thread is not None
        thread_id = socket.transcript.thread.id
        async with server.socket(cookie=socket.cookie, thread_id=thread_id, last="100") as end:
            snapshot = await end.until(Snapshot)
    assert [item.type for item in snapshot.items] == ["user_message", "assistant_message"] * 2
    assert snapshot.before == snapshot.items[0].id


async def test_nothing_leads_to_an_item_that_is_none_of_the_thread(tmp_path: Path) -> None:
    async with reading(tmp_path, 10) as here:
        path = f"/api/threads/{here.thread_id}/items"
        refused = await here.http.get(path, params={"before": "item_of_nobody"})
        assert (refused.status_code, refused.json()["error"]["field"]) == (400, "before")
        async with rest(here.server.url) as stranger:
            first = (await here.whole()).items[2]
            denied = await stranger.get(path, params={"before": first.id})
            assert denied.status_code == 404


async def test_a_number_of_items_that_is_none_gives_the_whole(tmp_path: Path) -> None:
    async with reading(tmp_path, 30) as here:
        for last in ("", "many", "-1", "٣", "9" * 40):
            async with here.socket(last=last) as socket:
                assert len(socket.transcript.items) == 30
        async with here.socket(last="0") as socket:
            assert len(socket.transcript.items) == 2
