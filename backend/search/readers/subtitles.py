"""Subtitles, SubRip and WebVTT: what is said, and when."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from backend.domain.documents import DocumentKind, Part
from backend.search.readers.encodings import decoded
from backend.search.readers.ending import Note

PART_CHARS = 800

_TIMES = re.compile(
    r"\s*((?:\d+:)?\d{1,2}:\d{2})(?:[,.]\d{1,3})?\s*-->\s*((?:\d+:)?\d{1,2}:\d{2})(?:[,.]\d{1,3})?"
)
_MARKUP = re.compile(r"</?[a-zA-Z][^<>\n]{0,100}>|\{\\[^{}\n]{0,100}\}")


def read(file: BinaryIO, kind: DocumentKind) -> Iterator[Part | Note]:
    """Yields a part for about every minute."""
    text = yield from decoded(file.read())
    begin = end = ""
    cues: list[str] = []
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines = block.strip("\n").split("\n")
        times = next((at for at, line in enumerate(lines[:2]) if _TIMES.match(line)), None)
        if times is None:
            continue
        match = _TIMES.match(lines[times])
        assert match is not None
        begin, end = begin or match[1], match[2]
        cues.append(" ".join(_MARKUP.sub("", line).strip() for line in lines[times + 1 :]))
        if sum(map(len, cues)) > PART_CHARS:
            yield Part("\n".join(cues), place=f"{begin}–{end}")
            begin, cues = "", []
    yield Part("\n".join(cues), place=f"{begin}–{end}")
