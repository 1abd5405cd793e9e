"""Text as it is: plain, code, JSON, CSV with its columns' names, markdown by its headings."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from backend.search.documents import DocumentKind, Part
from backend.search.readers.ending import Unreadable

BLOCK_CHARS = 250_000

_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*\s*$")
_FENCE = re.compile(r"\s*(```|~~~)")
_BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


def read(file: BinaryIO, kind: DocumentKind) -> Iterator[Part]:
    text = decoded(file.read()).replace("\r\n", "\n").replace("\r", "\n")
    match kind:
        case "markdown":
            yield from _sections(text)
        case "csv":
            yield from _blocks(text, context=text.partition("\n")[0])
        case _:
            yield from _blocks(text)


def decoded(raw: bytes) -> str:
    """UTF-8, UTF-16 by its mark, else Windows-1252, which any bytes are. Raises `Unreadable`."""
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS.items() if raw.startswith(mark)), "")
    if not encoding and b"\0" in raw:
        raise Unreadable("It holds no text, though its name says so.")
    try:
        return raw.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _blocks(text: str, context: str = "") -> Iterator[Part]:
    """Whole lines, so that nobody has to take in a large file in one go."""
    at, first = 0, 1
    while at < len(text):
        end = text.find("\n", at + BLOCK_CHARS) + 1 or len(text)
        yield Part(text[at:end], unit="line", first=first, context=context)
        at, first = end, first + text.count("\n", at, end)


def _sections(text: str) -> Iterator[Part]:
    """A part per heading, told what headings it stands under."""
    headings: list[str] = []
    lines: list[str] = []
    first, fenced = 1, False
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        fenced ^= _FENCE.match(line) is not None
        heading = None if fenced else _HEADING.match(line)
        if heading is not None:
            if lines:
                yield Part("".join(lines), unit="line", first=first, context=" > ".join(headings))
            lines, first = [], number
            level = len(heading[1])
            headings = [*headings[: level - 1], heading[2]]
        lines.append(line)
    yield Part("".join(lines), unit="line", first=first, context=" > ".join(headings))
