"""The replay cache of one thread: its last frames, by number, each encoded once."""

import zlib
from collections import deque
from collections.abc import Sequence
from sys import getsizeof
from typing import NamedTuple

KEEP_FRAMES = 1024
"""A reader further behind gets a snapshot, which costs less than so many frames."""
KEEP_BYTES = 512 * 1024
"""Of memory. Deltas never come near it; outputs of tools, of 64 KB each, would."""
BLOCK_FRAMES = 32
COMPRESSED_BYTES = 32 * 1024
"""A larger block is stored as it is, since compressing it would hold up everybody else."""


class _Block(NamedTuple):
    frames: int
    packed: bytes


class Frames:
    """Frames with consecutive numbers. Pure: no I/O, no clock.

    The newest, which readers are sent, are strings. Those before them are compressed by the block:
    deltas are so much alike that a tenth of their memory is left. Holds at most twice what it keeps.
    """

    def __init__(self, seq: int = 0, keep: int = KEEP_FRAMES, keep_bytes: int = KEEP_BYTES) -> None:
        self._keep = keep
        self._keep_bytes = keep_bytes
        self._block = max(1, min(BLOCK_FRAMES, keep // 2))
        self._first = seq + 1
        self._blocks: deque[_Block] = deque()
        self._blocks_bytes = 0
        self._packed = 0
        """How many frames the blocks hold."""
        self._newest: list[str] = []
        self._newest_bytes = 0

    def append(self, frame: str) -> None:
        """Add the next frame. Others are packed and dropped in bulk, so that this stays O(1)."""
        self._newest.append(frame)
        self._newest_bytes += getsizeof(frame)
        while len(self._newest) >= 2 * self._block or self._newest_bytes >= self._keep_bytes:
            self._pack()

    def between(self, seq: int, last: int) -> Sequence[str] | None:
        """The frames after number `seq`, up to `last`; None if they are not all here."""
        start, end = seq + 1 - self._first, last + 1 - self._first
        if start < 0 or end < start or end > self._packed + len(self._newest):
            return None
        if start >= self._packed:
            return self._newest[start - self._packed : end - self._packed]
        unpacked = self._unpacked(start)
        return [*unpacked, *self._newest][: end - start]

    def _pack(self) -> None:
        """Pack the older half of the newest, and drop blocks that are more than is kept."""
        count = (len(self._newest) + 1) // 2
        older = self._newest[:count]
        del self._newest[:count]
        self._newest_bytes -= sum(map(getsizeof, older))
        # A frame is JSON on one line.
        text = "\n".join(older).encode()
        block = _Block(count, zlib.compress(text, 1 if len(text) <= COMPRESSED_BYTES else 0))
        self._blocks.append(block)
        self._blocks_bytes += len(block.packed)
        self._packed += count
        while self._blocks and self._has_more_than_it_keeps():
            dropped = self._blocks.popleft()
            self._blocks_bytes -= len(dropped.packed)
            self._packed -= dropped.frames
            self._first += dropped.frames

    def _has_more_than_it_keeps(self) -> bool:
        others = self._packed + len(self._newest) - self._blocks[0].frames
        return others >= self._keep or self._blocks_bytes > self._keep_bytes

    def _unpacked(self, start: int) -> list[str]:
        """The packed frames from this place on. Blocks before it stay packed."""
        frames: list[str] = []
        place = self._packed
        for block in reversed(self._blocks):
            if place <= start:
                break
            place -= block.frames
            frames[:0] = zlib.decompress(block.packed).decode().split("\n")
        return frames[start - place :]
