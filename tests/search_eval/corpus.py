"""The documents of the evaluation, in their own formats, made of the texts in `documents/`.

`kettle-manual.pdf.txt` becomes `kettle-manual.pdf`. In the texts `# ` begins a heading or a sheet,
`---` a page or a slide, and `| ` a row of a table.
"""

import csv
import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import docx
import pptx
import xlsxwriter
from fpdf import FPDF

HERE = Path(__file__).parent
DOCUMENTS = HERE / "documents"


class Question(NamedTuple):
    file: str
    question: str
    quote: str
    """Stands in the passage that answers it, and in the passages that overlap with that."""


@dataclass(frozen=True, slots=True)
class Line:
    kind: str
    """`heading`, `row` or `text`."""
    text: str

    @property
    def cells(self) -> list[str]:
        return [cell.strip() for cell in self.text.split("|")]


def questions() -> list[Question]:
    with (HERE / "questions.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Question(*row) for row in list(rows)[1:]]


def make_documents(folder: Path) -> list[Path]:
    """Write every document into the folder; answers their paths, sorted."""
    made = []
    for source in sorted(DOCUMENTS.glob("*.txt")):
        target = folder / source.stem
        text = source.read_text(encoding="utf-8")
        make = _MAKERS.get(target.suffix)
        if make is None:
            target.write_text(text, encoding="utf-8")
        else:
            make(list(_pages(text)), target)
        made.append(target)
    return made


def make_pdf(pages: list[str], target: Path, password: str | None = None) -> None:
    """A PDF of plain pages."""
    pdf = FPDF()
    pdf.set_font("Helvetica", size=11)
    if password is not None:
        pdf.set_encryption(owner_password=password, user_password=password)
    for page in pages:
        pdf.add_page()
        pdf.multi_cell(0, 6, page)
    pdf.output(str(target))


def _pages(text: str) -> Iterator[list[Line]]:
    for page in text.split("\n---\n"):
        yield [_line(line) for line in page.splitlines() if line.strip()]


def _line(line: str) -> Line:
    if line.startswith("# "):
        return Line("heading", line[2:])
    return Line("row", line.strip("| ")) if line.startswith("| ") else Line("text", line)


def _pdf(pages: list[list[Line]], target: Path) -> None:
    make_pdf(["\n".join(line.text for line in page) for page in pages], target)


def _docx(pages: list[list[Line]], target: Path) -> None:
    document = docx.Document()
    for line in (line for page in pages for line in page):
        if line.kind == "heading":
            document.add_heading(line.text, 1)
        else:
            document.add_paragraph(line.text)
    document.save(str(target))


def _pptx(pages: list[list[Line]], target: Path) -> None:
    show = pptx.Presentation()
    for page in pages:
        slide: Any = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = page[0].text
        slide.placeholders[1].text = "\n".join(line.text for line in page[1:])
    show.save(str(target))


def _xlsx(pages: list[list[Line]], target: Path) -> None:
    with xlsxwriter.Workbook(str(target)) as book:
        sheet, row = None, 0
        for line in (line for page in pages for line in page):
            if line.kind == "heading":
                sheet, row = book.add_worksheet(line.text), 0
            else:
                assert sheet is not None
                sheet.write_row(row, 0, line.cells)
                row += 1


def _html(pages: list[list[Line]], target: Path) -> None:
    body = []
    for line in (line for page in pages for line in page):
        match line.kind:
            case "heading":
                body.append(f"<h2>{html.escape(line.text)}</h2>")
            case "row":
                cells = "".join(f"<td>{html.escape(cell)}</td>" for cell in line.cells)
                body.append(f"<table><tr>{cells}</tr></table>")
            case _:
                body.append(f"<p>{html.escape(line.text)}</p>")
    page = "<!doctype html><meta charset=utf-8><style>p{color:red}</style>" + "\n".join(body)
    target.write_text(page, encoding="utf-8")


_MAKERS: dict[str, Callable[[list[list[Line]], Path], None]] = {
    ".pdf": _pdf,
    ".docx": _docx,
    ".pptx": _pptx,
    ".xlsx": _xlsx,
    ".html": _html,
}
