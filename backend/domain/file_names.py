"""Names of files, for display only: nothing on the disk is ever called like that."""

import re
import unicodedata
from typing import Final

MAX_NAME_CHARS: Final = 200

_LONGEST_SUFFIX: Final = 20
_JOINERS: Final = frozenset("\u200c\u200d")
"""Invisible, but letters of some scripts and emoji are made with them."""


def safe_name(name: str) -> str:
    """The last part of what may be a path, without what could deceive a reader.

    Controls, marks of direction (a `cod.exe` that reads `exe.doc`) and lone surrogates go. Never
    empty, never longer than `MAX_NAME_CHARS`, in Unicode's form NFC.
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
    """The extension with its dot, in lower case; empty where there is none."""
    stem, dot, extension = name.rpartition(".")
    return f".{extension.lower()}" if dot and stem else ""


def _is_shown(character: str) -> bool:
    if character in "\t\r\n" or character in _JOINERS:
        return True
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Cn")
