"""HTML: its visible text, a part per heading."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import html

from backend.search.documents import DocumentKind, Part

_UNSEEN = frozenset({"head", "script", "style", "template", "noscript", "svg", "nav"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_INLINE = frozenset(
    {
        *("a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i"),
        *("ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strong", "sub"),
        *("sup", "time", "u", "var", "wbr"),
    }
)


def read(file: BinaryIO, kind: DocumentKind) -> Iterator[Part]:
    """In the charset that the document names, else UTF-8."""
    raw = file.read()
    if not raw.strip():
        return
    parser = html.HTMLParser(encoding=None if b"charset" in raw[:2048].lower() else "utf-8")
    heading, pieces = "", list[str]()
    for piece in _walk(html.document_fromstring(raw, parser)):
        if isinstance(piece, _Heading):
            yield _section(heading, pieces)
            heading, pieces = piece, []
        pieces.append(piece)
    yield _section(heading, pieces)


class _Heading(str):
    """The text of a heading."""


def _section(heading: str, pieces: list[str]) -> Part:
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    place = f"section “{heading.strip()}”" if heading else None
    return Part("\n".join(filter(None, lines)), place=place, context=heading.strip())


def _walk(root: Any) -> Iterator[str]:
    """Text in the order of the document; a stack, since nesting may be deeper than Python's."""
    waiting: list[Any] = [root]
    while waiting:
        at = waiting.pop()
        if isinstance(at, str):
            yield at
            continue
        if not isinstance(at.tag, str) or at.tag in _UNSEEN:
            continue
        if at.tag in _HEADINGS and (text := " ".join("".join(at.itertext()).split())):
            yield _Heading(f"\n{text}\n")
            continue
        around = "" if at.tag in _INLINE else " | " if at.tag in {"td", "th"} else "\n"
        following: list[Any] = [around, (at.text or "").replace("\n", " ")]
        for child in at:
            following += [child, (child.tail or "").replace("\n", " ")]
        following.append("" if around == " | " else around)
        waiting.extend(reversed(following))
