"""Extracts the text of a document in a process of its own, since the file may attack its reader."""

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import NamedTuple

import msgspec

import backend
from backend.domain.documents import DocumentKind, Part
from backend.domain.errors import UnreadableDocument
from backend.search.readers.ending import Ending
from backend.search.readers.limits import CPU_S, MEMORY_BYTES

WALL_TIME_S = 120.0
TEXT_BYTES = 80 << 20
"""The most that a reader may write: more than the largest upload of plain text."""
PARTS = 10_000
CHARS_OF_A_PART = 50
"""A document may have `PARTS` parts and one more for every `CHARS_OF_A_PART` characters, since each
part and each of its passages is a row in the database."""

_ROOT = Path(backend.__file__).parent.parent
_CHUNK_BYTES = 1 << 16
_ENDING = b'{"type":'


class Extracted(NamedTuple):
    """The text of a document."""

    parts: tuple[Part, ...]
    """The parts that have text, in order."""
    note: str | None
    """A sentence about what may have been misread."""


async def extract(path: Path, kind: DocumentKind) -> Extracted:
    """Returns the text of a document. Raises `UnreadableDocument` and `OSError`."""
    with path.open("rb") as file:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "backend.search.readers", kind),
            stdin=file,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            cwd="/",
            start_new_session=True,
        )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(WALL_TIME_S):
            parts, ending = await _read(process.stdout)
            status = await process.wait()
    except TimeoutError:
        raise UnreadableDocument(f"Reading it takes longer than {WALL_TIME_S:g} seconds.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if status != 0:
        raise UnreadableDocument(_death(status))
    if ending is None:
        raise UnreadableDocument("Its reader broke off.")
    if ending.problem is not None:
        raise UnreadableDocument(ending.problem)
    if not parts:
        raise UnreadableDocument("It holds no text.")
    return Extracted(tuple(parts), ending.note)


async def _read(stream: asyncio.StreamReader) -> tuple[list[Part], Ending | None]:
    """Returns what the reader wrote, and how it says that it ended. Raises `UnreadableDocument`."""
    parts: list[Part] = []
    ending = None
    chars = 0
    async with aclosing(_lines(stream)) as lines:
        async for line in lines:
            try:
                if line.startswith(_ENDING):
                    ending = msgspec.json.decode(line, type=Ending)
                else:
                    parts.append(msgspec.json.decode(line, type=Part))
                    chars += len(parts[-1].text)
            except msgspec.MsgspecError:
                raise UnreadableDocument("Its reader broke off.") from None
            if len(parts) > PARTS + chars // CHARS_OF_A_PART:
                raise UnreadableDocument(
                    f"It has more than {PARTS:,} headings or pages with hardly any text. "
                    "Upload it in pieces."
                )
    return parts, ending


async def _lines(stream: asyncio.StreamReader) -> AsyncGenerator[bytes]:
    held = bytearray()
    size = 0
    while chunk := await stream.read(_CHUNK_BYTES):
        size += len(chunk)
        if size > TEXT_BYTES:
            raise UnreadableDocument(
                f"It holds more than {TEXT_BYTES >> 20} MB of text. Upload it in pieces."
            )
        *lines, rest = chunk.split(b"\n")
        for line in lines:
            yield bytes(held + line)
            held.clear()
        held += rest


def _death(status: int) -> str:
    if -status in (signal.SIGXCPU, signal.SIGKILL):
        return f"Reading it takes more than {CPU_S} seconds of processor time."
    return (
        "It broke its reader: it is damaged, or reading it takes more than "
        f"{MEMORY_BYTES >> 20} MB of memory."
    )
