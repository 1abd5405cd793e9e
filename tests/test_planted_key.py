"""A key is planted, the upstream repeats it in every way it can, and it is looked for everywhere."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.websocket.messages import Ack
from tests.process import PROGRAM, backend
from tests.rest import rest
from tests.running import Running
from tests.upstreams.loopback import Answer, Received, upstream_server

KEY = "sk-planted-Zq7xW93kfLmN2pRtVb8c"


def echoing(received: Received) -> Answer:
    """Repeats the key in bodies, headers and streams; accepts it nowhere but for the models."""
    headers = {"content-type": "application/json", "x-echo": received.key}
    if received.path == "/models":
        body = {"object": "list", "data": [{"id": f"model of {received.key}"}, {"id": "m"}]}
        return Answer((json.dumps(body).encode(),), headers=headers)
    asked = str(received.json) if received.body else ""
    if "stream" in asked and "in the stream" in asked:
        events: list[dict[str, Any]] = [
            {"type": "response.created", "response": {"id": "r"}},
            {"type": "error", "code": "x", "message": f"bad key {received.key}", "param": None},
        ]
        lines = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
        return Answer((lines.encode(),), headers={"content-type": "text/event-stream"})
    status = {"401": 401, "429": 429, "500": 500, "400": 400, "404": 404}
    code = next((code for word, code in status.items() if word in asked), 401)
    error = {"error": {"message": f"Incorrect API key provided: {received.key}.", "code": "bad"}}
    return Answer((json.dumps(error).encode(),), status=code, headers=headers)


def traces(text: str) -> Iterator[str]:
    """The key, or so much of it that it is no longer secret."""
    for size in (len(KEY), 12):
        if KEY[-size:] in text or KEY[:size] in text:
            yield text


def files_of(folder: Path) -> list[tuple[str, str]]:
    """Database, lock files, backups: everything that was written."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [(path.name, path.read_bytes().decode("latin-1")) for path in files]


@pytest.mark.parametrize("transport", ["httpx", "aiohttp"])
async def test_the_key_is_found_nowhere(tmp_path: Path, transport: str) -> None:
    seen: list[str] = []
    settings = {"LOG_LEVEL": "debug", "OPENAI_LOG": "debug", "UPSTREAM_TRANSPORT": transport}
    async with (
        upstream_server(echoing) as upstream,
        backend(tmp_path, "--port", "0", settings=settings, command=PROGRAM) as server,
    ):
        await server.started()
        seen += server.lines
        for name in ("responses", "chat_completions", "assistants"):
            seen += await _set_up(server.url, name, upstream.base_url)
            assert KEY in (tmp_path / ".env").read_text()
            if name == "assistants":
                with (tmp_path / ".env").open("a") as env:
                    env.write("ASSISTANT_ID=asst_remote\n")
            seen += await _failures(server.url)
        assert any(request.key == KEY for request in upstream.requests)
        code, log = await server.end(signal.SIGTERM)
    assert code == 0
    assert "DEBUG" in log
    for text in (*seen, log):
        assert not list(traces(text))
    for file, text in files_of(tmp_path):
        assert file == ".env" or not list(traces(text)), file


async def _set_up(url: str, name: str, base_url: str) -> list[str]:
    """What the setup answers."""
    seen = []
    async with rest(url) as http:
        await http.put("/api/setup/upstream", json={"upstream": name, "base_url": base_url})
        for body in ({"api_key": KEY, "verify": True}, {"api_key": KEY, "verify": False}):
            seen.append((await http.put("/api/setup/api-key", json=body)).text)
        assistant = {"name": "A", "model": "m", "instructions": "", "tools": []}
        answer = await http.put("/api/setup/assistant", json=assistant)
        seen.append(answer.text + str(answer.headers))
        for path in ("setup", "models", "functions", "setup/assistant", "openapi.json"):
            answer = await http.get(f"/api/{path}")
            seen.append(answer.text + str(answer.headers))
    return seen


async def _failures(url: str) -> list[str]:
    """What a chat is told of runs that fail in every way."""
    async with Running(url).socket() as socket:
        for word in ("401", "400", "404", "429", "500", "in the stream"):
            await socket.say(f"Fail with {word}", id=word)
            await socket.until_ended(await socket.until(Ack))
        runs = list(socket.transcript.runs.values())
    assert [run.status for run in runs] == ["failed"] * 6
    assert all(run.error and run.error.message for run in runs)
    return [frame.model_dump_json() for frame in socket.received]
