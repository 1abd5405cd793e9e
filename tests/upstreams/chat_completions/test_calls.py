"""Each call is executed once, however a server numbers, names and cuts it."""

from typing import Any

import pytest

from backend.domain.items import FunctionCall
from tests.upstreams.chat_completions.objects import (
    DONE,
    Chunk,
    chunk,
    completion,
    piece,
    play,
    run,
    said,
)

OSLO, LIMA = '{"location":"Oslo"}', '{"location":"Lima"}'
NAME = "get_weather"
END = chunk(finish="tool_calls")


def cut(index: int | None, arguments: str, **more: Any) -> list[Chunk]:
    """A call by the book: its head, then its arguments in two pieces."""
    rest = [piece(index, arguments=part) for part in (arguments[:7], arguments[7:])]
    return [piece(index, NAME, "", **more), *rest]


def whole(index: int | None, arguments: Any, **more: Any) -> Chunk:
    return piece(index, NAME, arguments, **more)


def together(*chunks: Chunk) -> Chunk:
    """All their pieces in one chunk."""
    return chunk(tool_calls=[c["choices"][0]["delta"]["tool_calls"][0] for c in chunks])


def with_id(chunks: list[Chunk], *ids: str | None) -> list[Chunk]:
    """The same id for all pieces of a call, or another one for each."""
    for number, one in enumerate(chunks):
        one["choices"][0]["delta"]["tool_calls"][0]["id"] = ids[number % len(ids)]
    return chunks


def named(chunks: list[Chunk]) -> list[Chunk]:
    """With the name in each piece."""
    for one in chunks:
        one["choices"][0]["delta"]["tool_calls"][0]["function"]["name"] = NAME
    return chunks


TWO_CALLS: dict[str, list[Chunk]] = {
    "by the book": [*cut(0, OSLO, id="a"), *cut(1, LIMA, id="b")],
    "interleaved": [
        whole(0, "", id="a"),
        whole(1, "", id="b"),
        together(piece(0, arguments=OSLO[:5]), piece(1, arguments=LIMA[:5])),
        piece(1, arguments=LIMA[5:]),
        piece(0, arguments=OSLO[5:]),
    ],
    "whole": [whole(0, OSLO, id="a"), whole(1, LIMA, id="b")],
    "whole, in one chunk": [together(whole(0, OSLO, id="a"), whole(1, LIMA, id="b"))],
    "whole, without an index": [together(whole(None, OSLO, id="a"), whole(None, LIMA, id="b"))],
    "whole, without index and id": [together(whole(None, OSLO), whole(None, LIMA))],
    "whole, all at the first place": [whole(0, OSLO, id="a"), whole(0, LIMA, id="b")],
    "whole, all at the first place, empty ids": [whole(0, OSLO, id=""), whole(0, LIMA, id="")],
    "cut, all at the first place": [*cut(0, OSLO, id="a"), *cut(0, LIMA, id="b")],
    "cut, all at the first place, without ids": [*cut(0, OSLO), *cut(0, LIMA)],
    "cut, without an index": [
        *with_id(cut(None, OSLO), "a"),
        *with_id(cut(None, LIMA), "b"),
    ],
    "cut, without an index, ids only in front": [
        *cut(None, OSLO, id="a"),
        *cut(None, LIMA, id="b"),
    ],
    "another id in each piece": [
        *with_id(cut(0, OSLO), "a", "b", "c"),
        *with_id(cut(1, LIMA), "d", "e", "f"),
    ],
    "one id for all": [*with_id(cut(0, OSLO), "a"), *with_id(cut(1, LIMA), "a")],
    "one id for all, whole, at the first place": [
        whole(0, OSLO, id="a"),
        whole(0, LIMA, id="a"),
    ],
    "the name in each piece": [
        *named(with_id(cut(0, OSLO), "a")),
        *named(with_id(cut(1, LIMA), "b")),
    ],
    "the name in each piece, without ids": [*named(cut(0, OSLO)), *named(cut(1, LIMA))],
    "arguments as an object": [
        whole(0, {"location": "Oslo"}, id="a"),
        whole(1, {"location": "Lima"}, id="b"),
    ],
    "ids as numbers": [whole(0, OSLO, id=1), whole(1, LIMA, id=2)],
    "whole after its pieces": [
        *cut(0, OSLO, id="a"),
        whole(0, OSLO, id="a"),
        *cut(1, LIMA, id="b"),
        together(whole(0, OSLO, id="a"), whole(1, LIMA, id="b")),
    ],
    "ever longer": [
        *(whole(0, OSLO[:length], id="a") for length in (1, 9, len(OSLO))),
        *(whole(1, LIMA[:length], id="b") for length in (1, 9, len(LIMA))),
    ],
    "the name late": [
        piece(0, id="a", arguments=OSLO[:4]),
        whole(0, OSLO[4:]),
        whole(1, LIMA, id="b"),
    ],
    "the id late": [whole(0, ""), piece(0, id="a", arguments=OSLO), whole(1, LIMA, id="b")],
    "from two": [*cut(1, OSLO, id="a"), *cut(2, LIMA, id="b")],
    "an empty piece with the name at the end": [
        *cut(0, OSLO),
        piece(0, NAME, ""),
        *cut(1, LIMA),
        piece(1, NAME, ""),
    ],
}


@pytest.mark.parametrize("chunks", TWO_CALLS.values(), ids=TWO_CALLS)
@pytest.mark.parametrize("reason", ["tool_calls", "stop", None])
async def test_two_calls_are_each_executed_once(chunks: list[Chunk], reason: str | None) -> None:
    driven = await play(chunk(content="Let me look."), *chunks, chunk(finish=reason), DONE)
    executed = [(call.name, call.arguments.replace(" ", "")) for call in driven.calls]
    assert executed == [(NAME, OSLO), (NAME, LIMA)]
    assert len({call.call_id for call in driven.calls}) == 2
    assert len(driven.all_of(FunctionCall)) == 2
    shown = [driven.texts[call.item_id, "arguments", 0] for call in driven.calls]
    assert [text.replace(" ", "") for text in shown] == [OSLO, LIMA]


@pytest.mark.parametrize(
    "chunks",
    [
        [whole(0, OSLO, id="a"), whole(0, OSLO, id="a")],
        [whole(0, OSLO), whole(0, OSLO)],
        [whole(0, OSLO, id="a"), whole(1, OSLO, id="a")],
        [*cut(0, OSLO, id="a"), chunk(finish="tool_calls"), whole(0, OSLO, id="a")],
    ],
    ids=["same id", "no id", "same id elsewhere", "after the end"],
)
async def test_a_call_that_is_told_twice_is_executed_once(chunks: list[Chunk]) -> None:
    driven = await play(*chunks, END, DONE)
    assert [call.arguments for call in driven.calls] == [OSLO]


async def test_a_call_without_arguments_is_executed() -> None:
    driven = await play(piece(0, NAME, None, id="a"), END, DONE)
    assert [(call.name, call.arguments) for call in driven.calls] == [(NAME, "")]


async def test_the_next_round_tells_the_calls_and_their_outputs_as_the_server_named_them() -> None:
    signed = {"google": {"thought_signature": "c2ln"}}
    first = completion(
        chunk(reasoning_content="Hm."),
        chunk(content="Let me look."),
        whole(0, OSLO, id="a", extra_content=signed),
        whole(1, '{"location":', id=""),
        END,
    )
    driven, server = await run(first, said("Done."))
    _, unnamed = driven.calls
    system, question, answer, *outputs = server.requests[1].json["messages"]
    assert [system["role"], question["role"]] == ["system", "user"]
    assert answer == {
        "role": "assistant",
        "content": "Let me look.",
        "reasoning_content": "Hm.",
        "tool_calls": [
            {
                "id": "a",
                "type": "function",
                "function": {"name": NAME, "arguments": OSLO},
                "extra_content": signed,
            },
            {
                "id": unnamed.call_id,
                "type": "function",
                "function": {"name": NAME, "arguments": "{}"},
            },
        ],
    }
    assert outputs == [
        {"role": "tool", "tool_call_id": call_id, "content": f"output of {call_id}"}
        for call_id in ("a", unnamed.call_id)
    ]
    assert len(unnamed.call_id) == 9
    assert unnamed.call_id.isalnum()


async def test_ids_that_come_again_in_a_later_round_are_new_calls() -> None:
    call = completion(whole(0, OSLO, id="call_0"), END)
    driven, server = await run(call, call, said("Done."))
    assert [call.call_id for call in driven.calls] == ["call_0", "call_0"]
    assert len(server.requests) == 3
