"""Text as it is: plain, code, JSON, CSV with its columns' names, markdown by its headings."""

import csv
import re
from collections.abc import Iterator
from io import StringIO
from itertools import islice
from typing import BinaryIO, NamedTuple

from backend.domain.documents import DocumentKind, Part
from backend.search.readers.encodings import decoded
from backend.search.readers.ending import Note

_DECLARATION = re.compile(
    rb"""\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([\w.:-]+)   # XML
      | @charset\s"([\w.:-]+)";                             # CSS
      | (?:[^\n]*\n)?[ \t\f]*\#[^\n]*?coding[:=][ \t]*([\w.-]+)  # Python
    """,
    re.VERBOSE,
)
_HEAD_BYTES = 1024

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#*)?[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_NO_PARAGRAPH = re.compile(r"\s*$|\s*([-+*>|=]|\d+[.)]\s)| {4}|\t")
"""Lines that are no heading, whatever stands below them: blank ones, lists, quotes, tables, code."""
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)$")

_SEPARATOR = re.compile(r"\"?sep=(.)\"?\n", re.IGNORECASE)
_DELIMITERS = ";\t|,"
"""Where several would do, the comma stands in numbers."""
_HEAD_CHARS = 20_000
_HEAD_ROWS = 20


def read(file: BinaryIO, kind: DocumentKind) -> Iterator[Part | Note]:
    raw = file.read()
    text = yield from decoded(raw, _declared(raw))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    match kind:
        case "markdown":
            yield from sections(text)
        case "csv":
            yield _table(text)
        case _:
            yield Part(text, unit="line")


def _declared(raw: bytes) -> str | None:
    match = _DECLARATION.match(raw[:_HEAD_BYTES])
    return next(filter(None, match.groups())).decode() if match else None


def _table(text: str) -> Part:
    """The first line may name the delimiter, as Excel has it: `sep=;`."""
    separator = _SEPARATOR.match(text)
    body = text[separator.end() :] if separator else text
    columns = max(
        (_columns(body, each) for each in (separator[1] if separator else _DELIMITERS)),
        key=lambda columns: (columns.agree, len(columns.names)),
    )
    first = 2 if separator else 1
    return Part(body, unit="line", first=first, context=" | ".join(columns.names))


class _Columns(NamedTuple):
    names: list[str]
    agree: bool
    """Whether there are several, and as many in the next rows."""


def _columns(text: str, delimiter: str) -> _Columns:
    """The first row, if that is what parts its cells."""
    head = text[:_HEAD_CHARS]
    try:
        rows = list(islice(csv.reader(StringIO(head, newline=""), delimiter=delimiter), _HEAD_ROWS))
    except (csv.Error, TypeError, ValueError):
        return _Columns([head.partition("\n")[0]], agree=False)
    names = next(iter(rows), [])
    # The last row may be cut.
    widths = {len(row) for row in (rows[:-1] if len(head) < len(text) else rows) if row}
    return _Columns(names, agree=len(names) > 1 and widths <= {len(names)})


def sections(text: str) -> Iterator[Part]:
    """Yields a part per heading of markdown, told what headings it stands under.

    https://spec.commonmark.org/0.31.2/#leaf-blocks
    """
    headings: list[str] = []
    lines: list[str] = []
    first, fence = 1, ""
    front_matter = text.startswith("---\n")
    for number, line in enumerate(text.split("\n"), start=1):
        mark = _FENCE.match(line)
        heading = underline = None
        if front_matter:
            front_matter = number == 1 or line.rstrip() not in ("---", "...")
        elif fence:
            if mark and mark[1].startswith(fence) and not mark[2].strip():
                fence = ""
        elif mark and not (mark[1][0] == "`" and "`" in mark[2]):
            fence = mark[1]
        elif not (heading := _HEADING.match(line)) and lines and not _NO_PARAGRAPH.match(lines[-1]):
            underline = _UNDERLINE.match(line)
        if heading or underline:
            title = [lines.pop()] if underline else []
            if any(lines):
                yield Part("\n".join(lines), unit="line", first=first, context=" > ".join(headings))
            lines, first = title, number - len(title)
            level = len(heading[1]) if heading else 1 + (underline[1][0] == "-" if underline else 0)
            name = (heading[2] or "").strip() if heading else title[0].strip()
            headings = [*headings[: level - 1], name]
        lines.append(line)
    yield Part(
        "\n".join(lines), unit="line", first=first, context=" > ".join(filter(None, headings))
    )
