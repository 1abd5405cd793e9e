"""Passages: the pieces of a document that are found, ranked and cited, each with its place.

A passage belongs to one part, so that it has one page, and is a piece of the part's text word for
word, so that the page can show where it is.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from msgspec import Struct

from backend.domain.documents import Part
from backend.domain.word_forms import word_forms

PASSAGE_CHARS = 1000
"""About 200 words: enough to answer a question, and several fit into a small model's context."""
OVERLAP_CHARS = 150
"""So that a sentence at a boundary is whole in one of the two passages."""

CONTEXT_ALLOWANCE = 100_000
"""How many characters of context a document's passages may hold beyond those of its text."""

_PIECE = re.compile(r".*?(?:\n|[.!?…][\"'”’)\]]*\s+|[。！？]|\Z)", re.DOTALL)


class Passage(Struct, frozen=True, omit_defaults=True, tag=True, gc=False):
    text: str
    location: str | None
    """`page 3`, `lines 10–24`, `sheet Prices, rows 2–9`."""
    context: str
    """Such as its heading; searched, but not shown."""
    forms: str = ""
    """Other forms of its words and those of its context; searched, but not shown."""


def passages(parts: Iterable[Part]) -> Iterator[Passage]:
    """Yields the passages of a document.

    All contexts together are at most as long as the text, give or take an allowance: where a
    document's parts are tiny and say much about themselves, the later ones lose their context.
    """
    spare = CONTEXT_ALLOWANCE
    for part in parts:
        line_ends = [at for at, character in enumerate(part.text) if character == "\n"]
        for start, end in _spans(part.text):
            if start < end:
                first, last = (part.first + bisect_left(line_ends, at) for at in (start, end))
                spare += end - start
                context = part.context if len(part.context) <= spare else ""
                spare -= len(context)
                text = part.text[start:end]
                forms = " ".join(word_forms(f"{context}\n{text}"))
                yield Passage(text, _location(part, first, last), context, forms)


def _location(part: Part, first: int, last: int) -> str | None:
    if part.unit is None:
        return part.place
    numbers = f"{part.unit} {first}" if first == last else f"{part.unit}s {first}–{last}"
    return f"{part.place}, {numbers}" if part.place else numbers


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Yields ranges of about `PASSAGE_CHARS`, cut between sentences or lines, without white space
    around them."""
    ends = list(_piece_ends(text))
    starts = [0, *ends[:-1]]
    first = 0
    while first < len(ends):
        last = first
        while last + 1 < len(ends) and ends[last + 1] - starts[first] <= PASSAGE_CHARS:
            last += 1
        yield _stripped(text, starts[first], ends[last])
        if last + 1 == len(ends):
            return
        following = last + 1
        while following - 1 > first and ends[last] - starts[following - 1] <= OVERLAP_CHARS:
            following -= 1
        first = following


def _piece_ends(text: str) -> Iterator[int]:
    """Yields the ends of sentences and lines in order; one that is too long is cut between words."""
    at = 0
    while at < len(text):
        # Looks no further than it needs to: one search over a text of many MB would hold up all
        # other threads.
        match = _PIECE.match(text, at, at + PASSAGE_CHARS + 1)
        end = max(match.end(), at + 1) if match is not None else len(text)
        if end - at > PASSAGE_CHARS:
            end = text.rfind(" ", at + PASSAGE_CHARS // 2, at + PASSAGE_CHARS) + 1
            end = end or at + PASSAGE_CHARS
        yield end
        at = end


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return end - len(piece.lstrip()), start + len(piece.rstrip())
