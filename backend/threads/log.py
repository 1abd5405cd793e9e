"""The replay cache of one thread: its last frames, by number, each encoded once."""

from collections.abc import Sequence

KEEP_FRAMES = 1024
"""A reader further behind gets a snapshot, which costs less than so many frames."""


class EventLog:
    """Frames with consecutive numbers. Pure: no I/O, no clock."""

    def __init__(self, seq: int = 0, keep: int = KEEP_FRAMES) -> None:
        self._keep = keep
        self._first = seq + 1
        self._frames: list[str] = []

    @property
    def seq(self) -> int:
        """Number of the last event."""
        return self._first + len(self._frames) - 1

    def append(self, frame: str) -> None:
        """Add the frame numbered `seq + 1`; the oldest go in bulk, so that this stays O(1)."""
        self._frames.append(frame)
        if len(self._frames) >= 2 * self._keep:
            drop = len(self._frames) - self._keep
            del self._frames[:drop]
            self._first += drop

    def after(self, seq: int) -> Sequence[str] | None:
        """All frames after `seq`, or None where the log cannot tell: too old, or the future."""
        if seq < self._first - 1 or seq > self.seq:
            return None
        return self._frames[seq - self._first + 1 :]
