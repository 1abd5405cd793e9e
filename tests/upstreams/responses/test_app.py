"""The whole app over a strict server of the Responses API: what it is told, round after round."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from backend.domain.events import ItemDone, ItemUpdated
from backend.domain.items import AssistantMessage, FunctionCall
from backend.domain.parts import ImagePart, TextPart
from backend.upstreams.builders.made_parts import MAX_MADE_PARTS
from tests.functions_readme import examples, offered
from tests.upstreams.loopback import sse
from tests.upstreams.responses.chatting import ask, attach, call, chat, message
from tests.upstreams.responses.strict_server import StrictServer

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)


async def test_a_server_that_reads_only_typed_items_takes_every_message_and_the_title(
    tmp_path: Path,
) -> None:
    strict = StrictServer([message("One."), message("Two."), message("Three.")])
    async with chat(tmp_path, strict) as socket:
        for text in ("First", "Second", "Third"):
            run = await ask(socket, text)
            assert (run.status, run.error) == ("completed", None)
        items = socket.transcript.items
    assert [i.text for i in items if isinstance(i, AssistantMessage)] == ["One.", "Two.", "Three."]
    assert strict.inputs[2] == [
        {"type": "message", "role": "user", "content": "First"},
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "One."}],
        },
        {"type": "message", "role": "user", "content": "Second"},
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Two."}],
        },
        {"type": "message", "role": "user", "content": "Third"},
    ]
    assert strict.titled == 1


async def test_a_message_may_hold_a_picture_which_the_model_is_shown_again(
    tmp_path: Path,
) -> None:
    url = f"data:image/png;base64,{b64encode(PICTURE).decode()}"
    parts = [
        {"type": "output_text", "text": "Look:", "annotations": []},
        {"type": "output_image", "image_url": url, "filename": "hills.png"},
        {"type": "output_text", "text": "Hills.", "annotations": []},
    ]
    item = {"type": "message", "id": "msg_1", "role": "assistant", "content": parts}
    place = {"item_id": "msg_1", "output_index": 0}
    drawn = sse(
        [
            {"type": "response.output_item.added", "item": item | {"content": []}},
            {"type": "response.output_text.delta", **place, "content_index": 0, "delta": "Look:"},
            *(
                {"type": "response.content_part.done", **place, "content_index": n, "part": part}
                for n, part in enumerate(parts)
            ),
            {"type": "response.output_item.done", "output_index": 0, "item": item},
            {"type": "response.completed", "response": {"id": "r", "output": [item]}},
        ]
    )
    strict = StrictServer([drawn, message("Greener.")])
    async with chat(tmp_path, strict) as socket:
        await ask(socket, "Draw hills.")
        answer = socket.transcript.items[-1]
        await ask(socket, "Make them green.")
    assert isinstance(answer, AssistantMessage)
    before, picture, after = answer.content
    assert isinstance(picture, ImagePart)
    assert (picture.name, picture.size, picture.url) == ("hills.png", len(PICTURE), None)
    assert (before, after) == (TextPart(text="Look:"), TextPart(text="Hills."))
    told, shown, asked = strict.inputs[1][-3:]
    words = "Look:\n[Shown to the user: hills.png (72 bytes)]\nHills."
    assert told["content"] == [{"type": "output_text", "text": words}]
    assert shown["content"][1]["image_url"] == url
    assert asked["content"] == "Make them green."


async def test_of_thousands_of_pictures_the_first_are_shown_at_once_and_the_rest_is_left_out(
    tmp_path: Path,
) -> None:
    pictures = [
        {"type": "output_image", "image_url": f"https://example.org/{number}.png"}
        for number in range(2_000)
    ]
    text = {"type": "output_text", "text": "Hills.", "annotations": []}
    item = {"type": "message", "id": "msg_1", "role": "assistant", "content": [*pictures, text]}
    drawn = sse(
        [
            {"type": "response.output_item.done", "output_index": 0, "item": item},
            {"type": "response.completed", "response": {"status": "completed"}},
        ]
    )
    async with chat(tmp_path, StrictServer([drawn])) as socket:
        run = await ask(socket, "Draw hills.")
        answer = socket.transcript.items[-1]
        states = [each for each in socket.received if isinstance(each, ItemUpdated | ItemDone)]
    assert (run.status, run.error) == ("completed", None)
    assert isinstance(answer, AssistantMessage)
    assert answer.content == (
        *(ImagePart(url=picture["image_url"]) for picture in pictures[:MAX_MADE_PARTS]),
        TextPart(text="Hills."),
    )
    (note,) = run.notes
    assert f"{MAX_MADE_PARTS} pictures and files at most" in note
    assert len(states) == 2


async def test_a_call_that_llama_cpp_streams_without_an_index_is_executed_once(
    tmp_path: Path,
) -> None:
    """It numbers no items and sends the ends of all of them last."""
    call = {
        "type": "function_call",
        "id": "fc_a",
        "call_id": "call_a",
        "name": "get_weather",
        "arguments": '{"location":"Oslo","dates":[]}',
    }
    said = {"type": "message", "id": "msg_a", "role": "assistant", "content": []}
    text = {"type": "output_text", "text": "Let me look.", "annotations": []}
    stream = sse(
        [
            {"type": "response.output_item.added", "item": said},
            {"type": "response.output_text.delta", "item_id": "msg_a", "delta": "Let me look."},
            {"type": "response.output_item.added", "item": call | {"arguments": ""}},
            {
                "type": "response.function_call_arguments.delta",
                "item_id": "fc_a",
                "delta": call["arguments"],
            },
            {"type": "response.output_item.done", "item": said | {"content": [text]}},
            {"type": "response.output_item.done", "item": call},
            {"type": "response.completed", "response": {"id": "resp_a", "status": "completed"}},
        ]
    )
    strict = StrictServer([stream, message("It is cold.")])
    async with chat(tmp_path, strict) as socket:
        run = await ask(socket, "How is Oslo?")
        assert (run.status, run.error) == ("completed", None)
        _, look, executed, answer = socket.transcript.items
    assert isinstance(look, AssistantMessage)
    assert isinstance(executed, FunctionCall)
    assert isinstance(answer, AssistantMessage)
    assert (look.text, executed.status, answer.text) == (
        "Let me look.",
        "completed",
        "It is cold.",
    )
    assert [item["type"] for item in strict.inputs[1]] == [
        "message",
        "message",
        "function_call",
        "function_call_output",
    ]


async def test_a_model_that_takes_no_pictures_says_so_once_and_the_chat_goes_on(
    tmp_path: Path,
) -> None:
    strict = StrictServer([message("Hi."), message("Yes.")], sees_pictures=False)
    async with chat(tmp_path, strict) as socket:
        file_id = await attach(socket, "square.png", PICTURE)
        run = await ask(socket, "What is this?", file_ids=[file_id])
        assert run.status == "failed"
        assert run.error is not None
        assert (run.error.code, run.error.retryable) == ("pictures_refused", False)
        assert "image input is not supported" in run.error.message
        for text in ("Hello.", "Still there?"):
            run = await ask(socket, text)
            assert (run.status, run.error) == ("completed", None)
    first, *_ = strict.inputs[1]
    assert [part["type"] for part in first["content"]] == ["input_text", "input_text"]


@pytest.mark.parametrize(
    ("takes", "forms"),
    [
        ({}, ["within", "within"]),
        ({"outputs_have_pictures": False}, ["apart", "apart"]),
        ({"sees_pictures": False}, ["named", "named"]),
    ],
)
async def test_a_tools_picture_is_shown_as_the_server_takes_it_in_this_message_and_the_next(
    tmp_path: Path, takes: dict[str, Any], forms: list[str]
) -> None:
    strict = StrictServer(
        [call("draw_bars", heights=[1]), message("A bar."), message("Yes.")], **takes
    )
    with offered(tmp_path / "more", draw_bars=examples()["draw_bars.py"]):
        async with chat(tmp_path, strict, "function:draw_bars") as socket:
            for text in ("Draw a bar.", "Is it blue?"):
                run = await ask(socket, text)
                assert (run.status, run.error) == ("completed", None)
    told = strict.inputs[1:]
    assert [_form(input) for input in told] == forms
    outputs = [item["output"] for input in told for item in input if "output" in item]
    texts = [each if isinstance(each, str) else each[0]["text"] for each in outputs]
    assert all("[Shown to the user: bars.png (" in text for text in texts)
    assert len(texts) == 2
    # What the first refusal taught spares the second message one.
    assert strict.refused == {"within": 0, "apart": 1, "named": 2}[forms[0]]


def _form(input: list[dict[str, Any]]) -> str:
    """Where the picture of the one call is."""
    [place] = [i for i, item in enumerate(input) if item["type"] == "function_call_output"]
    if isinstance(input[place]["output"], list):
        assert [part["type"] for part in input[place]["output"]] == ["input_text", "input_image"]
        return "within"
    pictured = [i for i, item in enumerate(input) if "input_image" in str(item)]
    assert pictured in ([], [place + 1])
    return "apart" if pictured else "named"


async def test_only_the_newest_pictures_of_tools_are_shown_again(tmp_path: Path) -> None:
    answers = [call("draw_bars", f"call_{n}", heights=[n]) for n in range(3)]
    strict = StrictServer([*answers, message("Three bars."), message("Yes.")])
    with offered(tmp_path / "more", draw_bars=examples()["draw_bars.py"]):
        async with chat(tmp_path, strict, "function:draw_bars", tool_pictures="2") as socket:
            for text in ("Draw three.", "Are they blue?"):
                run = await ask(socket, text)
                assert (run.status, run.error) == ("completed", None)
    for input in strict.inputs[3:]:
        outputs = [item["output"] for item in input if "output" in item]
        assert ["data:image/png" in str(output) for output in outputs] == [False, True, True]
