"""Questions that the model asks the user."""

import json

import pytest

from backend.tools.ask_user import AskUser
from backend.tools.parameters import InvalidArguments
from backend.websocket.messages import Ack, Error
from tests.running import Running
from tests.scripted import ScriptedUpstream
from tests.waiting.asking import call_in, decided, parked, resolve, told, waiting

FIELDS: list[dict[str, object]] = [
    {"name": "who", "label": "Who?"},
    {"name": "how_many", "kind": "number", "required": False},
    {"name": "sure", "kind": "yes_no", "required": False},
    {"name": "size", "kind": "one_of", "options": ["S", "M"], "required": False},
    {"name": "extras", "kind": "several_of", "options": ["ice", "mint"], "required": False},
]
ASK = ("ask_user", json.dumps({"question": "What shall it be?", "fields": FIELDS}))


async def test_a_question_is_answered_in_its_form(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [question] = await parked(upstream, socket, ASK)
        action = question.required_action
        assert action is not None
        assert (action.kind, action.message) == ("question", "What shall it be?")
        properties = action.form["properties"]
        assert isinstance(properties, dict)
        assert [*properties] == [field["name"] for field in FIELDS]
        assert action.form["required"] == ["who"]
        for wrong, named in (
            ({}, "who"),
            ({"who": ""}, "who"),
            ({"who": "me", "how_many": "two"}, "how_many"),
            ({"who": "me", "size": "XL"}, "size"),
            ({"who": "me", "extras": ["salt"]}, "extras"),
            ({"who": "me", "whom": "you"}, "whom"),
            ('{"who": "me", "how_many": 1e999}', "too large"),
        ):
            refused = await resolve(socket, question, decision="answer", arguments=wrong)
            assert isinstance(refused, Error)
            assert (refused.code, named in refused.message) == ("invalid_arguments", True), wrong
        answer = {"who": "me", "how_many": 2, "size": "M", "extras": ["mint"], "sure": None}
        done = await resolve(socket, question, decision="answer", arguments=answer)
        assert isinstance(done, Ack)
        await socket.until_idle()
    item = call_in(socket, question)
    del answer["sure"]
    assert (item.status, item.output) == ("completed", answer)
    assert json.loads(told(upstream)[0]) == answer
    assert decided(socket, question).decision == "answer"


async def test_a_question_is_skipped_and_never_allowed(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [question] = await parked(upstream, socket, ("ask_user", '{"question": "Why?"}'))
        for wrong in ("allow", "deny"):
            refused = await resolve(socket, question, decision=wrong)
            assert isinstance(refused, Error)
        assert waiting(socket) == [question]
        assert isinstance(await resolve(socket, question, decision="skip"), Ack)
        await socket.until_idle()
    assert call_in(socket, question).status == "completed"
    assert "did not answer" in told(upstream)[0]


@pytest.mark.parametrize(
    "fields",
    [
        [{"name": "a"}, {"name": "a"}],
        [{"name": "a", "kind": "one_of"}],
        [{"name": "a", "kind": "several_of", "options": ["one"]}],
        [{"name": "a b"}],
        [{"name": "a", "kind": "colour"}],
    ],
)
def test_nobody_is_asked_a_question_that_cannot_be_answered(fields: list[object]) -> None:
    with pytest.raises(InvalidArguments):
        AskUser().form(json.dumps({"question": "?", "fields": fields}))


def test_an_option_is_chosen_at_most_once() -> None:
    field = {"name": "a", "kind": "several_of", "options": ["x", "y"]}
    form = AskUser().form(json.dumps({"question": "?", "fields": [field]}))
    assert form.parse('{"a": ["y", "x"]}') == {"a": ["y", "x"]}
    with pytest.raises(InvalidArguments, match="at most once"):
        form.parse('{"a": ["x", "x"]}')


def test_a_question_without_fields_is_answered_with_a_text() -> None:
    form = AskUser().form('{"question": "Why?"}')
    assert form.parse('{"answer": "Because."}') == {"answer": "Because."}
