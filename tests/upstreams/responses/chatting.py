"""The whole app over a server of the Responses API that reads its input strictly."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
        async with serve(app) as url, rest(url) as http:
            (await http.put("/api/setup/assistant", json=ASSISTANT)).raise_for_status()
            async with Running(url).socket() as socket:
                yield socket


async def attach(socket: ScriptSocket, name: str, content: bytes) -> str:
    """Upload a file of the socket's owner. Returns its id."""
    host, port = socket.ws.remote_address[:2]
    async with rest(f"http://{host}:{port}", headers={"Cookie": socket.cookie}) as http:
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
