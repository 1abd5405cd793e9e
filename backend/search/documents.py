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
_TEXT_SUFFIXES = frozenset(
    """
    .bash .c .cc .cfg .clj .conf .cpp .cs .css .dart .erl .ex .exs .go .gradle .h .hpp .hs .ini .ipynb
    .java .js .json .jsonl .jsx .kt .less .log .lua .m .mjs .ml .php .pl .proto .ps1 .py .r .rb .rs
    .rst .sass .scala .scss .sh .sql .svelte .swift .tex .toml .ts .tsx .txt .vue .xml .yaml .yml .zig
    """.split()
)


def document_kind(name: str, media_type: str) -> DocumentKind | None:
    """How to read a file; None for one that holds no text to search, such as an image."""
    suffix = PurePath(name.lower()).suffix
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    if suffix in _TEXT_SUFFIXES or media_type.startswith("text/"):
        return "text"
    return None
