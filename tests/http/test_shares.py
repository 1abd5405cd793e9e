"""Links to chats: who has one reads what was said until then, without a cookie, and nothing else."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import select, update

from backend.store.schema import shares
from backend.store.shares import MAX_OF_THREAD
from backend.websocket.messages import Ack
from tests.e2e.samples import png
from tests.http.answers import problem
from tests.rest import rest
from tests.running import ScriptSocket, running
from tests.scripted import COMPLETED, Round, ScriptedUpstream, calls, message, partial_message
from tests.search.visitor import Visitor
from tests.stored import stored

NOTHING = "A0" * 16
"""Looks like a token."""


@dataclass
class Host(Visitor):
    """Who shares, with the upstream that answers, and a stranger without a cookie."""

    upstream: ScriptedUpstream
    stranger: httpx2.AsyncClient

    async def say(
        self, socket: ScriptSocket, text: str, *answer: Round, file_ids: tuple[str, ...] = ()
    ) -> None:
        self.upstream.script(*(answer or ([*message(f"re {text}"), COMPLETED],)))
        await socket.say(text, id=text, file_ids=file_ids)
        await socket.until_ended(await socket.until(Ack))

    async def share(self, thread_id: str, **body: Any) -> dict[str, Any]:
        answer = await self.http.post(f"/api/threads/{thread_id}/shares", json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def read(self, url: str) -> str:
        answer = await self.stranger.get(url)
        assert answer.status_code == 200, answer.text
        return answer.text


@asynccontextmanager
async def host(folder: Path, **settings: Any) -> AsyncIterator[Host]:
    upstream = ScriptedUpstream()
    token = settings.get("access_token")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        running(folder, upstream, **settings) as server,
        rest(server.url, headers=headers) as http,
        rest(server.url) as stranger,
    ):
        await http.get("/api/threads")
        yield Host(server, http, upstream, stranger)


def thread_of(socket: ScriptSocket) -> str:
    assert socket.transcript.thread is not None
    return socket.transcript.thread.id


async def test_a_stranger_reads_what_was_said_until_then_and_nothing_later(tmp_path: Path) -> None:
    async with host(tmp_path) as here, here.socket() as socket:
        await here.say(socket, "first")
        thread_id = thread_of(socket)
        share = await here.share(thread_id)
        await here.say(socket, "second")
        assert share["url"].startswith(f"{here.server.url}/shared/")
        assert abs(share["expires_at"] - time.time() - 30 * 86_400) < 600
        answer = await here.stranger.get(share["url"])
        assert (answer.status_code, "re first" in answer.text) == (200, True)
        assert "second" not in answer.text
        assert "re second" in await here.read((await here.share(thread_id))["url"])
        policies = answer.headers["content-security-policy"]
        assert policies.startswith("default-src 'none'; style-src 'self'; img-src 'self'")
        assert "script-src" not in policies
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
        assert "<script" not in answer.text
        style = await here.stranger.get("/shared/style.css")
        assert style.headers["content-type"].startswith("text/css")


async def test_a_branch_that_is_not_shown_is_shared_up_to_any_of_its_items(tmp_path: Path) -> None:
    async with host(tmp_path) as here, here.socket() as socket:
        await here.say(socket, "old question")
        old = socket.transcript.items[-1].id
        here.upstream.script([*message("A new answer."), COMPLETED])
        question = socket.transcript.items[0].id
        await socket.send(type="message.edit", id="e", item_id=question, text="new question")
        await socket.until_ended(await socket.until(Ack))
        thread_id = thread_of(socket)
        shown = await here.read((await here.share(thread_id))["url"])
        assert ("new question" in shown, "re old question" in shown) == (True, False)
        hidden = await here.read((await here.share(thread_id, head_id=old))["url"])
        assert ("new question" in hidden, "re old question" in hidden) == (False, True)
        for head_id in ("item_nowhere", old):
            async with here.socket() as other:
                await here.say(other, f"elsewhere {head_id}")
                path = f"/api/threads/{thread_of(other)}/shares"
                problem(await here.http.post(path, json={"head_id": head_id}), 404)


async def test_what_is_under_way_is_not_shared(tmp_path: Path) -> None:
    async with host(tmp_path) as here, here.socket() as socket:
        go_on = asyncio.Event()
        here.upstream.script([*partial_message("a half"), go_on, COMPLETED])
        await socket.say("question")
        ack = await socket.until(Ack)
        while len(socket.transcript.items) < 2:
            await socket.next()
        url = (await here.share(thread_of(socket)))["url"]
        go_on.set()
        await socket.until_ended(ack)
        shown = await here.read(url)
        assert ("question" in shown, "a half" in shown) == (True, False)


async def test_a_link_that_is_revoked_or_expired_or_whose_chat_is_deleted_leads_nowhere(
    tmp_path: Path,
) -> None:
    async with host(tmp_path) as here, here.socket() as socket:
        await here.say(socket, "hello")
        path = f"/api/threads/{thread_of(socket)}"
        kept, revoked, expired = [
            await here.share(thread_of(socket), expires_in_days=days) for days in (365, 1, 2)
        ]
        listed = (await here.http.get(f"{path}/shares")).json()["shares"]
        assert {each["id"] for each in listed} == {kept["id"], revoked["id"], expired["id"]}
        assert not any("url" in each for each in listed)
        gone = await here.http.delete(f"{path}/shares/{revoked['id']}")
        assert gone.status_code == 204
        problem(await here.http.delete(f"{path}/shares/{revoked['id']}"), 404)
        with stored(tmp_path) as rows:
            rows.execute(update(shares).where(shares.c.id == expired["id"]).values(expires_at=1))
            tokens = str(rows.execute(select(shares)).all())
        assert kept["url"].rpartition("/")[2] not in tokens
        [left] = (await here.http.get(f"{path}/shares")).json()["shares"]
        assert left["id"] == kept["id"]
        nowhere = f"{here.server.url}/shared/{NOTHING}"
        for url in (revoked["url"], expired["url"], nowhere):
            answer = await here.stranger.get(url)
            assert answer.status_code == 404
            assert "It has expired, was revoked or was not copied whole." in answer.text
            assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        await here.http.delete(path)
        assert (await here.stranger.get(kept["url"])).status_code == 404
        await here.http.post(f"{path}/restore")
        assert "hello" in await here.read(kept["url"])


async def test_files_of_the_shared_path_are_read_below_the_link_and_no_others(
    tmp_path: Path,
) -> None:
    for name, content in (("a.png", png(8, 8)), ("notes.txt", b"<b>Hi</b>"), ("later.txt", b"No")):
        (tmp_path / name).write_bytes(content)
    names = ("a.png", "notes.txt", "later.txt")
    async with host(tmp_path) as here, here.socket() as socket:
        picture, notes, later = await here.upload(*(tmp_path / name for name in names))
        await here.say(socket, "see", file_ids=(picture["id"], notes["id"]))
        url = (await here.share(thread_of(socket)))["url"]
        await here.say(socket, "later", file_ids=(later["id"],))
        shown = await here.read(url)
        address = url.removeprefix(here.server.url)
        assert f'<img src="{address}/files/{picture["id"]}"' in shown
        assert f'href="{address}/files/{notes["id"]}"' in shown
        read = await here.stranger.get(f"{url}/files/{picture['id']}")
        assert (read.content, read.headers["content-type"]) == (png(8, 8), "image/png")
        read = await here.stranger.get(f"{url}/files/{notes['id']}")
        assert read.content == b"<b>Hi</b>"
        assert read.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in read.headers["content-security-policy"]
        assert read.headers["cache-control"] == "no-store"
        for other in (later["id"], "file_" + "0" * 24, "..%2f..%2frunstream.db"):
            assert (await here.stranger.get(f"{url}/files/{other}")).status_code == 404
        nowhere = f"/shared/{NOTHING}/files/{picture['id']}"
        assert (await here.stranger.get(nowhere)).status_code == 404
        assert (await here.stranger.get(f"/api/files/{picture['id']}/content")).status_code == 404


async def test_an_imported_chat_shares_no_file_of_another_owner(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("secret")
    async with host(tmp_path) as here, here.socket() as socket:
        [mine] = await here.upload(tmp_path / "mine.txt")
        await here.say(socket, "see", file_ids=(mine["id"],))
        export = await here.http.get(f"/api/threads/{thread_of(socket)}/export?format=json")
        async with rest(here.server.url) as thief:
            await thief.get("/api/threads")
            copy = await thief.post("/api/threads", json=export.json() | {"files": []})
            path = f"/api/threads/{copy.json()['id']}/shares"
            url = (await thief.post(path, json={})).json()["url"]
        assert "mine.txt" in await here.read(url)
        assert (await here.stranger.get(f"{url}/files/{mine['id']}")).status_code == 404


async def test_calls_are_shown_folded_with_arguments_and_output(tmp_path: Path) -> None:
    weather = calls(("get_weather", '{"location": "Oslo", "dates": []}'))
    said = "**Cold**, [see](https://example.com/a) or [not](javascript:x)."
    async with host(tmp_path) as here, here.socket() as socket:
        await here.say(socket, "How is Oslo?", weather, [*message(said), COMPLETED])
        shown = await here.read((await here.share(thread_of(socket)))["url"])
    assert '<details class="call"><summary dir="auto">get_weather</summary>' in shown
    assert "&quot;location&quot;: &quot;Oslo&quot;" in shown
    assert "temperature" in shown.partition("<h3>Output</h3>")[2]
    assert "<strong>Cold</strong>" in shown
    assert '<a href="https://example.com/a" rel="noopener noreferrer nofollow">see</a>' in shown
    assert "javascript:" not in shown


async def test_with_a_token_and_below_a_path_the_link_alone_is_enough_for_the_share_alone(
    tmp_path: Path,
) -> None:
    token = "correct-horse-battery"
    async with host(tmp_path, access_token=token, root_path="/chat") as here:
        export = Path(__file__).with_name("export-v1.json").read_bytes()
        json_type = {"Content-Type": "application/json"}
        thread = await here.http.post("/api/threads", content=export, headers=json_type)
        share = await here.share(thread.json()["id"])
        assert share["url"].startswith(f"{here.server.url}/chat/shared/")
        shown = await here.read(share["url"])
        assert 'href="/chat/shared/style.css"' in shown
        assert (await here.stranger.get("/chat/shared/style.css")).status_code == 200
        url = share["url"]
        for path in ("/api/threads", f"{url}/../../api/threads", "/shared/../api/threads"):
            refused = await here.stranger.get(path)
            assert (refused.status_code in (401, 404), "threads" in refused.text) == (True, False)
        for method in ("POST", "PUT", "DELETE"):
            assert (await here.stranger.request(method, url)).status_code == 405
        problem(await here.stranger.get(f"/api/threads/{thread.json()['id']}/shares"), 401)


async def test_who_tries_many_wrong_links_has_to_wait(tmp_path: Path) -> None:
    async with host(tmp_path) as here:
        tried = [await here.stranger.get(f"/shared/{NOTHING}{n}") for n in range(12)]
    statuses = [answer.status_code for answer in tried]
    assert statuses[:10] == [404] * 10
    assert statuses[-1] == 429
    assert int(tried[-1].headers["retry-after"]) >= 1


async def test_a_share_is_the_owners_to_make_and_its_time_and_number_are_limited(
    tmp_path: Path,
) -> None:
    async with host(tmp_path) as here, here.socket() as socket:
        await here.say(socket, "hello")
        path = f"/api/threads/{thread_of(socket)}/shares"
        share = await here.share(thread_of(socket))
        async with rest(here.server.url) as other:
            await other.get("/api/threads")
            problem(await other.post(path, json={}), 404)
            problem(await other.get(path), 404)
            problem(await other.delete(f"{path}/{share['id']}"), 404)
        for days in (0, 366, "30", 1.5):
            refused = problem(await here.http.post(path, json={"expires_in_days": days}), 400)
            assert refused.field == "expires_in_days"
        for _ in range(MAX_OF_THREAD - 1):
            await here.share(thread_of(socket))
        full = problem(await here.http.post(path, json={}), 409)
        assert full.code == "too_many_shares"
