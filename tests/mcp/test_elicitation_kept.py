"""What is asked in the middle of a call outlives the process where the call does not have to be open, and
reaches nobody but whose call it is."""

import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from backend.domain.items import FunctionCall
from backend.waiting import poll
from backend.websocket.messages import Ack, Snapshot
from tests.mcp.servers import DEMO, LEGACY, POLL_S, demo_over_http
from tests.mcp.ways import (
    BOTH_WAYS,
    OSLO,
    TOLD,
    TRIP,
    Way,
    asked,
    asker,
    older_address,
    trip_planned,
)
from tests.patience import PATIENCE_S
from tests.ports import free_port
from tests.rest import rest
from tests.running import Running, ScriptSocket
from tests.runs.mortal import mortal_server
from tests.waiting.asking import (
    call_in,
    decided,
    resolve,
    told,
    until,
    until_parked,
    waiting,
)

UNHURRIED = {"TOOL_TIMEOUT_S": str(PATIENCE_S)}
WELL = '{"message": "Well?", "requestedSchema": {"type": "object", "properties": {}}}'


@asynccontextmanager
async def demo_entry(kind: str) -> AsyncIterator[dict[str, Any]]:
    if kind == "program":
        yield DEMO
    elif kind == "older program":
        yield LEGACY
    else:
        async with demo_over_http() as url:
            yield {"url": url}


async def asked_by_demo(url: str) -> tuple[ScriptSocket, FunctionCall]:
    """Has the demo upstream make a call that asks."""
    async with rest(url) as http:

        async def ready() -> bool | None:
            [server] = (await http.get("/api/mcp/servers")).json()["servers"]
            return server["state"] == "ready" or None

        await poll(ready, within_s=PATIENCE_S, first_pause_s=POLL_S, longest_pause_s=POLL_S)
    async with Running(url).socket() as socket:
        await socket.say("demo__plan_trip")
        await until_parked(socket)
        [call] = waiting(socket)
        return socket, call


@pytest.mark.parametrize("kind", ["program", "address"])
async def test_a_question_is_answered_after_its_server_was_killed(
    tmp_path: Path, kind: str
) -> None:
    port = free_port()
    async with demo_entry(kind) as entry:
        (tmp_path / "mcp.json").write_text(json.dumps({"mcpServers": {"demo": entry}}))
        async with mortal_server(tmp_path, UNHURRIED, port) as first:
            await first.started()
            socket, call = await asked_by_demo(first.url)
            await first.end(signal.SIGKILL)
        thread_id = str(socket.transcript.present_thread.id)
        async with mortal_server(tmp_path, UNHURRIED, port) as second:
            await second.started()
            running = Running(second.url)
            async with running.socket(cookie=socket.cookie, thread_id=thread_id) as again:
                await again.until(Snapshot)
                assert again.transcript.items == socket.transcript.items
                answered = await resolve(again, call, decision="answer", arguments=OSLO)
                assert isinstance(answered, Ack)
                await again.until_idle()
            await second.end(signal.SIGTERM)
    done = call_in(again, call)
    assert done.status == "completed"
    assert str(done.output).startswith(TOLD)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_a_call_that_was_held_open_ends_with_a_sentence_at_the_next_start(
    tmp_path: Path, number: signal.Signals
) -> None:
    port = free_port()
    (tmp_path / "mcp.json").write_text(json.dumps({"mcpServers": {"demo": LEGACY}}))
    async with mortal_server(tmp_path, UNHURRIED, port) as first:
        await first.started()
        socket, call = await asked_by_demo(first.url)
        await first.end(number)
    thread_id = str(socket.transcript.present_thread.id)
    async with mortal_server(tmp_path, UNHURRIED, port) as second:
        await second.started()
        async with Running(second.url).socket(cookie=socket.cookie, thread_id=thread_id) as again:
            await again.until(Snapshot)
            await again.until_idle()
        await second.end(signal.SIGTERM)
    done = call_in(again, call)
    assert done.status == "failed"
    assert "ended when this server stopped" in (done.error or "")
    assert (decided(again, call).decision, decided(again, call).by) == ("expire", "asker")
    [run] = again.transcript.runs.values()
    assert run.status == "completed"


async def test_each_is_asked_in_the_own_chat_where_the_server_tells_them_apart(
    tmp_path: Path,
) -> None:
    async with (
        older_address(tmp_path) as app,
        app.server.socket() as one,
        app.server.socket() as other,
    ):
        first = await asked(app, one, "demo__open_page", '{"url": "https://one.example/"}')
        second = await asked(app, other, "demo__open_page", '{"url": "https://other.example/"}')
        for socket, call, host in ((one, first, "one"), (other, second, "other")):
            action = call.required_action
            assert action is not None
            assert action.url == f"https://{host}.example/"
            await resolve(socket, call)
            await socket.until_idle()


async def test_nobody_is_asked_what_may_be_meant_for_somebody_else(tmp_path: Path) -> None:
    """A program does not say in which of the calls that are under way it asks."""
    async with asker(tmp_path) as app, app.server.socket() as one, app.server.socket() as other:
        app.script(("asker__with_the_next", "{}"))
        await one.say("Go on.")
        await until(one, lambda: any(each.status == "running" for each in one.transcript.items))
        app.script(("asker__once", f'{{"ask": {WELL}}}'))
        await other.say("Go on.")
        await other.until_idle()
        assert "Nobody can be asked now." in app.told()[0]
        await one.until_idle()
        assert not any(
            isinstance(each, FunctionCall) and each.required_action
            for each in (*one.transcript.items, *other.transcript.items)
        )


@BOTH_WAYS
async def test_by_hand_a_call_goes_on_where_it_was(tmp_path: Path, way: Way) -> None:
    async with way(tmp_path) as app:
        place = "/api/tools/demo__plan_trip/runs"
        run = (await app.http.post(place, json={})).json()
        action = run["item"]["required_action"]
        assert (run["item"]["status"], action["asker"]) == ("awaiting_approval", "demo")
        answer = {"question": action["message"], "decision": "answer", "answer": OSLO}
        goes_on = {"answers": [answer], "continues": run["continues"]}
        wrong = {**goes_on, "answers": [{**answer, "decision": "allow", "answer": None}]}
        assert (await app.http.post(place, json=wrong)).status_code == 400
        async with rest(app.server.url) as stranger:
            assert (await stranger.post(place, json=goes_on)).status_code == 409
        done = (await app.http.post(place, json=goes_on)).json()
        assert done["item"]["status"] == "completed"
        assert done["text"].startswith(TOLD)
        late = await app.http.post(place, json=goes_on)
        assert (late.status_code, late.json()["error"]["code"]) == (409, "not_waiting")


async def test_a_widget_s_call_asks_nobody(tmp_path: Path) -> None:
    async with older_address(tmp_path) as app, app.server.socket() as socket:
        call = await trip_planned(app, socket)
        place = f"/api/threads/{socket.transcript.present_thread.id}/tool-calls"
        async with socket.rest() as http:
            item = (await http.post(place, json={"name": TRIP[0]})).json()["item"]
        assert "Nobody can be asked here." in str(item["outputs"])
        assert "No trip: the user chose to decline." in str(item["outputs"])
        await resolve(socket, call, decision="answer", arguments=OSLO)
        await socket.until_idle()
        assert told(app.upstream)[0].startswith(TOLD)
