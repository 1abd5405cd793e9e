"""The frames on the two control pipes: a JSON header of a bounded length, then a payload of bytes.

To the guest: `file` (name, payload) puts a file in its folder; `cell` (number, payload) is code to
run. To the server, once at its start: `ready`; then for a cell some `file` (name, payload), at last
`done` (number, error). The server believes none of it.
"""

import json
import struct
from dataclasses import dataclass
from typing import Any

PREFIX = struct.Struct("!II")
"""Length of the header, length of the payload."""

MAX_HEADER_BYTES = 65_536
MAX_FILES = 32
"""New files of one cell."""


@dataclass(frozen=True)
class Header:
    kind: str
    size: int
    """Bytes of the payload."""
    name: str = ""
    number: int = 0
    error: str | None = None


class BadFrame(Exception):
    """The other side does not keep to the protocol."""


def encode(header: Header) -> bytes:
    """The frame up to its payload."""
    fields = {key: value for key, value in vars(header).items() if key != "size" and value}
    body = json.dumps(fields).encode()
    return PREFIX.pack(len(body), header.size) + body


def lengths(prefix: bytes) -> tuple[int, int]:
    """Of header and payload. Raises `BadFrame`."""
    header, payload = PREFIX.unpack(prefix)
    if header > MAX_HEADER_BYTES:
        raise BadFrame(f"a header of {header} bytes")
    return header, payload


def decode(body: bytes, size: int) -> Header:
    """Raises `BadFrame`."""
    try:
        fields: Any = json.loads(body)
        header = Header(size=size, **fields)
    except (ValueError, TypeError, RecursionError) as error:
        raise BadFrame("a header that is none") from error
    texts = (header.kind, header.name, header.error or "")
    if not all(isinstance(text, str) for text in texts) or not isinstance(header.number, int):
        raise BadFrame("a header with a field of another type")
    return header
