"""How WebSockets are carried: uvicorn's sans-I/O protocol, without compression."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State


class WebSocketTransport(WebSocketsSansIOProtocol):
    """One connection. uvicorn takes the class as its `ws` setting."""

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
