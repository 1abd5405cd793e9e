"""Citation markers and sandbox links, taken out of streamed text before anyone counts offsets.

A model with file search writes markers such as `【4:0†source】`; one with a code interpreter links
files that only exist in its sandbox, `[Download](sandbox:/mnt/data/plot.csv)`. A reader can use
neither: the marker goes, and the link becomes the file's name. What stood there is reported as a
`Mark`, so that an annotation can point to the place.

https://platform.openai.com/docs/assistants/tools/file-search (step 5)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Final
from urllib.parse import unquote

from backend.domain.transcript import utf16_length


@dataclass(frozen=True, slots=True)
class Mark:
    """What was taken out, as it stood there, and the range in the emitted text where it was."""

    text: str
    """The marker itself, or the `sandbox:` address: the `text` of the upstream's annotation."""
    start: int
    end: int
    """UTF-16 code units; equal to `start` for a marker, which leaves nothing behind."""
    filename: str | None = None


def _beginnings(word: str) -> str:
    """A pattern for every beginning of `word`, the empty one included."""
    pattern = ""
    for character in reversed(word):
        pattern = f"(?:{re.escape(character)}{pattern})?"
    return pattern


_MARKER: Final = r"【\d+(?::\d+)?†[^】\n]{0,200}】|\ue200[^\ue201\n]{0,200}\ue201"
_LABEL: Final = r"(?:[^\[\]\n]|\[[^\[\]\n]*\]){0,300}"
_TARGET: Final = r"(?:[^()\n]|\([^()\n]*\)){0,500}"
_ADDRESS: Final = r"[^\s()\[\]<>\"'`]"
_BARE: Final = rf"sandbox:/(?:{_ADDRESS}{{0,500}}[^\s()\[\]<>\"'`.,;:!?])?"

_COMPLETE: Final = (
    rf"(?P<marker>{_MARKER})"
    rf"|!?\[(?P<label>{_LABEL})\]\(<?(?P<target>sandbox:/{_TARGET}?)>?\)"
    rf"|(?P<bare>{_BARE})(?=[.,;:!?]*[\s()\[\]<>\"'`])"
)
_PARTIAL: Final = (
    r"(?P<partial>(?:"
    r"【(?P<cut_marker>\d+(?::\d+)?†[^】\n]{0,200})?"
    r"|【\d+(?::\d*)?"
    r"|(?P<cut_private>\ue200[^\ue201\n]{0,200})"
    rf"|!?\[{_LABEL}(?:\[[^\[\]\n]*)?"
    rf"|!?\[{_LABEL}\](?:\(<?{_beginnings('sandbox:/')})?"
    rf"|!?\[(?P<cut_label>{_LABEL})\]\(<?(?P<cut_target>sandbox:/{_TARGET})(?:\([^()\n]*)?"
    rf"|(?P<cut_bare>{_BARE}){_ADDRESS}{{0,500}}"
    rf"|(?<!\w)s{_beginnings('andbox:/')}"
    r"|!"
    r")\Z)"
)
_MAY_BEGIN: Final = re.compile(r"[【\ue200\[!]|(?<!\w)s")
_FIRST: Final = re.compile(r"[【\ue200\[!s]")
_NEXT: Final = re.compile(f"{_COMPLETE}|{_PARTIAL}")


class CitationFilter:
    """Text in, as it arrives; readable text and marks out. One per content part.

    `start` is where this part begins in the item's text, in UTF-16 code units. What may yet turn
    out to be a marker is held back until it has shown what it is, or until `finish`.
    """

    def __init__(self, start: int = 0) -> None:
        self._start = start
        self._end = start
        self._held = ""
        self._emitted = StringIO()
        self._removed = 0
        """By how much the emitted text is shorter than the raw text before it."""
        self._cuts: list[tuple[int, int, int, int]] = []

    @property
    def end(self) -> int:
        """Where the emitted text ends, in UTF-16 code units."""
        return self._end

    @property
    def text(self) -> str:
        """What was emitted."""
        return self._emitted.getvalue()

    def feed(self, text: str) -> tuple[str, tuple[Mark, ...]]:
        """The text that may be shown by now, and the marks in it."""
        if not self._held and _MAY_BEGIN.search(text) is None:
            self._count(text)
            return text, ()
        return self._scan(self._held + text, last=False)

    def finish(self) -> tuple[str, tuple[Mark, ...]]:
        """What was held back. A marker that was cut off in the middle is dropped."""
        return self._scan(self._held, last=True)

    def position(self, raw_index: int) -> int:
        """The place in the emitted text of an index into the raw text, which counts code points.

        An index within something that was taken out is the place where that stood.
        """
        index = raw_index
        for raw_start, raw_end, start, end in reversed(self._cuts):
            if raw_index >= raw_end:
                index = end + raw_index - raw_end
                break
            if raw_index >= raw_start:
                index = start
                break
        return self._start + utf16_length(self.text[: max(index, 0)])

    def _scan(self, text: str, *, last: bool) -> tuple[str, tuple[Mark, ...]]:
        shown: list[str] = []
        marks: list[Mark] = []
        at = 0
        self._held = ""
        for match in _matches(text):
            if match["partial"] is not None and not last:
                self._show(shown, text[at : match.start()])
                self._held = text[match.start() :]
                return "".join(shown), tuple(marks)
            replacement = _replacement(match)
            if replacement is None:
                continue
            self._show(shown, text[at : match.start()])
            at = match.end("bare") if match["bare"] else match.end("cut_bare")
            at = at if at >= 0 else match.end()
            marks.append(self._cut(shown, text[match.start() : at], *replacement))
        self._show(shown, text[at:])
        return "".join(shown), tuple(marks)

    def _show(self, shown: list[str], text: str) -> None:
        if text:
            shown.append(text)
            self._count(text)

    def _count(self, text: str) -> None:
        self._emitted.write(text)
        self._end += utf16_length(text)

    def _cut(
        self, shown: list[str], raw: str, told: str, instead: str, filename: str | None
    ) -> Mark:
        start, emitted_start = self._end, self._emitted.tell()
        raw_start = emitted_start + self._removed
        self._show(shown, instead)
        self._removed += len(raw) - len(instead)
        self._cuts.append((raw_start, raw_start + len(raw), emitted_start, self._emitted.tell()))
        return Mark(told, start, self._end, filename)


def _matches(text: str) -> Iterator[re.Match[str]]:
    """As `_NEXT.finditer`, which would try every alternative at every place."""
    at = 0
    while (first := _FIRST.search(text, at)) is not None:
        match = _NEXT.match(text, first.start())
        if match is not None:
            yield match
        at = match.end() if match is not None else first.end()


def _replacement(match: re.Match[str]) -> tuple[str, str, str | None] | None:
    """What an annotation calls it, what to show instead, and the file's name.

    None for the beginning of something that never became a marker: it is text.
    """
    for group in ("marker", "cut_marker", "cut_private"):
        if match[group] is not None:
            return match[0], "", None
    target = match["target"] or match["bare"] or match["cut_target"] or match["cut_bare"]
    if target is None:
        return None
    target = target.partition(' "')[0].rstrip()
    filename = unquote(target.rstrip("/").rpartition("/")[2]) or "file"
    label = match["label"] or match["cut_label"]
    if not label or filename in label:
        return target, label or filename, filename
    return target, f"{label} ({filename})", filename
