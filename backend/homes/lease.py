"""How long the others let this process keep its homes, by its own clock, which only goes forward."""

import time
from collections.abc import Callable
from typing import Final

from backend.store.homes import LEASE_S

SILENT_S: Final = 3.0
"""Earlier than others may take the homes: what is being told or begun has a second to get through."""

Clock = Callable[[], float]
"""Returns seconds that only go forward, also while the process is stopped."""


class Lease:
    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._renewed_at = clock() - LEASE_S

    def now(self) -> float:
        return self._clock()

    def renewed(self, asked_at: float) -> None:
        """The database renewed it at this time or later."""
        self._renewed_at = asked_at

    @property
    def silent(self) -> bool:
        return self._clock() - self._renewed_at >= SILENT_S

    @property
    def over(self) -> bool:
        return self._clock() - self._renewed_at >= LEASE_S
