"""Reasoning that a model writes between tags, split anywhere, at every upstream."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import pytest

from backend.domain.annotations import UrlCitation
from backend.domain.items import AssistantMessage, Reasoning
from tests.scripted import annotations_of
from tests.upstreams.assistants import test_streams as assistants
from tests.upstreams.assistants.objects import event, message_delta, message_object, text
from tests.upstreams.chat_completions import objects as completions
from tests.upstreams.driving import Driven
from tests.upstreams.responses import test_servers as responses

Play = Callable[[Iterable[str], str], Awaitable[Driven]]


async def as_responses(deltas: Iterable[str], whole: str) -> Driven:
    return await responses.play(
        *map(responses.text_delta, deltas),
        responses.done(responses.message(whole)),
        responses.COMPLETED,
    )


async def as_chunks(deltas: Iterable[str], whole: str) -> Driven:
    chunks = (completions.chunk(content=delta) for delta in deltas)
    return await completions.play(*chunks, completions.chunk(finish="stop"), completions.DONE)


async def as_assistants(deltas: Iterable[str], whole: str) -> Driven:
    parts = (message_delta("msg_1", {"index": 0, **text(delta)}) for delta in deltas)
    finished = message_object("msg_1", "thread_1", "assistant", [text(whole)])
    return await assistants.play(
        b"".join(event("thread.message.delta", part) for part in parts)
        + event("thread.message.completed", finished)
        + assistants.COMPLETED
    )


UPSTREAMS = [as_responses, as_chunks, as_assistants]

CASES: dict[str, tuple[str, list[tuple[str, ...]], str]] = {
    "one": ("<think>\nHm.\n</think>\n\nHello", [("Hm.",)], "Hello"),
    "thinking": ("<thinking>Hm.</thinking>Hello", [("Hm.",)], "Hello"),
    "in a row": ("<think>Hm.</think>\n<think>Ah.</think>\nHello", [("Hm.", "Ah.")], "Hello"),
    "between texts": (
        "<think>Hm.</think>\nHello\n<think>\nAh.\n</think>\nBye",
        [("Hm.",), ("Ah.",)],
        "Hello\n\nBye",
    ),
    "unclosed": ("<think>Hm. And then", [("Hm. And then",)], ""),
    "unclosed in the middle": ("Hello\n\n<thinking>Hm.", [("Hm.",)], "Hello\n\n"),
    "empty": ("<think>\n\n</think>\n\nHello", [], "Hello"),
    "in code": (
        "```xml\n<think>\nHm.\n</think>\n```\nHello",
        [],
        "```xml\n<think>\nHm.\n</think>\n```\nHello",
    ),
    "after code": (
        "~~~\n```\n~~~\n<think>Hm.</think>Hello",
        [("Hm.",)],
        "~~~\n```\n~~~\nHello",
    ),
    "a mention": ("Use <think> and </think>.", [], "Use <think> and </think>."),
    "other tags": ("A table:\n<th>x</th>\n<thi", [], "A table:\n<th>x</th>\n<thi"),
}


@pytest.mark.parametrize("size", [1, 5, 1_000])
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("play", UPSTREAMS, ids=lambda play: play.__name__)
async def test_it_becomes_reasoning_and_the_rest_is_the_answer(
    play: Play, case: str, size: int
) -> None:
    sent, thoughts, answer = CASES[case]
    driven = await play([sent[at : at + size] for at in range(0, len(sent), size)], sent)
    assert [item.summary for item in driven.all_of(Reasoning)] == thoughts
    assert all(item.status == "completed" for item in driven.all_of(Reasoning))
    assert "".join(item.text for item in driven.all_of(AssistantMessage)) == answer


async def test_citations_stay_where_they_are_when_reasoning_before_them_goes() -> None:
    sent = "<think>Hm.</think>\nOne\n<think>Ah.</think>\nTwo"
    places = [(sent.index(word), sent.index(word) + 3) for word in ("One", "Two")]
    cited: list[dict[str, Any]] = [
        {"type": "url_citation", "url": "https://e.x", "start_index": start, "end_index": end}
        for start, end in places
    ]
    whole = responses.message(sent)
    whole["content"][0]["annotations"] = cited
    driven = await responses.play(
        *map(responses.text_delta, sent), responses.done(whole), responses.COMPLETED
    )
    message = driven.only(AssistantMessage)
    found = annotations_of(message)
    assert all(isinstance(each, UrlCitation) for each in found)
    assert [message.text[each.start : each.end] for each in found] == ["One", "Two"]
