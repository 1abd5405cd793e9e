"""A small OpenAI-compatible server for tests: models and assistants, and ways to be unwell."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

Mood = Literal["well", "html", "broken", "limited", "retired", "silent", "endless"]


@dataclass
class OpenAiServer:
    """Takes `key` alone and, as the real one does, repeats a wrong key in its refusal."""

    key: str = "sk-loopback-good-key"
    mood: Mood = "well"
    assistants: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    shutdowns: dict[str, str] = field(default_factory=dict)
    """When models are switched off, by their names."""
    made: int = 0
    """Number of assistants ever."""
    endless_sent: int = 0
    """Blocks of 64 KiB of endless answers; one of them gives up after 1024."""
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    """Ends the silence."""

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/models", self._models),
                Route("/v1/assistants", self._assistants, methods=["GET", "POST"]),
                Route("/v1/assistants/{id}", self._assistant, methods=["GET", "POST", "DELETE"]),
            ]
        )

    async def _models(self, request: Request) -> Response:
        if refusal := await self._refusal(request):
            return refusal
        names = ["zeta-1", "alpha-2", "gpt-4.1"]
        days = self.shutdowns
        data = [{"id": name, "shutdown_date": days.get(name)} for name in names]
        return JSONResponse({"object": "list", "data": data})

    async def _assistants(self, request: Request) -> Response:
        if refusal := await self._refusal(request):
            return refusal
        if request.method == "GET":
            return self._page(request.query_params.get("after"))
        self.made += 1
        return await self._store(f"asst_remote{self.made}", request)

    def _page(self, after: str | None) -> Response:
        """Two at a time, the newest first."""
        ids = list(self.assistants)[::-1]
        start = ids.index(after) + 1 if after is not None else 0
        shown = [self.assistants[id] for id in ids[start : start + 2]]
        has_more = start + 2 < len(ids)
        return JSONResponse({"object": "list", "data": shown, "has_more": has_more})

    async def _assistant(self, request: Request) -> Response:
        if refusal := await self._refusal(request):
            return refusal
        id = request.path_params["id"]
        if id not in self.assistants:
            message = f"No assistant found with id '{id}'."
            return _error(404, message, "invalid_request_error")
        if request.method == "GET":
            return JSONResponse(self.assistants[id])
        if request.method == "DELETE":
            del self.assistants[id]
            return JSONResponse({"id": id, "object": "assistant.deleted", "deleted": True})
        return await self._store(id, request)

    async def _store(self, id: str, request: Request) -> Response:
        sent = json.loads(await request.body())
        blank = {"id": id, "object": "assistant", "created_at": 1, "metadata": {}, "tools": []}
        self.assistants[id] = blank | self.assistants.get(id, {}) | sent
        return JSONResponse(self.assistants[id])

    async def _endless(self, request: Request) -> AsyncIterator[bytes]:
        for _ in range(1024):
            if await request.is_disconnected():
                return
            self.endless_sent += 1
            yield b" " * 65_536

    async def _refusal(self, request: Request) -> Response | None:
        self.requests.append(f"{request.method} {request.url.path}")
        match self.mood:
            case "silent":
                await self.closing.wait()
            case "html":
                return HTMLResponse("<h1>It works!</h1>")
            case "endless":
                return StreamingResponse(self._endless(request), media_type="application/json")
            case "broken":
                return _error(500, "The server had an error.", "server_error")
            case "limited":
                response = _error(429, "You exceeded your current quota.", "insufficient_quota")
                response.headers["retry-after"] = "7"
                return response
            case "retired" if "/assistants" in request.url.path:
                return _error(404, "Invalid URL (GET /v1/assistants)", "invalid_request_error")
            case _:
                pass
        sent = request.headers.get("authorization", "").removeprefix("Bearer ")
        if sent != self.key:
            return _error(401, f"Incorrect API key provided: {sent}.", "invalid_request_error")
        return None


def _error(status: int, message: str, kind: str) -> JSONResponse:
    error = {"message": message, "type": kind, "param": None, "code": None}
    return JSONResponse({"error": error}, status_code=status)
