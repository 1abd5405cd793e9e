"""The other ways in which waiting ends: a stop, an edit, a deletion, time; and what survives."""

from pathlib import Path

import pytest

from backend.domain.events import RunFinished
from backend.domain.items import FunctionCall
from backend.websocket.messages import Ack, Error, Snapshot
from tests.rest import rest
from tests.running import Running, ScriptSocket, running
from tests.scripted import COMPLETED, ScriptedUpstream, message
from tests.waiting.asking import (
    BREAD,
    MILK,
    call_in,
    decided,
    parked,
    parkings,
    resolve,
    told,
    until,
    waiting,
)


async def test_a_stop_ends_what_waits(server: Running, upstream: ScriptedUpstream) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, MILK)
        run = socket.transcript.active_run
        assert run is not None
        await socket.send(type="run.cancel", id="stop", run_id=run.id)
        finished = await socket.until_run_ends()
        assert (finished.run.id, finished.run.status) == (run.id, "cancelled")
        assert call_in(socket, call).status == "cancelled"
        late = await resolve(socket, call)
        assert isinstance(late, Error)
        assert late.code == "not_waiting"
        upstream.scripts[0] = [[*message("Hello."), COMPLETED]]
        await socket.say("Go on.", id="next")
        assert (await socket.until_ended(await socket.until(Ack))).status == "completed"


@pytest.mark.parametrize("place", [2, 0], ids=["of its own message", "of an earlier one"])
async def test_an_edit_leaves_what_waits_on_its_branch(
    server: Running, upstream: ScriptedUpstream, place: int
) -> None:
    async with server.socket() as socket:
        upstream.script([*message("Hi."), COMPLETED])
        await socket.say("Hi.")
        assert (await socket.until_ended(await socket.until(Ack))).status == "completed"
        [call] = await parked(upstream, socket, MILK)
        question = socket.transcript.items[place]
        upstream.scripts[0] = [[*message("Hello."), COMPLETED]]
        edit = {"type": "message.edit", "id": "edit", "item_id": question.id, "text": "Hello"}
        await socket.send(**edit)
        ack = await socket.until(Ack)
        assert (await socket.until_ended(ack)).status == "completed"
        await socket.send(**edit)
        assert await socket.until(Ack) == ack
        endings = [each for each in socket.received if isinstance(each, RunFinished)]
        assert [each.run.status for each in endings[1:]] == ["cancelled", "completed"]
        await socket.send(type="thread.switch", id="back", head_id=call.id)
        await socket.until(Snapshot)
        assert call_in(socket, call).status == "cancelled"


async def test_a_decision_and_a_stop_at_once_come_to_one_end(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, MILK)
        run = socket.transcript.active_run
        assert run is not None
        await socket.send(type="run.cancel", id="stop", run_id=run.id)
        await socket.send(type="action.resolve", id="late", item_ids=[call.id], decision="allow")
        await socket.until_idle()
        await until(socket, lambda: any(isinstance(each, Error) for each in socket.received))
        assert call_in(socket, call).status == "cancelled"
    [refused] = [each for each in socket.received if isinstance(each, Error)]
    assert (refused.id, refused.code) == ("late", "not_waiting")


async def test_a_deleted_thread_waits_unseen_and_can_be_answered_once_it_is_restored(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, MILK)
    place = f"/api/threads/{socket.transcript.present_thread.id}"
    async with socket.rest() as http:
        (await http.delete(place)).raise_for_status()
        assert (await http.get(f"{place}/actions")).status_code == 404
        allow = {"item_ids": [call.id], "decision": "allow"}
        assert (await http.post(f"{place}/actions", json=allow)).status_code == 404
        (await http.post(f"{place}/restore")).raise_for_status()
        [item] = (await http.get(f"{place}/actions")).json()["items"]
        assert item["id"] == call.id
        (await http.post(f"{place}/actions", json=allow)).raise_for_status()
    thread_id = str(socket.transcript.present_thread.id)
    async with server.socket(cookie=socket.cookie, thread_id=thread_id) as again:
        await again.until_idle()
    assert call_in(again, call).status == "completed"


async def test_what_nobody_answers_expires_and_the_model_is_told(
    tmp_path: Path, upstream: ScriptedUpstream
) -> None:
    async with (
        running(tmp_path, upstream, action_timeout_s=0.3) as server,
        server.socket() as socket,
    ):
        upstream_calls = await parked(upstream, socket, MILK, ("ask_user", '{"question": "?"}'))
        await socket.until_idle()
    for call in upstream_calls:
        item = call_in(socket, call)
        assert item.status == "denied"
        resolution = decided(socket, call)
        assert (resolution.decision, resolution.by) == ("expire", "time")
    assert told(upstream) == [
        "Nobody allowed this call in time, so it was not made.",
        "Nobody answered this question in time.",
    ]
    [run] = socket.transcript.runs.values()
    assert run.status == "completed"


async def test_waiting_does_not_count_as_time_of_the_run(
    tmp_path: Path, upstream: ScriptedUpstream
) -> None:
    async with (
        running(tmp_path, upstream, run_timeout_s=3, action_timeout_s=4) as server,
        server.socket() as socket,
    ):
        await parked(upstream, socket, MILK)
        await socket.until_idle()
    [run] = socket.transcript.runs.values()
    assert run.status == "completed", "it waited longer than it may take"


async def restarted(
    tmp_path: Path, upstream: ScriptedUpstream, *calls: tuple[str, str]
) -> tuple[ScriptSocket, list[FunctionCall], str]:
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        waits = await parked(upstream, socket, *calls)
    return socket, waits, socket.cookie


async def test_a_parked_run_survives_a_restart_and_is_not_begun_by_it(
    tmp_path: Path, upstream: ScriptedUpstream
) -> None:
    socket, [milk, bread], cookie = await restarted(tmp_path, upstream, MILK, BREAD)
    thread_id = str(socket.transcript.present_thread.id)
    async with running(tmp_path, upstream) as server:
        cookie = f"session_{server.url.rpartition(':')[2]}={cookie.partition('=')[2]}"
        assert len(upstream.sessions) == 1
        async with rest(server.url, headers={"Cookie": cookie}) as http:
            [summary] = (await http.get("/api/threads")).json()["threads"]
            assert (summary["waits"], summary["active"]) == (True, True)
        async with server.socket(cookie=cookie, thread_id=thread_id) as again:
            await again.until(Snapshot)
            assert waiting(again) == [milk, bread]
            assert isinstance(await resolve(again, milk), Ack)
            await until(again, lambda: parkings(again)[-1:] == ["requires_action"])
            assert isinstance(await resolve(again, bread, decision="deny"), Ack)
            await again.until_idle()
    assert call_in(again, milk).status == "completed"
    assert call_in(again, bread).status == "denied"


@pytest.mark.parametrize("decision", ["allow", "deny"])
async def test_a_run_whose_last_call_is_decided_has_no_attempts_to_lose(
    tmp_path: Path, upstream: ScriptedUpstream, decision: str
) -> None:
    """One by one, each by another start of the server: as often as need be."""
    upstream_calls = [("save_note", f'{{"text": "{number}"}}') for number in range(4)]
    socket, waits, cookie = await restarted(tmp_path, upstream, *upstream_calls)
    thread_id = str(socket.transcript.present_thread.id)
    for number, call in enumerate(waits, 1):
        async with running(tmp_path, upstream) as server:
            cookie = f"session_{server.url.rpartition(':')[2]}={cookie.partition('=')[2]}"
            async with server.socket(cookie=cookie, thread_id=thread_id) as again:
                await again.until(Snapshot)
                assert isinstance(await resolve(again, call, decision=decision), Ack)
                if number < len(waits):
                    await until(again, lambda: parkings(again)[-1:] == ["requires_action"])
                else:
                    await again.until_idle()
                    [run] = again.transcript.runs.values()
                    assert run.status == "completed"
