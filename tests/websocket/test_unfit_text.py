"""Text that no database and no encoder takes, wherever it comes from: it harms nobody."""

import json
from pathlib import Path
from typing import Any

import pytest

from backend.domain.items import AssistantMessage, FunctionCall, UserMessage
from backend.tools import functions
from backend.upstreams.responses.upstream import create_upstream
from backend.websocket.messages import Ack, Pong, Snapshot
from tests.rest import rest
from tests.running import Running, ScriptSocket, running
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message, partial_message
from tests.upstreams.driving import KEY, settings
from tests.upstreams.loopback import Answer, error_answer, sse, upstream_server

FUNCTION = '''
from backend.tools.function import ToolError, function

@function
def {name}() -> object:
    """Harm."""
    {does}
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where functions are looked for, beside the product's own."""
    path = tmp_path / "more_functions"
    path.mkdir()
    monkeypatch.setattr(functions, "__path__", [*functions.__path__, str(path)])
    return path


async def chats(server: Running, upstream: ScriptedUpstream) -> None:
    """Another visitor asks and is answered."""
    upstream.script([*message("Hello."), COMPLETED])
    async with server.socket() as socket:
        await socket.say("Hi")
        assert (await socket.until_ended(await socket.until(Ack))).status == "completed"


async def reloaded(server: Running, socket: ScriptSocket) -> ScriptSocket:
    """What a reload shows; it takes one snapshot."""
    thread = socket.transcript.thread
    assert thread is not None
    async with server.socket(cookie=socket.cookie, thread_id=thread.id) as again:
        await again.send(type="ping", id="p")
        await again.until(Pong)
        while not any(isinstance(received, Snapshot) for received in again.received):
            await again.next()
        await again.send(type="ping", id="q")
        await again.until(Pong)
    assert [type(received) for received in again.received].count(Snapshot) == 1
    assert again.transcript.items == socket.transcript.items
    assert again.transcript.active_run is None
    return again


@pytest.mark.parametrize(
    ("name", "does"),
    [
        ("harm_by_raising", r'raise RuntimeError("\ud83d")'),
        ("harm_by_refusing", r'raise ToolError("no \ud83d\0")'),
        ("harm_by_text", r'return "\ud83d\0"'),
        (
            "harm_by_a_name",
            r'return {"name": "caf\udce9.txt", "pair": "\ud83d\ude00", "nul": "\0"}',
        ),
        ("harm_by_much_text", r'return "\ud83d" * 1_000_000'),
    ],
)
async def test_a_function_with_unfit_text_harms_nobody(
    tmp_path: Path, folder: Path, name: str, does: str
) -> None:
    (folder / f"{name}.py").write_text(FUNCTION.format(name=name, does=does))
    upstream = ScriptedUpstream()
    upstream.script(calls((name, "{}")), [*message("Done."), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("Do it.")
        assert (await socket.until_ended(await socket.until(Ack))).status == "completed"
        await chats(server, upstream)
        await reloaded(server, socket)
    call = next(item for item in socket.transcript.items if isinstance(item, FunctionCall))
    shown = json.dumps([call.output, call.error], ensure_ascii=False)
    assert "\ufffd" in shown
    assert "\\u0000" not in shown
    told = upstream.sessions[0].outputs[1]
    assert told is not None
    assert "\ufffd" in told[0].output
    if name == "harm_by_a_name":
        assert call.output == {"name": "caf\ufffd.txt", "pair": "😀", "nul": "\ufffd"}


async def at_responses(folder: Path, answer: Answer) -> ScriptSocket:
    """A chat of one message with a server of the Responses API, and its reload."""
    async with upstream_server(lambda _: answer) as upstream:
        (folder / ".env").write_text(
            f"UPSTREAM=responses\nOPENAI_BASE_URL={upstream.base_url}\nOPENAI_API_KEY={KEY}\n"
        )
        adapter = create_upstream(settings(openai_base_url=upstream.base_url))
        async with (
            running(folder, adapter) as server,
            server.socket() as socket,
        ):
            async with rest(server.url) as http:
                assistant = {"name": "Ada", "model": "m"}
                (await http.put("/api/setup/assistant", json=assistant)).raise_for_status()
            await socket.say("Hi")
            await socket.until_ended(await socket.until(Ack))
            await reloaded(server, socket)
            return socket


def streamed(*events: dict[str, Any]) -> Answer:
    return sse([*events, {"type": "response.completed", "response": {"status": "completed"}}])


async def test_an_upstreams_error_with_unfit_text_ends_the_run(tmp_path: Path) -> None:
    socket = await at_responses(tmp_path, error_answer(400, "bad \ud83d \0 emoji"))
    [run] = socket.transcript.runs.values()
    assert run.error is not None
    assert run.error.code == "upstream_refused"
    assert "bad \ufffd \ufffd emoji" in run.error.message


async def test_an_error_within_a_stream_may_hold_unfit_text(tmp_path: Path) -> None:
    error = {"type": "error", "code": "bad", "message": "bad \ud83d \0 emoji"}
    socket = await at_responses(tmp_path, sse([error]))
    [run] = socket.transcript.runs.values()
    assert run.error is not None
    assert "bad \ufffd \ufffd emoji" in run.error.message


async def test_unfit_text_in_an_answer_is_replaced(tmp_path: Path) -> None:
    text = "cut \ud83d emoji, nul \0, half \ude00"
    content = [{"type": "output_text", "text": text, "annotations": []}]
    item = {"id": "msg_1", "type": "message", "role": "assistant", "content": content}
    socket = await at_responses(
        tmp_path,
        streamed(
            {"type": "response.output_text.delta", "delta": text},
            {"type": "response.output_item.done", "item": item},
        ),
    )
    answer = socket.transcript.items[-1]
    assert isinstance(answer, AssistantMessage)
    assert answer.text == "cut \ufffd emoji, nul \ufffd, half \ufffd"


async def test_a_pair_that_two_deltas_share_is_whole(tmp_path: Path) -> None:
    deltas = ("Hello \ud83d", "\ude00", " and \ud83d", "\ude01.")
    socket = await at_responses(
        tmp_path,
        streamed(*({"type": "response.output_text.delta", "delta": delta} for delta in deltas)),
    )
    answer = socket.transcript.items[-1]
    assert isinstance(answer, AssistantMessage)
    assert answer.text == "Hello 😀 and 😁."


async def test_an_adapters_unfit_text_fails_its_own_run_alone(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*partial_message("so far "), *partial_message("\ud83d")])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("Hi")
        run = await socket.until_ended(await socket.until(Ack))
        assert run.error is not None
        assert run.error.code == "internal_error"
        await chats(server, upstream)
        await reloaded(server, socket)


async def test_a_visitors_unfit_text_is_replaced_in_messages_and_titles(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("Hello."), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("half \ud83d, nul \0, whole 😀")
        await socket.until_ended(await socket.until(Ack))
        said, thread = socket.transcript.items[0], socket.transcript.thread
        assert isinstance(said, UserMessage)
        assert said.text == "half \ufffd, nul \ufffd, whole 😀"
        assert thread is not None
        async with rest(server.url) as http:
            answer = await http.patch(
                f"/api/threads/{thread.id}",
                content=json.dumps({"title": "a \ud83d b\0"}),
                headers={"content-type": "application/json", "cookie": socket.cookie},
            )
        assert answer.json()["title"] == "a \ufffd b\ufffd"
