"""The wire between browser and server: a TCP proxy that can be cut and mended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from socket import SO_RCVBUF, SOL_SOCKET, create_server
from urllib.parse import urlsplit


class Wire:
    """Forwards bytes both ways until it is cut; then there is nobody at its address."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._port = 0
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._is_cut = True
        self._flows = asyncio.Event()
        self._flows.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def mend(self) -> None:
        listener = create_server(("127.0.0.1", self._port))
        # Left alone, the system takes in tens of megabytes before a sender notices that they wait.
        listener.setsockopt(SOL_SOCKET, SO_RCVBUF, 65_536)
        self._server = await asyncio.start_server(self._connected, sock=listener)
        self._port = self._server.sockets[0].getsockname()[1]
        self._is_cut = False

    async def cut(self) -> None:
        self._is_cut = True
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def stem(self) -> None:
        """Uploads that begin now get stuck on their way, until `release`."""
        self._flows.clear()

    def release(self) -> None:
        """What is stuck is lost; the next ones pass."""
        self._flows.set()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:  # It came just before.
            writer.transport.abort()
            return
        task = asyncio.create_task(self._forward(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        try:
            far_reader, far = await asyncio.open_connection("127.0.0.1", self._target_port)
            ends.append(far)
            async with asyncio.TaskGroup() as group:
                group.create_task(_pump(reader, far, self._flows))
                group.create_task(_pump(far_reader, writer))
        finally:
            for end in ends:
                end.transport.abort()


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flows: asyncio.Event | None = None
) -> None:
    is_upload = False
    with suppress(OSError):
        while data := await reader.read(65_536):
            is_upload = is_upload or data.startswith(b"POST ")
            if is_upload and flows is not None and not flows.is_set():
                await flows.wait()
                writer.transport.abort()
                return
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


@asynccontextmanager
async def wire(server_url: str) -> AsyncIterator[Wire]:
    """A wire to the server at `server_url`, whole at first."""
    between = Wire(urlsplit(server_url).port or 80)
    await between.mend()
    try:
        yield between
    finally:
        await between.cut()
