"""Reasoning that a model writes into its text, between tags such as `<think>` and `</think>`.

Servers that know the model send it as reasoning; others pass the tags on. They stand at the
beginning of a message or, where a model thinks again, of a line outside of code, so a text that
merely mentions such a tag is left alone. Where the server's template has written the opening tag
itself, only the closing one is sent, on a line of its own.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

_PAIRS: Final = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<thoughts>", "</thoughts>"),
    ("<reasoning>", "</reasoning>"),
    ("<reflection>", "</reflection>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|channel|>analysis<|message|>", "<|end|>"),
    ("<|start|>assistant<|channel|>final<|message|>", ""),
    ("<|channel|>final<|message|>", ""),
)
"""Opening and closing tags; what has no closing tag only announces the text."""


_INNER_PAIRS: Final = tuple(
    pair for pair in _PAIRS if pair[1] and re.search("think|analysis", pair[0], re.IGNORECASE)
)
"""Those that begin reasoning also in the middle of a message: nothing else is called so."""

_UNOPENED: Final = re.compile(
    r"^(?P<thought>\S.*?)\s*\n</(?P<tag>think|thinking|thought|thoughts|reasoning)>[ \t]*\n\s*(?=\S)",
    re.DOTALL,
)
_FENCES: Final = ("```", "~~~")
_FENCE: Final = re.compile(r"`{3,}|~{3,}")
_MAX_INDENT: Final = 3
"""Of a line that is not code."""


class Piece(NamedTuple):
    """What some of the text turned out to be."""

    text: str
    raw: int
    """How many characters as they arrived it stands for, tags and spaces around them included."""
    is_thought: bool = False


def pieces_of(text: str, splitter: "ThoughtSplitter | None" = None) -> list[Piece]:
    """Returns what a message's whole text consists of. A `splitter` reads it, and may read on."""
    splitter = splitter or ThoughtSplitter()
    pieces = [*splitter.feed(text), *splitter.finish()]
    if any(piece.is_thought for piece in pieces) or "</" not in text:
        return pieces
    return _with_unopened(text) or pieces


def has_unopened(text: str) -> bool:
    """Whether a whole text begins with reasoning that a tag ends which nothing opened."""
    return "</" in text and _with_unopened(text) is not None


def without_thoughts(text: str) -> str:
    """Returns a message's whole text without the reasoning in it."""
    return "".join(piece.text for piece in pieces_of(text) if not piece.is_thought)


def _with_unopened(text: str) -> list[Piece] | None:
    found = _UNOPENED.match(text)
    if found is None or f"<{found['tag']}>" in text or found["thought"].count(_FENCES[0]) % 2:
        return None
    end = found.end()
    return [Piece(found["thought"], end, is_thought=True), Piece(text[end:], len(text) - end)]


class ThoughtSplitter:
    """Text in, as it arrives; what is known of it out. One per content part."""

    def __init__(self) -> None:
        self._held = ""
        self._closing: str | None = None
        """The tag that ends the reasoning, where some has begun."""
        self._is_thinking = False
        """Whether some of the reasoning between two tags has come."""
        self._has_thought = False
        self._has_text = False
        self._at_line_start = True
        self._fence = ""
        """What opened the code that the text is in."""

    def feed(self, delta: str) -> list[Piece]:
        """Returns what is certain by now."""
        self._held += delta
        return list(self._read(is_last=False))

    def finish(self) -> list[Piece]:
        """Returns what was held back. Reasoning that has no end is all that follows."""
        return list(self._read(is_last=True))

    def _read(self, *, is_last: bool) -> Iterator[Piece]:
        while self._held:
            if self._closing is not None:
                piece = self._thought(self._closing, is_last=is_last)
            elif not self._has_text:
                piece = self._beginning(is_last=is_last)
            else:
                piece = self._line(is_last=is_last)
            if piece is None:
                return
            if piece.raw:
                yield piece

    def _take(self, end: int, text: str | None = None, *, is_thought: bool = False) -> Piece:
        """Returns the first characters of what is held, which it then is no more."""
        taken, self._held = self._held[:end], self._held[end:]
        return Piece(taken if text is None else text, end, is_thought)

    def _thought(self, closing: str, *, is_last: bool) -> Piece | None:
        """Up to the closing tag, without the spaces around it."""
        start = 0 if self._is_thinking else _indent(self._held)
        place = self._held.find(closing)
        end = place + len(closing)
        if place < 0:
            place = len(self._held) - (0 if is_last else _overlap(self._held, closing))
            end = len(self._held) if is_last else max(start, len(self._held[:place].rstrip()))
        else:
            self._closing = None
        text = self._held[start:place].rstrip()
        self._is_thinking = self._closing is not None and (self._is_thinking or bool(text))
        return self._take(end, text, is_thought=True) if end else None

    def _beginning(self, *, is_last: bool) -> Piece | None:
        spaces = _indent(self._held)
        text = self._held[spaces:]
        if (piece := self._opened(spaces, _PAIRS)) is not None:
            return piece
        if not is_last and any(opening.startswith(text) for opening, _ in _PAIRS):
            return None
        self._has_text = True
        return self._take(spaces if self._has_thought else 0, "", is_thought=True)

    def _line(self, *, is_last: bool) -> Piece | None:
        """The rest of a line, as far as it has come; or a tag that begins it."""
        line, newline, _ = self._held.partition("\n")
        if self._at_line_start:
            words = line.lstrip(" ")
            indent = len(line) - len(words)
            is_text = indent > _MAX_INDENT or bool(self._fence)
            if not is_text and (piece := self._opened(indent, _INNER_PAIRS)) is not None:
                return piece
            openings = () if is_text else (opening for opening, _ in _INNER_PAIRS)
            may_open = any(each.startswith(words) for each in (*openings, *_FENCES))
            if not newline and not is_last and (may_open or words.startswith(_FENCES)):
                return None
            if indent <= _MAX_INDENT:
                self._fence = _fence_after(self._fence, words)
        self._at_line_start = bool(newline)
        return self._take(len(line) + len(newline))

    def _opened(self, indent: int, pairs: Iterable[tuple[str, str]]) -> Piece | None:
        """The opening tag that stands after so many spaces, and the spaces behind it."""
        for opening, closing in pairs:
            if self._held.startswith(opening, indent):
                self._closing = closing or None
                self._has_thought = True
                return self._take(indent + len(opening), "", is_thought=True)
        return None


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _overlap(text: str, tag: str) -> int:
    """How many characters at the end of the text may be the beginning of the tag."""
    longest = min(len(tag) - 1, len(text))
    return next((n for n in range(longest, 0, -1) if tag.startswith(text[-n:])), 0)


def _fence_after(fence: str, line: str) -> str:
    """What has opened the code that the next line is in; nothing if it is in none."""
    found = _FENCE.match(line)
    if found is None:
        return fence
    if not fence:
        return found[0]
    is_end = found[0].startswith(fence) and not line[found.end() :].strip()
    return "" if is_end else fence
