"""The Chat Completions API, as its many servers stream it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from backend.app import create_app
from backend.config.configuration import Configuration
from backend.domain.errors import UpstreamAuthFailed, UpstreamBroken
from backend.domain.items import AssistantMessage, Attachment, FunctionCall, Reasoning, Usage
from backend.upstreams.chat_completions import create_upstream
from backend.upstreams.probe import spoken_by
from tests.running import Running
from tests.serving import serve
from tests.upstreams.driving import KEY, Driven, drive, run_request, settings, user_message
from tests.upstreams.loopback import (
    Answer,
    Part,
    Received,
    UpstreamServer,
    error_answer,
    json_answer,
    key_echo,
    sse,
    upstream_server,
)
from tests.upstreams.responses.chatting import ASSISTANT, ask

Chunk = dict[str, Any]


def chunk(finish: str | None = None, **delta: Any) -> Chunk:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "choices": [choice]}


def tool_call(index: int | None, arguments: Any, **more: Any) -> Chunk:
    function: dict[str, Any] = {"arguments": arguments}
    if "name" in more:
        function["name"] = more.pop("name")
    return chunk(tool_calls=[{"index": index, "type": "function", "function": function, **more}])


def stream(*chunks: Chunk | str) -> Answer:
    parts: list[Part] = [
        f"data: {body if isinstance(body, str) else json.dumps(body)}\n\n".encode()
        for body in chunks
    ]
    return sse([*parts, b"data: [DONE]\n\n"])


STOP = chunk("stop")
CALLS = chunk("tool_calls")
HELLO = stream(chunk(role="assistant", content=""), chunk(content="Hello"), STOP)


@asynccontextmanager
async def playing(*answers: Answer, **changes: Any) -> AsyncIterator[tuple[Any, UpstreamServer]]:
    async with upstream_server([*answers, HELLO, HELLO]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url, **changes))
        try:
            yield upstream, server
        finally:
            await upstream.close()


async def play(*answers: Answer) -> Driven:
    async with playing(*answers) as (upstream, _):
        return await drive(upstream)


def said(driven: Driven) -> str:
    return "|".join(message.text for message in driven.all_of(AssistantMessage))


async def test_text_streams_and_its_tokens_are_counted() -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}
    last = {"choices": [], "usage": usage | {"completion_tokens_details": {"reasoning_tokens": 3}}}
    driven = await play(stream(chunk(content="Hel"), chunk(content="lo"), STOP, last))
    assert said(driven) == "Hello"
    assert driven.ended is not None
    assert driven.ended.status == "completed"
    assert driven.ended.usage == Usage(
        input_tokens=5, output_tokens=7, total_tokens=12, reasoning_tokens=3
    )


OSLO, LIMA = '{"location":"Oslo"}', '{"location":"Lima"}'
PARALLEL = [
    tool_call(0, "", id="call_a", name="get_weather"),
    tool_call(0, OSLO[:8]),
    tool_call(0, OSLO[8:]),
    tool_call(1, "", id="call_b", name="get_weather"),
    tool_call(1, LIMA),
]
ALL_AT_ZERO = [
    tool_call(0, OSLO, id="call_a", name="get_weather"),
    tool_call(0, LIMA, id="call_b", name="get_weather"),
]
WITHOUT_INDEX = [
    tool_call(None, json.loads(OSLO), id="call_a", name="get_weather"),
    tool_call(None, json.loads(LIMA), id="call_b", name="get_weather"),
]


@pytest.mark.parametrize("calls", [PARALLEL, ALL_AT_ZERO, WITHOUT_INDEX])
async def test_parallel_calls_run_once_each_and_go_back_with_their_outputs(
    calls: list[Chunk],
) -> None:
    first = stream(chunk(content="Let me look."), *calls, CALLS)
    async with playing(first) as (upstream, server):
        driven = await drive(upstream)
    assert [(call.call_id, call.arguments) for call in driven.calls] == [
        ("call_a", OSLO),
        ("call_b", LIMA),
    ]
    assert said(driven) == "Let me look.|Hello"
    *_, assistant, one, other = server.requests[1].json["messages"]
    assert assistant["content"] == "Let me look."
    assert [call["function"]["arguments"] for call in assistant["tool_calls"]] == [OSLO, LIMA]
    assert (one["role"], one["tool_call_id"]) == ("tool", "call_a")
    assert other["tool_call_id"] == "call_b"


async def test_calls_with_one_id_are_told_apart_and_equal_ones_are_one() -> None:
    same = [tool_call(0, OSLO, id="x", name="f"), tool_call(1, LIMA, id="", name="f")]
    driven = await play(stream(*same, CALLS))
    assert len({call.call_id for call in driven.calls}) == 2


@pytest.mark.parametrize(
    "thought",
    [
        chunk(reasoning_content="Hm."),
        chunk(reasoning="Hm."),
        chunk(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}]),
        chunk(content="<think>Hm.</think>\n\n"),
    ],
)
async def test_reasoning_of_every_kind_is_reasoning(thought: Chunk) -> None:
    driven = await play(stream(thought, chunk(content="Hello"), STOP))
    assert driven.only(Reasoning).summary == ("Hm.",)
    assert said(driven) == "Hello"
    assert [item.type for item in driven.items.values()] == ["reasoning", "assistant_message"]


async def test_an_answer_in_one_piece_is_read() -> None:
    choice = {"message": {"content": "Hello"}, "finish_reason": "stop"}
    assert said(await play(stream({"choices": [choice]}))) == "Hello"


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (stream(chunk(content="Hel"), chunk("length")), "incomplete", "max_output_tokens"),
        (stream(chunk("content_filter")), "incomplete", "content_filter"),
        (stream(STOP), "incomplete", "empty_answer"),
        (stream(chunk(content="Hel"), {"error": "overloaded"}), "failed", "upstream_broken"),
        (
            stream({"error": {"message": "maximum context length is 8192", "code": 400}}),
            "failed",
            "context_length_exceeded",
        ),
    ],
)
async def test_it_ends_with_a_reason(answer: Answer, status: str, code: str) -> None:
    driven = await play(answer)
    assert driven.ended is not None
    assert driven.ended.error is not None
    assert (driven.ended.status, driven.ended.error.code) == (status, code)


async def test_a_call_that_was_cut_off_is_not_executed() -> None:
    driven = await play(stream(tool_call(0, '{"loc', id="a", name="f"), chunk("length")))
    assert driven.calls == []
    assert driven.only(FunctionCall).status == "incomplete"


async def test_a_stream_that_just_ends_is_broken() -> None:
    with pytest.raises(UpstreamBroken, match="before the answer was complete"):
        await play(stream(chunk(content="Hel")))


async def test_a_picture_goes_along(tmp_path: Path) -> None:
    picture = tmp_path / "dot.png"
    picture.write_bytes(b"png")
    request = run_request(user_message("What is this?"))
    file = Attachment(file_id="file_1", name="dot.png", media_type="image/png", size=3)
    question = request.history[0].model_copy(update={"files": (file,)})
    files = type(request.files)(paths={file.file_id: picture})
    async with playing() as (upstream, server):
        await drive(upstream, run_request(question, files=files))
    text, image = server.requests[0].json["messages"][-1]["content"]
    assert text == {"type": "text", "text": "What is this?"}
    assert image["image_url"]["url"].startswith("data:image/png;base64,")


async def test_a_server_that_refuses_stream_options_is_asked_without_from_then_on() -> None:
    refusal = error_answer(400, "Unknown field: stream_options")
    async with playing(refusal) as (upstream, server):
        await drive(upstream)
        await drive(upstream)
    sent = ["stream_options" in request.json for request in server.requests]
    assert sent == [True, False, False]


async def test_a_wrong_key_is_found_out_though_the_models_are_public() -> None:
    def answer(request: Received) -> Answer:
        return json_answer({"data": []}) if request.method == "GET" else key_echo(request)

    async with upstream_server(answer) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        with pytest.raises(UpstreamAuthFailed):
            await upstream.check_key()
        await upstream.close()


async def test_auto_finds_it_last() -> None:
    def answer(request: Received) -> Answer:
        if request.path == "/chat/completions":
            return error_answer(400, "messages is required")
        return error_answer(404, "Not Found")

    async with upstream_server(answer) as server:
        assert await spoken_by(settings(openai_base_url=server.base_url)) == "chat_completions"
    asked = [request.path for request in server.requests]
    assert asked[-1] == "/chat/completions"


async def test_the_whole_app_chats_through_it(tmp_path: Path) -> None:
    weather = tool_call(0, '{"location":"Oslo","dates":[]}', id="call_a", name="get_weather")
    answers = [stream(weather, CALLS), stream(chunk(content="It is cold."), STOP), HELLO]

    def answer(request: Received) -> Answer:
        if not request.json.get("stream"):
            return json_answer({"choices": [{"message": {"content": "Weather in Oslo"}}]})
        return answers.pop(0)

    async with upstream_server(answer) as server:
        env = tmp_path / ".env"
        env.write_text(
            f"UPSTREAM=chat_completions\nOPENAI_API_KEY={KEY}\n"
            f"OPENAI_BASE_URL={server.base_url}\nWEATHER_SOURCE=sample\n"
        )
        app = create_app(Configuration(env, data_dir=tmp_path / "data", code_interpreter="off"))
        async with serve(app) as url, httpx2.AsyncClient(base_url=url, timeout=60) as http:
            (await http.put("/api/setup/assistant", json=ASSISTANT)).raise_for_status()
            async with Running(url).socket() as socket:
                first = await ask(socket, "How is Oslo?")
                second = await ask(socket, "And now?")
    assert (first.status, second.status) == ("completed", "completed")
    kinds = [item.type for item in socket.transcript.items]
    assert kinds == [
        "user_message",
        "function_call",
        "assistant_message",
        "user_message",
        "assistant_message",
    ]
    last = [request.json for request in server.requests if request.json.get("stream")][-1]
    roles = [message["role"] for message in last["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "assistant", "user"]
