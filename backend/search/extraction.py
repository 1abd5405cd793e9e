"""Text out of a document, by a process of its own that nothing in the file can escape cheaply."""

import asyncio
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

import backend
from backend.errors import UnreadableDocument
from backend.search.documents import DocumentKind, Part
from backend.search.readers.ending import Ending
from backend.search.readers.limits import CPU_S, MEMORY_BYTES

WALL_TIME_S = 120.0
TEXT_BYTES = 32 << 20
"""What a document's text may have, as the reader writes it."""

_ROOT = Path(backend.__file__).parent.parent
_CHUNK_BYTES = 1 << 16


async def extract(path: Path, kind: DocumentKind) -> tuple[Part, ...]:
    """The parts that have text, in order. Raises `UnreadableDocument` and `OSError`."""
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
            written = await _read(process.stdout)
            status = await process.wait()
    except TimeoutError:
        raise UnreadableDocument(f"Reading it takes longer than {WALL_TIME_S:g} seconds.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if status != 0:
        raise UnreadableDocument(_death(status))
    parts = tuple(_parts(written))
    if not parts:
        raise UnreadableDocument("It holds no text.")
    return parts


async def _read(stream: asyncio.StreamReader) -> bytes:
    written = bytearray()
    while chunk := await stream.read(_CHUNK_BYTES):
        written += chunk
        if len(written) > TEXT_BYTES:
            raise UnreadableDocument(
                f"It holds more than {TEXT_BYTES >> 20} MB of text. Upload it in pieces."
            )
    return bytes(written)


def _parts(written: bytes) -> Iterator[Part]:
    """Raises `UnreadableDocument` where the reader said so, or said no proper end."""
    *lines, last = written.splitlines() or [b""]
    try:
        ending = msgspec.json.decode(last, type=Ending)
        parts = [msgspec.json.decode(line, type=Part) for line in lines]
    except msgspec.MsgspecError:
        raise UnreadableDocument("Its reader broke off.") from None
    if ending.problem is not None:
        raise UnreadableDocument(ending.problem)
    yield from parts


def _death(status: int) -> str:
    if -status in (signal.SIGXCPU, signal.SIGKILL):
        return f"Reading it takes more than {CPU_S} seconds of processor time."
    return (
        "It broke its reader: it is damaged, or reading it takes more than "
        f"{MEMORY_BYTES >> 20} MB of memory."
    )
