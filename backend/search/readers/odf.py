"""OpenDocument texts and presentations: a part per heading, or per slide.

https://docs.oasis-open.org/office/OpenDocument/v1.3/
"""

import zipfile
from collections.abc import Iterator
from itertools import count
from typing import Any, BinaryIO, Final

from backend.domain.documents import DocumentKind, Part
from backend.search.readers.ending import Unreadable
from backend.search.readers.packages import checked, nearest, parsed

_URN: Final = "{{urn:oasis:names:tc:opendocument:xmlns:{}:1.0}}"
_OFFICE, _TEXT, _TABLE, _DRAW = map(_URN.format, ("office", "text", "table", "drawing"))
_STYLE: Final = _URN.format("style")
_HREF: Final = "{http://www.w3.org/1999/xlink}href"

_MATH: Final = "{http://www.w3.org/1998/Math/MathML}"
_SYMBOLS: Final = tuple(f"{_MATH}{name}" for name in ("mi", "mn", "mo", "mtext"))

_UNSEEN: Final = frozenset(
    {
        *(f"{_TEXT}{name}" for name in ("tracked-changes", "note-citation", "ruby-text")),
        *(f"{_OFFICE}{name}" for name in ("annotation", "forms", "event-listeners")),
    }
)
_BLOCKS: Final = frozenset({f"{_TEXT}p", f"{_TEXT}h", f"{_TABLE}table", f"{_DRAW}object"})
_ROWS: Final = frozenset({f"{_TABLE}table-row"})
_CELLS: Final = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_MOST_REPEATED: Final = 100
"""Empty rows and cells are said to be repeated to the end of the sheet."""


def read(file: BinaryIO, kind: DocumentKind) -> Iterator[Part]:
    with zipfile.ZipFile(checked(file)) as archive:
        reading = _Reading(archive)
        body = reading.root("content.xml").find(f"{_OFFICE}body")
        slides = [] if body is None else list(body.iter(f"{_DRAW}page"))
        for number, slide in enumerate(slides, start=1):
            lines = list(reading.lines(slide))
            yield Part("\n".join(lines), place=f"slide {number}", context=lines[0] if lines else "")
        if slides or body is None:
            return
        heading, lines = "", list[str]()
        for block in reading.blocks(body):
            read_lines = list(reading.lines_of(block))
            title = " ".join(read_lines).strip()
            if block.tag == f"{_TEXT}h" and title:
                yield _section(heading, lines)
                heading, lines = title, []
            lines += read_lines
        yield _section(heading, lines)
        if "styles.xml" not in archive.namelist():
            return
        masters = reading.root("styles.xml").iter(f"{_STYLE}header", f"{_STYLE}footer")
        margins = dict.fromkeys(line for master in masters for line in reading.lines(master))
        yield Part("\n".join(margins), place="header and footer")


def _section(heading: str, lines: list[str]) -> Part:
    place = f"section “{heading}”" if heading else None
    return Part("\n".join(lines), place=place, context=heading)


class _Reading:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._notes = count(1)
        self._objects: set[str] = set()

    def root(self, name: str) -> Any:
        """The XML of that name. Raises `Unreadable` where it is not there or encrypted."""
        try:
            return parsed(self._archive.read(name))
        except KeyError:
            raise Unreadable("It is damaged or not what its name says.") from None

    def lines(self, container: Any) -> Iterator[str]:
        for block in self.blocks(container):
            yield from self.lines_of(block)

    def blocks(self, container: Any) -> Iterator[Any]:
        """Paragraphs, tables and embedded objects, in lists, frames and sections."""
        return nearest(container, _BLOCKS, _is_read)

    def lines_of(self, block: Any) -> Iterator[str]:
        if block.tag == f"{_TABLE}table":
            for row in nearest(block, _ROWS, _is_read):
                cells = [text for cell in row.iterchildren(*_CELLS) for text in self._cell(cell)]
                if any(cells):
                    yield " | ".join(cells)
        elif block.tag == f"{_DRAW}object":
            yield from self._object(block.get(_HREF, ""))
        else:
            pieces, hanging = list[str](), list[str]()
            self._gather(block, pieces, hanging)
            yield "".join(pieces)
            yield from hanging

    def _cell(self, cell: Any) -> list[str]:
        """Its text as often as it is repeated; empty where it is covered by a merged one."""
        repeated = cell.get(f"{_TABLE}number-columns-repeated", "1")
        times = min(int(repeated), _MOST_REPEATED) if repeated.isdecimal() else 1
        lines = self.lines(cell) if cell.tag == _CELLS[0] else ()
        return [" ".join(word for line in lines for word in line.split())] * times

    def _object(self, address: str) -> Iterator[str]:
        """The text of what is embedded, such as a chart: its title and its data."""
        name = f"{address.removeprefix('./').rstrip('/')}/content.xml"
        if name in self._archive.namelist() and name not in self._objects:
            self._objects.add(name)
            root = self.root(name)
            formula = next(root.iter(f"{_MATH}math"), None)
            if formula is None:
                yield from self.lines(root)
            else:
                yield "".join("".join(formula.itertext(*_SYMBOLS)).split())

    def _gather(self, paragraph: Any, pieces: list[str], hanging: list[str]) -> None:
        pieces.append(_one_space(paragraph.text))
        waiting: list[Any] = list(reversed(paragraph))
        while waiting:
            element = waiting.pop()
            if isinstance(element, str):
                pieces.append(element)
                continue
            waiting.append(_one_space(element.tail))
            if element.tag == f"{_TEXT}s":
                spaces = element.get(f"{_TEXT}c", "1")
                pieces.append(" " * (min(int(spaces), 80) if spaces.isdecimal() else 1))
            elif element.tag == f"{_TEXT}tab":
                pieces.append("\t")
            elif element.tag == f"{_TEXT}line-break":
                pieces.append("\n")
            elif element.tag == f"{_TEXT}note":
                mark = f"[{next(self._notes)}]"
                pieces.append(mark)
                hanging.append(f"{mark} {' '.join(self.lines(element))}")
            elif element.tag == f"{_DRAW}object":
                embedded = list(self.lines_of(element))
                (pieces if len(embedded) == 1 else hanging).extend(embedded)
            elif element.tag == f"{_DRAW}text-box":
                hanging.extend(self.lines(element))
            elif _is_read(element):
                waiting += [*reversed(element), _one_space(element.text)]


def _is_read(element: Any) -> bool:
    return isinstance(element.tag, str) and element.tag not in _UNSEEN


def _one_space(text: str | None) -> str:
    """White space as the format has it: much of it is one space."""
    if not text:
        return ""
    words = " ".join(text.split())
    return f"{' ' * text[0].isspace()}{words}{' ' * (bool(words) and text[-1].isspace())}"
