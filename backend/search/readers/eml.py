"""E-mails: what they say of themselves, their text, and the names of what is attached."""

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
    if message.is_multipart():
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
            lines.append(f"Attachment: {name}")
        lines.append(text)
    elif name := message.get_filename():
        lines.append(f"Attachment: {name}")
    return lines


def _plainest(alternatives: list[Message]) -> list[Message]:
    """One of several that say the same: plain text, else the last."""
    plain = [each for each in alternatives if each.get_content_type() == "text/plain"]
    said = [each for each in plain if str(each.get_payload()).strip()]
    return (said or alternatives)[-1:]


def _header(message: Message, name: str) -> str:
    value = str(message.get(name, ""))
    try:
        pieces = email.header.decode_header(value)
    except email.errors.HeaderParseError:
        pieces = [(value, None)]
    texts = (
        piece if isinstance(piece, str) else piece.decode(codec_of(charset) or "utf-8", "replace")
        for piece, charset in pieces
    )
    return " ".join("".join(texts).split())
