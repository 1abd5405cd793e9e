"""Documents whose text can be searched, and that text in parts that know where they stand."""

from pathlib import PurePath
from typing import Literal

from msgspec import Struct

DocumentKind = Literal["text", "markdown", "csv", "html", "pdf", "docx", "pptx", "xlsx"]

Unit = Literal["line", "row"]


class Part(Struct, frozen=True, omit_defaults=True):
    """A piece of a document as its reader found it: a page, a slide, a sheet, a section."""

    text: str
    place: str | None = None
    """Such as `page 3`; None where a document has no such places."""
    unit: Unit | None = None
    """What a line of `text` is, where lines are numbered."""
    first: int = 1
    """The number of the first line."""
    context: str = ""
    """What the part is about: a heading, the names of columns."""


_BY_SUFFIX: dict[str, DocumentKind] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".docx": "docx",
    ".htm": "html",
    ".html": "html",
    ".markdown": "markdown",
    ".md": "markdown",
    ".pdf": "pdf",
    ".pptx": "pptx",
    ".xhtml": "html",
    ".xlsx": "xlsx",
}


def document_kind(name: str) -> DocumentKind:
    """How to read a file of that name: as text where nothing else is known of it."""
    return _BY_SUFFIX.get(PurePath(name.lower()).suffix, "text")
