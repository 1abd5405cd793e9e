"""Text that every encoder and every database takes: no NUL and no half of a surrogate pair.

Both become U+FFFD. It is one UTF-16 code unit long, as they are, so every offset stays right. Used
where text comes in: frames and bodies of clients, answers of upstreams, outputs of tools, errors.
"""

import json
import re
from typing import Final

_UNFIT: Final = re.compile("[\0\ud800-\udfff]")

_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
    "|[\u200c-\u200f\ufe00-\ufe0f]{3,}"
)
"""Controls, formats, fillers and tags. Some scripts and emoji need what joins letters, marks a direction
or varies a letter; more than two in a row say something else."""

_UNFIT_ESCAPE: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_HIGH, _LOW = rb"u[dD][89abAB][0-9a-fA-F]{2}", rb"u[dD][c-fC-F][0-9a-fA-F]{2}"
_FIT: Final = rb"(?:[^u]|u(?!0000|[dD][89a-fA-F])|%b\\%b)[^\\]*+" % (_HIGH, _LOW)
_ESCAPE: Final = re.compile(
    rb"\\(?:(?P<fit>%(fit)b(?:\\%(fit)b){0,999}+)"
    rb"|(?P<last>%(high)b(?=\"))"
    rb"|(?P<first>(?<=\"\\)(?<!\\\"\\)%(low)b)"
    rb"|u0000|%(high)b|%(low)b)" % {b"fit": _FIT, b"high": _HIGH, b"low": _LOW}
)
"""Escapes in JSON text: some that are fit, or one that is not. `last` ends its string with the first
half of a pair, `first` begins its string with the second half.

It begins with a letter of its own, so that the text between is looked through fast, and takes no more
than a thousand, so that other threads go on in between.
"""


def clean_text(text: str) -> str:
    """Returns the text with surrogate pairs joined and U+FFFD for each unfit character."""
    if _UNFIT.search(text) is None:
        return text
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return joined.replace("\0", "\ufffd")


def shown_text(text: object, limit: int) -> str:
    """Returns a foreign text on one line, without characters that nobody sees."""
    words = " ".join(clean_text(str(text)).split())
    return "".join(letter for letter in words if letter.isprintable())[:limit]


def seen_text(text: str) -> str:
    """Returns a foreign text without characters that nobody sees, in which words can be hidden from
    who reads it and not from a model. Lines stay lines."""
    return _UNSEEN.sub("", clean_text(text))


def json_text(value: object, *, indent: int | None = None) -> str:
    """Returns a value as JSON that people and models can read: letters of any script stay letters."""
    return json.dumps(value, ensure_ascii=False, indent=indent)


def text_or_json(value: object) -> str:
    """Returns a text as it is and any other value as JSON."""
    return value if isinstance(value, str) else json_text(value)


def clean_json(data: bytes) -> bytes:
    """Returns JSON text with U+FFFD for each escape of an unfit character."""
    if _UNFIT_ESCAPE.search(data) is None:
        return data
    return _ESCAPE.sub(lambda escape: escape[0] if escape["fit"] else rb"\ufffd", data)


class JsonStreamCleaner:
    """Cleans JSON texts that come one after the other, such as the deltas of an answer.

    The first half of a pair that ends a string is held back until a string begins with the second.
    Bytes that are no UTF-8 become U+FFFD as well.
    """

    def __init__(self) -> None:
        self._held = b""

    def clean(self, data: bytes) -> bytes:
        if not data.isascii():
            data = data.decode(errors="replace").encode()
        if b"\\u" not in data or _UNFIT_ESCAPE.search(data) is None:
            return data
        return _ESCAPE.sub(self._cleaned, data)

    def _cleaned(self, escape: re.Match[bytes]) -> bytes:
        if escape["last"]:
            self._held = escape[0]
            return b""
        if escape["first"] and self._held:
            held, self._held = self._held, b""
            return held + escape[0]
        return escape[0] if escape["fit"] else rb"\ufffd"
