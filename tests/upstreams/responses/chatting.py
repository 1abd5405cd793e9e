"""The whole app over a server of the Responses API that reads its input strictly."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backend.app import create_app
from backend.config.configuration import Configuration
from backend.domain.items import Run
from backend.websocket.messages import Ack
from tests.rest import rest
from tests.running import Running, ScriptSocket
from tests.serving import serve
from tests.upstreams.driving import KEY
from tests.upstreams.loopback import (
    Answer,
    Received,
    error_answer,
    json_answer,
    sse,
    upstream_server,
)
from tests.upstreams.responses.strict_server import StrictServer

ASSISTANT: dict[str, Any] = {"name": "Ada", "model": "strict-1", "tools": ["function:get_weather"]}


@asynccontextmanager
async def chat(
    folder: Path,
    model: "StrictServer | ScriptedModel",
    *tools: str,
    code_interpreter: str = "off",
    **settings: str,
) -> AsyncIterator[ScriptSocket]:
    """A socket of the app over the server, whose assistant has these tools or `get_weather`."""
    assistant = ASSISTANT | ({"tools": tools} if tools else {})
    async with upstream_server(model.answer) as server:
        env = folder / ".env"
        lines = {
            "UPSTREAM": "responses",
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": server.base_url,
            "WEATHER_SOURCE": "sample",
            **{name.upper(): value for name, value in settings.items()},
        }
        env.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
        configuration = Configuration(
            env, data_dir=folder / "data", code_interpreter=code_interpreter
        )
        async with serve(create_app(configuration)) as url, rest(url) as http:
            (await http.put("/api/setup/assistant", json=assistant)).raise_for_status()
            async with Running(url).socket() as socket:
                yield socket


@dataclass
class ScriptedModel:
    """Gives its answers in order, other paths theirs; a request for no stream is one for a title."""

    answers: Sequence[Answer]
    others: Callable[[Received], Answer] | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    """The bodies of the requests for a stream."""

    def answer(self, request: Received) -> Answer:
        if (request.method, request.path) != ("POST", "/responses"):
            if self.others is not None:
                return self.others(request)
            return error_answer(404, f"Invalid URL ({request.method} {request.path})")
        if request.json.get("stream") is False:
            return json_answer({"output": []})
        self.asked.append(request.json)
        return self.answers[len(self.asked) - 1]


async def attach(socket: ScriptSocket, name: str, content: bytes) -> str:
    """Upload a file of the socket's owner. Returns its id."""
    async with socket.rest() as http:
        answer = await http.post("/api/files?purpose=attachment", files={"file": (name, content)})
    file_id: str = answer.raise_for_status().json()["files"][0]["id"]
    return file_id


async def ask(socket: ScriptSocket, text: str, **fields: Any) -> Run:
    """Send a message, and wait for the end of its run."""
    await socket.say(text, id=f"cmd {text}", **fields)
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


def call(name: str, call_id: str = "call_1", **arguments: Any) -> Answer:
    item = {
        "type": "function_call",
        "id": f"fc_{call_id}",
        "call_id": call_id,
        "name": name,
        "arguments": json.dumps(arguments),
    }
    return sse(
        [
            {"type": "response.output_item.done", "output_index": 0, "item": item},
            {"type": "response.completed", "response": {"status": "completed"}},
        ]
    )
