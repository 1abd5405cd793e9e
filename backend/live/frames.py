"""The replay cache of one thread: its last frames, by number, each encoded once."""

from collections.abc import Sequence
from sys import getsizeof

KEEP_FRAMES = 1024
"""A reader further behind gets a snapshot, which costs less than so many frames."""
KEEP_BYTES = 512 * 1024
"""Of memory. Deltas never come near it; outputs of tools, of 64 KB each, would."""


class Frames:
    """Frames with consecutive numbers. Pure: no I/O, no clock.

    Holds at most twice what it keeps.
    """

    def __init__(self, seq: int = 0, keep: int = KEEP_FRAMES, keep_bytes: int = KEEP_BYTES) -> None:
        self._keep = keep
        self._keep_bytes = keep_bytes
        self._first = seq + 1
        self._frames: list[str] = []
        self._bytes = 0

    def append(self, frame: str) -> None:
        """Add the next frame. The oldest are dropped in bulk, so that this stays O(1)."""
        self._frames.append(frame)
        self._bytes += getsizeof(frame)
        if len(self._frames) >= 2 * self._keep or self._bytes >= 2 * self._keep_bytes:
            self._trim()

    def between(self, seq: int, last: int) -> Sequence[str] | None:
        """The frames after number `seq`, up to `last`; None if they are not all here."""
        end = last - self._first + 1
        if seq < self._first - 1 or seq > last or end > len(self._frames):
            return None
        return self._frames[seq - self._first + 1 : end]

    def _trim(self) -> None:
        drop = max(0, len(self._frames) - self._keep)
        self._bytes -= sum(map(getsizeof, self._frames[:drop]))
        while self._bytes > self._keep_bytes:
            self._bytes -= getsizeof(self._frames[drop])
            drop += 1
        del self._frames[:drop]
        self._first += drop
