"""Every type of output item and stream event that the SDK knows has something to show."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.domain.items import AssistantMessage, FunctionCall, Item, McpCall
from backend.websocket.messages import Ack
from tests.upstreams.driving import Driven
from tests.upstreams.loopback import Answer, sse
from tests.upstreams.responses.chatting import ScriptedModel, ask, chat
from tests.upstreams.responses.sdk_types import EVENTS, ITEMS, Maker, item_type_of, words_said
from tests.upstreams.responses.test_servers import COMPLETED, added, done, message, play
from tests.waiting.asking import resolve, until_parked

ENDINGS = frozenset({"error", "response.completed", "response.failed", "response.incomplete"})
SAY_NOTHING_NEW = frozenset(
    {
        # A part or an item begins with nothing in it; its own events follow.
        "response.content_part.added",
        "response.reasoning_summary_part.added",
        # A citation is shown at its text, which has events of its own.
        "response.output_text.annotation.added",
        # Sound, of which a card tells.
        "response.audio.delta",
    }
)
OF_THE_RESPONSE = frozenset({"response.created", "response.in_progress", "response.queued"})
ENDS_OF_AUDIO = frozenset({"response.audio.done", "response.audio.transcript.done"})


def every_item(*, full: bool) -> list[dict[str, Any]]:
    """A message comes first: a server that goes on after a call has answered it itself."""
    maker = Maker(full=full)
    return [maker.make(model) for model in ITEMS.values()]


def text_of(items: list[Item]) -> str:
    return json.dumps([item.model_dump(mode="json") for item in items])


@pytest.mark.parametrize("full", [False, True], ids=["minimal", "full"])
async def test_every_item_of_the_sdk_reaches_the_socket(tmp_path: Path, full: bool) -> None:
    sent = every_item(full=full)
    events = [done(item, index) for index, item in enumerate(sent)]
    model = ScriptedModel([sse([*events, COMPLETED]), sse([done(message("Thanks.")), COMPLETED])])
    async with chat(tmp_path, model) as socket:
        await socket.say("One of everything")
        await until_parked(socket)
        asked = [i for i in socket.transcript.items if i.status == "awaiting_approval"]
        assert isinstance(await resolve(socket, *asked, decision="deny"), Ack)
        run = (await socket.until_run_ends()).run
        shown = [item for item in socket.transcript.items if item.run_id == run.id][1:]
    assert run.status == "completed"
    assert len(shown) == len(sent) + 1, "each has a card, and the answer after the round"
    text = text_of(shown)
    assert [word for item in sent for word in words_said(item) if word not in text] == []


def stream_of(events: list[dict[str, Any]], *, full: bool) -> Iterator[dict[str, Any]]:
    """The events, each about an item of its own, which was announced where it has a type."""
    maker = Maker(full=full)
    for index, event in enumerate(events):
        kind = item_type_of(event["type"])
        if kind is not None:
            item = maker.make(ITEMS[kind]) | {"id": f"item_{index}", "status": "in_progress"}
            yield added(item, index)
        yield event | {"item_id": f"item_{index}", "output_index": index}


@pytest.mark.parametrize("kind", sorted(EVENTS.keys() - ENDINGS - OF_THE_RESPONSE - ENDS_OF_AUDIO))
@pytest.mark.parametrize("full", [False, True], ids=["minimal", "full"])
async def test_an_event_of_the_sdk_is_shown(kind: str, full: bool) -> None:
    event = Maker(full=full).make(EVENTS[kind])
    driven = await play(*stream_of([event], full=full), COMPLETED)
    assert driven.ended is not None
    assert driven.items or kind in SAY_NOTHING_NEW
    if kind not in SAY_NOTHING_NEW:
        text = everything_shown(driven)
        assert [word for word in words_said(event) if word not in text] == []


def everything_shown(driven: Driven) -> str:
    texts = list(driven.texts.values())
    annotations = [annotation.model_dump(mode="json") for annotation in driven.annotations]
    return text_of(list(driven.items.values())) + json.dumps([texts, annotations])


@pytest.mark.parametrize("full", [False, True], ids=["minimal", "full"])
async def test_all_events_of_the_sdk_in_one_stream_end_no_run(tmp_path: Path, full: bool) -> None:
    kinds = sorted(EVENTS.keys() - ENDINGS)
    maker = Maker(full=full)
    events = [maker.make(EVENTS[kind]) for kind in kinds]
    stream: list[Answer] = [sse([*stream_of(events, full=full), COMPLETED])]
    thanks = sse([done(message("Thanks.")), COMPLETED])
    model = ScriptedModel([*stream, thanks])
    async with chat(tmp_path, model) as socket:
        run = await ask(socket, "Everything that can happen")
        text = text_of(list(socket.transcript.items))
    assert run.status == "completed"
    said = [
        word
        for event in events
        if event["type"] not in SAY_NOTHING_NEW
        for word in words_said(event)
    ]
    assert [word for word in said if word not in text] == []
    assert "audio, which is not played here" in text


@pytest.mark.parametrize("kind", ["x_search_call", "sparkles"])
async def test_an_item_of_a_type_that_nobody_knows_is_shown_by_its_name(kind: str) -> None:
    driven = await play(done({"type": kind, "id": "item_1", "call_id": "call_1"}), COMPLETED)
    assert driven.only(McpCall).name == kind.removesuffix("_call")


async def test_a_call_that_nobody_can_answer_says_which_tool_was_asked_for() -> None:
    call = {"type": "computer_call", "id": "item_1", "call_id": "call_1"}
    card = (await play(done(call), COMPLETED)).only(McpCall)
    assert card.status == "failed"
    assert card.error == "The model asked for the tool computer, which this server does not have."


async def test_a_call_that_the_server_answered_itself_is_not_made_here() -> None:
    shell = {"type": "shell_call", "call_id": "call_1", "action": {"commands": ["ls"]}}
    output = {"type": "shell_call_output", "call_id": "call_1", "output": [{"stdout": "a.txt"}]}
    driven = await play(done(shell), done(output, 1), COMPLETED)
    card = driven.only(FunctionCall)
    assert driven.calls == []
    assert (card.name, card.status, card.arguments) == (
        "shell",
        "completed",
        '{"commands": ["ls"]}',
    )
    assert "a.txt" in str(card.output)
    function = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "call_1", "output": "done there"}
    driven = await play(done(function), done(output, 1), COMPLETED)
    assert (driven.calls, driven.only(FunctionCall).output) == ([], "done there")
    custom = {"type": "custom_tool_call", "call_id": "call_1", "name": "x", "input": "cats"}
    went_on = await play(done(custom), done(message("Done."), 1), COMPLETED)
    assert (went_on.calls, went_on.only(FunctionCall).status) == ([], "completed")
    assert went_on.only(AssistantMessage).text == "Done."
