"""How the demo streams: in words, evenly paced."""

import asyncio
import re
from collections.abc import Iterator

PIECE_CHARS = 9

WORD = re.compile(r"\s*\S+(?:\s+\Z)?|\s+\Z")


class Pace:
    """Even spacing of deltas. A rate of 0 does not sleep, but still lets others run."""

    def __init__(self, deltas_per_s: float) -> None:
        self._interval_s = 1 / deltas_per_s if deltas_per_s else 0.0
        self._due_s = 0.0

    async def wait(self) -> None:
        if not self._interval_s:
            await asyncio.sleep(0)
            return
        now_s = asyncio.get_running_loop().time()
        # From the due time, not from now, so that the rate holds; after a break it starts anew.
        self._due_s = max(self._due_s + self._interval_s, now_s - self._interval_s)
        await asyncio.sleep(max(0.0, self._due_s - now_s))


def words(text: str) -> Iterator[str]:
    """The text in order and whole, a word and the space before it at a time."""
    return (match.group() for match in WORD.finditer(text))


def pieces(text: str) -> Iterator[str]:
    """The text in order and whole, in short pieces, as a model streams arguments."""
    return (text[start : start + PIECE_CHARS] for start in range(0, len(text), PIECE_CHARS))
