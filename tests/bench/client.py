"""A very cheap WebSocket client, so that the bench measures the server and not the client.

It checks that no event is missing, that deltas are at their offsets, and that the final text is
the sum of its deltas.
"""

import asyncio
import base64
import json
import os
import re
import time
from typing import Final, cast

import msgspec

_TEXT: Final = 0x1
_CLOSE: Final = 0x8
_PING: Final = 0x9
_PONG: Final = 0xA

_SENT_AT: Final = re.compile(r"@(\d+)")


class _Part(msgspec.Struct):
    text: str = ""


class _Item(msgspec.Struct):
    id: str
    type: str
    content: tuple[_Part, ...] = ()

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.content)


class _Run(msgspec.Struct):
    status: str


class _Frame(msgspec.Struct):
    type: str
    seq: int = 0
    item_id: str = ""
    offset: int = 0
    delta: str = ""
    item: _Item | None = None
    items: tuple[_Item, ...] = ()
    run: _Run | None = None
    active_run: _Run | None = None


_DECODER: Final = msgspec.json.Decoder(_Frame)


class Wrong(Exception):
    """The server lost something or sent something wrong."""


class Client(asyncio.Protocol):
    """One socket with an identity of its own, and at most one run at a time on its thread."""

    def __init__(self, deltas: int) -> None:
        self._deltas = deltas
        self._buffer = bytearray()
        self._open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._seq = 0
        self._text: list[str] = []
        self._length = 0
        self._sent_ns = 0
        self._snapshot: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.snapshot_bytes = 0
        self.began: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Resolved by the first delta."""
        self.latencies: list[int] = []
        self.first_ms = 0.0
        self.snapshots = 0
        """How often the server sent a snapshot because this reader had fallen behind the log."""

    async def connect(
        self, port: int, *, thread_id: str | None = None, token: str | None = None
    ) -> None:
        """Open the socket and, for an existing thread, wait for its snapshot, as the page asks for it."""
        await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", port)
        head = [
            f"GET /ws{f'?thread_id={thread_id}&last=100' if thread_id else ''} HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            *([f"Authorization: Bearer {token}"] if token else []),
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            "Sec-WebSocket-Version: 13",
        ]
        self._transport.write("\r\n".join([*head, "", ""]).encode())
        await self._open
        if thread_id is not None:
            await self._snapshot

    async def run(self, command_id: str = "bench_1") -> None:
        """Send a message and read the whole answer."""
        message = {"type": "message.send", "id": command_id, "text": "How is the weather?"}
        self._sent_ns = time.monotonic_ns()
        self._send(_TEXT, json.dumps(message).encode())
        await self._done

    async def follow(self) -> None:
        """Read the whole answer to a message that another socket sends."""
        self._sent_ns = time.monotonic_ns()
        await self._done

    def close(self) -> None:
        for waiting in (self._open, self._snapshot, self.began, self._done):
            waiting.cancel()
        self._transport.close()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are not instances of asyncio's classes.
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._fail("The socket was closed")

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer
        buffer += data
        try:
            if not self._open.done():
                head, end, rest = bytes(buffer).partition(b"\r\n\r\n")
                if not end:
                    return
                if b" 101 " not in head.partition(b"\r\n")[0]:
                    raise Wrong(f"The handshake was refused: {head!r}")
                self._open.set_result(None)
                buffer[:] = rest
            self._take_frames()
        except Exception as error:
            self._fail(f"{type(error).__name__}: {error}")

    def _take_frames(self) -> None:
        buffer, at = self._buffer, 0
        while len(buffer) - at >= 2:
            size, begin = buffer[at + 1], at + 2
            if size == 126:
                size, begin = int.from_bytes(buffer[begin : begin + 2]), begin + 2
            elif size == 127:
                size, begin = int.from_bytes(buffer[begin : begin + 8]), begin + 8
            if len(buffer) < begin + size:
                break
            self._take(buffer[at] & 0xF, bytes(buffer[begin : begin + size]))
            at = begin + size
        del buffer[:at]

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == _TEXT:
            self._take_message(_DECODER.decode(payload), len(payload))
        elif opcode == _PING:
            self._send(_PONG, payload)
        elif opcode == _CLOSE:
            raise Wrong(f"The server closed the socket: {payload!r}")

    def _send(self, opcode: int, payload: bytes) -> None:
        # A mask of zeros does not change the payload.
        size = len(payload)
        assert size < 126
        self._transport.write(bytes((0x80 | opcode, 0x80 | size)) + bytes(4) + payload)

    # The protocol

    def _take_message(self, frame: _Frame, size: int) -> None:
        now = time.monotonic_ns()
        match frame.type:
            case "hello" | "ack":
                return
            case "snapshot":
                self._take_snapshot(frame, size)
                return
            case "error":
                raise Wrong("The server answered with an error")
            case _:
                pass
        if self._seq and frame.seq != self._seq + 1:
            raise Wrong(f"Event {frame.seq} came after {self._seq}")
        self._seq = frame.seq
        if frame.type == "item.delta":
            if frame.offset != self._length:
                raise Wrong(f"A delta for {frame.offset} came at {self._length}")
            self._text.append(frame.delta)
            self._length += len(frame.delta)
            for sent_ns in _SENT_AT.findall(frame.delta):
                self._arrived(now, int(sent_ns))
        elif frame.type == "item.done" and frame.item is not None:
            self._check(frame.item.text)
        elif frame.type == "run.finished" and frame.run is not None:
            self._finish(frame.run)

    def _take_snapshot(self, frame: _Frame, size: int) -> None:
        self._seq = frame.seq
        if not self._sent_ns:
            self.snapshot_bytes = size
            self._snapshot.set_result(None)
        elif frame.items and frame.items[-1].type == "assistant_message":
            self.snapshots += 1
            text = frame.items[-1].text
            self._text, self._length = [text], len(text)
            if frame.active_run is None:
                self._check(text)
                self._finish(_Run("completed"))

    def _arrived(self, now: int, sent_ns: int) -> None:
        if not self.latencies:
            self.first_ms = (now - self._sent_ns) / 1e6
            self.began.set_result(None)
        self.latencies.append(now - sent_ns)

    def _check(self, text: str) -> None:
        if text != "".join(self._text):
            raise Wrong("The message is not the sum of its deltas")
        if len(_SENT_AT.findall(text)) != self._deltas:
            raise Wrong(f"The message does not have {self._deltas} deltas")

    def _finish(self, run: _Run) -> None:
        if run.status != "completed":
            raise Wrong(f"The run ended as {run.status}")
        if not self._done.done():
            self._done.set_result(None)

    def _fail(self, problem: str) -> None:
        for waiting in (self._open, self._snapshot, self.began, self._done):
            if not waiting.done():
                waiting.set_exception(Wrong(problem))
