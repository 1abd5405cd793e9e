"""What it costs to follow a thread at a process where it is not at home, which passes frames on."""

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from tests.bench.client import Client
from tests.bench.processes import Cores, cpu_s
from tests.bench.result import quantile_ms, table
from tests.bench.server import Server, server
from tests.postgresql import postgresql_server

TOKEN: Final = "the-token-of-the-bench-of-relays"
WARM_UP: Final = 50


@dataclass(frozen=True)
class Row:
    tabs: int
    where: str
    latencies: list[int]
    """Nanoseconds, sorted."""
    cpu_s: float
    """Of the process that these tabs are on, per 10,000 deltas that it was asked for."""


@asynccontextmanager
async def two_processes(
    upstream: str, base_url: str, cores: Cores
) -> AsyncIterator[tuple[Server, Server]]:
    """Yields two that share a PostgreSQL database."""
    async with AsyncExitStack() as ending:
        postgresql = await asyncio.to_thread(ending.enter_context, postgresql_server())
        settings = {"DATABASE_URL": postgresql.new_database()}
        home, other = [
            await ending.enter_async_context(
                server(upstream, base_url, cores, token=TOKEN, settings=settings)
            )
            for _ in range(2)
        ]
        yield home, other


async def measure(
    home: Server, other: Server, tabs: int, deltas: int, plan: Callable[[int], Awaitable[None]]
) -> list[Row]:
    """Have a tab on each process follow each of these threads, which are at home on the first.

    `plan` sets how many deltas the next answers have.
    """
    await plan(WARM_UP)
    first = [Client(WARM_UP) for _ in range(tabs)]
    here, there = [[Client(deltas) for _ in range(tabs)] for _ in range(2)]
    try:
        await asyncio.gather(*(client.connect(home.port, token=TOKEN) for client in first))
        await asyncio.gather(*(client.run(f"first_{at}") for at, client in enumerate(first)))
        ids = await asyncio.to_thread(_thread_ids, home.port)
        for server_, clients in ((home, here), (other, there)):
            for thread_id, client in zip(ids, clients, strict=True):
                await client.connect(server_.port, thread_id=thread_id, token=TOKEN)
        await plan(deltas)
        used = [cpu_s(each.pid) for each in (home, other)]
        await asyncio.gather(
            *(client.follow() for client in there),
            *(client.run(f"second_{at}") for at, client in enumerate(here)),
        )
        cpu = [cpu_s(each.pid) - before for each, before in zip((home, other), used, strict=True)]
    finally:
        for client in (*first, *here, *there):
            client.close()
    return [
        Row(
            tabs,
            where,
            sorted(latency for client in clients for latency in client.latencies),
            took / (tabs * deltas) * 10_000,
        )
        for where, clients, took in (
            ("at home", here, cpu[0]),
            ("passed on", there, cpu[1]),
        )
    ]


def text(rows: list[Row], per_second: float) -> str:
    cells = [
        (
            f"{row.tabs:,}",
            row.where,
            f"{row.cpu_s:.2f}",
            quantile_ms(row.latencies, 0.5),
            quantile_ms(row.latencies, 0.99),
        )
        for row in rows
    ]
    pace = f"{per_second:g} deltas a second each" if per_second else "back to back"
    head = ("tabs", "the thread is", "CPU s/10k", "p50 ms", "p99 ms")
    return table(f"two processes, threads at home on one, a tab on each; {pace}", [head, *cells], 1)


def _thread_ids(port: int) -> list[str]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/threads?limit=100",
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return [thread["id"] for thread in json.load(answer)["threads"]]
