"""From bytes to text: by a mark, by a declaration, as UTF-8, and by a guess where all else fails."""

import codecs
import re
import unicodedata
from collections.abc import Generator

import chardet
import webencodings
from chardet import EncodingEra

from backend.search.readers.ending import Note, Unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""UTF-32 stands before UTF-16, whose mark its own begins with."""

NO_TEXT = "It holds no text, though its name says so."

_WIDE = ("utf-16-le", "utf-16-be")
_SAMPLE_BYTES = 200_000
_GOOD_TO_BAD = 2
"""Text is UTF-8 with bad bytes where it has this many good sequences for each bad byte."""
_CONTROLS_SHARE = 0.02
"""Text has fewer control characters than that."""
_SURE = 0.1
"""Below this confidence the guess at a single-byte encoding is no better than Windows-1252."""
_ERAS = EncodingEra.ALL & ~EncodingEra.MAINFRAME
_MULTI_BYTE = re.compile(r"big5|cp93|cp94|cp95|euc|gb|iso2022|johab|shift", re.IGNORECASE)
_ASCII = bytes(range(128))
_WIDE_SHARE = 0.1
"""UTF-16 without zero bytes is Chinese or the like, of whose bytes more than that are not ASCII."""
_KOREAN = b"\x1b$)C"
"""It makes the control characters SO and SI mean something: https://www.rfc-editor.org/rfc/rfc1557"""
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\v\f\r\x1b"))


def decoded(raw: bytes, declared: str | None = None) -> Generator[Note, None, str]:
    """Returns the text, and yields a note where the encoding is a guess.

    `declared` is the label by which the document names its encoding itself. Raises `Unreadable`.
    """
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return raw.removeprefix(mark).decode(name, "replace")
    if _KOREAN in raw and (text := _strictly(raw, "iso2022_kr")) is not None:
        return text
    if wide := _wide(raw):
        return raw[: len(raw) // 2 * 2].decode(wide, "replace")
    if len(raw.translate(None, _CONTROLS)) < len(raw) * (1 - _CONTROLS_SHARE):
        sample = raw[:_SAMPLE_BYTES]
        wide = next((name for name in _WIDE if _is_plain(sample, name)), None)
        if len(sample.translate(None, _ASCII)) < len(sample) * _WIDE_SHARE:
            wide = None
        if wide is None or len(raw) % 2:
            raise Unreadable(NO_TEXT)
        yield _guess(wide)
        return raw.decode(wide, "replace")
    codec = codec_of(declared)
    for certain in (codec, "iso2022_jp_ext" if b"\x1b$" in raw else None, "utf-8"):
        if certain and (text := _strictly(raw, certain)) is not None:
            return text
    text = raw.decode("utf-8", "replace")
    bad = text.count("\ufffd") - raw.count("\ufffd".encode())
    good = len(text) - len(text.encode("ascii", "ignore")) - bad
    if codec not in (None, "utf-8"):
        return raw.decode(codec, "replace")
    if good >= _GOOD_TO_BAD * bad:
        yield Note(f"Not all of it is valid UTF-8: {bad:,} × � stands for what is not.")
        return text
    return (yield from _guessed(raw))


def codec_of(label: str | None) -> str | None:
    """Returns Python's name for an encoding by its label on the web.

    A document that can be read as ASCII up to its declaration is not in UTF-16, whatever it says.
    https://encoding.spec.whatwg.org/#names-and-labels
    """
    encoding = webencodings.lookup(label) if label else None
    if encoding is None:
        return None
    if encoding.name in ("gbk", "gb18030"):
        return "gb18030"
    if encoding.name in ("utf-8", "utf-16le", "utf-16be", "replacement", "x-user-defined"):
        return "utf-8"
    return str(encoding.codec_info.name)


def _strictly(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return None


def _wide(raw: bytes) -> str | None:
    """Returns UTF-16 or UTF-32 without a mark where zero bytes stand as they do in these."""
    sample = raw[:_SAMPLE_BYTES]
    zeros = [sample[place::4].count(0) for place in range(4)]
    quarter = len(sample) // 4
    if len(raw) % 4 == 0 and quarter:
        if zeros[3] == quarter and zeros[2] > quarter * 0.9:
            return "utf-32-le"
        if zeros[0] == quarter and zeros[1] > quarter * 0.9:
            return "utf-32-be"
    even, odd = zeros[0] + zeros[2], zeros[1] + zeros[3]
    for name, low, high in (("utf-16-le", even, odd), ("utf-16-be", odd, even)):
        if high > 4 * low and (low == 0 or high > len(sample) // 8) and _is_plain(sample, name):
            return name
    return None


def _is_plain(sample: bytes, codec: str) -> bool:
    """Whether the bytes are text in that encoding: no control characters, no unassigned ones."""
    text = sample[: len(sample) // 2 * 2].decode(codec, "replace")
    odd = sum(unicodedata.category(each) in ("Cc", "Cn", "Co", "Cs") for each in text)
    spaces = sum(map(text.count, "\t\n\r\f"))
    return bool(text) and (odd - spaces + text.count("\ufffd")) <= len(text) * _CONTROLS_SHARE


def _guessed(raw: bytes) -> Generator[Note, None, str]:
    first = re.search(rb"[\x80-\xff]", raw)
    start = max(0, first.start() - 1000) if first else 0
    found = chardet.detect(raw[start : start + _SAMPLE_BYTES], encoding_era=_ERAS)
    name, confidence = found["encoding"], found["confidence"]
    if name is None:
        raise Unreadable(NO_TEXT)
    if confidence < _SURE and not _MULTI_BYTE.search(name):
        name = "windows-1252"
    yield _guess(name)
    return raw.decode(codec_of(name) or name, "replace")


def _guess(name: str) -> Note:
    return Note(f"Its encoding is a guess, {name}. Save it as UTF-8 if it is not read right.")
