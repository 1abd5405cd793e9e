"""What readers found, cleaned and in pieces that nobody minds to take in."""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from backend.domain.documents import Part
from backend.domain.text import clean_text

PIECE_CHARS = 250_000

_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\ufeff\ufffe\uffff]")
"""Controls, which mean harm or nothing, and marks that only tear words apart."""
_FEEDS = str.maketrans("\v\f\r", "  \n")


def pieces(part: Part) -> Iterator[Part]:
    """Yields the part as it may be stored and shown, cut between lines; nothing where it is blank."""
    text = _clean(part.text.replace("\r\n", "\n").translate(_FEEDS))
    at, first = 0, part.first
    while at < len(text):
        end = _end(text, at)
        piece = text[at:end]
        if piece.strip():
            yield replace(
                part,
                text=piece,
                first=first,
                place=None if part.place is None else _clean(part.place),
                context=_clean(part.context),
            )
        at, first = end, first + piece.count("\n")


def _clean(text: str) -> str:
    return clean_text(_INVISIBLE.sub("", text))


def _end(text: str, at: int) -> int:
    """Where the piece ends that begins there."""
    limit = at + PIECE_CHARS
    if limit >= len(text):
        return len(text)
    ends = (text.rfind(mark, at + PIECE_CHARS // 2, limit) + 1 for mark in "\n ")
    return next(filter(None, ends), limit)
