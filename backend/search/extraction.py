"""Extracts the text of a document in a process of its own, since the file may attack its reader."""

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

import backend
from backend.domain.documents import DocumentKind, Part
from backend.domain.errors import UnreadableDocument
from backend.domain.passages import Passage
from backend.search.readers.ending import Ending
from backend.search.readers.limits import CPU_S, MEMORY_BYTES

WALL_TIME_S = 120.0
TEXT_BYTES = 80 << 20
"""The most text of a document, as its reader writes it: more than the largest upload of text."""
WRITTEN_BYTES = 8 << 20
WRITTEN_FACTOR = 10
"""A reader may write `WRITTEN_BYTES`, and `WRITTEN_FACTOR` times the text: that and its passages."""
LINE_BYTES = 8 << 20
PARTS = 10_000
CHARS_OF_A_PART = 50
"""A document may have `PARTS` parts and one more for every `CHARS_OF_A_PART` characters, since each
part and each of its passages is a row in the database."""

_ROOT = Path(backend.__file__).parent.parent
_CHUNK_BYTES = 1 << 16
_DECODER: Final[msgspec.json.Decoder[Part | Passage | Ending]] = msgspec.json.Decoder(
    Part | Passage | Ending
)
_BROKE_OFF: Final = "Its reader broke off."


class Extracted(NamedTuple):
    """The text of a document."""

    parts: tuple[Part, ...]
    """The parts that have text, in order."""
    passages: tuple[Passage, ...]
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
            extracted, ending = await _read(process.stdout)
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
        raise UnreadableDocument(_BROKE_OFF)
    if ending.problem is not None:
        raise UnreadableDocument(ending.problem)
    if not extracted.parts:
        raise UnreadableDocument("It holds no text.")
    return extracted


async def _read(stream: asyncio.StreamReader) -> tuple[Extracted, Ending | None]:
    """Returns what the reader wrote, and how it says that it ended. Raises `UnreadableDocument`."""
    parts: list[Part] = []
    cut: list[Passage] = []
    ending = None
    chars = size = part_size = 0
    async with aclosing(_lines(stream)) as lines:
        async for line in lines:
            size += len(line)
            try:
                found = _DECODER.decode(line)
            except msgspec.MsgspecError:
                raise UnreadableDocument(_BROKE_OFF) from None
            match found:
                case Part():
                    parts.append(found)
                    chars += len(found.text)
                    part_size += len(line)
                case Passage():
                    cut.append(found)
                case Ending():
                    ending = found
            if part_size > TEXT_BYTES:
                raise UnreadableDocument(
                    f"It holds more than {TEXT_BYTES >> 20} MB of text. Upload it in pieces."
                )
            if len(parts) > PARTS + chars // CHARS_OF_A_PART:
                raise UnreadableDocument(
                    f"It has more than {PARTS:,} headings or pages with hardly any text. "
                    "Upload it in pieces."
                )
            if size > WRITTEN_BYTES + WRITTEN_FACTOR * part_size:
                raise UnreadableDocument(_BROKE_OFF)
    return Extracted(tuple(parts), tuple(cut), ending.note if ending else None), ending


async def _lines(stream: asyncio.StreamReader) -> AsyncGenerator[bytes]:
    held = bytearray()
    while chunk := await stream.read(_CHUNK_BYTES):
        *lines, rest = chunk.split(b"\n")
        for line in lines:
            yield bytes(held + line)
            held.clear()
        held += rest
        if len(held) > LINE_BYTES:
            raise UnreadableDocument(_BROKE_OFF)


def _death(status: int) -> str:
    if -status in (signal.SIGXCPU, signal.SIGKILL):
        return f"Reading it takes more than {CPU_S} seconds of processor time."
    return (
        "It broke its reader: it is damaged, or reading it takes more than "
        f"{MEMORY_BYTES >> 20} MB of memory."
    )
