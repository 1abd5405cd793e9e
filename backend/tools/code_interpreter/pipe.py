"""The reading end of a pipe. It is read only on demand, so that a full pipe stops its writer."""

import asyncio
import os

PIECE_BYTES = 65_536


class Pipe:
    """Owns its descriptor and closes it once. Only one task may read at a time.

    `connect_read_pipe` is not used since uvloop's closes the descriptor twice, the second time by
    its number, which may by then be a file that another thread has opened, such as the database.
    """

    def __init__(self, fd: int) -> None:
        os.set_blocking(fd, False)
        self._fd = fd
        self._open = True
        self._held = bytearray()

    async def exactly(self, size: int) -> bytes:
        """Returns `size` bytes. Raises `EOFError` if the pipe ends before."""
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
        """Harmless when repeated."""
        if self._open:
            self._open = False
            os.close(self._fd)

    async def _piece(self) -> bytes:
        """Returns some bytes as soon as there are any; none at the end."""
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        # Always through the loop, so that an endless writer does not starve other tasks.
        loop.add_reader(self._fd, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._fd)
        return os.read(self._fd, PIECE_BYTES)
