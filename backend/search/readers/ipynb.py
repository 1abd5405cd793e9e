"""Notebooks: a part per cell, with the text that it put out.

https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct

from backend.domain.documents import DocumentKind, Part
from backend.search.readers.encodings import decoded
from backend.search.readers.ending import Note, Unreadable

_Text = str | list[str] | None


class _Output(Struct):
    text: _Text = ""
    data: dict[str, Any] = {}
    evalue: str = ""


class _Cell(Struct):
    cell_type: str = "code"
    source: _Text = ""
    input: _Text = ""
    """What `source` was called before version 4."""
    outputs: list[_Output] = []


class _Sheet(Struct):
    cells: list[_Cell] = []


class _Notebook(Struct):
    cells: list[_Cell] = []
    worksheets: list[_Sheet] = []


def read(file: BinaryIO, kind: DocumentKind) -> Iterator[Part | Note]:
    text = yield from decoded(file.read())
    try:
        notebook = msgspec.json.decode(text, type=_Notebook)
    except msgspec.MsgspecError:
        raise Unreadable("It is damaged or no notebook.") from None
    heading = ""
    cells = [*notebook.cells, *(cell for sheet in notebook.worksheets for cell in sheet.cells)]
    for number, cell in enumerate(cells, start=1):
        source = _joined(cell.source) or _joined(cell.input)
        if cell.cell_type == "markdown" and source.startswith("#"):
            heading = source.partition("\n")[0].strip("# ")
        yield Part(
            "\n".join([source, *filter(None, map(_said, cell.outputs))]),
            place=f"cell {number}",
            context=heading,
        )


def _said(output: _Output) -> str:
    plain = output.data.get("text/plain", "")
    shown = plain if isinstance(plain, str) else "".join(map(str, plain))
    return _joined(output.text) or shown or output.evalue


def _joined(text: _Text) -> str:
    return text if isinstance(text, str) else "".join(text or ())
