"""The frames on the two control pipes: a JSON header of limited length, then a payload of bytes.

The server sends `file` (name, payload) to put a file into the folder, and `cell` (number, payload)
to run code. The guest sends `ready` once; then for each cell any number of `file` (name, payload)
and one `done` (number, error). The server trusts none of these.
"""

import json
import struct
from dataclasses import dataclass
from typing import Any

PREFIX = struct.Struct("!II")
"""Length of the header, length of the payload."""

MAX_HEADER_BYTES = 65_536
MAX_FILES = 32
"""Number of new files of one cell."""


@dataclass(frozen=True)
class Header:
    kind: str
    size: int
    """Number of bytes of the payload."""
    name: str = ""
    number: int = 0
    error: str | None = None


class BadFrame(Exception):
    """The other side violates the protocol."""


def encode(header: Header) -> bytes:
    """Returns the frame without its payload."""
    fields = {key: value for key, value in vars(header).items() if key != "size" and value}
    body = json.dumps(fields).encode()
    return PREFIX.pack(len(body), header.size) + body


def lengths(prefix: bytes) -> tuple[int, int]:
    """Returns the lengths of header and payload. Raises `BadFrame`."""
    header, payload = PREFIX.unpack(prefix)
    if header > MAX_HEADER_BYTES:
        raise BadFrame(f"a header of {header} bytes")
    return header, payload


def decode(body: bytes, size: int) -> Header:
    """Returns the header. Raises `BadFrame`."""
    try:
        fields: Any = json.loads(body)
        header = Header(size=size, **fields)
    except (ValueError, TypeError, RecursionError) as error:
        raise BadFrame("a malformed header") from error
    texts = (header.kind, header.name, header.error or "")
    if not all(isinstance(text, str) for text in texts) or not isinstance(header.number, int):
        raise BadFrame("a header with a field of the wrong type")
    return header
