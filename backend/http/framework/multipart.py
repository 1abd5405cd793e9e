"""The files of a `multipart/form-data` body, as they arrive: never more than a chunk in memory.

Starlette's own `request.form()` reads every part to its end first, into temporary files, so here
its parser is used directly. https://www.rfc-editor.org/rfc/rfc7578
"""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from backend.domain.errors import InvalidRequest

FIELD = "file"


@dataclass(frozen=True, slots=True)
class PartBegin:
    """A part named `file` begins. Both are what the sender wrote, unchecked."""

    filename: str
    media_type: str
    """In lower case, without parameters; empty where there is none."""


@dataclass(frozen=True, slots=True)
class PartData:
    data: bytes


@dataclass(frozen=True, slots=True)
class PartEnd:
    """The part has arrived in full."""


FormEvent = PartBegin | PartData | PartEnd


async def file_parts(content_type: str, chunks: AsyncIterator[bytes]) -> AsyncGenerator[FormEvent]:
    """Yields `PartBegin`, `PartData`…, `PartEnd` for each file. Raises `InvalidRequest`."""
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise InvalidRequest(f"Send files as multipart/form-data, in parts named “{FIELD}”.")
    reader = _Reader()
    try:
        parser = reader.parser(boundary)
        async for chunk in chunks:
            parser.write(chunk)
            for event in reader.drain():
                yield event
        parser.finalize()
    except FormParserError as error:
        raise InvalidRequest(f"The body is not multipart/form-data: {error}.") from None
    if not reader.ended:
        raise InvalidRequest("The body ends before its last part does.", code="upload_cut")


class _Reader:
    """Collects what the parser reports by callback."""

    def __init__(self) -> None:
        self.ended = False
        self._events: list[FormEvent] = []
        self._name = b""
        self._value = b""
        self._disposition = b""
        self._media_type = b""
        self._is_file = False

    def parser(self, boundary: bytes) -> MultipartParser:
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._part_data,
                "on_part_end": self._part_end,
                "on_end": self._end,
            },
        )

    def drain(self) -> list[FormEvent]:
        events, self._events = self._events, []
        return events

    def _part_begin(self) -> None:
        self._disposition = self._media_type = self._name = self._value = b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        name = self._name.lower()
        if name == b"content-disposition":
            self._disposition = self._value
        elif name == b"content-type":
            self._media_type, _ = parse_options_header(self._value)
        self._name = self._value = b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._is_file = options.get(b"name") == FIELD.encode() and b"filename" in options
        if self._is_file:
            name = options[b"filename"].decode("utf-8", "replace")
            # https://html.spec.whatwg.org/#multipart-form-data
            name = name.replace("%22", '"').replace("%0D", "").replace("%0A", "")
            self._events.append(PartBegin(name, self._media_type.decode("latin-1")))

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._events.append(PartData(data[start:end]))

    def _part_end(self) -> None:
        if self._is_file:
            self._events.append(PartEnd())

    def _end(self) -> None:
        self.ended = True
