import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from backend.http.security import http_protocol
from backend.http.security.http_protocol import MAX_HEAD_BYTES, MAX_HEADERS, MAX_PIPELINED
from backend.websocket.endpoint import MAX_INVALID_FRAMES
from backend.websocket.transport import MAX_FRAGMENTS
from tests.http.security.door import house, request
from tests.patience import PATIENCE_S
from tests.running import ScriptSocket, running
from tests.scripted import ScriptedUpstream
from tests.serving import serve

WHOAMI = "GET /api/whoami HTTP/1.1"
HOST = "Host: localhost"


async def close_code(socket: ScriptSocket, sending: Awaitable[None]) -> int:
    """Send, then read until the server closes."""
    with suppress(ConnectionClosed):
        await sending
        while True:
            await socket.next()
    assert socket.ws.close_code is not None
    return socket.ws.close_code


async def said(url: str, *pieces: bytes) -> bytes:
    """What the server says to these bytes until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        async with asyncio.timeout(PATIENCE_S):
            return await reader.read()
    except ConnectionResetError:
        return b""  # There was more to read for the server when it closed.
    finally:
        writer.transport.abort()


async def test_a_head_within_the_limit_is_taken_and_a_larger_one_is_refused() -> None:
    async with serve(house()) as url:
        large = f"X-Large: {'x' * (MAX_HEAD_BYTES - 200)}"
        assert (await request(url, WHOAMI, HOST, large)).status == 200
        for headers in ((large + "x" * 400,), ("X: y",) * (MAX_HEADERS + 1)):
            assert (await request(url, WHOAMI, HOST, *headers)).status == 431


async def test_a_head_that_does_not_end_is_refused() -> None:
    async with serve(house()) as url:
        answer = await said(url, b"GET / HTTP/1.1\r\nX: " + b"x" * (2 * MAX_HEAD_BYTES))
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\n"])
async def test_a_connection_that_sends_no_whole_head_is_closed(
    monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_TIMEOUT_S", 0.1)
    async with serve(house()) as url:
        assert (await said(url, begun)).startswith(b"HTTP/1.1 408 ")
        # So is one whose second head does not come whole.
        first = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
        if begun:
            assert (await said(url, first + begun)).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/ws?after=" + "x" * 9_000, "", 414),
        ("/ws", f"X: {'x' * 9_000}\r\n", 431),
        ("/ws", "X: y\r\n" * 200, 431),
    ],
)
async def test_a_handshake_with_too_large_a_head_is_refused(
    path: str, headers: str, status: int
) -> None:
    upgrade = (
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
    )
    async with serve(house()) as url:
        answer = await said(url, upgrade.encode())
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())


async def test_some_requests_may_wait_in_a_pipeline() -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    async with serve(house()) as url:
        answers = await said(url, one * (MAX_PIPELINED - 1) + last)
        assert answers.count(b"HTTP/1.1 200 ") == MAX_PIPELINED
        assert (await said(url, one * (MAX_PIPELINED * 4))).count(b"HTTP/1.1 200 ") < MAX_PIPELINED


async def test_a_message_in_more_fragments_than_any_client_makes_closes_its_socket(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, ScriptedUpstream()) as server, server.socket() as socket:
        await socket.next()
        ping = '{"type":"ping","id":"p"}'
        await socket.ws.send(letter for letter in ping)
        assert (await socket.next()).type == "pong"
        assert (
            await close_code(socket, socket.ws.send(" " for _ in range(MAX_FRAGMENTS + 2))) == 1008
        )


async def test_invalid_frames_close_the_socket_when_there_are_many_in_a_row(tmp_path: Path) -> None:
    async with running(tmp_path, ScriptedUpstream()) as server, server.socket() as socket:
        await socket.next()
        for _ in range(2):
            for _ in range(MAX_INVALID_FRAMES - 1):
                await socket.ws.send("nonsense")
            await socket.send(type="ping", id="p")
            for _ in range(MAX_INVALID_FRAMES - 1):
                assert (await socket.next()).type == "error"
            assert (await socket.next()).type == "pong"
        for _ in range(MAX_INVALID_FRAMES - 1):
            await socket.ws.send("nonsense")
        assert await close_code(socket, socket.ws.send("nonsense")) == 1008
