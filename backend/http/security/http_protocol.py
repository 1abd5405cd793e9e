"""HTTP/1.1 with bounds on what a connection may make the server hold before a request is judged.

uvicorn bounds neither the size of a head, nor the time it takes, nor the number of requests that
wait behind the one being answered.
"""

import asyncio
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

MAX_HEAD_BYTES = 65_536
"""Of the request line and the headers together, of trailers, and of the framing between chunks."""
MAX_HEADERS = 256
HEAD_TIMEOUT_S = 20.0
"""How long a new connection may be silent, and how long a head may take."""
MAX_PIPELINED = 32
"""Requests of one connection that wait for the one before them."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """One connection. uvicorn takes the class as its `http` setting."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._unparsed = 0
        """Bytes that arrived since the last complete head or piece of a body."""
        self._deadline: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._too_large = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        self._unparsed += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            if self._should_upgrade():
                self.handle_websocket_upgrade()
        except httptools.HttpParserError:
            self._refuse(HTTPStatus(431) if self._too_large else HTTPStatus.BAD_REQUEST)
        else:
            if self._unparsed > MAX_HEAD_BYTES:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            elif len(self.pipeline) > MAX_PIPELINED:
                self.transport.close()

    # An exception in a callback ends the parsing of all that has arrived.

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = 0
        if self._deadline is None:
            self._expect_head()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head_arrived()
        if len(self.pipeline) >= MAX_PIPELINED:
            raise ValueError("too many requests wait")
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unparsed = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unparsed = 0
        super().on_message_complete()

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > MAX_HEAD_BYTES or len(self.headers) > MAX_HEADERS:
            self._too_large = True
            raise ValueError("the head is too large")

    def _expect_head(self) -> None:
        self._deadline = self.loop.call_later(HEAD_TIMEOUT_S, self._head_is_late)

    def _head_arrived(self) -> None:
        self._unparsed = 0
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _head_is_late(self) -> None:
        self._deadline = None
        self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer and close; without an answer where that of an earlier request is under way."""
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete:
            self.transport.write(
                f"HTTP/1.1 {status} {status.phrase}\r\n"
                "content-length: 0\r\nconnection: close\r\n\r\n".encode("ascii")
            )
        self.transport.close()
