"""The whole app over a strict server of chat completions, found by `auto`."""

from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from backend.app import create_app
from backend.config.configuration import Configuration
from backend.domain.items import AssistantMessage, FunctionCall, Reasoning, Run
from backend.domain.parts import ImagePart
from backend.websocket.messages import Ack
from tests.functions_readme import examples, offered
from tests.rest import rest
from tests.running import Running, ScriptSocket
from tests.serving import serve
from tests.upstreams.chat_completions.objects import StrictServer, chunk, completion, piece, said
from tests.upstreams.driving import KEY
from tests.upstreams.loopback import upstream_server

BASE64 = b64encode(b"\x89PNG\r\n\x1a\n" + bytes(64)).decode()
PICTURE = f"data:image/png;base64,{BASE64}"
ASSISTANT: dict[str, Any] = {"name": "Ada", "model": "strict-1", "tools": ["function:get_weather"]}


@asynccontextmanager
async def chat(folder: Path, strict: StrictServer, *tools: str) -> AsyncIterator[ScriptSocket]:
    """A socket of the app over the server. `tools` are the assistant's beside the weather."""
    assistant = ASSISTANT | {"tools": [*ASSISTANT["tools"], *tools]}
    async with upstream_server(strict.answer) as server:
        env = folder / ".env"
        env.write_text(
            f"OPENAI_API_KEY={KEY}\nOPENAI_BASE_URL={server.base_url}\nWEATHER_SOURCE=sample\n"
        )
        app = create_app(Configuration(env, data_dir=folder / "data", code_interpreter="off"))
        async with serve(app) as url, rest(url) as http:
            (await http.put("/api/setup/assistant", json=assistant)).raise_for_status()
            state = (await http.get("/api/setup")).json()
            assert state["upstream"]["name"] == "chat_completions"
            assert state["ready"]
            async with Running(url).socket() as socket:
                yield socket


async def ask(socket: ScriptSocket, text: str) -> Run:
    """Send a message, and wait for the end of its run."""
    await socket.say(text, id=f"cmd {text}")
    return await socket.until_ended(await socket.until(Ack))


async def test_functions_are_called_once_and_told_by_turns_in_later_messages(
    tmp_path: Path,
) -> None:
    oslo, lima = '{"location":"Oslo","dates":[]}', '{"location":"Lima","dates":[]}'
    strict = StrictServer(
        [
            completion(
                chunk(reasoning_content="They want two."),
                chunk(content="Let me look."),
                piece(0, "get_weather", oslo, id="call_1"),
                piece(0, "get_weather", lima, id="call_2"),
                chunk(finish="tool_calls"),
            ),
            said("Both are fine."),
            said("You are welcome."),
        ]
    )
    async with chat(tmp_path, strict) as socket:
        for text in ("How are Oslo and Lima?", "Thank you."):
            run = await ask(socket, text)
            assert (run.status, run.error) == ("completed", None)
        items = socket.transcript.items
    calls = [item for item in items if isinstance(item, FunctionCall)]
    assert [(call.arguments, call.status) for call in calls] == [
        (oslo, "completed"),
        (lima, "completed"),
    ]
    assert [item.summary for item in items if isinstance(item, Reasoning)] == [("They want two.",)]
    texts = [item.text for item in items if isinstance(item, AssistantMessage)]
    assert texts == ["Let me look.", "Both are fine.", "You are welcome."]
    second, third = (request["messages"] for request in strict.requests[1:])
    roles = ["system", "user", "assistant", "tool"]
    assert [message["role"] for message in second] == [*roles, "tool"]
    assert [message["role"] for message in third] == [
        *roles,
        "assistant",
        "tool",
        "assistant",
        "user",
    ]
    assert strict.titled == 1


async def test_a_picture_in_an_answer_is_kept_as_a_file_and_shown_to_the_model_again(
    tmp_path: Path,
) -> None:
    made = {"type": "image_url", "image_url": {"url": PICTURE}}
    drawn = completion(
        chunk(content="Look:"), chunk(images=[made]), chunk(content="Hills."), chunk(finish="stop")
    )
    strict = StrictServer([drawn, said("Greener.")])
    async with chat(tmp_path, strict) as socket:
        await ask(socket, "Draw hills.")
        answer = socket.transcript.items[-1]
        await ask(socket, "Make them green.")
        frames = "".join(frame.model_dump_json() for frame in socket.received)
    assert isinstance(answer, AssistantMessage)
    before, picture, after = answer.content
    assert isinstance(picture, ImagePart)
    assert (picture.name, picture.media_type, picture.url) == ("image.png", "image/png", None)
    assert (tmp_path / "data" / "files" / f"{picture.file_id}").read_bytes() == b64decode(BASE64)
    assert (before.type, after.type) == ("text", "text")
    assert "base64" not in frames
    told, asked = strict.requests[1]["messages"][-2:]
    assert told["content"] == "Look:\n[Shown to the user: image.png (72 bytes)]\nHills."
    assert made in asked["content"]
    assert asked["content"][-1] == {"type": "text", "text": "Make them green."}


async def test_a_picture_that_is_none_is_said_to_be_missing(tmp_path: Path) -> None:
    broken = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,%"}}]
    strict = StrictServer([completion(chunk(content="Look:", images=broken), chunk(finish="stop"))])
    async with chat(tmp_path, strict) as socket:
        run = await ask(socket, "Draw hills.")
        answer = socket.transcript.items[-1]
    assert run.status == "completed"
    assert isinstance(answer, AssistantMessage)
    assert "image.png could not be copied" in answer.text


async def test_a_run_that_failed_does_not_spoil_the_next_message(tmp_path: Path) -> None:
    failed = completion(chunk(content="Hel"), {"error": {"message": "Overloaded.", "code": 503}})
    strict = StrictServer([failed, said("Hello."), said("Bye.")])
    async with chat(tmp_path, strict) as socket:
        statuses = [(await ask(socket, text)).status for text in ("One", "Two", "Three")]
    assert statuses == ["failed", "completed", "completed"]


@pytest.mark.parametrize("is_shown", [True, False])
async def test_a_tools_picture_follows_the_outputs_where_the_server_takes_it(
    tmp_path: Path, is_shown: bool
) -> None:
    heights = '{"heights":[1]}'
    strict = StrictServer(
        [
            completion(
                piece(0, "draw_bars", heights, id="call_1"),
                piece(1, "draw_bars", heights, id="call_2"),
                chunk(finish="tool_calls"),
            ),
            said("Two bars."),
            said("Yes."),
        ],
        user_after_tools=is_shown,
    )
    with offered(tmp_path / "more", draw_bars=examples()["draw_bars.py"]):
        async with chat(tmp_path, strict, "function:draw_bars") as socket:
            for text in ("Draw two.", "Are they blue?"):
                run = await ask(socket, text)
                assert (run.status, run.error) == ("completed", None)
    second, third = (request["messages"] for request in strict.requests[1:])
    assert all("[Shown to the user: bars.png" in each["content"] for each in second[3:5])
    pictured = [
        [part["type"] for part in each["content"]]
        for each in (*second, *third)
        if "data:image/png" in str(each)
    ]
    assert pictured == ([["text", "image_url", "image_url"]] * 2 if is_shown else [])
    assert len(second) == (6 if is_shown else 5)
