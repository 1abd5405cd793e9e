"""Ports that nobody else takes: the kernel hands out others, and each worker has its own.

So a server that was ended can come back where it was.
"""

import itertools
import os
import socket
from collections import deque
from collections.abc import Iterator

FIRST = 11_000
"""Browsers refuse some that are lower."""
EACH = 2_000
WORKERS = 10
"""With so many the last port is 30,999; the kernel's own begin at 32,768."""


def _own() -> Iterator[int]:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
    return itertools.cycle(range(FIRST + worker * EACH, FIRST + (worker + 1) * EACH))


_ports = _own()
_kept: deque[socket.socket] = deque()
KEPT = 64


def free_port() -> int:
    """A port on which nothing listens; nobody on this machine gets it here for a good while.

    Its UDP twin is held as a sign to the other runs of the tests.
    """
    for port in itertools.islice(_ports, EACH):
        sign = socket.socket(type=socket.SOCK_DGRAM)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sign.bind(("127.0.0.1", port))
                probe.bind(("127.0.0.1", port))
                probe.listen()
            except OSError:
                sign.close()
                continue
        _kept.append(sign)
        if len(_kept) > KEPT:
            _kept.popleft().close()
        return port
    raise RuntimeError("No port is free.")
