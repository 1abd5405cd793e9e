"""A key is planted, the upstream repeats it in every way it can, and it is looked for everywhere."""

import json
import shlex
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.websocket.messages import Ack
from tests.process import backend
from tests.rest import rest
from tests.running import Running
from tests.upstreams.loopback import Answer, Received, upstream_server

LOG = "stderr.log"
LOGGING = ("sh", "-c", f'exec {shlex.quote(sys.executable)} -m backend "$@" 2>{LOG}', "sh")
"""To a file: at DEBUG the log outgrows a pipe that nobody reads."""

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


@pytest.mark.parametrize("name", ["responses", "assistants", "chat_completions"])
@pytest.mark.parametrize("transport", ["httpx", "aiohttp"])
async def test_the_key_is_found_nowhere(tmp_path: Path, name: str, transport: str) -> None:
    seen: list[str] = []
    settings = {"LOG_LEVEL": "debug", "OPENAI_LOG": "debug", "UPSTREAM_TRANSPORT": transport}
    async with (
        upstream_server(echoing) as upstream,
        backend(tmp_path, "--port", "0", settings=settings, command=LOGGING) as server,
    ):
        await server.started()
        seen += server.lines
        async with rest(server.url) as http:
            choice = {"upstream": name, "base_url": upstream.base_url}
            await http.put("/api/setup/upstream", json=choice)
            for body in ({"api_key": KEY, "verify": True}, {"api_key": KEY, "verify": False}):
                seen.append((await http.put("/api/setup/api-key", json=body)).text)
            assistant = {"name": "A", "model": "m", "instructions": "", "tools": []}
            answer = await http.put("/api/setup/assistant", json=assistant)
            seen.append(answer.text + str(answer.headers))
            for path in ("setup", "models", "functions", "setup/assistant", "openapi.json"):
                answer = await http.get(f"/api/{path}")
                seen.append(answer.text + str(answer.headers))
        assert KEY in (tmp_path / ".env").read_text()
        if name == "assistants":
            with (tmp_path / ".env").open("a") as env:
                env.write("ASSISTANT_ID=asst_remote\n")
        async with Running(server.url).socket() as socket:
            for word in ("401", "400", "404", "429", "500", "in the stream"):
                await socket.say(f"Fail with {word}", id=word)
                await socket.until_ended(await socket.until(Ack))
            seen += [frame.model_dump_json() for frame in socket.received]
            runs = list(socket.transcript.runs.values())
        assert [run.status for run in runs] == ["failed"] * 6
        assert all(run.error and run.error.message for run in runs)
        assert any(request.key == KEY for request in upstream.requests)
        assert (await server.end(signal.SIGTERM))[0] == 0
    assert "DEBUG" in (tmp_path / LOG).read_text()
    for text in seen:
        assert not list(traces(text))
    for file, text in files_of(tmp_path):
        assert file == ".env" or not list(traces(text)), file
