import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from backend.tools.code_interpreter.pipe import Pipe

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="as the code interpreter")


@asynccontextmanager
async def pipe() -> AsyncIterator[tuple[Pipe, int]]:
    """Yields the reading end, and the descriptor of the other."""
    read, write = os.pipe()
    opened = Pipe(read)
    try:
        yield opened, write
    finally:
        opened.close()


async def test_what_is_asked_for_comes_whole_and_in_order() -> None:
    async with pipe() as (reads, write):
        asked = asyncio.create_task(reads.exactly(5))
        for piece in (b"to", b"get", b"her", b" at the end"):
            os.write(write, piece)
            await asyncio.sleep(0)
        assert await asked == b"toget"
        assert await reads.exactly(0) == b""
        assert await reads.exactly(3) == b"her"
        os.close(write)
        assert await reads.to_the_end() == b" at the end"


async def test_an_end_that_comes_too_early_is_an_error() -> None:
    async with pipe() as (reads, write):
        os.write(write, b"half")
        os.close(write)
        with pytest.raises(EOFError):
            await reads.exactly(5)


async def test_who_is_cancelled_loses_nothing() -> None:
    async with pipe() as (reads, write):
        os.write(write, b"ab")
        asked = asyncio.create_task(reads.exactly(3))
        await asyncio.sleep(0)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        os.write(write, b"c")
        os.close(write)
        assert await reads.to_the_end() == b"abc"


async def test_closing_twice_leaves_alone_who_has_the_number_now() -> None:
    async with pipe() as (reads, write):
        reads.close()
        other = os.dup(write)
        reads.close()
        os.fstat(other)
        os.close(other)
        os.close(write)
