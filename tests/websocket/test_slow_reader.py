"""Who stops reading costs little, however much there is to say, and is caught up by a snapshot."""

import asyncio
import gc
import tracemalloc
from pathlib import Path

from backend.threads.events import ItemDelta
from backend.websocket.messages import Ack, Pong, Snapshot
from tests.running import Running, ScriptSocket, running
from tests.scripted import COMPLETED, Gate, ScriptedUpstream, Step, message

READERS = 5
STEPS = 120
STEP = ["x" * 2_000] * 50
"""12 MB in all for each reader: more than the system's own buffers take."""
ALLOWED = 6_000_000
"""Bytes for each: a replay that it began, or a snapshot of the thread as it then was."""


async def test_who_stops_reading_costs_little_and_misses_nothing(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("Now read on."), COMPLETED])
    gate = Gate(0)
    first, *deltas, last = message(*STEP * STEPS)
    upstream.script([first, *gated(gate, deltas), gate, last, COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as fast:
        await fast.say("first", id="a")
        ack = await fast.until(Ack)
        await fast.until_run_ends()
        query = {"thread_id": str(ack.thread_id)}
        async with server.socket(cookie=fast.cookie, **query) as slow:
            await slow.until(Snapshot)
            tracemalloc.start()
            stopped = [await one_who_never_reads(server, fast, query) for _ in range(READERS)]
            await fast.say("second", id="b")
            ack = await fast.until(Ack)
            for _ in range(STEPS):
                gate.release()
                for _ in STEP:
                    await fast.until(ItemDelta)
            gate.release()
            await fast.until_ended(ack)
            held = await allocated(fast)
            for each in stopped:
                each.transport.abort()
            cost = held - await allocated(fast)
            tracemalloc.stop()
            await asyncio.gather(*(each.wait_closed() for each in stopped), return_exceptions=True)
            assert 0 < cost < READERS * ALLOWED
            while slow.transcript.seq < fast.transcript.seq:
                await slow.next()
    assert slow.transcript.items == fast.transcript.items
    assert sum(isinstance(received, Snapshot) for received in slow.received) > 1


def gated(gate: Gate, deltas: list[Step]) -> list[Step]:
    """All of a step at once, and the next when those who read have had it."""
    places = range(0, len(deltas), len(STEP))
    return [step for place in places for step in (gate, *deltas[place : place + len(STEP)])]


async def one_who_never_reads(
    server: Running, friend: ScriptSocket, query: dict[str, str]
) -> asyncio.StreamWriter:
    address = server.url.removeprefix("http://")
    host, port = address.split(":")
    _, writer = await asyncio.open_connection(host, int(port), limit=1024)
    writer.write(
        f"GET /ws?thread_id={query['thread_id']} HTTP/1.1\r\nHost: {address}\r\n"
        f"Cookie: {friend.cookie}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    return writer


async def allocated(socket: ScriptSocket) -> int:
    """Bytes in use by this process, its server included, once that has looked around."""
    for number in range(20):
        await socket.send(type="ping", id=f"p{number}")
        await socket.until(Pong)
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
