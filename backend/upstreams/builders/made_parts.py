"""How many pictures and files a message may hold, since each change of it is sent with all of them."""

from typing import Final

from backend.upstreams.builders.whole import Out
from backend.upstreams.events import Remark

MAX_MADE_PARTS: Final = 50

_TOO_MANY: Final = Remark(
    f"A message shows {MAX_MADE_PARTS} pictures and files at most, so the rest was left out."
)


class MadeParts:
    """Counts those of one message."""

    def __init__(self) -> None:
        self._count = 0

    def take(self, out: Out) -> bool:
        """Returns whether there is room for one more. The first that has none is remarked on."""
        self._count += 1
        if self._count == MAX_MADE_PARTS + 1:
            out.append(_TOO_MANY)
        return self._count <= MAX_MADE_PARTS
