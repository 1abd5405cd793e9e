"""The output of a cell: shown as it is printed, without the middle if it is too long."""

import codecs
from collections import deque
from collections.abc import Callable


class Printed:
    """Shows the head of the output at once and its tail at the end.

    The first `kept_bytes` of it are kept, for an output that is not shown whole.
    """

    def __init__(self, show: Callable[[str], None], max_chars: int, kept_bytes: int) -> None:
        self._show = show
        self._kept = bytearray()
        self._kept_bytes = kept_bytes
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._head_room = self._tail_room = max_chars // 2
        self._tail: deque[str] = deque()
        self._tail_chars = 0
        self._left_out = 0
        self._shown: list[str] = []
        self.bytes = 0
        """Number of bytes printed so far."""

    @property
    def text(self) -> str:
        """The text shown so far."""
        return "".join(self._shown)

    @property
    def whole(self) -> bytes | None:
        """The output as far as it is kept, or None if all of it was shown."""
        return bytes(self._kept) if self._left_out else None

    @property
    def head_is_full(self) -> bool:
        return self._head_room == 0

    def feed(self, data: bytes) -> None:
        self._kept += data[: max(0, self._kept_bytes - self.bytes)]
        self.bytes += len(data)
        self._take(self._decoder.decode(data))

    def close(self) -> None:
        """Show the tail."""
        self._take(self._decoder.decode(b"", final=True))
        tail = "".join(self._tail)
        if self._left_out:
            tail = f"\n[… {self._left_out:,} characters are left out here …]\n{tail}"
        self._tail.clear()
        self._emit(tail)

    def _take(self, text: str) -> None:
        head, text = text[: self._head_room], text[self._head_room :]
        self._head_room -= len(head)
        self._emit(head)
        if not text:
            return
        self._tail.append(text)
        self._tail_chars += len(text)
        while self._tail_chars > self._tail_room:
            first = self._tail.popleft()
            surplus = min(len(first), self._tail_chars - self._tail_room)
            self._left_out += surplus
            self._tail_chars -= surplus
            if first[surplus:]:
                self._tail.appendleft(first[surplus:])

    def _emit(self, text: str) -> None:
        if text:
            self._shown.append(text)
            self._show(text)
