"""The piece of a text that a search is shown, with its matches marked."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

MATCH_START: Final = "\ue000"
MATCH_END: Final = "\ue001"

_BEFORE: Final = 40
_LENGTH: Final = 160


def search_words(query: str) -> tuple[str, ...]:
    """What has to be found, each at the beginning of a word."""
    return tuple(re.findall(r"\w+", query))


def snippet(text: str, words: Sequence[str]) -> str:
    """About 160 characters on one line, from shortly before the first match."""
    line = " ".join(text.replace(MATCH_START, "").replace(MATCH_END, "").split())
    matches = _matches(line, words)
    start = max(0, matches[0][0] - _BEFORE) if matches else 0
    if start:
        start = line.find(" ", start, matches[0][0]) + 1 or start
    end = min(len(line), start + _LENGTH)
    parts = ["…"] if start else []
    at = start
    for first, last in matches:
        if first < at or last > end:
            continue
        parts += [line[at:first], MATCH_START, line[first:last], MATCH_END]
        at = last
    parts += [line[at:end], "…" if end < len(line) else ""]
    return "".join(parts)


def _matches(line: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where words begin with what is looked for; without one, where it stands at all."""
    plain = _plain(line)
    wanted = "|".join(re.escape(_plain(word)) for word in sorted(words, key=len, reverse=True))
    if not wanted:
        return []
    found = [match.span() for match in re.finditer(rf"(?<!\w)(?:{wanted})", plain)]
    return found or [match.span() for match in re.finditer(wanted, plain)]


def _plain(text: str) -> str:
    """Without case and accents, character by character, so that places stay the same."""
    return text.lower() if text.isascii() else "".join(map(_plain_character, text))


def _plain_character(character: str) -> str:
    lower = character.lower()
    base = unicodedata.normalize("NFKD", lower)[:1]
    return base or lower[:1]
