"""Streams of chat completions, by the book and as servers send them."""

from typing import Any

import pytest

from backend.domain.errors import UpstreamBroken, UpstreamMisconfigured
from backend.domain.items import AssistantMessage, FunctionCall, Reasoning
from backend.domain.parts import ImagePart
from backend.domain.usage import Usage
from backend.upstreams.builders.made_parts import MAX_MADE_PARTS
from backend.upstreams.chat_completions import create_upstream
from backend.upstreams.events import ItemChanged
from tests.scripted import said as content
from tests.upstreams.chat_completions.objects import (
    DONE,
    chunk,
    completion,
    piece,
    play,
    run,
    said,
    usage,
)
from tests.upstreams.driving import Driven, drive, run_request, settings
from tests.upstreams.loopback import CUT, STALL, json_answer, sse, upstream_server

STOP = chunk(finish="stop")


def ending(driven: Driven) -> tuple[str, str | None]:
    assert driven.ended is not None
    error = driven.ended.error
    return driven.ended.status, error.code if error is not None else None


async def test_deltas_make_a_message_and_the_last_chunk_tells_the_tokens() -> None:
    details = {
        "prompt_tokens_details": {"cached_tokens": 2},
        "completion_tokens_details": {"reasoning_tokens": 1},
    }
    start = chunk(role="assistant", content="")
    driven = await play(
        start, chunk(content="Hel"), chunk(content="lo"), STOP, usage(**details), DONE
    )
    assert driven.only(AssistantMessage).text == "Hello"
    assert ending(driven) == ("completed", None)
    assert driven.ended is not None
    assert driven.ended.usage == Usage(
        input_tokens=3, output_tokens=4, total_tokens=7, reasoning_tokens=1, cached_tokens=2
    )


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
async def test_reasoning_comes_before_the_message_and_is_over_then(name: str) -> None:
    driven = await play(
        chunk(**{name: "Let me "}), chunk(**{name: "think."}), chunk(content="Hello"), STOP, DONE
    )
    reasoning, message = driven.items.values()
    assert isinstance(reasoning, Reasoning)
    assert (reasoning.summary, reasoning.status) == (("Let me think.",), "completed")
    assert isinstance(message, AssistantMessage)
    assert message.text == "Hello"


async def test_reasoning_that_is_sent_in_both_fields_is_shown_once() -> None:
    both = chunk(reasoning_content="Hm.", reasoning="Hm.")
    driven = await play(both, chunk(content="Hello"), STOP, DONE)
    assert driven.only(Reasoning).summary == ("Hm.",)


async def test_reasoning_between_tags_is_reasoning() -> None:
    driven = await play(chunk(content="<thi"), chunk(content="nk>Hm.</think>\n\nHello"), STOP, DONE)
    assert driven.only(Reasoning).summary == ("Hm.",)
    assert driven.only(AssistantMessage).text == "Hello"


async def test_reasoning_whose_opening_tag_the_server_kept_is_reasoning_in_the_end() -> None:
    words = ("The user greets.\n", "So I greet.\n</thi", "nk>\n\nHello", ", **you**.")
    driven = await play(*(chunk(content=word) for word in words), STOP, DONE)
    assert driven.only(AssistantMessage).text == "Hello, **you**."
    assert driven.only(Reasoning).summary == ("The user greets.\nSo I greet.",)


@pytest.mark.parametrize(
    "text",
    [
        "It ends with\n</think>\n",
        "Write `<think>`, then\n</think>\nand go on.",
        "```\nthoughts\n</think>\nanswer\n```",
        "A tag </think> in a line.",
    ],
)
async def test_a_text_about_such_a_tag_is_left_alone(text: str) -> None:
    driven = await play(chunk(content=text), STOP, DONE)
    assert driven.only(AssistantMessage).text == text
    assert driven.all_of(Reasoning) == []


async def test_content_in_parts_is_text_and_reasoning() -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
    driven = await play(
        chunk(content=[thinking]), chunk(content=[{"type": "text", "text": "Hello"}]), STOP, DONE
    )
    assert driven.only(Reasoning).summary == ("Hm.",)
    assert driven.only(AssistantMessage).text == "Hello"


DATA = "data:image/png;base64,iVBORw0KGgo="


def picture(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


async def test_content_in_parts_may_hold_pictures() -> None:
    first = [{"type": "text", "text": "Look: "}, picture(DATA), {"type": "text", "text": "Hills"}]
    linked = [{"type": "image_url", "image_url": "https://example.org/a.png"}]
    driven = await play(
        chunk(content=first), chunk(content=" and sun."), chunk(content=linked), STOP, DONE
    )
    assert driven.only(AssistantMessage).content == (
        *content("Look: "),
        ImagePart(url=DATA),
        *content("Hills and sun."),
        ImagePart(url="https://example.org/a.png"),
    )


async def test_pictures_beside_the_content_follow_it_and_are_shown_once() -> None:
    """As OpenRouter and LiteLLM send them; the last chunk may repeat them."""
    driven = await play(
        chunk(content="Look: "), chunk(images=[picture(DATA)]),
        chunk(content="Hills.", images=[picture(DATA)]), STOP, DONE,
    )  # fmt: skip
    assert driven.only(AssistantMessage).content == (
        *content("Look: "), ImagePart(url=DATA), *content("Hills."),
    )  # fmt: skip


async def test_of_thousands_of_pictures_the_first_are_shown_at_once_and_the_rest_is_left_out() -> (
    None
):
    urls = [f"https://example.org/{number}.png" for number in range(2_000)]
    driven = await play(
        chunk(images=[picture(url) for url in urls]), chunk(content="Hills."), STOP, DONE
    )
    shown = [ImagePart(url=url) for url in urls[:MAX_MADE_PARTS]]
    assert driven.only(AssistantMessage).content == (*shown, *content("Hills."))
    assert sum(isinstance(each, ItemChanged) for each in driven.events) == 1
    assert len(driven.notes) == 1


async def test_a_picture_alone_is_an_answer() -> None:
    driven = await play(chunk(content="", images=[picture(DATA)]), STOP, DONE)
    assert driven.only(AssistantMessage).content == (ImagePart(url=DATA),)
    assert ending(driven) == ("completed", None)


async def test_a_refusal_is_shown() -> None:
    driven = await play(chunk(refusal="I can't "), chunk(refusal="do that."), STOP, DONE)
    assert driven.only(AssistantMessage).refusal == "I can't do that."
    assert ending(driven) == ("completed", None)


@pytest.mark.parametrize(
    ("reason", "code"), [("length", "max_output_tokens"), ("content_filter", "content_filter")]
)
async def test_an_answer_that_was_cut_short_is_incomplete(reason: str, code: str) -> None:
    driven = await play(chunk(content="Once upon"), chunk(finish=reason), DONE)
    assert ending(driven) == ("incomplete", code)
    assert driven.only(AssistantMessage).status == "incomplete"


async def test_a_call_that_was_cut_short_is_not_executed() -> None:
    driven = await play(piece(name="get_weather", arguments='{"loc'), chunk(finish="length"), DONE)
    assert driven.calls == []
    assert driven.only(FunctionCall).status == "incomplete"
    assert ending(driven) == ("incomplete", "max_output_tokens")


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (
            {"error": {"message": "Slow down.", "code": "rate_limit_exceeded"}},
            "rate_limit_exceeded",
        ),
        ({"error": {"message": "Slow down.", "code": 429}}, "upstream_rate_limited"),
        ({"error": "Slow down."}, "upstream_broken"),
        ({"object": "error", "message": "Slow down.", "code": 503}, "upstream_broken"),
        (
            {"error": {"message": "Slow down.", "code": 502}, **chunk(finish="error")},
            "upstream_broken",
        ),
        ('event: error\ndata: {"message": "Slow down."}\n\n', "upstream_broken"),
    ],
)
async def test_an_error_within_the_stream_fails_the_run_and_keeps_the_text(
    event: Any, code: str
) -> None:
    driven = await play(chunk(content="Hel"), event, DONE)
    assert ending(driven) == ("failed", code)
    assert driven.ended is not None
    assert driven.ended.error is not None
    assert "Slow down." in driven.ended.error.message
    assert driven.ended.error.retryable
    assert list(driven.texts.values()) == ["Hel"]


async def test_an_error_in_place_of_a_stream_fails_the_run() -> None:
    driven, _ = await run(json_answer({"error": {"message": "Out of order.", "code": 500}}))
    assert ending(driven) == ("failed", "upstream_broken")


async def test_a_context_that_is_too_long_is_told_as_such() -> None:
    words = "This model's maximum context length is 8192 tokens."
    driven = await play({"error": {"message": words, "code": 400}})
    assert ending(driven) == ("failed", "context_length_exceeded")


async def test_a_server_that_does_not_stream_is_understood() -> None:
    function = {"name": "get_weather", "arguments": '{"location":"Oslo"}'}
    message = {
        "role": "assistant",
        "content": "Let me look.",
        "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
    }
    whole = json_answer({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})
    driven, _ = await run(whole, said("It is cold."))
    assert [call.arguments for call in driven.calls] == ['{"location":"Oslo"}']
    texts = [item.text for item in driven.all_of(AssistantMessage)]
    assert texts == ["Let me look.", "It is cold."]


async def test_an_answer_in_one_event_is_read() -> None:
    choice = {"message": {"content": "Hello"}, "finish_reason": "stop"}
    driven = await play({"choices": [choice]}, DONE)
    assert driven.only(AssistantMessage).text == "Hello"


async def test_a_stream_without_a_reason_to_end_is_whole_where_it_says_so() -> None:
    driven = await play(chunk(content="Hello"), DONE)
    assert ending(driven) == ("completed", None)


@pytest.mark.parametrize("last", ["", CUT])
async def test_a_stream_that_just_ends_is_broken(last: Any) -> None:
    with pytest.raises(UpstreamBroken):
        await play(chunk(content="Hel"), last)


async def test_a_server_that_never_closes_does_not_hold_up_the_ending() -> None:
    driven = await play(chunk(content="Hello"), STOP, DONE, STALL)
    assert ending(driven) == ("completed", None)


async def test_text_after_the_reason_to_end_is_not_lost() -> None:
    driven = await play(
        chunk(content="Hel", finish="stop"), chunk(content="lo", finish="stop"), DONE
    )
    assert driven.only(AssistantMessage).text == "Hello"


async def test_an_empty_answer_says_so() -> None:
    driven = await play(chunk(role="assistant", content=""), STOP, DONE)
    assert ending(driven) == ("incomplete", "empty_answer")


async def test_other_choices_and_odd_fields_are_left_alone() -> None:
    other = {"choices": [{"index": 1, "delta": {"content": "Not this."}}]}
    odd = {"choices": [{"index": None, "delta": {"content": "lo", "tool_calls": 7}}], "usage": "-"}
    driven = await play(chunk(content="Hel"), other, odd, STOP, DONE)
    assert driven.only(AssistantMessage).text == "Hello"


async def test_a_server_of_the_responses_api_is_told_apart() -> None:
    with pytest.raises(UpstreamMisconfigured, match="`responses`"):
        await play({"type": "response.created", "response": {}})


async def test_cancelling_closes_the_stream_and_keeps_what_came() -> None:
    async with upstream_server([sse([chunk(content="Hel"), STALL], named=False)]) as server:
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
    assert ending(driven) == ("cancelled", None)
    assert list(driven.texts.values()) == ["Hel"]


async def test_tokens_of_all_rounds_are_told() -> None:
    call = piece(name="get_weather", arguments="{}", id="call_1")
    first = completion(call, chunk(finish="tool_calls"), usage())
    second = completion(chunk(content="Cold."), STOP, usage())
    driven, _ = await run(first, second)
    assert driven.ended is not None
    assert driven.ended.usage == Usage(input_tokens=6, output_tokens=8, total_tokens=14)


async def test_one_upstream_answers_many_runs() -> None:
    async with upstream_server([said("One."), said("Two.")]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        texts = [(await drive(upstream)).only(AssistantMessage).text for _ in range(2)]
        await upstream.close()
    assert texts == ["One.", "Two."]
