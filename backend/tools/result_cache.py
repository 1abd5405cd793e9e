"""The results of calls that may be given again for equal arguments: `@function(cache_s=60)`."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

T = TypeVar("T")

MAX_RESULTS: Final = 256


class ResultCache(Generic[T]):
    """The results that were not asked for longest leave first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._results: OrderedDict[Hashable, tuple[float, T]] = OrderedDict()

    def get(self, key: Hashable, max_age_s: float) -> T | None:
        if key not in self._results:
            return None
        stored_at, result = self._results[key]
        if self._clock() - stored_at > max_age_s:
            del self._results[key]
            return None
        self._results.move_to_end(key)
        return result

    def put(self, key: Hashable, result: T) -> None:
        self._results[key] = self._clock(), result
        self._results.move_to_end(key)
        if len(self._results) > MAX_RESULTS:
            self._results.popitem(last=False)
