"""Spreadsheets: a part per sheet, a line per row, cells as they were last computed."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from backend.domain.documents import DocumentKind, Part
from backend.search.readers.ending import Unreadable
from backend.search.readers.packages import checked


def read(file: BinaryIO, kind: DocumentKind) -> Iterator[Part]:
    try:
        book = CalamineWorkbook.from_filelike(checked(file))
        for name in book.sheet_names:
            rows = [_row(row) for row in book.get_sheet_by_name(name).iter_rows()]
            columns = next(filter(None, rows), "")
            yield Part("\n".join(rows), f"sheet {name}", "row", context=f"{name}: {columns}")
    except PasswordError:
        raise Unreadable("It is encrypted. Upload a copy without a password.") from None
    except CalamineError:
        raise Unreadable("It is damaged or no spreadsheet.") from None


def _row(cells: Iterable[object]) -> str:
    """Empty where all cells are, so that rows keep their numbers."""
    texts = [_text(cell) for cell in cells]
    return " | ".join(texts) if any(texts) else ""


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).replace("\n", " ")
