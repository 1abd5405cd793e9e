"""A visitor who uploads documents and asks about them, by REST and a socket with one cookie."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from backend.domain.items import AssistantMessage, FileSearchCall
from tests.running import Running, ScriptSocket

TAKEN_IN_WITHIN_S = 60.0


@dataclass
class Visitor:
    server: Running
    http: httpx2.AsyncClient

    async def upload(self, *paths: Path, purpose: str = "attachment") -> list[dict[str, Any]]:
        """Upload files and return them as the server answers."""
        answer = await self.http.post(
            "/api/files",
            params={"purpose": purpose},
            files=[("file", (path.name, path.read_bytes())) for path in paths],
        )
        assert answer.status_code == 201, answer.text
        files: list[dict[str, Any]] = answer.json()["files"]
        return files

    async def indexed(self, file_id: str) -> dict[str, Any]:
        """The file, once it is completed or failed."""
        async with asyncio.timeout(TAKEN_IN_WITHIN_S):
            while True:
                file: dict[str, Any] = (await self.http.get(f"/api/files/{file_id}")).json()
                if file["status"] != "in_progress":
                    return file

    @asynccontextmanager
    async def socket(self, **query: str) -> AsyncIterator[ScriptSocket]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        async with self.server.socket(cookie=cookie, **query) as socket:
            yield socket

    async def ask(self, text: str, *file_ids: str) -> tuple[AssistantMessage, list[FileSearchCall]]:
        """The answer in a new thread, and the searches that were made for it."""
        async with self.socket() as socket:
            await socket.say(text, file_ids=file_ids)
            await socket.until_run_ends()
            items = socket.transcript.items
        answer = items[-1]
        assert isinstance(answer, AssistantMessage)
        return answer, [item for item in items if isinstance(item, FileSearchCall)]


@asynccontextmanager
async def visiting(server: Running) -> AsyncIterator[Visitor]:
    async with httpx2.AsyncClient(base_url=server.url) as http:
        # The cookie comes with the first answer.
        await http.get("/api/setup")
        yield Visitor(server, http)
