import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from backend.server import listen
from backend.websocket.transport import WebSocketTransport
from tests.patience import PATIENCE_S
from tests.rest import rest
from tests.serving import serve


async def hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        while True:
            await websocket.send_text(await websocket.receive_text())
    except WebSocketDisconnect:
        return


def handshake(host: str, port: str) -> bytes:
    return (
        f"GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    ).encode()


async def test_an_app_answers_requests_and_sockets_and_its_lifespan_ends_with_the_block() -> None:
    steps: list[str] = []

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        steps.append("started")
        yield
        steps.append("stopped")

    app = Starlette(
        routes=[Route("/", hello), WebSocketRoute("/ws", echo)],
        lifespan=lifespan,
    )
    async with serve(app) as url, rest() as client:
        assert (await client.get(url)).text == "hello"
        async with connect("ws" + url[4:] + "/ws") as socket:
            await socket.send("over the wire")
            assert await socket.recv() == "over the wire"
        assert steps == ["started"]
    assert steps == ["started", "stopped"]


async def test_a_socket_that_is_open_when_the_server_stops_is_closed_with_1012() -> None:
    async with serve(Starlette(routes=[WebSocketRoute("/ws", echo)])) as url:
        socket = await connect("ws" + url[4:] + "/ws")
    with pytest.raises(ConnectionClosed) as closed:
        await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012


async def test_a_socket_in_the_middle_of_its_close_does_not_cut_the_apps_ending_short() -> None:
    closing = asyncio.Event()
    ended = asyncio.Event()
    transports: list[asyncio.Transport] = []

    class Watched(WebSocketTransport):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            transports.append(transport)
            super().connection_made(transport)

    async def flood(websocket: WebSocket) -> None:
        await websocket.accept()
        # With more than the system's buffers hold, the connection outlives its goodbye.
        while not transports[0].get_write_buffer_size():
            await websocket.send_text("x" * 30_000)
        assert (await websocket.receive())["type"] == "websocket.disconnect"
        closing.set()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        ended.set()

    app = Starlette(routes=[WebSocketRoute("/ws", flood)], lifespan=lifespan)
    async with serve(app, ws=Watched) as url:
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
        writer.write(handshake(host, port))
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"\x88\x80\x00\x00\x00\x00")  # A close frame, masked as a client's must be.
        async with asyncio.timeout(PATIENCE_S):
            await closing.wait()
        assert transports[0].get_write_buffer_size()
        reading = asyncio.create_task(reader.read())
    await reading
    writer.close()
    await writer.wait_closed()
    assert ended.is_set()


async def test_one_who_neither_reads_nor_answers_a_ping_is_let_go() -> None:
    gone = asyncio.Event()

    async def flood(websocket: WebSocket) -> None:
        await websocket.accept()
        try:
            while True:
                await websocket.send_text("x" * 1_000_000)
        except WebSocketDisconnect:
            gone.set()

    async with serve(Starlette(routes=[WebSocketRoute("/ws", flood)]), ping_s=0.1) as url:
        host, port = url.removeprefix("http://").split(":")
        _, writer = await asyncio.open_connection(host, int(port), limit=1024)
        writer.write(handshake(host, port))
        async with asyncio.timeout(PATIENCE_S):
            await gone.wait()
        writer.transport.abort()


async def test_a_server_can_come_back_on_the_same_port() -> None:
    app = Starlette(routes=[Route("/", hello)])
    async with serve(app) as first:
        port = int(first.rsplit(":", 1)[1])
        async with rest() as client:
            await client.get(first)
    async with serve(app, port=port) as second, rest() as client:
        assert second == first
        assert (await client.get(second)).text == "hello"


async def test_a_lifespan_that_fails_is_an_error_of_the_test() -> None:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await asyncio.sleep(0)
        raise ValueError("no database")
        yield

    with pytest.raises(RuntimeError, match="did not start"):
        async with serve(Starlette(lifespan=lifespan)):
            pass


async def test_an_answer_is_sent_at_once_also_on_asyncios_own_loop() -> None:
    """Nagle's algorithm would hold back each answer until the last one is acknowledged."""
    delays: list[int] = []

    class Protocol(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            accepted = transport.get_extra_info("socket")
            delays.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            transport.close()

    listener = listen("127.0.0.1", 0)
    server = await asyncio.get_running_loop().create_server(Protocol, sock=listener)
    async with server:
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        await reader.read()
        writer.close()
    assert delays == [1]
