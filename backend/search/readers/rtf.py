"""Rich Text Format: a part per heading, changes accepted, hidden text left out.

https://interoperability.blob.core.windows.net/files/Archive_References/[MSFT-RTF].pdf
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

from backend.domain.documents import DocumentKind, Part
from backend.search.readers.ending import Unreadable

_TOKEN: Final = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|[\r\n]+|([^\\{}\r\n]+)",
    re.DOTALL,
)
_CHARSETS: Final = {
    0: "cp1252",
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gb18030",
    136: "big5",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: "cp850",
}
_CODE_PAGES: Final = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
_CHARACTERS: Final = {
    "tab": "\t",
    "cell": " | ",
    "nestcell": " | ",
    "emdash": "—",
    "endash": "–",
    "emspace": " ",
    "enspace": " ",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "~": " ",
    "_": "\u2011",
    "{": "{",
    "}": "}",
    "\\": "\\",
}
_ENDS: Final = frozenset({"par", "line", "row", "nestrow", "sect", "page", "column", "\n", "\r"})
_UNSEEN: Final = frozenset(
    {
        *("fonttbl", "colortbl", "stylesheet", "info", "pict", "objdata", "fldinst", "filetbl"),
        *("revtbl", "sp", "shprslt", "nonshppict", "xe", "tc", "rxe", "txe", "template"),
        *("nonesttables", "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn"),
    }
)
_SEEN: Final = frozenset({"shpinst", "shptxt", "shpgrp", "nesttableprops"})
"""Destinations that a reader may leave out if it does not know them; others of these are unseen."""
_ASIDE: Final = {
    **dict.fromkeys(("header", "headerl", "headerr", "headerf"), "margin"),
    **dict.fromkeys(("footer", "footerl", "footerr", "footerf"), "margin"),
    **dict.fromkeys(("footnote", "shptxt"), "hanging"),
}
_CELL_END: Final = re.compile(r" +\| +")
_MARGIN_PLACE: Final = "header and footer"


@dataclass(frozen=True, slots=True)
class _Group:
    """What is in force within a pair of braces."""

    target: str = "body"
    font: int | None = None
    alternatives: int = 1
    """How many characters stand after a Unicode one for readers that know none."""
    style: int | None = None
    hidden: bool = False
    deleted: bool = False
    in_table: bool = False


class _Reading:
    def __init__(self) -> None:
        self.codec = "cp1252"
        self.fonts: dict[int, str] = {}
        self.default_font = 0
        self.headings: set[int] = set()
        self.group = _Group()
        self.groups: list[_Group] = []
        self.texts: dict[str, list[str]] = {"body": [], "margin": [], "hanging": [], "name": []}
        self.held = bytearray()
        self.skip = 0
        self.optional = False

    def parts(self, text: str) -> Iterator[Part]:
        heading, lines, at = "", list[str](), 0
        while match := _TOKEN.match(text, at):
            at = match.end()
            word, number, byte, symbol, brace, plain = match.groups()
            if brace:
                self._turn(brace)
            elif word == "bin":
                at += max(0, int(number or 0))
            elif byte or plain:
                self._hold(bytes.fromhex(byte) if byte else plain.encode("latin-1"))
            elif word or symbol:
                self._obey(word or symbol, int(number) if number else None)
            if self._ends_line(word or symbol):
                line = self._taken("body")
                if self.group.style in self.headings and line.strip():
                    yield _section(heading, lines)
                    heading, lines = line.strip(), []
                lines += [line, *self._taken("hanging").split("\n")]
        self._flush()
        lines += [self._taken("body"), *self._taken("hanging").split("\n")]
        yield _section(heading, lines)
        yield Part(self._taken("margin").strip(), place=_MARGIN_PLACE)

    def _ends_line(self, word: str | None) -> bool:
        """Paragraphs in the cells of a table do not: their row does."""
        if self.group.target != "body" or word not in _ENDS:
            return False
        if word == "par" and self.group.in_table:
            self._say(" ")
            return False
        return True

    def _turn(self, brace: str) -> None:
        self._flush()
        self.skip, self.optional = 0, False
        if brace == "{":
            self.groups.append(self.group)
        elif self.groups:
            ended, self.group = self.group, self.groups.pop()
            if ended.target == "stylesheet":
                name = self._taken("name").strip(" ;").lower()
                if name.startswith(("heading", "title")) and ended.style is not None:
                    self.headings.add(ended.style)
            elif ended.target in ("margin", "hanging") and self.group.target != ended.target:
                self.texts[ended.target].append("\n")

    def _obey(self, word: str, number: int | None) -> None:
        self._flush()
        self.skip = 0
        optional, self.optional = self.optional, word == "*"
        if word in _ASIDE and self.group.target in self.texts:
            self._be(target=_ASIDE[word])
        elif word in _UNSEEN or (optional and word not in _SEEN):
            self._be(target=word)
        elif word in _CHARACTERS:
            self._say(_CHARACTERS[word])
        elif word in _ENDS and self.group.target != "body":
            self._say("\n")
        elif word == "u" and number is not None:
            self._say(chr(number % 0x10000))
            self.skip = self.group.alternatives
        elif word == "uc":
            self._be(alternatives=max(0, number or 0))
        elif word == "f":
            self._be(font=number)
        elif word == "deff":
            self.default_font = number or 0
        elif word == "s":
            self._be(style=number)
        elif word == "pard":
            self._be(style=None, in_table=False)
        elif word == "intbl":
            self._be(in_table=True)
        elif word == "plain":
            self._be(font=None, hidden=False, deleted=False)
        elif word == "v":
            self._be(hidden=number != 0)
        elif word == "deleted":
            self._be(deleted=number != 0)
        elif word == "fcharset" and self.group.font is not None:
            self.fonts[self.group.font] = _CHARSETS.get(number or 0, self.codec)
        elif word == "ansicpg":
            self.codec = _code_page(number) or self.codec
        elif word in _CODE_PAGES:
            self.codec = _CODE_PAGES[word]

    def _be(self, **changes: object) -> None:
        self.group = replace(self.group, **changes)  # type: ignore[arg-type]

    def _hold(self, data: bytes) -> None:
        skipped = min(self.skip, len(data))
        self.skip -= skipped
        self.held += data[skipped:]

    def _flush(self) -> None:
        if self.held:
            font = self.default_font if self.group.font is None else self.group.font
            codec = self.fonts.get(font, self.codec)
            self._say(self.held.decode(codec, "replace"))
            self.held.clear()

    def _say(self, text: str) -> None:
        group = self.group
        target = "name" if group.target == "stylesheet" else group.target
        if target in self.texts and not group.hidden and not group.deleted:
            self.texts[target].append(text)

    def _taken(self, target: str) -> str:
        text = "".join(self.texts[target])
        self.texts[target].clear()
        return text


def read(file: BinaryIO, kind: DocumentKind) -> Iterator[Part]:
    text = file.read().decode("latin-1")
    if not text.lstrip().startswith("{\\rtf"):
        raise Unreadable("It is damaged or no RTF.")
    yield from _Reading().parts(text.lstrip())


def _section(heading: str, lines: list[str]) -> Part:
    text = "\n".join(
        _CELL_END.sub(r" | ", line).removesuffix(" | ") for line in lines if line.strip(" |")
    )
    return Part(text, place=f"section “{heading}”" if heading else None, context=heading)


def _code_page(number: int | None) -> str | None:
    name = "utf-8" if number == 65001 else f"cp{number}"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None
