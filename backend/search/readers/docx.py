"""Word documents: a part per heading, since pages exist only once Word lays them out."""

from collections.abc import Iterator
from typing import BinaryIO

from docx import Document
from docx.table import Table
from docx.text.paragraph import Paragraph

from backend.domain.documents import DocumentKind, Part
from backend.search.readers.packages import checked


def read(file: BinaryIO, kind: DocumentKind) -> Iterator[Part]:
    document = Document(checked(file))
    headings = {style.style_id for style in document.styles if _is_heading(style.name or "")}
    heading, lines = "", list[str]()
    for block in document.iter_inner_content():
        # `block.style` would search all styles for each paragraph, at 2 ms.
        if isinstance(block, Paragraph) and block._p.style in headings and block.text.strip():
            yield _section(heading, lines)
            heading, lines = block.text.strip(), []
        lines.extend(_lines(block))
    yield _section(heading, lines)


def _is_heading(style: str) -> bool:
    return style.startswith(("Heading", "Title"))


def _section(heading: str, lines: list[str]) -> Part:
    place = f"section “{heading}”" if heading else None
    return Part("\n".join(lines), place=place, context=heading)


def _lines(block: Paragraph | Table) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield block.text
        return
    for row in block.rows:
        yield " | ".join(cell.text.replace("\n", " ") for cell in row.cells)
