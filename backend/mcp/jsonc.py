"""JSON as people paste it: with comments, and with commas after the last value."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from backend.domain.text import clean_json, clean_text

_STRING: Final = r'"(?:[^"\\]++|\\.)*+"?+'
_COMMENT: Final = re.compile(rf"({_STRING}|/\*(?!.*?\*/).*)|//[^\n]*|/\*.*?\*/", re.DOTALL)
_LAST_COMMA: Final = re.compile(rf"({_STRING})|,(?=\s*+[}}\]])", re.DOTALL)
"""Both take a string or a comment that is never closed to the end of the text, as it is: whoever looked for
the end again from each quote in it would take time as the square of its length."""
_SPACE: Final = re.compile(r"\s*")


def parse(text: str) -> Any:
    """Returns what the text says, with U+FFFD for each character that nobody can store.

    Raises `ValueError`, whose message says where, for what is no such JSON.
    """
    try:
        return json.loads(clean_json(plain(clean_text(text)).encode()).decode())
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def plain(text: str) -> str:
    """Returns the text as JSON, each value at its place."""
    return _LAST_COMMA.sub(_blank, _COMMENT.sub(_blank, text))


@dataclass(frozen=True, slots=True)
class Member:
    """Where a member of an object stands in the text."""

    name: str
    start: int
    value_start: int
    end: int


def members(text: str, start: int) -> Iterator[Member]:
    """Yields the members of the object that begins at `start` of plain, valid JSON."""
    decoder = json.JSONDecoder()
    at = _after_space(text, start + 1)
    while text[at] != "}":
        name, name_end = decoder.raw_decode(text, at)
        value_start = _after_space(text, _after_space(text, name_end) + 1)
        _, end = decoder.raw_decode(text, value_start)
        yield Member(clean_text(name), at, value_start, end)
        at = _after_space(text, end)
        if text[at] == ",":
            at = _after_space(text, at + 1)


def object_start(text: str) -> int:
    return _after_space(text, 0)


def object_end(text: str, start: int) -> int:
    """Returns the place after the object that begins at `start` of plain, valid JSON."""
    return json.JSONDecoder().raw_decode(text, start)[1]


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    assert found is not None
    return found.end()


def _blank(found: re.Match[str]) -> str:
    """Returns a string as it is, and what else was found as blanks, so that places stay the same."""
    return found[1] or re.sub(r"[^\n]", " ", found[0])
