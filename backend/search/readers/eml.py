"""E-mails: what they say of themselves, their text, and the names of what is attached."""

import base64
import email
import email.errors
import email.header
from collections.abc import Generator, Iterator
from email.message import Message
from typing import BinaryIO, Final

from backend.domain.documents import DocumentKind, Part
from backend.search.readers import html
from backend.search.readers.encodings import codec_of, decoded
from backend.search.readers.ending import Note

_HEADERS: Final = ("Subject", "From", "To", "Cc", "Date")


def read(file: BinaryIO, kind: DocumentKind) -> Iterator[Part | Note]:
    yield from _message(email.message_from_binary_file(file))


def _message(message: Message) -> Generator[Part | Note]:
    values = {name: _header(message, name) for name in _HEADERS}
    head = [f"{name}: {value}" for name, value in values.items() if value]
    lines = yield from _lines(message)
    yield Part("\n".join([*head, "", *lines]), context=values["Subject"])


def _lines(message: Message) -> Generator[Part | Note, None, list[str]]:
    """The lines of a message or of a piece of it; messages within it become parts of their own."""
    kind = message.get_content_type()
    lines: list[str] = []
    if kind == "message/rfc822" and (enclosed := _unpacked(message)):
        yield from _message(enclosed)
    elif message.is_multipart():
        inner = [each for each in message.get_payload() if isinstance(each, Message)]
        if kind == "multipart/alternative":
            inner = _plainest(inner)
        for each in inner:
            if kind == "message/rfc822":
                yield from _message(each)
            else:
                lines += yield from _lines(each)
    elif kind.startswith("text/"):
        raw = message.get_payload(decode=True)
        assert isinstance(raw, bytes)
        charset = message.get_content_charset()
        if kind == "text/html":
            text = yield from decoded(raw, charset or html.declared(raw))
            text = "\n".join(part.text for part in html.sections(text))
        else:
            text = yield from decoded(raw, charset)
        if name := message.get_filename():
            lines.append(f"Attachment: {_words(name)}")
        lines.append(text)
    elif name := message.get_filename():
        lines.append(f"Attachment: {_words(name)}")
    return lines


def _plainest(alternatives: list[Message]) -> list[Message]:
    """One of several that say the same: plain text, else the last."""
    plain = [each for each in alternatives if each.get_content_type() == "text/plain"]
    said = [each for each in plain if str(each.get_payload()).strip()]
    return (said or alternatives)[-1:]


def _unpacked(message: Message) -> Message | None:
    """Returns an enclosed message that is in Base64, against the rules, which leave it so."""
    if str(message.get("Content-Transfer-Encoding", "")).strip().lower() != "base64":
        return None
    inner = [each for each in message.get_payload() if isinstance(each, Message)]
    packed = "".join(str(each.get_payload()) for each in inner)
    try:
        return email.message_from_bytes(base64.b64decode(packed))
    except ValueError:
        return None


def _header(message: Message, name: str) -> str:
    for known, value in message.raw_items():
        if known.lower() == name.lower():
            return _words(str(value))
    return ""


def _words(value: str) -> str:
    """Returns what a header says: encoded words, or bytes as they are, which mostly are UTF-8."""
    value = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        pieces = email.header.decode_header(value)
    except email.errors.HeaderParseError:
        pieces = [(value, None)]
    texts = (
        piece if isinstance(piece, str) else piece.decode(codec_of(charset) or "utf-8", "replace")
        for piece, charset in pieces
    )
    return " ".join("".join(texts).split())
