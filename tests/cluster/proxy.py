"""A TCP proxy that can be told to hold what passes, or to cut it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

from tests.ports import free_port

_NOTIFICATION = b"A"
"""https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-NOTIFICATIONRESPONSE"""


class Proxy:
    """Before a PostgreSQL server, or before the port of a process for other processes."""

    def __init__(self, target: int, *, is_database: bool = True) -> None:
        self.port = free_port()
        self.drops_notifications = False
        self.dropped = 0
        self._target = target
        self._is_database = is_database
        self._passes = asyncio.Event()
        self._passes.set()
        self._is_cut = False
        self._open: set[asyncio.StreamWriter] = set()
        self._passing: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def to(cls, target: int, *, is_database: bool = True) -> AsyncIterator[Self]:
        proxy = cls(target, is_database=is_database)
        server = await asyncio.start_server(proxy._accept, "127.0.0.1", proxy.port)
        try:
            yield proxy
        finally:
            server.close()
            proxy.cut()
            proxy._passes.set()
            await asyncio.gather(*proxy._passing, return_exceptions=True)

    def hold(self) -> None:
        """Let nothing through, as where a cable was pulled: connections stay."""
        self._passes.clear()

    def cut(self) -> None:
        """Reset all connections, and those that come."""
        self._is_cut = True
        for writer in self._open:
            writer.transport.abort()

    def mend(self) -> None:
        self._is_cut = False
        self._passes.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        try:
            theirs, ours = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, ours}

        def ended(task: asyncio.Task[None]) -> None:
            if not task.cancelled():
                task.exception()  # It was cut, from one side or the other.
            writer.transport.abort()
            ours.transport.abort()

        for task in (
            asyncio.create_task(self._pass(reader, ours)),
            asyncio.create_task(
                self._pass_messages(theirs, writer)
                if self._is_database
                else self._pass(theirs, writer)
            ),
        ):
            self._passing.add(task)
            task.add_done_callback(self._passing.discard)
            task.add_done_callback(ended)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            await self._write(writer, data)

    async def _pass_messages(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Pass on what the server sends, a message at a time: there is no TLS, nor a question for it."""
        while True:
            head = await reader.readexactly(5)
            body = await reader.readexactly(int.from_bytes(head[1:], "big") - 4)
            if self.drops_notifications and head[:1] == _NOTIFICATION:
                self.dropped += 1
            else:
                await self._write(writer, head + body)

    async def _write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        await self._passes.wait()
        writer.write(data)
        await writer.drain()
