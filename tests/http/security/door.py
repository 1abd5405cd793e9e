"""A small protected app, and raw requests to it, for the tests of the doors."""

import asyncio
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from backend.config.settings import Settings
from backend.http.framework.openapi import api_routes
from backend.http.health import health_routes
from backend.http.login.page import LoginPage
from backend.http.login.sessions import SessionApi
from backend.http.security.attempts import Attempts
from backend.http.security.protection import protected
from backend.http.security.sessions import Sessions
from backend.waiting import Detached
from tests.patience import PATIENCE_S

SECRET = b"0" * 64


def house(secret: bytes = SECRET, **settings: Any) -> Starlette:
    """An app behind the doors that tells who it takes the visitor for."""

    async def whoami(request: Request) -> Response:
        return JSONResponse({"owner": request.state.owner})

    async def crash(request: Request) -> Response:
        raise LookupError("a detail for the log")

    async def sockets(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_json({"owner": websocket.state.owner})
        await websocket.close()

    async def readiness() -> str | None:
        return None

    in_force = Settings(**settings)
    # The clock stands still, so that a slow machine gives nobody another try.
    sessions, attempts = Sessions(lambda: secret), Attempts(clock=lambda: 0.0)
    return Starlette(
        routes=[
            Route("/api/whoami", whoami, methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
            Route("/api/crash", crash),
            WebSocketRoute("/ws", sockets),
            *health_routes(readiness),
            *LoginPage(in_force, sessions, attempts).routes(),
            *api_routes(Detached(), SessionApi(sessions)),
        ],
        middleware=[
            Middleware(
                protected,
                settings=lambda: in_force,
                secret=lambda: secret,
                sessions=sessions,
                attempts=attempts,
            )
        ],
    )  # fmt: skip


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: str

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)


HANDSHAKE = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)


async def request(url: str, line: str, *headers: str) -> Answer:
    """Send exactly these lines, which no client library would; `{port}` is the server's."""
    port = url.rsplit(":", 1)[1]
    lines = [text.replace("{port}", port) for text in (line, *headers, "Connection: close")]
    if "Connection: Upgrade" in headers:
        lines.pop()
    reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
    try:
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        async with asyncio.timeout(PATIENCE_S):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
            status = int(head[0].split()[1])
            body = b"" if status == 101 else await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()
    pairs = [text.partition(": ") for text in head[1:] if text]
    return Answer(
        status, [(name.lower(), value) for name, _, value in pairs], body.decode("utf-8", "replace")
    )
