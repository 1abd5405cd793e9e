"""Presentations: a part per slide, with its tables, charts, diagrams and notes."""

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.opc.package import Part as PackagePart

from backend.domain.documents import DocumentKind, Part
from backend.search.readers import charts
from backend.search.readers.packages import checked, parsed

_A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_MATH: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXT: Final = frozenset({f"{_A}t", f"{_MATH}t"})
_LINKED: Final = (RELATIONSHIP_TYPE.CHART, RELATIONSHIP_TYPE.DIAGRAM_DATA)


def read(file: BinaryIO, kind: DocumentKind) -> Iterator[Part]:
    for number, slide in enumerate(Presentation(checked(file)).slides, start=1):
        lines = [*_lines(slide.shapes._spTree), *_linked(slide.part)]
        if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
            lines += notes.text.split("\v")
        title = slide.shapes.title
        context = "" if title is None else " ".join(_lines(title._element))
        yield Part("\n".join(filter(None, lines)), place=f"slide {number}", context=context)


def _lines(root: Any) -> Iterator[str]:
    """The paragraphs of shapes, and the rows of tables, in the order of the slide."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element.tag == f"{_A}tr":
            yield " | ".join(_cell(cell) for cell in element.iterfind(f"{_A}tc"))
        elif element.tag == f"{_A}p":
            yield from _paragraph(element).split("\n")
        elif isinstance(element.tag, str) and element.tag != _FALLBACK:
            waiting.extend(reversed(element))


def _cell(cell: Any) -> str:
    """Its text; empty where it is covered by a merged one."""
    if cell.get("hMerge") in ("1", "true") or cell.get("vMerge") in ("1", "true"):
        return ""
    return " ".join(" ".join(map(_paragraph, cell.iter(f"{_A}p"))).split())


def _paragraph(paragraph: Any) -> str:
    pieces = (
        "\n" if each.tag == f"{_A}br" else each.text or ""
        for each in paragraph.iter(*_TEXT, f"{_A}br")
    )
    return "".join(pieces)


def _linked(slide: PackagePart) -> Iterator[str]:
    """What stands in charts and diagrams, which are files of their own."""
    for relation in slide.rels.values():
        if relation.is_external or relation.reltype not in _LINKED:
            continue
        root = parsed(relation.target_part.blob)
        yield from charts.lines(root) if relation.reltype == _LINKED[0] else _lines(root)
