"""What open sockets cost while they are idle, and while all of them stream."""

import asyncio
import time
from dataclasses import dataclass
from typing import Final

from tests.bench.client import Client
from tests.bench.processes import cpu_s, rss_kb
from tests.bench.result import quantile_ms, table
from tests.bench.server import Server, peak_kb

AT_ONCE: Final = 100
"""How many sockets connect, or runs begin, at the same time."""


@dataclass(frozen=True)
class Row:
    sockets: int
    state: str
    kb: float
    """Memory for each socket, beyond the memory of the process before the first one."""
    cpu: float
    """CPU seconds of the whole process per second."""
    latencies: list[int]
    """Latencies of deltas, in nanoseconds."""


async def idle(server: Server, count: int, seconds: float) -> list[Row]:
    """Measure sockets without a thread, then with a thread that has one short answer."""
    before = rss_kb(server.pid)
    clients = [Client(SHORT_ANSWER) for _ in range(count)]
    try:
        for some in _portions(clients):
            await asyncio.gather(*(client.connect(server.port) for client in some))
        alone = await _measure(server, count, "idle, no thread", before, seconds)
        for some in _portions(clients):
            await asyncio.gather(*(client.run() for client in some))
        return [alone, await _measure(server, count, "idle, a thread each", before, seconds)]
    finally:
        for client in clients:
            client.close()


async def streaming(server: Server, count: int, deltas: int) -> Row:
    """Measure sockets that all stream, each on a thread of its own."""
    before = rss_kb(server.pid)
    clients = [Client(deltas) for _ in range(count)]
    try:
        await asyncio.gather(*(client.connect(server.port) for client in clients))
        peak = asyncio.create_task(peak_kb(server.pid))
        used, start = cpu_s(server.pid), time.monotonic()
        await asyncio.gather(*(client.run() for client in clients))
        cpu = (cpu_s(server.pid) - used) / (time.monotonic() - start)
        peak.cancel()
        latencies = sorted(latency for client in clients for latency in client.latencies)
        return Row(count, "streaming", (await peak - before) / count, cpu, latencies)
    finally:
        for client in clients:
            client.close()


SHORT_ANSWER: Final = 20
"""Deltas of a short answer."""

_HEAD: Final = ("sockets", "state", "KB each", "CPU s/s", "p50 ms", "p99 ms")


def text(rows: list[Row], per_second: float) -> str:
    cells = [
        (
            f"{row.sockets:,}",
            row.state,
            f"{row.kb:,.0f}",
            f"{row.cpu:.3f}",
            quantile_ms(row.latencies, 0.5) if row.latencies else "",
            quantile_ms(row.latencies, 0.99) if row.latencies else "",
        )
        for row in rows
    ]
    title = f"open sockets; streaming ones at {per_second:g} deltas a second each"
    return table(title, [_HEAD, *cells], left=1)


async def _measure(server: Server, count: int, state: str, before: float, seconds: float) -> Row:
    # By then, the runs that have just ended are stored.
    await asyncio.sleep(0.5)
    used, start = cpu_s(server.pid), time.monotonic()
    await asyncio.sleep(seconds)
    cpu = (cpu_s(server.pid) - used) / (time.monotonic() - start)
    return Row(count, state, (rss_kb(server.pid) - before) / count, cpu, [])


def _portions(clients: list[Client]) -> list[list[Client]]:
    return [clients[start : start + AT_ONCE] for start in range(0, len(clients), AT_ONCE)]
