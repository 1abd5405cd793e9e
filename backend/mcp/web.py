"""The HTTP transports: streamable HTTP, and the older one of server-sent events.

https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, Self

import httpx2
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCMessage

from backend.mcp.bounded import MAX_ANSWER_BYTES, bounded_client
from backend.mcp.older_web import older_streams
from backend.mcp.place import Moved, Place
from backend.mcp.server_config import HttpKind, HttpServer
from backend.mcp.traffic import Traffic, unreadable

if TYPE_CHECKING:
    from backend.mcp.server_auth import ServerAuth

_TIMEOUT: Final = httpx2.Timeout(30.0, read=300.0)
_TIMEOUT_OF_CALLS: Final = httpx2.Timeout(30.0, read=None)
"""They have a limit of their own, and stay open without a word while somebody is asked."""
_TIMEOUT_OF_THE_END: Final = httpx2.Timeout(2.0)
"""Nobody waits long for a server to hear that its session is over."""
STREAM_PAUSE_S: Final = 0.5
"""Between the beginnings of two streams that are opened to listen, whatever the server says (`retry: 0`)."""


class WebServer:
    """Knows the last status that the server answered with."""

    def __init__(
        self,
        server: HttpServer,
        kind: HttpKind,
        auth: "ServerAuth | None" = None,
        place: Place | None = None,
    ) -> None:
        """`place` is where the name has led to so far."""
        self._server = server
        self._kind = kind
        self._auth = auth
        self._place = place or Place()
        self._next_stream_at = 0.0
        self.end: str | None = None
        self.gone = asyncio.Event()
        self.refused: int | None = None
        """The status of the last answer, if it was an error."""
        self.needs_login = False
        if auth is not None:
            auth.wanted = self._want_login

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[tuple["_Incoming", "_Outgoing"]]:
        if self._kind == "sse":
            async with (
                self._client() as client,
                older_streams(self._server.url, client, self._ended) as (messages, outgoing),
            ):
                yield self._watched(messages, outgoing)
            return
        async with (
            self._client() as client,
            streamable_http_client(
                self._server.url, http_client=client, max_sse_event_size=MAX_ANSWER_BYTES
            ) as (messages, outgoing),
        ):
            yield self._watched(messages, outgoing)

    def _watched(self, messages: Any, outgoing: Any) -> tuple["_Incoming", "_Outgoing"]:
        traffic = Traffic()
        return _Incoming(messages, traffic, self.gone), _Outgoing(outgoing, traffic)

    def _client(self) -> httpx2.AsyncClient:
        client = bounded_client(self._server.headers, _TIMEOUT, self._auth)
        client.event_hooks["request"] += [_take_time, self._take_turn]
        client.event_hooks["response"].insert(0, self._look_at)
        return client

    async def _take_turn(self, request: httpx2.Request) -> None:
        if request.method == "GET":
            pause_s = self._next_stream_at - time.monotonic()
            self._next_stream_at = time.monotonic() + max(pause_s, 0) + STREAM_PAUSE_S
            await asyncio.sleep(pause_s)

    def _ended(self, reason: str) -> None:
        self.end = self.end or reason

    def _want_login(self, reason: str) -> None:
        self.end, self.needs_login = reason, True
        self.gone.set()

    async def _look_at(self, response: httpx2.Response) -> None:
        stream = response.extensions.get("network_stream")
        peer = stream.get_extra_info("server_addr") if stream is not None else None
        if isinstance(peer, tuple):
            try:
                self._place.check(str(peer[0]))
            except Moved as moved:
                self.end = str(moved)
                self.gone.set()
                raise httpx2.ConnectError(self.end) from None
        self.refused = response.status_code if response.status_code >= 400 else None


async def _take_time(request: httpx2.Request) -> None:
    limits = {"POST": _TIMEOUT_OF_CALLS, "DELETE": _TIMEOUT_OF_THE_END}
    if (limit := limits.get(request.method)) is not None:
        request.extensions = {**request.extensions, "timeout": limit.as_dict()}


class _Stream:
    """A stream of the SDK."""

    def __init__(self, messages: Any, traffic: Traffic) -> None:
        self._messages = messages
        self._traffic = traffic

    async def aclose(self) -> None:
        await self._messages.aclose()

    async def __aenter__(self) -> Self:
        await self._messages.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> bool | None:
        done: bool | None = await self._messages.__aexit__(*error)
        return done


class _Incoming(_Stream):
    """Tells when it has ended."""

    def __init__(self, messages: Any, traffic: Traffic, gone: asyncio.Event) -> None:
        super().__init__(messages, traffic)
        self._gone = gone
        self._next: list[JSONRPCMessage] = []

    @property
    def last_context(self) -> Any:
        return getattr(self._messages, "last_context", None)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        while not self._next:
            try:
                came: SessionMessage | Exception = await self._messages.__anext__()
            except BaseException:
                self._gone.set()
                raise
            message = unreadable(came) if isinstance(came, Exception) else came.message
            if message is None:
                return came
            self._next.extend(self._traffic.received(message))
            if self._traffic.pause_s > 0:
                await asyncio.sleep(self._traffic.pause_s)
        return SessionMessage(self._next.pop(0))

    async def receive(self) -> SessionMessage | Exception:
        return await self.__anext__()


class _Outgoing(_Stream):
    async def send(self, message: SessionMessage) -> None:
        self._traffic.sent(message.message)
        await self._messages.send(message)
