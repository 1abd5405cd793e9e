"""Files to upload: small, of every kind that the page treats differently."""

import struct
import zlib
from collections.abc import Mapping

from fpdf import FPDF
from playwright.async_api import FilePayload


def sample(name: str, content: bytes, media_type: str = "") -> FilePayload:
    """As a file chooser gives it to the page."""
    return {"name": name, "mimeType": media_type, "buffer": content}


def text(name: str, content: str = "It rained in Oslo.\n") -> FilePayload:
    return sample(name, content.encode(), "text/plain")


def picture(name: str = "plot.png", width: int = 320, height: int = 200) -> FilePayload:
    """A gradient."""
    return sample(name, png(width, height), "image/png")


def png(width: int, height: int) -> bytes:
    row = b"\0" + b"".join(bytes((x * 255 // width, 80, 120)) for x in range(width))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks: Mapping[bytes, bytes] = {
        b"IHDR": header,
        b"IDAT": zlib.compress(row * height),
        b"IEND": b"",
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks.items()
    )


def pdf(name: str, *pages: str) -> FilePayload:
    document = FPDF()
    document.set_font("helvetica", size=12)
    for page in pages:
        document.add_page()
        document.multi_cell(0, text=page)
    return sample(name, bytes(document.output()), "application/pdf")
