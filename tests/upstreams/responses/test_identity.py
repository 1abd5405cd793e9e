"""Each text and each call arrives once, however a server numbers, names and repeats its items."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from backend.domain.items import AssistantMessage, FunctionCall
from backend.upstreams.responses.client_calls import APPROVAL_REQUEST, CLIENT_CALLS
from backend.upstreams.responses.upstream import create_upstream
from tests.paths import SHARED
from tests.upstreams.driving import Driven, drive, settings
from tests.upstreams.loopback import Answer, sse, upstream_server
from tests.upstreams.responses.strict_server import StrictServer

RECORDED = SHARED / "streams" / "responses" / "more"

Event = dict[str, Any]

GOOD_END: Event = {"type": "response.completed", "response": {"output": []}}
COMPLETED: Event = {"type": "response.completed", "response": {"status": "completed"}}


async def play(first: Answer) -> tuple[Driven, StrictServer]:
    """A run whose first round is this answer, at a server that reads its input strictly."""
    strict = StrictServer([first, sse([GOOD_END])])
    async with upstream_server(strict.answer) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        driven = await drive(upstream)
        await upstream.close()
    assert driven.ended is not None
    assert driven.ended.error is None
    return driven, strict


def texts(driven: Driven) -> list[str]:
    return [item.text for item in driven.all_of(AssistantMessage)]


def calls(driven: Driven) -> list[tuple[str, str]]:
    return [(call.call_id, call.arguments) for call in driven.calls]


def message(item_id: str | None, text: str) -> Event:
    content = [{"type": "output_text", "text": text, "annotations": []}] if text else []
    return {"type": "message", "id": item_id, "role": "assistant", "content": content}


def call(item_id: str | None, call_id: str, arguments: str) -> Event:
    return {
        "type": "function_call",
        "id": item_id,
        "call_id": call_id,
        "name": "get_weather",
        "arguments": arguments,
    }


def added(item: Event, **place: int) -> Event:
    return {"type": "response.output_item.added", "item": item, **place}


def done(item: Event, **place: int) -> Event:
    return {"type": "response.output_item.done", "item": item, **place}


def text_delta(item_id: str, delta: str, **place: int) -> Event:
    return {"type": "response.output_text.delta", "item_id": item_id, "delta": delta, **place}


def arguments_delta(item_id: str, delta: str, **place: int) -> Event:
    kind = "response.function_call_arguments.delta"
    return {"type": kind, "item_id": item_id, "delta": delta, **place}


OSLO, LIMA = '{"location":"Oslo"}', '{"location":"Lima"}'
WITHOUT_INDEX = [
    added(message("msg_a", "")),
    text_delta("msg_a", "Let me "),
    added(call("fc_a", "call_a", "")),
    arguments_delta("fc_a", OSLO),
    text_delta("msg_a", "look."),
    added(call("fc_b", "call_b", "")),
    arguments_delta("fc_b", LIMA),
    done(message("msg_a", "Let me look.")),
    done(call("fc_a", "call_a", OSLO)),
    done(call("fc_b", "call_b", LIMA)),
]


@pytest.mark.parametrize(
    "end",
    [
        COMPLETED,
        {
            "type": "response.completed",
            "response": {"output": [event["item"] for event in WITHOUT_INDEX[-3:]]},
        },
    ],
    ids=["without output", "with output"],
)
@pytest.mark.parametrize("place", [{}, {"output_index": 0}], ids=["no index", "index 0"])
async def test_items_without_an_index_of_their_own_are_known_by_their_ids(
    end: Event, place: dict[str, int]
) -> None:
    driven, strict = await play(sse([event | place for event in WITHOUT_INDEX] + [end]))
    assert texts(driven) == ["Let me look."]
    assert calls(driven) == [("call_a", OSLO), ("call_b", LIMA)]
    assert len(strict.inputs[1]) == 1 + 3 + 2


async def test_items_that_only_their_deltas_announce_are_known_by_their_ids() -> None:
    events = [event for event in WITHOUT_INDEX if event["type"] != "response.output_item.added"]
    driven, _ = await play(sse([*events, COMPLETED]))
    assert texts(driven) == ["Let me look."]
    assert calls(driven) == [("call_a", OSLO), ("call_b", LIMA)]


async def test_calls_without_ids_and_index_are_known_by_their_call_ids() -> None:
    driven, _ = await play(
        sse(
            [
                added(call(None, "call_a", "")),
                added(call(None, "call_b", "")),
                done(call(None, "call_a", OSLO)),
                done(call(None, "call_b", LIMA)),
                COMPLETED,
            ]
        )
    )
    assert sorted(calls(driven)) == [("call_a", OSLO), ("call_b", LIMA)]


async def test_a_message_that_is_told_again_elsewhere_is_one_message() -> None:
    told = message("msg_a", "Let me look.")
    part = {"type": "output_text", "text": "Let me look."}
    driven, _ = await play(
        sse(
            [
                added(message("msg_a", ""), output_index=0),
                text_delta("msg_a", "Let me look.", output_index=0),
                done(told, output_index=0),
                added(call("fc_a", "call_a", ""), output_index=1),
                done(call("fc_a", "call_a", OSLO), output_index=1),
                added(message("msg_a", ""), output_index=1),
                text_delta("msg_a", "Let me look.", output_index=1),
                {
                    "type": "response.content_part.done",
                    "item_id": "msg_a",
                    "output_index": 1,
                    "part": part,
                },
                done(told, output_index=1),
                COMPLETED,
            ]
        )
    )
    assert texts(driven) == ["Let me look."]
    assert calls(driven) == [("call_a", OSLO)]


async def test_ids_that_change_are_known_by_their_place_until_the_final_response() -> None:
    driven, _ = await play(
        sse(
            [
                added(message("m1", ""), output_index=0),
                text_delta("m2", "Let me ", output_index=0),
                text_delta("m3", "look.", output_index=0),
                added(call("f1", "call_a", ""), output_index=1),
                arguments_delta("f2", OSLO, output_index=1),
                done(message("m4", "Let me look."), output_index=0),
                done(call("f3", "call_a", OSLO), output_index=1),
                {
                    "type": "response.completed",
                    "response": {
                        "output": [message("m5", "Let me look."), call("f4", "call_a", OSLO)]
                    },
                },
            ]
        )
    )
    assert texts(driven) == ["Let me look."]
    assert calls(driven) == [("call_a", OSLO)]


# One call id for two calls


@pytest.mark.parametrize("again", ["done", "added and done", "in the end"])
async def test_a_call_that_is_told_under_two_ids_is_executed_once(again: str) -> None:
    first, second = call("fc_1", "call_x", OSLO), call("fc_2", "call_x", '{ "location": "Oslo" }')
    events = [added(first | {"arguments": ""}, output_index=0), done(first, output_index=0)]
    output = [first]
    if again == "added and done":
        events.append(added(second | {"arguments": ""}, output_index=1))
    if again == "in the end":
        output.append(second)
    else:
        events.append(done(second, output_index=1))
    end = {"type": "response.completed", "response": {"output": output}}
    driven, strict = await play(sse([*events, end]))
    assert calls(driven) == [("call_x", OSLO)]
    assert len(driven.all_of(FunctionCall)) == 1
    assert [item.get("call_id") for item in strict.inputs[1]] == [None, "call_x", "call_x"]


@pytest.mark.parametrize("at_once", [False, True])
async def test_two_calls_with_one_call_id_are_told_apart_from_then_on(at_once: bool) -> None:
    first, second = call("fc_1", "call_x", OSLO), call("fc_2", "call_x", LIMA)
    begin, end = added(first | {"arguments": ""}, output_index=0), done(first, output_index=0)
    begin_2, end_2 = added(second | {"arguments": ""}, output_index=1), done(second, output_index=1)
    events = [begin, begin_2, end, end_2] if at_once else [begin, end, begin_2, end_2]
    last = {"type": "response.completed", "response": {"output": [first, second]}}
    driven, strict = await play(sse([*events, last]))
    (one, oslo), (other, lima) = calls(driven)
    assert (one, oslo, lima) == ("call_x", OSLO, LIMA)
    assert other != one
    _, *told = strict.inputs[1]
    assert [item["call_id"] for item in told] == [one, other, one, other]


async def test_a_call_that_never_got_a_name_is_not_sent_back() -> None:
    nameless = call("fc_1", "call_x", OSLO) | {"name": ""}
    driven, strict = await play(
        sse(
            [
                done(nameless, output_index=0),
                done(call("fc_2", "call_y", LIMA), output_index=1),
                COMPLETED,
            ]
        )
    )
    assert calls(driven) == [("call_y", LIMA)]
    assert [item.get("call_id") for item in strict.inputs[1]] == [None, "call_y", "call_y"]


# Recordings


@pytest.mark.parametrize("recording", sorted(RECORDED.glob("*.sse")), ids=lambda path: path.stem)
async def test_a_recorded_stream_tells_each_text_and_call_once(recording: Path) -> None:
    body = recording.read_bytes()
    async with upstream_server([sse([body]), sse([GOOD_END])]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        driven = await drive(upstream)
        await upstream.close()
    items = told(events_of(body))
    said = ["".join(part.get("text", "") for part in i["content"]) for i in of(items, "message")]
    assert texts(driven) == [text for text in said if text]
    wanted = [(i["call_id"], i["name"], i["arguments"]) for i in of(items, "function_call")]
    others = [i["call_id"] for kind in CLIENT_CALLS for i in of(items, kind)]
    others += [i["id"] for i in of(items, APPROVAL_REQUEST)]
    made = [(c.call_id, c.name, c.arguments) for c in driven.calls]
    assert [call for call in made if call[0] not in others] == wanted
    assert {call_id for call_id, _, _ in made} >= set(others)


def events_of(body: bytes) -> list[Event]:
    lines = body.decode().splitlines()
    data = [line.removeprefix("data:").strip() for line in lines if line.startswith("data:")]
    return [json.loads(text) for text in data if text != "[DONE]"]


def told(events: Iterable[Event]) -> list[Event]:
    """The items as the stream's own final response has them, else as their `done` events do."""
    finished: dict[str, Event] = {}
    for event in events:
        if event["type"] == "response.output_item.done":
            finished.setdefault(event["item"]["id"], event["item"])
        if event["type"] == "response.completed" and event["response"].get("output"):
            return list(event["response"]["output"])
    return list(finished.values())


def of(items: Iterable[Event], kind: str) -> list[Event]:
    return [item for item in items if item["type"] == kind]
