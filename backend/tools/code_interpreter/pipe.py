"""The end of a pipe that is read: only when somebody asks, so what nobody asks for waits there."""

import asyncio
import os

PIECE_BYTES = 65_536


class Pipe:
    """Owns its descriptor and closes it once.

    `connect_read_pipe` would do all this, but uvloop's closes a descriptor twice: after libuv,
    which closed it, once more by its number. By then that may be a file which another thread has
    opened, such as the database. One reader at a time.
    """

    def __init__(self, fd: int) -> None:
        os.set_blocking(fd, False)
        self._fd = fd
        self._open = True
        self._held = bytearray()

    async def exactly(self, size: int) -> bytes:
        """So many bytes. Raises `EOFError` where there are fewer before the end."""
        while len(self._held) < size:
            piece = await self._piece()
            if not piece:
                raise EOFError
            self._held += piece
        data = bytes(self._held[:size])
        del self._held[:size]
        return data

    async def to_the_end(self) -> bytes:
        while piece := await self._piece():
            self._held += piece
        return await self.exactly(len(self._held))

    def close(self) -> None:
        """Also twice."""
        if self._open:
            self._open = False
            os.close(self._fd)

    async def _piece(self) -> bytes:
        """What there is, once there is something; nothing at the end."""
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        # Always through the loop: who writes without end must not keep others from their turn.
        loop.add_reader(self._fd, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._fd)
        return os.read(self._fd, PIECE_BYTES)
