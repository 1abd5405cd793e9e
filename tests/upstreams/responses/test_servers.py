"""Servers that take liberties with the Responses API: events left out, ids empty or changing."""

from typing import Any

import pytest

from backend.domain.errors import UpstreamBroken
from backend.domain.items import AssistantMessage, FunctionCall, Reasoning
from backend.upstreams.responses.upstream import create_upstream
from tests.upstreams.driving import Driven, drive, drive_session, run_request, settings
from tests.upstreams.loopback import STALL, Part, sse, upstream_server

Event = dict[str, Any]

COMPLETED: Event = {"type": "response.completed", "response": {"status": "completed"}}
GOOD_END: Event = {"type": "response.completed", "response": {"output": []}}


async def play(*events: Event | Part | str, named: bool = True) -> Driven:
    """A run whose first round plays these events."""
    async with upstream_server([sse(events, named=named), sse([GOOD_END])]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        try:
            return await drive(upstream)
        finally:
            await upstream.close()


def text_delta(delta: str, index: int = 0, part: int = 0) -> Event:
    return {
        "type": "response.output_text.delta",
        "item_id": "",
        "output_index": index,
        "content_index": part,
        "delta": delta,
    }


def message(text: str, **more: Any) -> Event:
    content = [{"type": "output_text", "text": text}]
    return {"type": "message", "role": "assistant", "content": content, **more}


def call(**more: Any) -> Event:
    return {
        "type": "function_call",
        "call_id": "call_1",
        "name": "get_weather",
        "arguments": '{"location":"Oslo"}',
        **more,
    }


def done(item: Event, index: int = 0) -> Event:
    return {"type": "response.output_item.done", "output_index": index, "item": item}


def added(item: Event, index: int = 0) -> Event:
    return {"type": "response.output_item.added", "output_index": index, "item": item}


async def test_deltas_alone_make_a_message() -> None:
    driven = await play(text_delta("Hel"), text_delta("lo"), COMPLETED)
    assert driven.only(AssistantMessage).text == "Hello"


async def test_done_events_alone_make_a_message_and_a_call() -> None:
    driven = await play(done(message("Hello")), done(call(), 1), COMPLETED)
    assert driven.only(AssistantMessage).text == "Hello"
    assert [c.arguments for c in driven.calls] == ['{"location":"Oslo"}']


async def test_the_final_response_alone_makes_a_message_and_a_call() -> None:
    output = [message("Hello"), call()]
    end = {"type": "response.completed", "response": {"status": "completed", "output": output}}
    driven = await play(end)
    assert driven.only(AssistantMessage).text == "Hello"
    assert [c.call_id for c in driven.calls] == ["call_1"]


async def test_a_final_text_alone_is_text() -> None:
    event = {"type": "response.output_text.done", "text": "Hello", "content_index": 0}
    driven = await play(event, COMPLETED)
    assert driven.only(AssistantMessage).text == "Hello"


async def test_the_end_of_a_text_that_the_deltas_left_out_is_added() -> None:
    driven = await play(text_delta("Hel"), done(message("Hello")), COMPLETED)
    assert driven.only(AssistantMessage).text == "Hello"


@pytest.mark.parametrize("deltas", [["Good"], ["day", "Good "], ["Good ", "Good ", "day"]])
async def test_the_whole_text_wins_over_deltas_that_tell_another_one(deltas: list[str]) -> None:
    driven = await play(*map(text_delta, deltas), done(message("Good day")), COMPLETED)
    assert driven.only(AssistantMessage).text == "Good day"


async def test_a_whole_text_that_lacks_most_of_its_deltas_changes_nothing() -> None:
    driven = await play(text_delta("Good day to you"), done(message("0")), COMPLETED)
    assert driven.only(AssistantMessage).text == "Good day to you"


async def test_items_are_told_once_however_often_the_server_tells_them() -> None:
    output = [message("Hello", id="m"), call(id="f")]
    driven = await play(
        done(output[0]),
        done(output[0]),
        done(output[1], 1),
        {"type": "response.completed", "response": {"status": "completed", "output": output}},
    )
    assert len(driven.items) == 2
    assert len(driven.calls) == 1


async def test_items_that_all_claim_the_first_place_are_told_apart() -> None:
    first, second = call(id="f1", call_id="c1"), call(id="f2", call_id="c2")
    driven = await play(
        added({**first, "arguments": ""}),
        done(first),
        added({**second, "arguments": ""}),
        done(second),
        done(message("Both are under way.", id="m")),
        {
            "type": "response.completed",
            "response": {
                "status": "completed",
                "output": [first, second, message("Both are under way.", id="m")],
            },
        },
    )
    assert [c.call_id for c in driven.calls] == ["c1", "c2"]
    assert driven.only(AssistantMessage).text == "Both are under way."


async def test_reasoning_and_text_without_ids_at_the_same_place_are_two_items() -> None:
    reasoning = {"type": "response.reasoning_text.delta", "output_index": 0, "delta": "Hm."}
    driven = await play(reasoning, text_delta("Hello"), COMPLETED)
    assert driven.only(Reasoning).summary == ("Hm.",)
    assert driven.only(AssistantMessage).text == "Hello"


async def test_ids_that_change_between_events_make_no_second_item() -> None:
    driven = await play(
        added(message("", id="msg_a")),
        {**text_delta("Hello"), "item_id": "msg_b"},
        done(message("Hello", id="msg_c")),
        COMPLETED,
    )
    assert driven.only(AssistantMessage).text == "Hello"


async def test_arguments_that_come_before_the_name_are_kept() -> None:
    delta = {"type": "response.function_call_arguments.delta", "delta": '{"location":'}
    driven = await play(delta, done(call()), COMPLETED)
    (c,) = driven.calls
    assert driven.texts[c.item_id, "arguments", 0] == '{"location":"Oslo"}'


async def test_the_final_arguments_win_over_their_deltas() -> None:
    delta = {"type": "response.function_call_arguments.delta", "delta": '{"place'}
    driven = await play(added(call(arguments="")), delta, done(call()), COMPLETED)
    assert [c.arguments for c in driven.calls] == ['{"location":"Oslo"}']
    assert driven.only(FunctionCall).arguments == '{"location":"Oslo"}'


async def test_a_call_without_an_id_gets_one_that_is_also_echoed() -> None:
    first = sse([done(call(call_id="")), COMPLETED])
    async with upstream_server([first, sse([GOOD_END])]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        driven = await drive(upstream)
        await upstream.close()
    (c,) = driven.calls
    assert c.call_id
    _, echoed, output = server.requests[1].json["input"]
    assert echoed["call_id"] == output["call_id"] == c.call_id


async def test_a_round_of_deltas_alone_is_echoed_too() -> None:
    first = sse([text_delta("Let me see."), added(call(), 1), COMPLETED])
    async with upstream_server([first, sse([GOOD_END])]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        await drive(upstream)
        await upstream.close()
    _, said, echoed, _ = server.requests[1].json["input"]
    assert said["content"][0]["text"] == "Let me see."
    assert echoed == call(arguments="{}")


async def test_messages_and_reasonings_without_a_word_are_not_shown() -> None:
    driven = await play(
        added({"type": "reasoning", "summary": []}),
        added(message(""), 1),
        done(message(""), 1),
        done(call(), 2),
        COMPLETED,
    )
    assert [item.type for item in driven.items.values()] == ["function_call"]


async def test_a_completed_response_that_calls_itself_incomplete_is_incomplete() -> None:
    end = {
        "type": "response.completed",
        "response": {"status": "incomplete", "output": [call()], "incomplete_details": None},
    }
    driven = await play(end)
    assert driven.calls == []
    assert driven.ended is not None
    assert driven.ended.status == "incomplete"


async def test_unknown_events_items_and_comments_are_skipped() -> None:
    driven = await play(
        ": keep-alive\n\n",
        {"type": "response.sparkles.delta", "delta": "*"},
        added({"type": "sparkles", "output": ["*"]}),
        text_delta("Hello", 1),
        {"type": "response.output_text.delta", "delta": None, "output_index": 1},
        COMPLETED,
        "data: [DONE]\n\n",
    )
    assert driven.only(AssistantMessage).text == "Hello"


async def test_events_need_no_names() -> None:
    driven = await play(text_delta("Hello"), COMPLETED, named=False)
    assert driven.only(AssistantMessage).text == "Hello"


async def test_a_citation_marker_cut_in_two_never_shows() -> None:
    driven = await play(
        text_delta("High water【4:"),
        text_delta("0†tides"),
        text_delta(".pdf】 at noon \ue200cite\ue202tu"),
        text_delta("rn0search1\ue201."),
        COMPLETED,
    )
    assert driven.only(AssistantMessage).text == "High water at noon ."


async def test_an_error_event_without_an_end_fails_the_run() -> None:
    error = {"type": "error", "error": {"code": "rate_limit_exceeded", "message": "Slow down."}}
    driven = await play(text_delta("Hel"), error)
    assert driven.ended is not None
    assert driven.ended.error is not None
    assert driven.ended.error.code == "rate_limit_exceeded"
    assert driven.ended.error.retryable
    assert "Slow down." in driven.ended.error.message


async def test_a_stream_that_just_ends_is_broken() -> None:
    with pytest.raises(UpstreamBroken, match="before the answer was complete"):
        await play(text_delta("Hel"))


async def test_a_server_that_never_closes_does_not_hold_up_the_ending() -> None:
    driven = await play(text_delta("Hello"), COMPLETED, STALL)
    assert driven.ended is not None
    assert driven.ended.status == "completed"


async def test_cancelling_closes_the_stream_and_keeps_what_came() -> None:
    async with upstream_server([sse([text_delta("Hel"), STALL])]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        session = upstream.session(run_request())
        driven = Driven()
        events = session.next(None)
        driven.take(await anext(events))
        driven.take(await anext(events))
        await session.cancel()
        async for event in events:
            driven.take(event)
        await session.cancel()
        await upstream.close()
    assert driven.ended is not None
    assert driven.ended.status == "cancelled"
    assert list(driven.texts.values()) == ["Hel"]


async def test_a_session_that_has_ended_can_be_cancelled() -> None:
    async with upstream_server([sse([COMPLETED])]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        session = upstream.session(run_request())
        await drive_session(session)
        await session.cancel()
        await upstream.close()
