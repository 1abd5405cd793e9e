"""How WebSockets are carried: uvicorn's sans-I/O protocol, without compression and with bounds."""

import asyncio
from typing import Any, ClassVar

from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.protocol import State

TURN_BYTES = 8_192
"""How much of all connections together is parsed in a turn of the event loop: about a thousand of the
smallest frames, which take some ten milliseconds."""
LEAST_BYTES = 128
MAX_FRAGMENTS = 1_024
"""Of one message."""


class WebSocketTransport(WebSocketsSansIOProtocol):
    """One connection. uvicorn takes the class as its `ws` setting.

    What arrives is parsed in slices, one in each turn of the event loop, and only while the app has
    taken all earlier messages and the client reads what it is sent. The more connections have something
    to be parsed, the smaller their slices.
    """

    _behind: ClassVar[set["WebSocketTransport"]] = set()
    """Those that have something to be parsed in the next turn."""

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
        self._behind.discard(self)
        if self.close_sent and self.transport.is_closing():
            self._unparsed.clear()
        if not self._unparsed or self.read_paused or not self.writable.is_set():
            return
        size = max(LEAST_BYTES, TURN_BYTES // (len(self._behind) or 1))
        piece = bytes(self._unparsed[:size])
        del self._unparsed[:size]
        super().data_received(piece)
        if self.conn.handshake_exc is not None and not self.close_sent:
            self._refuse_handshake()
        elif self._unparsed:
            self.transport.pause_reading()
            self._parse_later()
        elif not self.read_paused:
            self.transport.resume_reading()

    def _refuse_handshake(self) -> None:
        """Send why the head cannot be parsed, such as 414 for its first line, and close.

        uvicorn 0.54 keeps the connection without a word, and then fails to shut down.
        """
        self.handshake_complete = self.close_sent = True
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()

    def _parse_later(self) -> None:
        if self._turn is None and not self.disconnected:
            self._turn = self.loop.call_soon(self._parse)
            self._behind.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._unparsed.clear()
        self._behind.discard(self)
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

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        # uvicorn 0.54 forgets it where a handshake was refused or its client is about to be lost,
        # and then takes whatever comes next for a fault of the app.
        if message["type"] == "websocket.accept" or self.close_sent:
            self.handshake_complete = True

    def handle_cont(self, event: Frame) -> None:
        if self.close_sent:
            return
        if len(self.frames) >= MAX_FRAGMENTS:
            self._fail(CloseCode.POLICY_VIOLATION, "too many fragments")
            return
        super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        # uvicorn finds this out as well, but writes a traceback to the log for it.
        if self.curr_msg_data_type == "text" and not _is_utf8(b"".join(self.frames)):
            if not self.close_sent:
                self._fail(CloseCode.INVALID_DATA, "not UTF-8")
            return
        super().send_receive_event_to_app()

    def _fail(self, code: CloseCode, reason: str) -> None:
        """Close, as the protocol is broken."""
        self.frames = []
        self.conn.fail(code, reason)
        self.handle_parser_exception()

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


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
