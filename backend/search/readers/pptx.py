"""Presentations: a part per slide, tables and notes included."""

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from pptx import Presentation

from backend.domain.documents import DocumentKind, Part
from backend.search.readers.packages import checked


def read(file: BinaryIO, kind: DocumentKind) -> Iterator[Part]:
    for number, slide in enumerate(Presentation(checked(file)).slides, start=1):
        lines = list(_lines(slide.shapes))
        if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
            lines.append(notes.text)
        title = slide.shapes.title
        context = title.text_frame.text.strip() if title is not None else ""
        yield Part("\n".join(filter(None, lines)), place=f"slide {number}", context=context)


def _lines(shapes: Iterable[Any]) -> Iterator[str]:
    for shape in shapes:
        if shape.has_text_frame:
            yield shape.text_frame.text
        elif getattr(shape, "has_table", False) and shape.has_table:
            for row in shape.table.rows:
                yield " | ".join(cell.text.replace("\n", " ") for cell in row.cells)
        elif hasattr(shape, "shapes"):
            yield from _lines(shape.shapes)
