"""A visitor who uploads documents and asks about them, by REST and a socket with one cookie."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from backend.domain.items import AssistantMessage, FileSearchCall
from backend.waiting import poll
from tests.patience import PATIENCE_S
from tests.rest import rest
from tests.running import Running, ScriptSocket

LONGEST_STEP_S = 1.0
"""Usually it is some milliseconds."""


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

        async def settled() -> dict[str, Any] | None:
            file: dict[str, Any] = (await self.http.get(f"/api/files/{file_id}")).json()
            return None if file["status"] == "in_progress" else file

        return await poll(settled, within_s=PATIENCE_S, first_pause_s=0.01, longest_pause_s=0.1)

    async def indexed_unnoticed(self, *file_ids: str) -> list[dict[str, Any]]:
        """The files, once they are completed or failed, the server answering others meanwhile.

        It shares this thread, whose processor time says what it did whatever else the machine does.
        """
        indexing = asyncio.gather(*map(self.indexed, file_ids))
        while not indexing.done():
            before_s = time.thread_time()
            assert (await self.http.get("/healthz")).status_code == 200
            assert time.thread_time() - before_s < LONGEST_STEP_S
            await asyncio.wait((indexing,), timeout=0.02)
        return await indexing

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
    async with rest(server.url) as http:
        # The cookie comes with the first answer.
        await http.get("/api/setup")
        yield Visitor(server, http)
