"""The documents of the evaluation, in their own formats, made of the texts in three folders.

`documents` are English, `formats` as well, in formats that came later, `languages` are in others.

`kettle-manual.pdf.txt` becomes `kettle-manual.pdf`. In the texts `# ` begins a heading or a sheet,
`---` a page or a slide, and `| ` a row of a table.
"""

import csv
import html
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal, NamedTuple

import docx
import pptx
import xlsxwriter
from fpdf import FPDF

from tests.search.open_formats import cell, epub, odf, row, said

HERE = Path(__file__).parent

Corpus = Literal["documents", "formats", "languages"]


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


def questions(corpus: Corpus = "documents") -> list[Question]:
    with (HERE / f"questions-{corpus}.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Question(*row) for row in list(rows)[1:]]


def make_documents(folder: Path, corpus: Corpus = "documents") -> list[Path]:
    """Write every document into the folder; answers their paths, sorted."""
    made = []
    for source in sorted((HERE / corpus).glob("*.txt")):
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


def _rtf(pages: list[list[Line]], target: Path) -> None:
    lines = (
        r"\pard" + r"\s1" * (line.kind == "heading") + f" {_escaped(line.text)}" + r"\par"
        for page in pages
        for line in page
    )
    head = r"{\rtf1\ansi{\stylesheet{\s0 Normal;}{\s1 heading 1;}}"
    target.write_text("\n".join([head, *lines, "}"]), encoding="ascii")


def _escaped(text: str) -> str:
    return "".join(each if each.isascii() else rf"\u{ord(each)}?" for each in text)


def _odt(pages: list[list[Line]], target: Path) -> None:
    body = (
        f"<text:h>{html.escape(line.text)}</text:h>" if line.kind == "heading" else said(line.text)
        for page in pages
        for line in page
    )
    odf(target, "text", "".join(body))


def _ods(pages: list[list[Line]], target: Path) -> None:
    sheets: list[str] = []
    for line in (line for page in pages for line in page):
        if line.kind == "heading":
            sheets.append(f'<table:table table:name="{line.text}">')
        else:
            sheets[-1] += row(*map(cell, line.cells))
    odf(target, "spreadsheet", "</table:table>".join([*sheets, ""]))


def _epub(pages: list[list[Line]], target: Path) -> None:
    lines = [line for page in pages for line in page]
    body = (
        f"<h2>{line.text}</h2>" if line.kind == "heading" else said(line.text) for line in lines
    )
    epub(target, {"book.xhtml": "".join(body).replace("text:p", "p")})


def _eml(pages: list[list[Line]], target: Path) -> None:
    message = EmailMessage()
    message["Subject"] = pages[0][0].text
    message["From"] = "Race office <race@example.com>"
    message.set_content("\n".join(line.text for line in pages[0][1:]))
    target.write_bytes(message.as_bytes())


def _ipynb(pages: list[list[Line]], target: Path) -> None:
    cells = [
        {
            "cell_type": "markdown" if page[0].kind == "heading" else "code",
            "source": "\n".join("# " * (each.kind == "heading") + each.text for each in page),
        }
        for page in pages
    ]
    target.write_text(json.dumps({"nbformat": 4, "cells": cells}), encoding="utf-8")


def _srt(pages: list[list[Line]], target: Path) -> None:
    cues = (
        f"{number}\n00:0{number}:00,000 --> 00:0{number}:09,000\n{line.text}\n"
        for number, line in enumerate(pages[0], start=1)
    )
    target.write_text("\n".join(cues), encoding="utf-8")


_MAKERS: dict[str, Callable[[list[list[Line]], Path], None]] = {
    ".pdf": _pdf,
    ".docx": _docx,
    ".pptx": _pptx,
    ".xlsx": _xlsx,
    ".html": _html,
    ".rtf": _rtf,
    ".odt": _odt,
    ".ods": _ods,
    ".epub": _epub,
    ".eml": _eml,
    ".ipynb": _ipynb,
    ".srt": _srt,
}
