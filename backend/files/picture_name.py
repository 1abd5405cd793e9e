"""What the file of a generated picture is called."""

import re
from typing import Final

_WORDS: Final = 6
_SUFFIXES: Final = {"png": "png", "jpeg": "jpg", "jpg": "jpg", "webp": "webp", "gif": "gif"}
"""By the word that a server has for a format: any other is no ending of a picture."""


def picture_name(prompt: str | None, picture_format: str) -> str:
    """Returns a name of the first words of the prompt: `a-harbour-at-low-tide.png`."""
    words = re.findall(r"\w+", (prompt or "").lower())[:_WORDS]
    suffix = _SUFFIXES.get(picture_format.lower(), "png")
    return f"{'-'.join(words)[:80] or 'picture'}.{suffix}"
