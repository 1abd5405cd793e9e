"""`python -m backend` in front of a server: set up over REST, spoken with as a browser does."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.ports import free_port
from tests.process import environment
from tests.real_servers.conversation import Conversation, conversation
from tests.real_servers.processes import process
from tests.rest import rest

TERMINAL_CLIENT = "backend.cli.chat"
CLIENT_TIMEOUT_S = 120.0
FILE_TIMEOUT_S = 60.0
DOCTOR_TIMEOUT_S = 200.0
LOOK_AGAIN_S = 0.1


class Refused(Exception):
    """What `/setup` tells who changes something."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{message} ({code})")
        self.status = status
        self.code = code


@dataclass
class Product:
    url: str
    http: httpx2.AsyncClient
    folder: Path
    cookie: str
    log: Path

    def conversation(self) -> AbstractAsyncContextManager[Conversation]:
        return conversation(self.url, self.cookie)

    async def get(self, path: str) -> dict[str, Any]:
        return _answered(await self.http.get(path))

    async def put(self, path: str, **body: Any) -> dict[str, Any]:
        return _answered(await self.http.put(path, json=body))

    async def choose(self, model: str, *tools: str) -> None:
        """Have this model answer, with these tools."""
        await self.put(
            "/api/setup/assistant",
            name="Tested",
            model=model,
            instructions="Answer in one short sentence. Tell long stories at length.",
            tools=list(tools),
        )

    async def examined(self) -> list[dict[str, Any]]:
        """What the doctor finds."""
        answer = await self.http.post("/api/setup/doctor", timeout=DOCTOR_TIMEOUT_S)
        assert answer.status_code == 200, answer.text
        return [json.loads(line) for line in answer.text.splitlines()]

    async def upload(self, name: str, content: bytes, purpose: str) -> str:
        """The id of the file, once it is there and, of knowledge, read."""
        answer = _answered(
            await self.http.post(
                "/api/files", params={"purpose": purpose}, files={"file": (name, content)}
            )
        )
        file_id = str(answer["files"][0]["id"])
        async with asyncio.timeout(FILE_TIMEOUT_S):
            while True:
                file = await self.get(f"/api/files/{file_id}")
                if file["status"] != "in_progress":
                    break
                await asyncio.sleep(LOOK_AGAIN_S)
        assert file["status"] == "completed", file
        return file_id

    async def terminal(self, *arguments: str) -> tuple[int, str, str]:
        """The terminal client's exit status, output and errors."""
        client = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", TERMINAL_CLIENT, "--url", self.url, *arguments),
            env=environment() | {"XDG_STATE_HOME": str(self.folder / "state")},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(CLIENT_TIMEOUT_S):
            out, errors = await client.communicate()
        assert client.returncode is not None
        return client.returncode, out.decode(), errors.decode()


@asynccontextmanager
async def product(
    folder: Path, base_url: str, key: str | None, upstream: str = "auto", **settings: str
) -> AsyncIterator[Product]:
    """The product, told nothing but where the server is and which key it wants."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log = folder / "backend.log"
    env = environment() | {
        "PORT": str(port),
        "DATA_DIR": str(folder / "data"),
        "WEATHER_SOURCE": "sample",
    }
    command = (sys.executable, "-m", "backend", "--env-file", str(folder / ".env"))
    async with (
        process(command, log, answers=f"{url}/healthz", cwd=folder, env=env | settings),
        rest(url) as http,
    ):
        first = await http.get("/api/threads")
        cookie = "; ".join(f"{name}={value}" for name, value in first.cookies.items())
        opened = Product(url, http, folder, cookie, log)
        await opened.put("/api/setup/upstream", upstream=upstream, base_url=base_url)
        if key is not None:
            await opened.put("/api/setup/api-key", api_key=key, verify=False)
        yield opened


def _answered(response: httpx2.Response) -> dict[str, Any]:
    body: dict[str, Any] = response.json()
    if response.is_error:
        error = body["error"]
        raise Refused(response.status_code, error["code"], error["message"])
    return body
