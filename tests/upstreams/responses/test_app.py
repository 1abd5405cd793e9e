"""The whole app over a strict server of the Responses API: what it is told, round after round."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from backend.app import create_app
from backend.config.configuration import Configuration
from backend.domain.items import AssistantMessage, FunctionCall, Run
from backend.websocket.messages import Ack
from tests.running import Running, ScriptSocket
from tests.serving import serve
from tests.upstreams.driving import KEY
from tests.upstreams.loopback import Answer, sse, upstream_server
from tests.upstreams.responses.strict_server import StrictServer

ASSISTANT = {"name": "Ada", "model": "strict-1", "tools": ["function:get_weather"]}


@asynccontextmanager
async def chat(folder: Path, strict: StrictServer) -> AsyncIterator[ScriptSocket]:
    """A socket of the app over the server."""
    async with upstream_server(strict.answer) as server:
        env = folder / ".env"
        env.write_text(
            f"UPSTREAM=responses\nOPENAI_API_KEY={KEY}\nOPENAI_BASE_URL={server.base_url}\n"
            "WEATHER_SOURCE=sample\n"
        )
        app = create_app(Configuration(env, data_dir=folder / "data", code_interpreter="off"))
        async with serve(app) as url, httpx2.AsyncClient(base_url=url) as http:
            (await http.put("/api/setup/assistant", json=ASSISTANT)).raise_for_status()
            async with Running(url).socket() as socket:
                yield socket


async def ask(socket: ScriptSocket, text: str) -> Run:
    """Send a message, and wait for the end of its run."""
    await socket.say(text, id=f"cmd {text}")
    return await socket.until_ended(await socket.until(Ack))


def message(text: str) -> Answer:
    item = {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "content": [{"type": "output_text", "text": text, "annotations": []}],
    }
    return sse(
        [
            {"type": "response.output_item.done", "output_index": 0, "item": item},
            {"type": "response.completed", "response": {"status": "completed"}},
        ]
    )


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
