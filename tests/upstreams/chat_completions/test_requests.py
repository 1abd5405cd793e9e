"""What a server is told: messages, tools, pictures, and nothing that it has refused."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from backend.domain.errors import UpstreamAuthFailed, UpstreamMisconfigured, UpstreamRefused
from backend.domain.ids import FileId, ItemId
from backend.domain.items import (
    AssistantMessage,
    FileSearchCall,
    FunctionCall,
    Item,
    Reasoning,
    UserMessage,
)
from backend.domain.parts import FilePart, JsonPart, TextPart
from backend.upstreams.chat_completions import create_upstream
from backend.upstreams.request import AnsweredRound, RunFiles, ToolOutput
from tests.scripted import said as content
from tests.upstreams.chat_completions.objects import chunk, completion, piece, run, said
from tests.upstreams.driving import KEY, drive, run_request, settings, user_message
from tests.upstreams.loopback import (
    Answer,
    Received,
    error_answer,
    json_answer,
    key_echo,
    upstream_server,
)

CLOCK = "For the user it is now Tuesday, 2026-11-24, 09:30 (time zone Europe/Oslo, UTC+01:00)."


def done(kind: type[Item], item_id: str, /, **fields: Any) -> Any:
    return kind(id=ItemId(item_id), created_at=1.0, status="completed", **fields)


async def asked(*history: Item, **changes: Any) -> dict[str, Any]:
    """The body of the first request of a run with this history."""
    _, server = await run(said("Hello."), request=run_request(*history, **changes))
    body: dict[str, Any] = server.requests[0].json
    return body


async def test_the_first_request_by_the_book() -> None:
    _, server = await run(said("Hello."))
    (request,) = server.requests
    assert (request.method, request.path, request.key) == ("POST", "/chat/completions", KEY)
    assert request.json == {
        "model": "gpt-5-mini",
        "messages": [
            {"role": "system", "content": f"Be brief.\n\n{CLOCK}"},
            {"role": "user", "content": "What's the weather in Oslo and Lima tomorrow?"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "get_weather",
                    "description": "The weather at a place.",
                    "parameters": {
                        "type": "object",
                        "properties": {"location": {"type": "string"}},
                    },
                },
            }
        ],
    }


async def test_without_functions_there_are_no_tools() -> None:
    assert "tools" not in await asked(functions=())


async def test_a_history_is_told_by_turns() -> None:
    body = await asked(
        done(UserMessage, "item_1", text="How is Oslo?"),
        done(Reasoning, "item_2", summary=("Hm.",)),
        done(AssistantMessage, "item_3", content=content("Let me look.")),
        done(
            FunctionCall,
            "item_4",
            name="get_weather",
            arguments="{oops",
            outputs=(JsonPart(value={"sun": 1}),),
        ),
        done(
            FunctionCall,
            "item_5",
            name="get_weather",
            arguments="{}",
            outputs=(TextPart(text="rain"),),
        ),
        done(AssistantMessage, "item_6", content=content("Sun.")),
        done(FileSearchCall, "item_7", queries=("tides",)),
        done(AssistantMessage, "item_8", content=content("And high water.")),
        done(UserMessage, "item_9", text="Thanks."),
        done(UserMessage, "item_10", text="And Lima?"),
    )
    _, *told = body["messages"]
    ids = [call["id"] for m in told for call in m.get("tool_calls", ())]
    assert len({*ids}) == 2
    assert all(len(call_id) == 9 and call_id.isalnum() for call_id in ids)
    first, second = (
        {
            "id": call_id,
            "type": "function",
            "function": {"name": "get_weather", "arguments": "{}"},
        }
        for call_id in ids
    )
    assert told == [
        {"role": "user", "content": "How is Oslo?"},
        {"role": "assistant", "content": "Let me look.", "tool_calls": [first]},
        {"role": "tool", "tool_call_id": ids[0], "content": '{"sun": 1}'},
        {"role": "assistant", "content": None, "tool_calls": [second]},
        {"role": "tool", "tool_call_id": ids[1], "content": "rain"},
        {
            "role": "assistant",
            "content": "Sun.\n\n(The assistant searched the files for: tides)\n\nAnd high water.",
        },
        {"role": "user", "content": "Thanks.\n\nAnd Lima?"},
    ]


async def test_pictures_go_along_and_other_files_are_named(tmp_path: Path) -> None:
    picture = tmp_path / "square.png"
    picture.write_bytes(b"\x89PNG")
    files = (
        FilePart(file_id=FileId("file_1"), name="square.png", media_type="image/png", size=4),
        FilePart(file_id=FileId("file_2"), name="a.bin", media_type="x/y", size=4),
    )
    message = done(UserMessage, "item_2", text="What is this?", files=files)
    body = await asked(
        user_message("Look."),
        message,
        files=RunFiles(contents={FileId("file_1"): partial(asyncio.to_thread, picture.read_bytes)}),
    )
    assert body["messages"][-1]["content"] == [
        {"type": "text", "text": "Look."},
        {"type": "text", "text": "What is this?\n\n(Attached files: a.bin)"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
    ]


async def test_a_refused_picture_is_told_where_it_is_new_and_left_out_where_it_is_not(
    tmp_path: Path,
) -> None:
    picture = tmp_path / "square.png"
    picture.write_bytes(b"\x89PNG")
    file = FilePart(file_id=FileId("file_1"), name="square.png", media_type="image/png", size=4)
    files = RunFiles(contents={file.file_id: partial(asyncio.to_thread, picture.read_bytes)})
    message = done(UserMessage, "item_1", text="What is this?", files=(file,))
    refusal = error_answer(500, "image input is not supported")
    async with upstream_server([refusal, refusal, said("Hello.")]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        with pytest.raises(UpstreamRefused, match="the picture is left out"):
            await drive(upstream, run_request(message, files=files))
        driven = await drive(upstream, run_request(message, user_message("Hm."), files=files))
        await upstream.close()
    [answer] = driven.all_of(AssistantMessage)
    assert answer.text == "Hello."
    pictured = ["image_url" in str(request.json) for request in server.requests]
    assert pictured == [True, True, False]


async def test_a_run_that_outlived_its_server_is_told_its_rounds_as_they_were() -> None:
    call = piece(name="get_weather", arguments='{"location":"Oslo"}', id="call_1")
    round_ = completion(chunk(reasoning="Hm."), call, chunk(finish="tool_calls"))
    async with upstream_server([round_, said("Done.")]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        session = upstream.session(run_request())
        required: Any = [event async for event in session.next(None)][-1]
        answered = AnsweredRound(
            after=ItemId("item_user"),
            calls=required.calls,
            outputs=(ToolOutput.of_text("call_1", "cold"),),
            native=required.native,
        )
        call_item = done(
            FunctionCall,
            "item_c",
            name="get_weather",
            arguments="{}",
            outputs=(TextPart(text="cold"),),
        )
        await drive(upstream, run_request(user_message(), call_item, rounds=(answered,)))
        await upstream.close()
    first, second = (request.json["messages"] for request in server.requests)
    assert second == [
        *first,
        required.native["message"],
        {"role": "tool", "tool_call_id": "call_1", "content": "cold"},
    ]
    assert required.native["message"]["reasoning"] == "Hm."


def refusing(word: str) -> Any:
    """A server that knows no such field, wherever it stands."""

    def answer(request: Received) -> Answer:
        if word in request.body.decode():
            return json_answer({"detail": [{"loc": ["body", word], "msg": "Extra inputs"}]}, 422)
        outputs = sum(message["role"] == "tool" for message in request.json["messages"])
        if outputs or not request.json.get("stream"):
            return said("Done.") if outputs else json_answer({"choices": []})
        call = piece(name="get_weather", arguments="{}", id="call_1")
        return completion(chunk(reasoning_content="Hm."), call, chunk(finish="tool_calls"))

    return answer


@pytest.mark.parametrize("word", ["stream_options", "reasoning_content"])
async def test_what_a_server_refuses_is_left_out_from_then_on(word: str) -> None:
    async with upstream_server(refusing(word)) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        for _ in range(2):
            driven = await drive(upstream)
            assert driven.only(AssistantMessage).text == "Done."
        await upstream.close()
    bodies = [request.body.decode() for request in server.requests]
    assert [word in body for body in bodies].count(True) == 1
    assert len(bodies) == 5


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (
            ["max_completion_tokens", "max_tokens"],
            ["max_completion_tokens", "max_tokens", None, None],
        ),
        (["max_completion_tokens"], ["max_completion_tokens", "max_tokens", "max_tokens"]),
        ([], ["max_completion_tokens", "max_completion_tokens"]),
    ],
)
async def test_a_title_is_limited_as_the_server_has_it(
    words: list[str], names: list[str | None]
) -> None:
    def answer(request: Received) -> Answer:
        for word in words:
            if word in request.json:
                return error_answer(400, f"Unsupported parameter: '{word}'", param=word)
        message = {"content": "<think>Hm.</think> Weather in\n Oslo"}
        return json_answer({"choices": [{"message": message}]})

    history = (user_message(), done(AssistantMessage, "item_2", content=content("Cold.")))
    async with upstream_server(answer) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        for _ in range(2):
            title = await upstream.title(run_request().assistant, history)
            assert title == "Weather in Oslo"
        await upstream.close()
    limits = ("max_completion_tokens", "max_tokens")
    sent = [next((name for name in limits if name in r.json), None) for r in server.requests]
    assert sent == names
    system, question = server.requests[0].json["messages"]
    assert system["content"].startswith("Write a title")
    assert "weather in Oslo" in question["content"]


async def test_any_other_refusal_is_told() -> None:
    refusal = error_answer(400, "registry/gemma does not support tools")
    with pytest.raises(UpstreamRefused, match="does not support tools"):
        await run(refusal)


async def test_a_wrong_key_is_found_out_though_the_models_are_public() -> None:
    def answer(request: Received) -> Answer:
        return json_answer({"data": []}) if request.method == "GET" else key_echo(request)

    async with upstream_server(answer) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        with pytest.raises(UpstreamAuthFailed):
            await upstream.check_key()
        await upstream.close()


async def test_without_a_model_nothing_is_asked() -> None:
    assistant = run_request().assistant
    nameless = type(assistant)(assistant.id, "Ada", "", "")
    async with upstream_server([]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url, model=""))
        with pytest.raises(UpstreamMisconfigured, match="No model"):
            await drive(upstream, run_request(assistant=nameless))
        await upstream.close()
    assert server.requests == []
