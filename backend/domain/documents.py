"""Kinds of documents whose text can be searched, and the parts of such a text."""

from pathlib import PurePath
from typing import Literal

from msgspec import Struct
from msgspec.structs import force_setattr

DocumentKind = Literal[
    "text",
    "markdown",
    "csv",
    "html",
    "pdf",
    "docx",
    "pptx",
    "sheet",
    "odf",
    "rtf",
    "epub",
    "eml",
    "ipynb",
    "subtitles",
]

Unit = Literal["line", "row"]


PLACE_CHARS = 150
CONTEXT_CHARS = 500
"""What a part says about itself is stored again with each of its passages."""


class Part(Struct, frozen=True, omit_defaults=True, tag=True, gc=False):
    """A piece of a document as its reader yields it: a page, a slide, a sheet, a section."""

    text: str
    place: str | None = None
    """Such as `page 3`; None where the document has no such places."""
    unit: Unit | None = None
    """What the lines of `text` are, where they are numbered."""
    first: int = 1
    """The number of the first line."""
    context: str = ""
    """What the part is about: a heading, the names of columns."""

    def __post_init__(self) -> None:
        if self.place is not None:
            force_setattr(self, "place", _one_line(self.place, PLACE_CHARS))
        force_setattr(self, "context", _one_line(self.context, CONTEXT_CHARS))


_BY_SUFFIX: dict[str, DocumentKind] = {
    ".csv": "csv",
    ".docx": "docx",
    ".eml": "eml",
    ".epub": "epub",
    ".htm": "html",
    ".html": "html",
    ".ipynb": "ipynb",
    ".markdown": "markdown",
    ".md": "markdown",
    ".odp": "odf",
    ".ods": "sheet",
    ".odt": "odf",
    ".pdf": "pdf",
    ".pptx": "pptx",
    ".rtf": "rtf",
    ".srt": "subtitles",
    ".tsv": "csv",
    ".vtt": "subtitles",
    ".xhtml": "html",
    ".xlsx": "sheet",
}


def document_kind(name: str) -> DocumentKind:
    """Returns the kind of a file of that name: text, unless its suffix says otherwise."""
    return _BY_SUFFIX.get(PurePath(name.lower()).suffix, "text")


def _one_line(text: str, limit: int) -> str:
    """Returns the text on one line, cut where it is longer than the limit."""
    line = " ".join(text[: 4 * limit].split())
    if len(text) <= 4 * limit and len(line) <= limit:
        return line
    return line[: limit - 1].rstrip() + "…"
