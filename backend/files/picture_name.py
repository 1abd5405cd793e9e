"""What the file of a generated picture is called."""

import re
from typing import Final

_WORDS: Final = 6
_SUFFIXES: Final = {"jpeg": "jpg"}


def picture_name(prompt: str | None, picture_format: str) -> str:
    """Returns a name of the first words of the prompt: `a-harbour-at-low-tide.png`."""
    words = re.findall(r"\w+", (prompt or "").lower())[:_WORDS]
    suffix = re.sub(r"\W", "", picture_format.lower()) or "png"
    return f"{'-'.join(words)[:80] or 'picture'}.{_SUFFIXES.get(suffix, suffix)}"
