"""What a server asks in the middle of a call: the run waits, and the call goes on with the answer."""

import os
import signal
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from backend.mcp.answer_form import answer_form, answer_in
from backend.websocket.messages import Ack, Error
from tests.mcp.state_keeper import SECRET
from tests.mcp.test_calls import pid_of
from tests.mcp.ways import (
    BOTH_WAYS,
    EVERY_WAY,
    OSLO,
    TOLD,
    Way,
    asked,
    asked_next,
    asker,
    keeper,
    older_address,
    trip_planned,
)
from tests.waiting.asking import call_in, decided, resolve, told, until, waiting


@EVERY_WAY
async def test_a_form_is_filled_in_and_the_call_goes_on_with_it(tmp_path: Path, way: Way) -> None:
    async with way(tmp_path) as app, app.server.socket() as socket:
        call = await trip_planned(app, socket)
        action = call.required_action
        assert action is not None
        assert (action.kind, action.asker, action.within) == ("question", "demo", True)
        assert action.message == "Where shall the trip go?"
        assert action.form["required"] == ["where"]
        assert isinstance(await resolve(socket, call, decision="answer", arguments=OSLO), Ack)
        await socket.until_idle()
        assert call_in(socket, call).status == "completed"
        assert told(app.upstream)[0].startswith(TOLD)


@BOTH_WAYS
@pytest.mark.parametrize("decision", ["skip", "expire"])
async def test_a_skip_and_the_end_of_the_wait_are_told_to_the_server(
    tmp_path: Path, way: Way, decision: str
) -> None:
    settings = {"action_timeout_s": 0.3} if decision == "expire" else {}
    async with way(tmp_path, **settings) as app, app.server.socket() as socket:
        call = await trip_planned(app, socket)
        if decision == "skip":
            await resolve(socket, call, decision="skip", reason="Not now.")
        await socket.until_idle()
        assert decided(socket, call).decision == decision
        wanted = {"skip": "decline", "expire": "cancel"}[decision]
        outputs = " ".join(told(app.upstream))
        assert f"No trip: the user chose to {wanted}." in outputs
        assert ("The user said why not: Not now." in outputs) == (decision == "skip")


@BOTH_WAYS
async def test_an_address_is_allowed_or_denied_and_the_server_told_so(
    tmp_path: Path, way: Way
) -> None:
    async with way(tmp_path) as app, app.server.socket() as socket:
        for decision, wanted in (("allow", "accept"), ("deny", "decline")):
            call = await asked(app, socket, "demo__open_page", '{"url": "https://a.example/x?y=z"}')
            action = call.required_action
            assert action is not None
            assert (action.kind, action.url) == ("approval", "https://a.example/x?y=z")
            await resolve(socket, call, decision=decision)
            await socket.until_idle()
            assert told(app.upstream)[-1] == f"The user chose to {wanted}."


async def test_of_two_tabs_the_first_answer_counts(tmp_path: Path) -> None:
    async with older_address(tmp_path) as app, app.server.socket() as socket:
        call = await trip_planned(app, socket)
        thread_id = str(socket.transcript.present_thread.id)
        async with app.server.socket(cookie=socket.cookie, thread_id=thread_id) as other:
            await until(other, lambda: bool(waiting(other)))
            first = await resolve(other, call, decision="answer", arguments=OSLO)
            second = await resolve(socket, call, decision="skip")
            assert isinstance(first, Ack)
            assert isinstance(second, Error)
            assert second.code in ("already_answered", "not_waiting")
            await socket.until_idle()
        assert told(app.upstream)[0].startswith(TOLD)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({**OSLO, "days": 99}, "days: 99 is greater than the maximum of 60"),
        ({**OSLO, "days": "2"}, "days: '2' is not of type 'integer'"),
        ({}, "'where' is a required property"),
    ],
)
async def test_an_answer_that_does_not_fit_the_form_is_refused_at_once(
    tmp_path: Path, answer: dict[str, Any], why: str
) -> None:
    async with older_address(tmp_path) as app, app.server.socket() as socket:
        call = await trip_planned(app, socket)
        place = f"/api/threads/{socket.transcript.present_thread.id}/actions"
        body = {"item_ids": [call.id], "decision": "answer"}
        async with socket.rest() as http:
            [item] = (await http.get(place)).json()["items"]
            assert item["required_action"]["asker"] == "demo"
            refused = await http.post(place, json=body | {"arguments": answer})
            assert refused.status_code == 400
            assert why in refused.text
            also = await resolve(socket, call, decision="answer", arguments=answer)
            assert isinstance(also, Error)
            (await http.post(place, json=body | {"arguments": OSLO})).raise_for_status()
        await socket.until_idle()
        assert told(app.upstream)[0].startswith(TOLD)


async def test_a_script_is_asked_again_for_what_only_the_server_side_can_tell(
    tmp_path: Path,
) -> None:
    form = fields(mail={"type": "string", "format": "email"})
    async with asker(tmp_path) as app, app.server.socket() as socket:
        ask = f'{{"message": "Well?", {form}}}'
        call = await asked(app, socket, "asker__once", f'{{"ask": {ask}}}')
        await resolve(socket, call, decision="answer", arguments={"mail": "none"})

        def has_problem() -> bool:
            action = call_in(socket, call).required_action
            return action is not None and "mail" in (action.problem or "")

        await until(socket, has_problem)
        await resolve(socket, call, decision="answer", arguments={"mail": "a@b.example"})
        await socket.until_idle()
        assert '"mail": "a@b.example"' in told(app.upstream)[0]


@pytest.mark.parametrize("leaves", [False, True])
async def test_a_stop_ends_the_call_at_the_server(tmp_path: Path, leaves: bool) -> None:
    """Also where the run is left by a message that is changed."""
    async with asker(tmp_path) as app, app.server.socket() as socket:
        call = await asked(app, socket, "asker__once", f'{{"ask": {QUESTION}}}')
        run = socket.transcript.active_run
        assert run is not None
        if leaves:
            [message] = [each for each in socket.transcript.items if each.type == "user_message"]
            app.upstream.scripts.clear()
            app.script(("asker__say_done", "{}"))
            await socket.send(type="message.edit", id="edit", item_id=message.id, text="Again.")
        else:
            await socket.send(type="run.cancel", id="stop", run_id=run.id)
            await socket.until_idle()
            assert call_in(socket, call).status == "cancelled"
        await app.until("asker", lambda server: "cancelled" in server["log"])


async def test_a_server_killed_while_it_asks_ends_the_call_with_a_sentence(tmp_path: Path) -> None:
    async with asker(tmp_path) as app, app.server.socket() as socket:
        call = await asked(app, socket, "asker__once", f'{{"ask": {QUESTION}}}')
        os.kill(pid_of("tests.mcp.asker"), signal.SIGKILL)
        await socket.until_idle()
        assert call_in(socket, call).status == "failed"
        assert "asker was lost during the call: It was ended by SIGKILL." in told(app.upstream)[0]
        assert (decided(socket, call).decision, decided(socket, call).by) == ("expire", "asker")


@pytest.mark.parametrize(
    ("tool", "said"),
    [("never_mind", "It does not matter."), ("impatient", "Nobody was there.")],
)
async def test_a_question_that_the_server_takes_back_waits_no_more(
    tmp_path: Path, tool: str, said: str
) -> None:
    file = tmp_path / "go"
    async with asker(tmp_path) as app, app.server.socket() as socket:
        call = await asked(app, socket, f"asker__{tool}", f'{{"file": "{file}"}}')
        file.touch()
        await socket.until_idle()
        assert told(app.upstream) == [said]
        assert (decided(socket, call).decision, decided(socket, call).by) == ("expire", "asker")


@pytest.mark.parametrize(
    ("tool", "said"), [("sign_in", '{"action": "accept"}'), ("open_first", "You are in.")]
)
async def test_an_address_that_the_server_says_is_done_with_waits_no_more(
    tmp_path: Path, tool: str, said: str
) -> None:
    file = tmp_path / "go"
    async with asker(tmp_path) as app, app.server.socket() as socket:
        call = await asked(app, socket, f"asker__{tool}", f'{{"file": "{file}"}}')
        action = call.required_action
        assert action is not None
        assert action.url == "https://login.example/start?for=you"
        file.touch()
        if tool == "open_first":
            done = await app.http.post("/api/tools/asker__say_done/runs", json={})
            assert done.json()["text"] == "Said."
        await socket.until_idle()
        assert told(app.upstream) == [said]
        assert (decided(socket, call).decision, decided(socket, call).by) == ("allow", "asker")


async def test_a_call_is_not_made_where_its_address_is_not_opened(tmp_path: Path) -> None:
    async with asker(tmp_path) as app, app.server.socket() as socket:
        call = await asked(app, socket, "asker__open_first", f'{{"file": "{tmp_path}/none"}}')
        await resolve(socket, call, decision="deny")
        await socket.until_idle()
        assert (
            "The user did not open the address that it needs. Sign in first."
            in told(app.upstream)[0]
        )
        assert call_in(socket, call).status == "failed"


async def test_a_server_may_ask_while_it_is_asked_for_a_list(tmp_path: Path) -> None:
    async with asker(tmp_path) as app, app.server.socket() as socket:
        call = await asked(app, socket, "asker__after_a_change")
        await resolve(socket, call, decision="answer", arguments={"answer": "Yes."})
        await socket.until_idle()
        assert told(app.upstream) == ['{"action": "accept", "content": {"answer": "Yes."}}']


async def test_of_a_hundred_questions_twenty_are_asked(tmp_path: Path) -> None:
    async with asker(tmp_path) as app, app.server.socket() as socket:
        call = await asked(app, socket, "asker__often")
        for number in range(20):
            await asked_next(socket, call, f"Number {number}?")
            await resolve(socket, call, decision="answer", arguments={"answer": "Yes."})
        await socket.until_idle()
        assert "It asks more than 20 times in one call" in told(app.upstream)[0]
        await app.until("asker", lambda server: "cancelled" in server["log"])


async def test_of_a_thousand_questions_at_once_twenty_wait_for_their_turn(tmp_path: Path) -> None:
    async with asker(tmp_path) as app, app.server.socket() as socket:
        await asked(app, socket, "asker__flood")
        await app.until("asker", lambda server: "refused 980" in server["log"])
        run = socket.transcript.active_run
        assert run is not None
        await socket.send(type="run.cancel", id="stop", run_id=run.id)
        await socket.until_idle()


async def test_a_server_whose_state_is_kept_asks_twenty_times_as_well(tmp_path: Path) -> None:
    async with keeper(tmp_path) as app, app.server.socket() as socket:
        call = await asked(app, socket, "keeper__without_end")
        for number in range(1, 21):
            await asked_next(socket, call, f"Number {number}?")
            await resolve(socket, call, decision="answer", arguments={})
        await socket.until_idle()
        assert "It asks more than 20 times in one call" in told(app.upstream)[0]


async def test_two_questions_at_once_are_asked_one_after_the_other_and_the_state_is_shown_to_nobody(
    tmp_path: Path,
) -> None:
    async with keeper(tmp_path) as app, app.server.socket() as socket:
        call = await asked(app, socket, "keeper__two_at_once")
        await resolve(socket, call, decision="answer", arguments={"answer": "One"})
        await asked_next(socket, call, "Second?")
        await resolve(socket, call, decision="skip")
        await socket.until_idle()
        answers = "{'first': ('accept', {'answer': 'One'}), 'second': ('decline', None)}"
        assert told(app.upstream) == [f"True {answers}"]
        assert SECRET not in str(socket.received)


@pytest.mark.parametrize(
    ("tool", "said"),
    [
        ("later", "Called 3 times."),
        ("much", "It wants more than 100,000 characters to be kept until there is an answer."),
        ("a_model", "It asks for a model in the middle of the call"),
        ("unshowable", "It asks again and again what nobody is asked here."),
    ],
)
async def test_what_nobody_is_asked_makes_no_run_wait(tmp_path: Path, tool: str, said: str) -> None:
    async with keeper(tmp_path) as app:
        _, output = await app.call(f"keeper__{tool}")
        assert said in output


def fields(**properties: Any) -> str:
    return f'"requestedSchema": {{"type": "object", "properties": {properties}}}'.replace("'", '"')


MANY = fields(**{f"field_{number}": {"type": "string"} for number in range(1_000)})
QUESTION = f'{{"message": "Well?", {fields(answer={"type": "string"})}}}'


@pytest.mark.parametrize(
    ("form", "why"),
    [
        (MANY, "It asks for 1,000 things at once, and at most 100 are shown."),
        (fields(place={"type": "object"}), "Its field 'place' is neither a text"),
        (fields(names={"type": "array", "items": {"type": "string"}}), "is a list of anything"),
        (fields(apiKey={"type": "string"}), "It asks for a secret (apiKey)"),
        (fields(it={"type": "string", "format": "password"}), "It asks for a secret (it)"),
        (fields(it={"type": "string", "enum": [1, 2]}), "It asks to choose among other things"),
        (fields(it=7), "Its field 'it' cannot be shown."),
        ('"mode": "url", "url": "javascript:alert(1)"', "does not begin with https://"),
        ('"mode": "url", "url": "https://bank.example@evil.example/"', "a name before its host"),
        ('"mode": "url", "url": "https://a.example/ b"', "is none"),
    ],
    ids=["many", "deep", "list", "key", "password", "numbers", "odd", "script", "name", "space"],
)
async def test_what_cannot_be_shown_is_declined_and_the_model_told_why(
    tmp_path: Path, form: str, why: str
) -> None:
    async with asker(tmp_path) as app:
        ask = f'{{"message": "Well?", {form}, "elicitationId": "one"}}'
        app.script(("asker__once", f'{{"ask": {ask}}}'))
        async with app.server.socket() as socket:
            await socket.say("Go on.")
            await socket.until_run_ends()
        [output] = app.told()
        assert "The user was not asked what the server wanted to know" in output
        assert why in output
        assert '{"action": "decline"}' in output


LIMITS = [-1, 2**63, 2**70, 1e300, -1e300, 10**400, -(10**400), True, "1", None, [1]]
"""Nothing that a length, or a number, can be compared with."""


@pytest.mark.parametrize("limit", LIMITS, ids=[*map(str, range(len(LIMITS)))])
def test_a_limit_that_is_odd_costs_that_limit(limit: Any) -> None:
    odd = dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), limit)
    bounds = odd | dict.fromkeys(("minimum", "maximum"), limit)
    choice = {"type": "string", "enum": ["a", "b"]}
    given: dict[str, Any] = {
        "text": {"type": "string", **odd, "default": "a"},
        "list": {"type": "array", "items": choice, **odd, "default": ["a"]},
        "whole": {"type": "integer", "minimum": limit, "default": limit},
        "number": {"type": "number", "maximum": limit, "default": limit},
        "yes": {"type": "boolean", **bounds},
    }
    form = answer_form({"type": "object", "properties": given})
    assert not odd.keys() & form["properties"]["text"].keys()
    assert not odd.keys() & form["properties"]["list"].keys()
    answer = '{"text": "b", "list": ["b"], "yes": true}'
    assert answer_in(form, answer, UTC) == {"text": "b", "list": ["b"], "yes": True}


def test_a_limit_between_two_numbers_is_that_of_the_next_whole_one() -> None:
    form = answer_form({"properties": {"n": {"type": "integer", "minimum": 1.5, "maximum": 3.5}}})
    assert form["properties"]["n"] == {"type": "integer", "minimum": 2, "maximum": 3}
