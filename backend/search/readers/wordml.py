"""WordprocessingML: the text of paragraphs and tables as the page shows it, changes accepted.

https://ecma-international.org/publications-and-standards/standards/ecma-376/
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any, Final

from backend.search.readers.packages import nearest

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_DRAWING: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_CHART: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"
_RELATION_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"

_TEXT: Final = frozenset({f"{W}t", f"{_MATH}t", f"{_DRAWING}t"})
_MARKS: Final = {
    f"{W}tab": "\t",
    f"{W}ptab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "\u2011",
}
_LEAVES: Final = _TEXT | _MARKS.keys() | {f"{W}sym"}
_REFERENCES: Final = frozenset({f"{W}footnoteReference", f"{W}endnoteReference"})
_UNSEEN: Final = frozenset(
    {
        *(f"{W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "delInstrText")),
        *(f"{W}{name}" for name in ("pPr", "rPr", "tblPr", "tblGrid", "trPr", "tcPr", "sectPr")),
        *(f"{W}{name}" for name in ("sdtPr", "sdtEndPr", "rt", "fldData", "ffData")),
        _FALLBACK,
    }
)
"""What is deleted or moved away, properties, codes of fields, and the same again for old readers."""


def blocks(container: Any) -> Iterator[Any]:
    """Yields paragraphs and tables, also those in content controls, changes and custom XML."""
    yield from _inside(container, "p", "tbl")


def style_of(block: Any) -> str:
    """Returns the id of a paragraph's style; empty where it has none."""
    style = block.find(f"{W}pPr/{W}pStyle")
    return "" if style is None else style.get(f"{W}val", "")


class Blocks:
    """Reads blocks. `notes` are the footnotes and endnotes, `chart` reads a chart by its id."""

    def __init__(
        self, notes: Mapping[tuple[str, str], Any], chart: Callable[[str], Iterator[str]]
    ) -> None:
        # Each is read once, where it is referred to first: one may refer to itself.
        self._notes = dict(notes)
        self._chart = chart
        self._numbers = count(1)

    def lines(self, block: Any) -> Iterator[str]:
        """Yields a paragraph's line, with the text boxes and notes that hang on it, or the rows."""
        if block.tag == f"{W}tbl":
            for row in _inside(block, "tr"):
                if row.find(f"{W}trPr/{W}del") is None:
                    cells = _inside(row, "tc")
                    yield " | ".join(" ".join(self._cell(cell)) for cell in cells)
            return
        pieces, hanging = list[str](), list[str]()
        self._gather(block, pieces, hanging)
        yield "".join(pieces)
        yield from hanging

    def _cell(self, cell: Any) -> Iterator[str]:
        """The words of a cell; none where it continues the one above."""
        merged = cell.find(f"{W}tcPr/{W}vMerge")
        if merged is not None and merged.get(f"{W}val") != "restart":
            return
        for block in blocks(cell):
            for line in self.lines(block):
                yield from line.split()

    def _gather(self, paragraph: Any, pieces: list[str], hanging: list[str]) -> None:
        waiting = list(reversed(paragraph))
        # For each open field whether its result has begun: what stands before that is its code.
        fields: list[bool] = []
        while waiting:
            element = waiting.pop()
            if element.tag == f"{W}fldChar":
                _turn(fields, element.get(f"{W}fldCharType", ""))
            elif element.tag in _LEAVES and not all(fields):
                continue
            elif element.tag in _TEXT:
                pieces.append(element.text or "")
            elif element.tag in _MARKS:
                pieces.append(_MARKS[element.tag])
            elif element.tag == f"{W}sym":
                pieces.append(_symbol(element.get(f"{W}char", "")))
            elif element.tag in _REFERENCES:
                note = self._notes.pop((element.tag, element.get(f"{W}id", "")), None)
                if note is not None:
                    mark = f"[{next(self._numbers)}]"
                    pieces.append(mark)
                    text = " ".join(line for each in blocks(note) for line in self.lines(each))
                    hanging.append(f"{mark} {text.strip()}")
            elif element.tag == f"{W}txbxContent":
                hanging.extend(line for each in blocks(element) for line in self.lines(each))
            elif element.tag == _CHART:
                hanging.extend(self._chart(element.get(_RELATION_ID, "")))
            elif _is_read(element):
                waiting.extend(reversed(element))


def _turn(fields: list[bool], mark: str) -> None:
    if mark == "begin":
        fields.append(False)
    elif fields and mark == "separate":
        fields[-1] = True
    elif fields and mark == "end":
        fields.pop()


def _inside(container: Any, *names: str) -> Iterator[Any]:
    return nearest(container, frozenset(f"{W}{name}" for name in names), _is_read)


def _is_read(element: Any) -> bool:
    if not isinstance(element.tag, str) or element.tag in _UNSEEN:
        return False
    hidden = element.find(f"{W}rPr/{W}vanish") if element.tag == f"{W}r" else None
    return hidden is None or hidden.get(f"{W}val") in ("0", "false", "off")


def _symbol(code: str) -> str:
    """A character of a symbol font; nothing where only that font knows it."""
    try:
        character = chr(int(code, 16))
    except (ValueError, OverflowError):
        return ""
    return "" if "\ue000" <= character <= "\uf8ff" else character
