"""How WebSockets are carried: uvicorn's sans-I/O protocol, without compression and with bounds."""

import asyncio
from typing import Any

from uvicorn._types import ASGIReceiveEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.protocol import State

SLICE_BYTES = 2_048
"""How much is parsed before others get their turn: some hundred of the smallest frames."""
MAX_FRAGMENTS = 1_024
"""Of one message."""


class WebSocketTransport(WebSocketsSansIOProtocol):
    """One connection. uvicorn takes the class as its `ws` setting.

    What arrives is parsed in slices, one in each turn of the event loop, and only while the app has
    taken all earlier messages and the client reads what it is sent.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._unparsed = bytearray()
        self._turn: asyncio.Handle | None = None

    def data_received(self, data: bytes) -> None:
        self._unparsed += data
        if self._turn is None:
            self._parse()

    def _parse(self) -> None:
        """Parse one slice, and read on when all is parsed."""
        self._turn = None
        if self.close_sent and self.transport.is_closing():
            self._unparsed.clear()
        if not self._unparsed or self.read_paused or not self.writable.is_set():
            return
        piece = bytes(self._unparsed[:SLICE_BYTES])
        del self._unparsed[:SLICE_BYTES]
        super().data_received(piece)
        if self._unparsed:
            self.transport.pause_reading()
            self._parse_later()
        elif not self.read_paused:
            self.transport.resume_reading()

    def _parse_later(self) -> None:
        if self._turn is None and not self.disconnected:
            self._turn = self.loop.call_soon(self._parse)

    def connection_lost(self, exc: Exception | None) -> None:
        self._unparsed.clear()
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._parse_later()

    async def receive(self) -> ASGIReceiveEvent:
        # Another turn for everybody else, though there may be a message already.
        await asyncio.sleep(0)
        message = await super().receive()
        if self._unparsed and not self.transport.is_closing():
            self.transport.pause_reading()
            self._parse_later()
        return message

    def handle_cont(self, event: Frame) -> None:
        if self.close_sent:
            return
        if len(self.frames) >= MAX_FRAGMENTS:
            self.frames = []
            self.conn.fail(CloseCode.POLICY_VIOLATION, "too many fragments")
            self.handle_parser_exception()
            return
        super().handle_cont(event)

    def shutdown(self) -> None:
        """Say goodbye (1012), unless the other side has said it already.

        uvicorn 0.54 says it all the same, which raises `InvalidState` and ends its shutdown
        before the app's lifespan is over: whatever that was to store would be lost.
        """
        if self.handshake_complete and self.conn.state is not State.OPEN:
            self.stop_keepalive()
            self.transport.close()
            return
        super().shutdown()

    def keepalive_timeout(self) -> None:
        """Let go of one who answers no ping.

        What waits to be sent to them would otherwise be kept as long as their machine says that
        it lives, and so would whatever the app is about to send.
        """
        super().keepalive_timeout()
        if self.transport.get_write_buffer_size():
            self.transport.abort()
