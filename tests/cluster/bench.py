"""What several processes carry, and how soon one takes over: `python -m tests.cluster.bench`."""

import asyncio
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from tests.bench.processes import cpu_s
from tests.cluster.cluster import Cluster, cluster
from tests.cluster.tab import Tab
from tests.postgresql import PostgresqlServer, postgresql_server

ASKED = "show me markdown"


async def main(options: Namespace) -> None:
    """Print a line for each number of processes, then what a takeover takes."""
    with postgresql_server() as server:
        print(
            f"{options.threads} chats at once for {options.seconds:g} s, as fast as it goes, and at"
            f" {options.pace:g} deltas a second each\n\n"
            "| processes | deltas a second | CPU s per 10,000 | paced: p50 of a gap, ms | p99, ms |\n"
            "|---:|---:|---:|---:|---:|"
        )
        for number in options.processes:
            flood = await streamed(server, number, options, pace=0)
            paced = await streamed(server, number, options, pace=options.pace)
            print(
                f"| {number} | {flood.deltas / options.seconds:,.0f} |"
                f" {flood.cpu_s / flood.deltas * 10_000:.2f} |"
                f" {median(paced.gaps_ms):.0f} | {quantiles(paced.gaps_ms, n=100)[-1]:.0f} |",
                flush=True,
            )
        took_s = await takeovers(server, options.takeovers)
    print(
        f"\nAfter a SIGKILL a run goes on elsewhere after {median(took_s):.1f} s (median of"
        f" {len(took_s)}), {max(took_s):.1f} s at worst."
    )


class Streamed:
    def __init__(self) -> None:
        self.deltas = 0
        self.cpu_s = 0.0
        self.gaps_ms: list[float] = []


async def streamed(
    server: PostgresqlServer, number: int, options: Namespace, pace: float
) -> Streamed:
    found = Streamed()
    with TemporaryDirectory(prefix="runstream-bench-") as folder:
        settings = {"DEMO_DELTAS_PER_S": f"{pace}", "MAX_ACTIVE_RUNS": "1000"}
        async with cluster(Path(folder), server, number, **settings) as made:
            tabs = [made.tab(made.nodes[each % len(made.nodes)]) for each in range(options.threads)]
            before = sum(cpu_s(node.pid) for node in made.nodes)
            until = time.perf_counter() + options.seconds
            await asyncio.gather(*(_chat(tab, until, found) for tab in tabs))
            found.cpu_s = sum(cpu_s(node.pid) for node in made.nodes) - before
    return found


async def _chat(tab: Tab, until: float, found: Streamed) -> None:
    """Ask again and again until then."""
    last: float | None = None

    def told() -> None:
        nonlocal last
        now = time.perf_counter()
        if now < until:
            found.deltas += 1
            if last is not None:
                found.gaps_ms.append((now - last) * 1000)
        last = now

    tab.on_delta = told
    runs = 0
    while time.perf_counter() < until:
        runs += 1
        last = None
        await tab.say(ASKED)
        await tab.until_ended(runs)


async def takeovers(server: PostgresqlServer, times: int) -> list[float]:
    """Seconds from the end of a process to the next event of its run on a tab at another one."""
    took_s = []
    with TemporaryDirectory(prefix="runstream-bench-") as folder:
        async with cluster(Path(folder), server, 2, DEMO_DELTAS_PER_S="40") as made:
            for number in range(times):
                took_s.append(await _takeover(made, number))
    return took_s


async def _takeover(made: Cluster, number: int) -> float:
    home, other = made.nodes[number % 2], made.nodes[(number + 1) % 2]
    tab = made.tab(home)
    await tab.say(ASKED)
    await tab.until(lambda tab: len(tab.text) > 100)
    second = made.tab(other, tab)
    await second.until(lambda tab: len(tab.text) > 100)
    tenures = len(second.epochs)
    begin = time.perf_counter()
    await home.kill()
    await second.until(lambda tab: len(tab.epochs) > tenures)
    took_s = time.perf_counter() - begin
    await home.start()
    await second.until_ended()
    await tab.close()
    await second.close()
    return took_s


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__, prog="python -m tests.cluster.bench")
    parser.add_argument("--processes", type=int, nargs="*", default=(1, 2, 3))
    parser.add_argument("--threads", type=int, default=30, help="chats at once (30)")
    parser.add_argument("--seconds", type=float, default=10, help="for each figure (10)")
    parser.add_argument("--pace", type=float, default=50, help="deltas a second of a chat (50)")
    parser.add_argument("--takeovers", type=int, default=20, help="(20)")
    asyncio.run(main(parser.parse_args()))
