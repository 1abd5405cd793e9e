"""How often one address may try a wrong access token, or a wrong link to a chat: a bucket of tries that refills slowly."""

import asyncio
import contextlib
import logging
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Protocol

from starlette.types import Scope

from backend.domain.errors import StoreUnavailable

log = logging.getLogger(__name__)

BURST = 10
"""Wrong tries in a row before an address has to wait."""
REFILL_S = 6.0
"""After so long one more try is allowed: ten a minute."""
MAX_ADDRESSES = 10_000
"""Of more addresses, those that tried longest ago are forgotten."""
LOG_INTERVAL_S = 10.0
SHARED_WAIT_S = 2.0
"""How long what others have counted is waited for."""


class SharedAttempts(Protocol):
    async def failed(self, key: str, refill_s: float) -> float:
        """Count a try. Returns how many all processes have counted, of which one is forgiven each
        `refill_s`. Raises `StoreUnavailable`."""
        ...


@dataclass(slots=True)
class _Bucket:
    tries: float
    at: float


class Attempts:
    """Counts wrong tries by address. `clock` returns seconds; `what` is tried, for the log.

    With `shared` those of other processes count as well, as soon as there is one here. Who has the right
    token costs no look into the database.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        what: str = "Wrong access token",
        shared: SharedAttempts | None = None,
    ) -> None:
        self._what = what
        self._shared = shared
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._logged_at = -math.inf
        self._unlogged = 0

    def wait_s(self, address: str) -> float:
        """Returns how long this address has to wait before its next try; 0 if it may try now."""
        bucket = self._buckets.get(address)
        if bucket is None:
            return 0.0
        tries = bucket.tries + (self._clock() - bucket.at) / REFILL_S
        return max(0.0, (1 - tries) * REFILL_S)

    async def failed(self, address: str) -> None:
        """Count a wrong try, and log it unless one was logged a moment ago."""
        now = self._clock()
        bucket = self._buckets.setdefault(address, _Bucket(BURST, now))
        bucket.tries = min(BURST, bucket.tries + (now - bucket.at) / REFILL_S) - 1
        bucket.at = now
        self._buckets.move_to_end(address)
        while len(self._buckets) > MAX_ADDRESSES:
            self._buckets.popitem(last=False)
        self._unlogged += 1
        if now - self._logged_at >= LOG_INTERVAL_S:
            log.warning("%s, %d times, last from %s", self._what, self._unlogged, address)
            self._logged_at, self._unlogged = now, 0
        if self._shared is not None:
            # Without the database our own count goes on.
            with contextlib.suppress(StoreUnavailable, TimeoutError):
                async with asyncio.timeout(SHARED_WAIT_S):
                    tries = await self._shared.failed(f"{self._what}: {address}", REFILL_S)
                bucket.tries = min(bucket.tries, BURST - tries)


def address_of(scope: Scope) -> str:
    """Returns the address of the client; for IPv6 its /64 network, which is one customer's."""
    client = scope.get("client")
    if not client:
        return "unknown"
    try:
        address = ip_address(client[0])
    except ValueError:
        return str(client[0])[:100]
    if isinstance(address, IPv6Address):
        return f"{IPv6Address(int(address) >> 64 << 64)}/64"
    return str(address)
