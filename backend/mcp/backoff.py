"""How long is waited before a server is tried again: longer each time, within limits."""

from typing import Final

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 300.0
STEADY_S: Final = 60.0
"""After a connection that lasted so long the next one is tried soon again."""


class Backoff:
    def __init__(self) -> None:
        self._next_s = FIRST_PAUSE_S

    def pause_s(self, lasted_s: float) -> float:
        """Returns the pause after a connection that lasted so long, 0 where none was made."""
        pause_s = FIRST_PAUSE_S if lasted_s > STEADY_S else self._next_s
        self._next_s = min(pause_s * 2, LONGEST_PAUSE_S)
        return pause_s
