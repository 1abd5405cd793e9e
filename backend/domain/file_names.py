"""Names of files, for display only: no file on the disk has such a name."""

import re
import unicodedata
from typing import Final

MAX_NAME_CHARS: Final = 200

_LONGEST_SUFFIX: Final = 20
_BLANKS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters by their category, but nothing is seen of them."""
_JOINERS: Final = frozenset("\u200c\u200d")
"""Invisible, but some scripts and emoji need them."""


def safe_name(name: str) -> str:
    """Returns the last part of a path, without characters that could deceive a reader.

    Removes control characters, marks of direction (a `cod.exe` that reads `exe.doc`) and lone
    surrogates. The result is in Unicode's form NFC, not empty, and has at most `MAX_NAME_CHARS`.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(character for character in last if _is_shown(character))
    shown = " ".join(shown.split())
    if not shown.strip("."):
        return "file"
    if len(shown) <= MAX_NAME_CHARS:
        return shown
    suffix = suffix_of(shown) if len(suffix_of(shown)) <= _LONGEST_SUFFIX else ""
    return shown[: MAX_NAME_CHARS - 1 - len(suffix)].rstrip() + "…" + suffix


def suffix_of(name: str) -> str:
    """Returns the extension with its dot, in lower case; empty where there is none."""
    stem, dot, extension = name.rpartition(".")
    return f".{extension.lower()}" if dot and stem else ""


def _is_shown(character: str) -> bool:
    if character in "\t\r\n" or character in _JOINERS:
        return True
    return character not in _BLANKS and unicodedata.category(character) not in (
        "Cc",
        "Cf",
        "Cs",
        "Cn",
    )
