"""The picture that the demo can show: a sun over hills, drawn here column by column."""

import struct
import zlib
from base64 import b64encode
from functools import cache
from math import isqrt, sin
from typing import Final

from backend.domain.parts import ImagePart

NAME: Final = "hills.png"
WIDTH: Final = 640
HEIGHT: Final = 360

_SHADES: Final = 180
"""Of the sky, from above to the horizon; the first colours of the palette."""
_HIGH, _LOW = (94, 146, 201), (250, 214, 178)
_SUN: Final = _SHADES
_SUN_AT: Final = (450, 140, 44)
_HILLS: Final = (
    # Furthest first: the middle of the ridge, the height and the length of its waves.
    (214, 17, 129.0),
    (254, 21, 89.0),
    (296, 16, 55.0),
)
_OTHERS: Final = ((255, 240, 196), (118, 152, 140), (66, 110, 96), (34, 66, 60))


@cache
def hills() -> ImagePart:
    """Returns the picture in a `data:` URL, as a model's server would send it."""
    rows = zip(*map(_column, range(WIDTH)), strict=True)
    shades = (
        round(high + (low - high) * shade / _SHADES)
        for shade in range(_SHADES)
        for high, low in zip(_HIGH, _LOW, strict=True)
    )
    palette = bytes(shades) + bytes(value for colour in _OTHERS for value in colour)
    data = (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0))
        + _chunk(b"PLTE", palette)
        + _chunk(b"IDAT", zlib.compress(b"".join(b"\0" + bytes(row) for row in rows)))
        + _chunk(b"IEND", b"")
    )
    return ImagePart(url=f"data:image/png;base64,{b64encode(data).decode()}", name=NAME)


def _column(x: int) -> bytes:
    """Returns the places of its points in the palette, from above."""
    column = bytearray(y * _SHADES // HEIGHT for y in range(HEIGHT))
    left, top, radius = _SUN_AT
    if abs(x - left) < radius:
        half = isqrt(radius**2 - (x - left) ** 2)
        column[top - half : top + half] = bytes([_SUN]) * (2 * half)
    for hill, (middle, wave, length) in enumerate(_HILLS, _SUN + 1):
        ridge = int(middle + wave * (sin(x / length) + sin(x / length * 2.7 + middle) / 3))
        column[ridge:] = bytes([hill]) * (HEIGHT - ridge)
    return bytes(column)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
