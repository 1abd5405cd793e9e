"""Word documents: a part per heading, since pages exist only once Word lays them out."""

from collections.abc import Iterator
from typing import BinaryIO

from docx import Document
from docx.table import Table
from docx.text.paragraph import Paragraph

from backend.search.documents import DocumentKind, Part
from backend.search.readers.packages import checked


def read(file: BinaryIO, kind: DocumentKind) -> Iterator[Part]:
    heading, lines = "", list[str]()
    for block in Document(checked(file)).iter_inner_content():
        if isinstance(block, Paragraph) and _is_heading(block):
            yield _section(heading, lines)
            heading, lines = block.text.strip(), []
        lines.extend(_lines(block))
    yield _section(heading, lines)


def _section(heading: str, lines: list[str]) -> Part:
    place = f"section “{heading}”" if heading else None
    return Part("\n".join(lines), place=place, context=heading)


def _is_heading(paragraph: Paragraph) -> bool:
    style = paragraph.style
    name = (style.name or "") if style is not None else ""
    return bool(paragraph.text.strip()) and name.startswith(("Heading", "Title"))


def _lines(block: Paragraph | Table) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield block.text
        return
    for row in block.rows:
        yield " | ".join(cell.text.replace("\n", " ") for cell in row.cells)
