"""A real server for tests: `async with serve(app) as url` on a loopback port of its own.

It speaks through uvicorn as `python -m backend` does, runs in the test's own event loop and is
shut down, its lifespan included, when the block ends.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from socket import socket
from typing import Literal

import uvicorn
from starlette.types import ASGIApp

from backend.config.settings import Settings
from backend.http.security.http_protocol import BoundedHttpProtocol
from backend.server import listen
from backend.websocket.transport import WebSocketTransport
from tests.patience import PATIENCE_S
from tests.ports import free_port


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()
        self.stopping = asyncio.Event()

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        """Leaves Ctrl-C to pytest."""
        return nullcontext()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.listening.set()

    async def main_loop(self) -> None:
        """Stops at once, where uvicorn looks ten times a second."""
        await self.on_tick(0)
        await self.stopping.wait()

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Without uvicorn's wait of a tenth of a second for connections where there are none."""
        if self.server_state.connections or self.server_state.tasks:
            return await super().shutdown(sockets)
        for server in self.servers:
            server.close()
            await server.wait_closed()
        await self.lifespan.shutdown()
        return None

    async def serve_until_stopped(self, listener: socket) -> None:
        try:
            await self.serve(sockets=[listener])
        except SystemExit as stop:
            raise RuntimeError(
                "The app's lifespan did not start; its error is in the log."
            ) from stop


@asynccontextmanager
async def serve(
    app: ASGIApp,
    *,
    lifespan: Literal["auto", "on", "off"] = "auto",
    max_frame_bytes: int = Settings.model_fields["max_frame_bytes"].default,
    grace_s: int = 5,
    ping_s: float = 20,
    port: int = 0,
    ws: type[WebSocketTransport] = WebSocketTransport,
) -> AsyncIterator[str]:
    """Yields the base URL, `http://127.0.0.1:PORT`; for a socket, `"ws" + url[4:]`.

    Who does not answer a ping within `ping_s` is gone. `port` is for a server that comes back where it was; 0 takes a free one.
    """
    listener = listen("127.0.0.1", port or free_port())
    server = _Server(
        uvicorn.Config(
            app,
            lifespan=lifespan,
            http=BoundedHttpProtocol,
            ws=ws,
            ws_per_message_deflate=False,
            ws_max_size=max_frame_bytes,
            ws_ping_interval=ping_s,
            ws_ping_timeout=ping_s,
            proxy_headers=False,
            server_header=False,
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=grace_s,
        )
    )
    serving: asyncio.Task[None] | None = None
    try:
        serving = asyncio.create_task(server.serve_until_stopped(listener))
        listening = asyncio.create_task(server.listening.wait())
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.wait({serving, listening}, return_when=asyncio.FIRST_COMPLETED)
        listening.cancel()
        if serving.done():
            await serving
        host, bound_port = listener.getsockname()
        yield f"http://{host}:{bound_port}"
    finally:
        server.stopping.set()
        if serving is not None and not serving.done():
            async with asyncio.timeout(PATIENCE_S):
                await serving
        listener.close()
