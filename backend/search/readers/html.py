"""HTML: its visible text, a part per heading."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, BinaryIO

from lxml import etree, html

from backend.domain.documents import DocumentKind, Part
from backend.search.readers.encodings import decoded
from backend.search.readers.ending import Note

_UNSEEN = frozenset(
    {
        "head",
        "script",
        "style",
        "template",
        "noscript",
        "svg",
        "nav",
        "datalist",
        "iframe",
        "rp",
        "rt",
    }
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_AS_WRITTEN = frozenset({"pre", "textarea", "listing", "xmp"})
_INLINE = frozenset(
    {
        *("a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i"),
        *("ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strong", "sub"),
        *("sup", "time", "u", "var", "wbr"),
    }
)
_CELLS = frozenset({"td", "th"})
_PARAGRAPHS = frozenset({"p", "div", "br"})
_FEW_PARAGRAPHS = 20
_NOT_DISPLAYED = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
_XML_DECLARATION = re.compile(rb"\s*<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([\w.:-]+)")
_CONTENT_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s;\"']+)", re.IGNORECASE)
_HEAD_BYTES = 1 << 16

_TITLE_CHARS = 600

# White space of text that is shown as it is written, until all other white space has been cut.
_KEPT = str.maketrans({" ": "\ue0fe", "\t": "\ue0fd", "\n": "\n\ue0ff", "\r": None})
_FREED = str.maketrans({"\ue0fe": " ", "\ue0fd": "\t", "\ue0ff": None})
_FLOWING = str.maketrans({"\n": " "})


def read(file: BinaryIO, kind: DocumentKind) -> Iterator[Part | Note]:
    raw = file.read()
    text = yield from decoded(raw, declared(raw))
    yield from sections(text)


def sections(text: str) -> Iterator[Part]:
    """Yields a part per heading of a page."""
    title, pieces = "", list[str]()
    for piece in _walk(_parsed(text)):
        if isinstance(piece, _Title):
            yield _section(title, pieces)
            title, pieces = piece, []
        else:
            pieces.append(piece)
    yield _section(title, pieces)


def declared(raw: bytes) -> str | None:
    """Returns the charset that a page names, as browsers look for it: in its tags, never in its text.

    https://html.spec.whatwg.org/multipage/parsing.html#prescan-a-byte-stream-to-determine-its-encoding
    """
    head = raw[:_HEAD_BYTES]
    if declaration := _XML_DECLARATION.match(head):
        return declaration[1].decode()
    scan = _Charset()
    scan.feed(head.decode("latin-1"))
    return scan.found


class _Charset(HTMLParser):
    found: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta" or self.found is not None:
            return
        named = {name: value or "" for name, value in reversed(attrs)}
        content = _CONTENT_CHARSET.search(named.get("content", ""))
        if "charset" in named:
            self.found = named["charset"]
        elif named.get("http-equiv", "").lower() == "content-type" and content:
            self.found = content[1]


def _parsed(text: str) -> Any:
    """The document's root; None where there is none."""
    # As bytes, since lxml takes no text that names an encoding.
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser)
    except etree.ParserError:
        return None


class _Title(str):
    """What a heading says, before its own text."""


def _section(title: str, pieces: list[str]) -> Part:
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    text = "\n".join(filter(None, lines)).translate(_FREED)
    return Part(text, place=f"section “{title}”" if title else None, context=title)


def _walk(root: Any) -> Iterator[str]:
    """Text in the order of the document; a stack, since nesting may be deeper than Python's."""
    waiting: list[Any] = [] if root is None else [(root, False)]
    # Titles are not looked for in a title.
    headings = frozenset[str]() if root is None or root.tag in _HEADINGS else _HEADINGS
    while waiting:
        at = waiting.pop()
        if isinstance(at, str):
            yield at
            continue
        element, as_written = at
        if _is_unseen(element):
            continue
        if element.tag in headings and (title := _title(element)):
            yield _Title(title)
        as_written = as_written or element.tag in _AS_WRITTEN
        if element.tag == "math":
            yield _formula(element)
            continue
        table = _KEPT if as_written else _FLOWING
        before, after = _around(element)
        following: list[Any] = [before, (element.text or "").translate(table)]
        for child in element:
            following += [(child, as_written), (child.tail or "").translate(table)]
        following.append(after)
        waiting.extend(reversed(following))


def _around(element: Any) -> tuple[str, str]:
    """What stands before and after the text of an element."""
    if element.tag in _INLINE:
        return "", ""
    if element.tag in _CELLS:
        return "" if element.getprevious() is None else " | ", ""
    parent = element.getparent()
    if element.tag in _PARAGRAPHS and parent is not None and _is_row_of_words(parent):
        return " ", " "
    return "\n", "\n"


def _is_row_of_words(element: Any) -> bool:
    """Whether it is a cell that holds a few paragraphs, as word processors write them, and not half of
    a page whose layout is a table."""
    return (
        element.tag in _CELLS
        and len(element) <= _FEW_PARAGRAPHS
        and all(child.tag in _PARAGRAPHS | _INLINE for child in element)
        and all(grandchild.tag in _INLINE for child in element for grandchild in child)
    )


def _formula(element: Any) -> str:
    """As its author wrote it where that is said, else its letters."""
    for annotation in element.iter("annotation"):
        if "tex" in annotation.get("encoding", "").lower() and annotation.text:
            return " ".join(annotation.text.split())
    return "".join("".join(element.itertext("mi", "mn", "mo", "mtext")).split())


def _is_unseen(element: Any) -> bool:
    if not isinstance(element.tag, str) or element.tag in _UNSEEN:
        return True
    hidden = element.get("hidden")
    return (
        (hidden is not None and hidden.lower() != "until-found")
        or (element.tag == "dialog" and element.get("open") is None)
        or _NOT_DISPLAYED.search(element.get("style", "")) is not None
    )


def _title(heading: Any) -> str:
    """Its visible text on one line, or the beginning of that."""
    pieces, chars = list[str](), 0
    for piece in _walk(heading):
        pieces.append(piece)
        chars += len(piece)
        if chars > _TITLE_CHARS:
            break
    return " ".join("".join(pieces).translate(_FREED).split())
