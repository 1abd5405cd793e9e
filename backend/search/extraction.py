"""Extracts the text of a document in a process of its own, since the file may attack its reader."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

import backend
from backend.domain.documents import DocumentKind, Part
from backend.domain.errors import UnreadableDocument
from backend.domain.passages import Passage
from backend.search.readers.ending import Ending, Note
from backend.search.readers.limits import CPU_S, MEMORY_BYTES

WALL_TIME_S = 120.0
"""How long the reader is waited for in all, not counting how long it waits for us."""
TEXT_BYTES = 80 << 20
"""The most text of a document, as its reader writes it: more than the largest upload of text."""
WRITTEN_BYTES = 8 << 20
WRITTEN_FACTOR = 10
"""A reader may write `WRITTEN_BYTES`, and `WRITTEN_FACTOR` times the text: that and its passages."""
LINE_BYTES = 8 << 20
BATCH_BYTES = 1 << 18
"""Taken in at once: some milliseconds of work."""
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


@dataclass(slots=True)
class Batch:
    """Some of a document, in its order: parts that have text, and passages of these or earlier ones."""

    parts: list[Part] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)


async def extract(path: Path, kind: DocumentKind) -> AsyncGenerator[Batch | Note]:
    """Yields the text of a document, and at the end maybe a note.

    The reader is as fast as whoever takes the batches, so that the text is never whole in memory.
    Raises `UnreadableDocument`, then the batches before it are to be thrown away, and `OSError`.
    """
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
    written = _Written()
    try:
        async with aclosing(_lines(process.stdout)) as lines:
            async for line in lines:
                if batch := written.take(line):
                    yield batch
        async with asyncio.timeout(WALL_TIME_S):
            status = await process.wait()
    except TimeoutError:
        raise UnreadableDocument(f"Reading it takes longer than {WALL_TIME_S:g} seconds.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if status != 0:
        raise UnreadableDocument(_death(status))
    yield written.batch
    if note := written.note():
        yield note


class _Written:
    """What a reader wrote, as far as it was not yet taken away."""

    def __init__(self) -> None:
        self.batch = Batch()
        self._batch_bytes = 0
        self._ending: Ending | None = None
        self._parts = self._chars = self._part_bytes = self._bytes = 0

    def take(self, line: bytes) -> Batch | None:
        """Returns a batch once it is full. Raises `UnreadableDocument` beyond the limits."""
        try:
            found = _DECODER.decode(line)
        except msgspec.MsgspecError:
            raise UnreadableDocument(_BROKE_OFF) from None
        self._bytes += len(line)
        self._batch_bytes += len(line)
        match found:
            case Part():
                self.batch.parts.append(found)
                self._parts += 1
                self._chars += len(found.text)
                self._part_bytes += len(line)
            case Passage():
                self.batch.passages.append(found)
            case Ending():
                self._ending = found
        if self._part_bytes > TEXT_BYTES:
            raise UnreadableDocument(
                f"It holds more than {TEXT_BYTES >> 20} MB of text. Upload it in pieces."
            )
        if self._parts > PARTS + self._chars // CHARS_OF_A_PART:
            raise UnreadableDocument(
                f"It has more than {PARTS:,} headings or pages with hardly any text. "
                "Upload it in pieces."
            )
        if self._bytes > WRITTEN_BYTES + WRITTEN_FACTOR * self._part_bytes:
            raise UnreadableDocument(_BROKE_OFF)
        if self._batch_bytes < BATCH_BYTES:
            return None
        full, self.batch, self._batch_bytes = self.batch, Batch(), 0
        return full

    def note(self) -> Note | None:
        """What it said at its end. Raises `UnreadableDocument` where there is no text."""
        if self._ending is None:
            raise UnreadableDocument(_BROKE_OFF)
        if self._ending.problem is not None:
            raise UnreadableDocument(self._ending.problem)
        if not self._parts:
            raise UnreadableDocument("It holds no text.")
        return Note(self._ending.note) if self._ending.note else None


async def _lines(stream: asyncio.StreamReader) -> AsyncGenerator[bytes]:
    """Raises `TimeoutError` and `UnreadableDocument`."""
    held = bytearray()
    left_s = WALL_TIME_S
    while True:
        began = time.monotonic()
        async with asyncio.timeout(left_s):
            chunk = await stream.read(_CHUNK_BYTES)
        left_s -= time.monotonic() - began
        if not chunk:
            return
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
