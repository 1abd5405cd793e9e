"""The port for other processes: a second server in this one's event loop, behind a door of its own."""

import asyncio
import socket
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from backend.config.settings import Settings
from backend.domain.errors import SettingsFileError
from backend.peers.door import Door
from backend.peers.passport import Seal

PING_TIMEOUT_S = 60.0
"""Longer than a visitor's socket may be slow, for so long the process between does not read either."""
END_S = 2.0

_EVERY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not bound


class PeerPort:
    """Serves an app without a lifespan to other processes alone."""

    def __init__(
        self,
        app: ASGIApp,
        seal: Seal,
        settings: Settings,
        *,
        http: type[HttpToolsProtocol],
        ws: type[WebSocketsSansIOProtocol],
    ) -> None:
        """`http` and `ws` speak the protocols."""
        self.address = ""
        """Where other processes reach it, `http://host:port`, once it is open."""
        self._settings = settings
        self._state = ServerState()
        self._config = uvicorn.Config(
            Door(app, seal),
            http=http,
            ws=ws,
            ws_per_message_deflate=False,
            ws_max_size=settings.max_frame_bytes,
            ws_ping_timeout=PING_TIMEOUT_S,
            lifespan="off",
            log_config=None,
            # What uvicorn is told here it does to the log of all servers.
            access_log=settings.access_log,
            server_header=False,
            date_header=False,
            proxy_headers=False,
        )
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Raises `SettingsFileError` where it cannot listen."""
        self._config.load()
        host, port = self._settings.peer_host, self._settings.peer_port
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(self._protocol, host, port)
        except OSError as error:
            raise SettingsFileError(
                f"Nothing can listen on {host}:{port} for other processes: {error.strerror}. "
                "Set PEER_HOST and PEER_PORT to an address of this machine and a port that is free."
            ) from None
        bound = self._server.sockets[0].getsockname()[1]
        self.address = self._settings.peer_address or f"http://{_reached_at(host)}:{bound}"

    async def close(self) -> None:
        """Sockets are closed at once, with 1012; requests have a moment to end."""
        if self._server is None:
            return
        self._server.close()
        for connection in tuple(self._state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            async with asyncio.timeout(END_S):
                while self._state.tasks:
                    await asyncio.wait(self._state.tasks)

    def _protocol(self) -> asyncio.Protocol:
        return self._config.http_protocol_class(  # type: ignore[call-arg]
            config=self._config, server_state=self._state, app_state={}
        )


def _reached_at(host: str) -> str:
    """Returns what others call a host that we listen on: this machine by its name, if on all of it."""
    if host in _EVERY_ADDRESS:
        host = socket.gethostbyname(socket.gethostname())
    return f"[{host}]" if ":" in host else host
