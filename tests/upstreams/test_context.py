"""Chats that are longer than what a model can read, over scripted servers of two APIs."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from backend.app import create_app
from backend.config.configuration import Configuration
from backend.domain.items import Run, UserMessage
from backend.runs.context_window import LEFT_OUT_NOTE
from backend.websocket.messages import Ack
from tests.http.answers import problem
from tests.rest import rest
from tests.running import Running, ScriptSocket
from tests.serving import serve
from tests.upstreams.chat_completions.objects import chunk, completion, piece
from tests.upstreams.driving import KEY
from tests.upstreams.loopback import Answer, Received, error_answer, json_answer, upstream_server
from tests.upstreams.responses import chatting

LONG = "many words " * 400
"""A thousand tokens by our estimate, and by the servers here."""

CHAT_REFUSALS = {
    "OpenAI": "This model's maximum context length is {limit} tokens. However, your messages "
    "resulted in {asked} tokens. Please reduce the length of the messages.",
    "llama.cpp": "request ({asked} tokens) exceeds the available context size ({limit} tokens), try "
    "increasing it",
    "LiteLLM over Anthropic": "prompt is too long: {asked} tokens > {limit} maximum",
    "without a number": "Your input exceeds the context window of this model. Please adjust it.",
}


@dataclass
class SmallModel:
    """Counts four characters as a token and refuses what is longer than `limit`."""

    limit: int = 3_000
    refusal: str = CHAT_REFUSALS["OpenAI"]
    model: dict[str, Any] = field(default_factory=dict)
    """What its list of models says of it."""
    in_stream: bool = False
    calls_first: bool = False
    """Whether each question is first answered with a call of `get_weather`."""
    told: list[str] = field(default_factory=list)
    """The bodies of the requests for an answer."""
    refused: int = 0

    def answer(self, request: Received) -> Answer:
        match request.method, request.path:
            case "GET", "/models":
                return json_answer({"object": "list", "data": [{"id": "small-1"} | self.model]})
            case "POST", "/chat/completions" | "/responses" if request.json.get("stream"):
                return self._answer(request)
            case _:
                return error_answer(404, "No titles here.")

    def _answer(self, request: Received) -> Answer:
        body = request.json
        self.told.append(json.dumps(body, ensure_ascii=False))
        conversation = body.get("messages") or body["input"]
        asked = len(json.dumps(conversation)) // 4
        is_chat = "messages" in body
        if asked > self.limit:
            self.refused += 1
            words = self.refusal.format(asked=asked, limit=self.limit)
            if not self.in_stream:
                return error_answer(400, words, code="context_length_exceeded")
            return completion({"error": {"message": words, "code": 400}})
        last = conversation[-1]
        wants_call = self.calls_first and last.get("role") == "user"
        if is_chat:
            usage = {"prompt_tokens": asked, "completion_tokens": 5, "total_tokens": asked + 5}
            end = {"choices": [], "usage": usage}
            if wants_call:
                call = piece(0, "get_weather", '{"location":"Oslo","dates":[]}', id="call_1")
                return completion(call, chunk(finish="tool_calls"), end)
            return completion(chunk(content="Fine."), chunk(finish="stop"), end)
        if wants_call:
            return chatting.call("get_weather", location="Oslo", dates=[])
        return chatting.message("Fine.")


@asynccontextmanager
async def chat(
    folder: Path, model: SmallModel, api: str = "chat_completions", **settings: str
) -> AsyncIterator[ScriptSocket]:
    async with upstream_server(model.answer) as server:
        lines = {
            "UPSTREAM": api,
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": server.base_url,
            "WEATHER_SOURCE": "sample",
        } | settings
        (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
        configuration = Configuration(
            folder / ".env", data_dir=folder / "data", code_interpreter="off", stop_grace_s=0
        )
        async with serve(create_app(configuration)) as url, rest(url) as http:
            tools = ["function:get_weather"] if model.calls_first else []
            assistant = {
                "name": "Ada",
                "model": "small-1",
                "instructions": "Be kind.",
                "tools": tools,
            }
            (await http.put("/api/setup/assistant", json=assistant)).raise_for_status()
            async with Running(url).socket() as socket:
                yield socket


async def ask(socket: ScriptSocket, text: str, **fields: Any) -> Run:
    await socket.say(text, id=f"cmd {len(socket.received)}", **fields)
    return await socket.until_ended(await socket.until(Ack))


async def fill(socket: ScriptSocket, messages: int) -> list[Run]:
    return [await ask(socket, f"Question {number}: {LONG}") for number in range(messages)]


@pytest.mark.parametrize("api", ["chat_completions", "responses"])
@pytest.mark.parametrize("refusal", CHAT_REFUSALS)
async def test_what_a_server_refuses_as_too_long_is_asked_again_without_the_oldest_messages(
    tmp_path: Path, api: str, refusal: str
) -> None:
    model = SmallModel(refusal=CHAT_REFUSALS[refusal])
    async with chat(tmp_path, model, api) as socket:
        runs = await fill(socket, 5)
    assert [(run.status, run.error) for run in runs] == [("completed", None)] * 5
    assert [run.notes for run in runs[:2]] == [(), ()]
    assert all(run.notes == (LEFT_OUT_NOTE,) for run in runs[3:])
    last = model.told[-1]
    assert "Question 4" in last
    assert "Be kind." in last
    assert "The beginning of this conversation was left out" in last
    assert "Question 0" not in last
    assert len(socket.transcript.items) == 10
    # What was refused once is remembered: later messages are asked once.
    assert model.refused <= 2


async def test_a_refusal_in_the_middle_of_a_stream_is_one_too(tmp_path: Path) -> None:
    model = SmallModel(in_stream=True)
    async with chat(tmp_path, model) as socket:
        runs = await fill(socket, 4)
    assert [run.status for run in runs] == ["completed"] * 4
    assert runs[-1].notes == (LEFT_OUT_NOTE,)


@pytest.mark.parametrize(
    "listed",
    [
        {"max_model_len": 3_000},
        {"context_length": "3000"},
        {"context_window": 3_000.0},
        {"max_context_length": 3_000, "context_length": None},
        {"max_input_tokens": 3_000},
        {"meta": {"n_ctx_train": 3_000, "n_vocab": 1}},
        {"meta": "none", "max_model_len": 3_000},
    ],
    ids=str,
)
async def test_what_a_list_of_models_tells_is_kept_without_being_refused(
    tmp_path: Path, listed: dict[str, Any]
) -> None:
    model = SmallModel(model=listed)
    async with chat(tmp_path, model) as socket:
        runs = await fill(socket, 4)
    assert model.refused == 0
    assert runs[-1].notes == (LEFT_OUT_NOTE,)
    assert all(run.context_length == 3_000 for run in runs)
    assert all(run.context_tokens is not None and run.context_tokens < 3_000 for run in runs)


@pytest.mark.parametrize("odd", [0, -5, True, "much", None, [3_000], 10**40])
async def test_a_length_that_is_none_is_not_believed(tmp_path: Path, odd: Any) -> None:
    async with chat(tmp_path, SmallModel(model={"max_model_len": odd})) as socket:
        run = await ask(socket, "Hello.")
    assert (run.status, run.context_length) == ("completed", None)


async def test_a_setting_wins_over_what_the_server_tells(tmp_path: Path) -> None:
    model = SmallModel(limit=100_000, model={"max_model_len": 100_000})
    async with chat(tmp_path, model, CONTEXT_TOKENS="other*=999999,small-*=3000") as socket:
        runs = await fill(socket, 4)
    assert runs[-1].notes == (LEFT_OUT_NOTE,)
    assert runs[-1].context_length == 3_000


async def test_calls_stay_with_their_outputs_and_are_made_once(tmp_path: Path) -> None:
    model = SmallModel(limit=4_500, calls_first=True)
    async with chat(tmp_path, model) as socket:
        runs = await fill(socket, 4)
        calls = [item for item in socket.transcript.items if item.type == "function_call"]
    assert [run.status for run in runs] == ["completed"] * 4
    assert len(calls) == 4
    assert runs[-1].notes == (LEFT_OUT_NOTE,)
    for body in map(json.loads, model.told):
        waiting: list[str] = []
        for message in body["messages"]:
            waiting += [call["id"] for call in message.get("tool_calls", ())]
            if message["role"] == "tool":
                assert waiting.pop(0) == message["tool_call_id"]
        assert waiting == []


async def test_files_of_messages_that_are_left_out_stay(tmp_path: Path) -> None:
    model = SmallModel(model={"max_model_len": 3_000})
    async with chat(tmp_path, model) as socket:
        async with socket.rest() as http:
            files = {"file": ("tide.csv", b"hour,height\n12,3\n")}
            uploaded = await http.post("/api/files?purpose=attachment", files=files)
        file_id = uploaded.raise_for_status().json()["files"][0]["id"]
        await ask(socket, f"Look at this. {LONG}", file_ids=[file_id])
        await fill(socket, 3)
    assert "Look at this" not in model.told[-1]
    assert "tide.csv" in model.told[-1]


@pytest.mark.parametrize("api", ["chat_completions", "responses"])
async def test_a_message_that_is_too_long_by_itself_is_refused_with_what_to_do_and_kept(
    tmp_path: Path, api: str
) -> None:
    model = SmallModel()
    async with chat(tmp_path, model, api) as socket:
        await ask(socket, "Hello.")
        much = LONG * 5
        run = await ask(socket, much)
        assert (run.status, run.error and run.error.code) == ("failed", "context_length_exceeded")
        assert run.error is not None
        assert "too long for the model's context window. Send less" in run.error.message
        message = socket.transcript.items[-1]
        assert isinstance(message, UserMessage)
        assert message.text == much
        # It is changed, and the chat goes on.
        await socket.send(type="message.edit", id="shorter", item_id=message.id, text="Less.")
        shorter = await socket.until_ended(await socket.until(Ack))
        assert (shorter.status, shorter.notes) == ("completed", ())


async def test_a_chat_tells_how_full_the_context_is(tmp_path: Path) -> None:
    async with chat(tmp_path, SmallModel(model={"max_model_len": 3_000})) as socket:
        run = await ask(socket, LONG)
        assert socket.transcript.thread is not None
        async with socket.rest() as http:
            path = f"/api/threads/{socket.transcript.thread.id}"
            told = (await http.get(f"{path}/usage")).json()
            exported = (await http.get(f"{path}/export?format=json")).json()
            problem(await http.get("/api/threads/thread_none/usage"), 404)
    assert told["last"] == exported["runs"][0] == json.loads(run.model_dump_json())
    assert 1_000 < told["last"]["context_tokens"] < told["last"]["context_length"] == 3_000
