"""Calls that somebody has to allow, over the socket."""

import asyncio
import json
from pathlib import Path

import pytest

from backend.domain.ids import ItemId
from backend.domain.items import CodeInterpreterCall, FunctionCall
from backend.tools import functions
from backend.upstreams.prompt.words import told as told_in_words
from backend.websocket.messages import Ack, Error, Hello, Snapshot
from tests.functions_readme import offered
from tests.running import Running, running
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message
from tests.waiting.asking import (
    BREAD,
    BROKEN,
    MILK,
    QUESTION,
    WEATHER,
    call_in,
    decided,
    parked,
    parkings,
    resolve,
    told,
    until,
    until_parked,
    waiting,
)


async def test_a_call_that_asks_waits_and_is_made_once_allowed(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, MILK)
        action = call.required_action
        assert action is not None
        assert (action.kind, action.tool, action.arguments) == ("approval", *MILK)
        assert action.form["required"] == ["text"]
        assert isinstance(await resolve(socket, call), Ack)
        await socket.until_idle()
    done = call_in(socket, call)
    assert (done.status, done.output) == ("completed", {"saved": "Milk"})
    resolution = decided(socket, call)
    assert (resolution.decision, resolution.by, resolution.scope) == ("allow", "script", "once")
    assert parkings(socket) == ["requires_action", "in_progress"]
    assert json.loads(told(upstream)[0].partition("\n")[0]) == {"saved": "Milk"}


async def test_a_denial_is_told_to_the_model_with_its_reason(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, MILK)
        assert isinstance(await resolve(socket, call, decision="deny", reason="No fridge."), Ack)
        await socket.until_idle()
    done = call_in(socket, call)
    assert (done.status, done.outputs) == ("denied", ())
    words = "The user denied this call, so it was not made. Reason: No fridge."
    assert done.error == words
    assert told(upstream) == [words]
    [run] = socket.transcript.runs.values()
    assert run.status == "completed"


async def test_changed_arguments_are_checked_run_and_told(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, MILK)
        for wrong in (
            {"text": ""},
            {"text": 7},
            {},
            {"text": "x", "more": 1},
            '{"text":',
            "[]",
            "",
        ):
            refused = await resolve(socket, call, arguments=wrong)
            assert isinstance(refused, Error)
            assert refused.code == "invalid_arguments"
            assert any(word in refused.message for word in ("text", "more", "JSON"))
        assert [item.id for item in waiting(socket)] == [call.id]
        assert isinstance(await resolve(socket, call, arguments={"text": "Oat milk"}), Ack)
        await socket.until_idle()
    done = call_in(socket, call)
    assert (json.loads(done.arguments), done.output) == (
        {"text": "Oat milk"},
        {"saved": "Oat milk"},
    )
    assert done.required_action is not None
    assert done.required_action.arguments == MILK[1]
    assert decided(socket, call).arguments == done.arguments
    assert told(upstream)[0].startswith("The user allowed this call with other arguments: ")
    [kept] = upstream.sessions[-1].request.rounds[0].calls
    assert kept.arguments == MILK[1], "the model's own words are told again as they were"


async def test_arguments_changed_as_json_text_run_as_they_were_written(
    server: Running, upstream: ScriptedUpstream
) -> None:
    text = ' {"text":  "Oat\\u0020milk"}'
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, MILK)
        assert isinstance(await resolve(socket, call, arguments=text), Ack)
        await socket.until_idle()
    done = call_in(socket, call)
    assert (done.arguments, done.output) == (text, {"saved": "Oat milk"})


async def test_the_first_answer_counts_and_a_later_one_is_told_which_did(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, MILK)
        thread_id = socket.transcript.present_thread.id
        async with server.socket(cookie=socket.cookie, thread_id=thread_id) as second:
            await second.until(Snapshot)
            assert [item.id for item in waiting(second)] == [call.id]
            answers = await asyncio.gather(
                resolve(socket, call), resolve(second, call, decision="deny")
            )
            await asyncio.gather(socket.until_idle(), second.until_idle())
            assert call_in(second, call) == call_in(socket, call)
    [loser] = [answer for answer in answers if isinstance(answer, Error)]
    assert loser.code == "already_answered"
    won = {"allow": "allowed", "deny": "denied"}[decided(socket, call).decision]
    assert f"already {won} by a script at" in loser.message


async def test_a_decision_that_is_sent_again_is_answered_again_and_not_done_twice(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, MILK)
        frame = {"type": "action.resolve", "id": "same", "item_ids": [call.id]}
        await socket.send(**frame, decision="allow")
        await socket.send(**frame, decision="allow")
        first, again = await socket.until(Ack), await socket.until(Ack)
        await socket.until_idle()
    assert first == again
    assert call_in(socket, call).status == "completed"


async def test_a_round_with_a_waiting_a_running_and_a_failing_call(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [milk] = await parked(upstream, socket, MILK, WEATHER, BROKEN)
        _, _, weather, broken = socket.transcript.items
        assert isinstance(weather, FunctionCall)
        assert isinstance(broken, FunctionCall)
        assert (weather.status, broken.status) == ("completed", "failed")
        assert broken.required_action is None, "nobody is asked about what cannot be called"
        assert isinstance(await resolve(socket, milk), Ack)
        await socket.until_idle()
    outputs = told(upstream)
    assert "Milk" in outputs[0]
    assert "Oslo" in outputs[1]
    assert "invalid_arguments" in outputs[2]


async def test_a_call_is_allowed_while_one_of_its_round_runs_and_one_has_failed(
    tmp_path: Path, upstream: ScriptedUpstream
) -> None:
    gate = tmp_path / "gate"
    held = ("hold", json.dumps({"until": str(gate)}))
    with offered(tmp_path / "functions", hold=SLOW):
        async with running(tmp_path, upstream) as server, server.socket() as socket:
            upstream.script(calls(MILK, held, BROKEN), [*message("Done."), COMPLETED])
            await socket.say("Do it.")

            def states() -> list[str]:
                made = [i for i in socket.transcript.items if isinstance(i, FunctionCall)]
                return [call.status for call in made]

            await until(socket, lambda: states() == ["awaiting_approval", "running", "failed"])
            [milk] = waiting(socket)
            assert isinstance(await resolve(socket, milk), Ack)
            await until(socket, lambda: states() == ["completed", "running", "failed"])
            gate.touch()
            await socket.until_idle()
            assert states() == ["completed", "completed", "failed"]


async def test_several_calls_are_answered_one_by_one(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        milk, bread = await parked(upstream, socket, MILK, BREAD)
        assert isinstance(await resolve(socket, milk), Ack)
        await until(socket, lambda: call_in(socket, milk).status == "completed")
        await until_parked(socket)
        assert [item.id for item in waiting(socket)] == [bread.id]
        assert isinstance(await resolve(socket, bread, decision="deny"), Ack)
        await socket.until_idle()
    assert parkings(socket) == ["requires_action", "in_progress"] * 2
    assert ["Milk" in told(upstream)[0], "denied" in told(upstream)[1]] == [True, True]


async def test_several_calls_are_answered_at_once_or_not_at_all(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        milk, bread = await parked(upstream, socket, MILK, BREAD)
        refused = await resolve(socket, milk, bread, socket.transcript.items[0])
        assert isinstance(refused, Error)
        assert refused.code == "not_waiting"
        assert len(waiting(socket)) == 2
        assert isinstance(await resolve(socket, milk, bread), Ack)
        await socket.until_idle()
    assert [call_in(socket, each).status for each in (milk, bread)] == ["completed"] * 2


async def test_what_is_allowed_for_a_chat_asks_no_more_there_and_still_elsewhere(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, MILK)
        await resolve(socket, call, scope="thread")
        await socket.until_idle()
        upstream.script(calls(BREAD), [*message("Done."), COMPLETED])
        await socket.say("Again.", id="again")
        await socket.until_ended(await socket.until(Ack))
        bread = socket.transcript.items[-2]
        assert isinstance(bread, FunctionCall)
        assert bread.status == "completed"
        rule = decided(socket, bread)
        assert (rule.decision, rule.by, rule.scope) == ("allow", "rule", "thread")
        async with server.socket(cookie=socket.cookie) as other:
            assert await parked(upstream, other, MILK)


async def test_what_is_allowed_everywhere_asks_in_no_chat_of_the_visitor(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, MILK)
        await resolve(socket, call, scope="everywhere")
        await socket.until_idle()
    upstream.script(calls(BREAD), [*message("Done."), COMPLETED])
    async with server.socket(cookie=socket.cookie) as other:
        await other.say("Again.", id="again")
        await other.until_ended(await other.until(Ack))
        bread = other.transcript.items[-2]
        assert isinstance(bread, FunctionCall)
        assert decided(other, bread).scope == "everywhere"
    async with server.socket() as stranger:
        assert await parked(upstream, stranger, MILK)


@pytest.mark.parametrize("scope", ["thread", "everywhere"])
async def test_what_is_allowed_for_good_is_allowed_where_it_waits_already(
    server: Running, upstream: ScriptedUpstream, scope: str
) -> None:
    async with server.socket() as socket, server.socket() as stranger:
        async with server.socket(cookie=socket.cookie) as other:
            [elsewhere] = await parked(upstream, other, MILK)
            [theirs] = await parked(upstream, stranger, MILK)
            milk, bread, question = await parked(upstream, socket, MILK, BREAD, QUESTION)
            assert isinstance(await resolve(socket, milk, scope=scope), Ack)
            await until(socket, lambda: call_in(socket, bread).status == "completed")
            rule = decided(socket, bread)
            assert (rule.decision, rule.by, rule.scope) == ("allow", "rule", scope)
            assert [item.id for item in waiting(socket)] == [question.id]
            if scope == "everywhere":
                await other.until_idle()
                assert decided(other, elsewhere).by == "rule"
            thread_id = str(other.transcript.present_thread.id)
        async with server.socket(cookie=socket.cookie, thread_id=thread_id) as again:
            await again.until(Snapshot)
            assert bool(waiting(again)) == (scope == "thread")
        stranger_thread = str(stranger.transcript.present_thread.id)
        async with server.socket(cookie=stranger.cookie, thread_id=stranger_thread) as again:
            await again.until(Snapshot)
            assert [item.id for item in waiting(again)] == [theirs.id]


async def test_nobody_else_can_decide(server: Running, upstream: ScriptedUpstream) -> None:
    async with server.socket() as socket, server.socket() as stranger:
        [call] = await parked(upstream, socket, MILK)
        upstream.scripts.insert(0, [[*message("Hello."), COMPLETED]])
        await stranger.say("Hello.")
        await stranger.until_ended(await stranger.until(Ack))
        refused = await resolve(stranger, call)
        assert isinstance(refused, Error)
        assert refused.code == "not_found"


async def test_what_does_not_fit_together_is_refused_and_waits_on(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        milk, bread = await parked(upstream, socket, MILK, BREAD)
        for fields in (
            {"decision": "answer", "arguments": {}},
            {"decision": "skip"},
            {"decision": "answer"},
            {"decision": "deny", "scope": "thread"},
            {"decision": "deny", "arguments": {"text": "a"}},
            {"decision": "allow", "reason": "why not"},
        ):
            refused = await resolve(socket, milk, **fields)
            assert isinstance(refused, Error), fields
            assert refused.code == "invalid_request", fields
        refused = await resolve(socket, milk, bread, arguments={"text": "both"})
        assert isinstance(refused, Error)
        assert len(waiting(socket)) == 2


SLOW = """
import asyncio
from pathlib import Path

from backend.tools.function import function


@function
async def hold(until: str) -> str:
    \"\"\"Return once there is such a file.\"\"\"
    while not Path(until).exists():
        await asyncio.sleep(0.01)
    return "held"
"""


async def test_a_call_that_is_allowed_does_not_wait_for_the_others_of_its_round(
    tmp_path: Path, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, gate = tmp_path / "functions", tmp_path / "gate"
    folder.mkdir()
    (folder / "hold.py").write_text(SLOW)
    monkeypatch.setattr(functions, "__path__", [*functions.__path__, str(folder)])
    held = ("hold", json.dumps({"until": str(gate)}))
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        upstream.script(calls(MILK, BREAD, held), [*message("Done."), COMPLETED])
        await socket.say("Do it.")
        await until(socket, lambda: len(waiting(socket)) == 2)
        milk, bread = waiting(socket)
        assert isinstance(await resolve(socket, milk), Ack)
        await until(socket, lambda: call_in(socket, milk).status == "completed")
        assert isinstance(await resolve(socket, bread, decision="deny"), Ack)
        assert not parkings(socket)
        gate.touch()
        await socket.until_idle()
    assert not parkings(socket), "it never had to be parked"
    [_, outputs] = upstream.sessions[0].outputs
    assert outputs is not None
    assert "Milk" in outputs[0].output
    assert "denied" in outputs[1].output
    assert outputs[2].output == "held"


async def test_a_thread_says_that_it_waits(server: Running, upstream: ScriptedUpstream) -> None:
    async with server.socket() as socket:
        await parked(upstream, socket, MILK)
        thread_id = socket.transcript.present_thread.id
        async with server.socket(cookie=socket.cookie, thread_id=thread_id) as second:
            hello = await second.until(Hello)
            assert hello.active_run is not None
            assert hello.active_run.is_parked
            assert hello.active_run.expires_at is not None
        await socket.say("And now?", id="next")
        refused = await socket.until(Error)
    assert refused.code == "run_active"
    assert "waits for you" in refused.message


def test_code_that_nobody_allowed_is_not_told_as_run() -> None:
    denied = CodeInterpreterCall(
        id=ItemId("a"), created_at=1, status="denied", code="1/0", error="The user denied this."
    )
    assert told_in_words(denied) == (
        "(The assistant wanted to run this code: 1/0\nIt was not run: The user denied this.)"
    )
