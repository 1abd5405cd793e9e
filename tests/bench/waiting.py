"""What runs cost that wait for somebody: memory while they are parked, and time to wake them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from backend.domain.items import FunctionCall
from backend.websocket.messages import Snapshot
from tests.bench.processes import cpu_s, rss_kb
from tests.bench.result import quantile_ms, table
from tests.bench.server import Server
from tests.rest import rest
from tests.running import Running, ScriptSocket

AT_ONCE: Final = 20
WARM_UP: Final = 100
WOKEN: Final = 100
"""How many of the parked runs are woken, one after the other."""
_ASSISTANT: Final = {"name": "Bench", "model": "demo", "tools": ["function:save_note"]}


@dataclass(frozen=True)
class Row:
    parked: int
    kb: float
    """Memory for each, beyond that of the process with `WARM_UP` of them."""
    cpu: float
    """CPU seconds of the whole process per second, while nothing else happens."""
    wakes: list[int]
    """Nanoseconds from the decision to the output of the call."""


async def measure(server: Server, count: int, seconds: float) -> Row:
    running = Running(f"http://127.0.0.1:{server.port}")
    async with rest(running.url) as http:
        (await http.put("/api/setup/assistant", json=_ASSISTANT)).raise_for_status()
    await _all(WARM_UP, lambda: _park(running))
    await asyncio.sleep(1)
    before = rss_kb(server.pid)
    parked = await _all(count, lambda: _park(running))
    await asyncio.sleep(1)
    used, start, memory = cpu_s(server.pid), time.monotonic(), rss_kb(server.pid)
    await asyncio.sleep(seconds)
    cpu = (cpu_s(server.pid) - used) / (time.monotonic() - start)
    wakes = [await _wake(running, socket) for socket in parked[:WOKEN]]
    return Row(count, (memory - before) / count, cpu, sorted(wakes))


def text(row: Row) -> str:
    head = ("parked", "state", "KB each", "CPU s/s", "wake p50 ms", "p99 ms")
    cells = (
        f"{row.parked:,}",
        "waiting for an approval",
        f"{row.kb:,.1f}",
        f"{row.cpu:.3f}",
        quantile_ms(row.wakes, 0.5),
        quantile_ms(row.wakes, 0.99),
    )
    return table(
        "parked runs; woken by an approval, up to the output of the call", [head, cells], left=1
    )


async def _all(count: int, work: Callable[[], Awaitable[ScriptSocket]]) -> list[ScriptSocket]:
    found: list[ScriptSocket] = []
    for _ in range(0, count, AT_ONCE):
        found += await asyncio.gather(*(work() for _ in range(min(AT_ONCE, count - len(found)))))
    return found


async def _park(running: Running) -> ScriptSocket:
    """A run that waits, and whose tab is closed."""
    async with running.socket() as socket:
        await socket.say("Save a note: milk")
        while (run := socket.transcript.active_run) is None or not run.is_parked:
            await socket.next()
    return socket


async def _wake(running: Running, left: ScriptSocket) -> int:
    thread_id = str(left.transcript.present_thread.id)
    async with running.socket(cookie=left.cookie, thread_id=thread_id) as socket:
        await socket.until(Snapshot)
        call = socket.transcript.items[-1]
        began = time.perf_counter_ns()
        await socket.send(type="action.resolve", id="wake", item_ids=[call.id], decision="allow")
        while True:
            await socket.next()
            item = socket.transcript.item(call.id)
            if isinstance(item, FunctionCall) and item.status == "completed":
                return time.perf_counter_ns() - began
