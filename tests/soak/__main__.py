"""`python -m tests.soak`: many tabs on few threads, a bad network, and a server that is killed, or several.

The demo answers, and some runs wait for somebody. In the end a run of every thread does, and is woken, and
all runs finish. Then every tab must show exactly the stored items, no command may have been executed
twice, and no acknowledged command may be lost. The seed determines what happens, but not when.
"""

import asyncio
import random
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.soak.ledger import Ledger
from tests.soak.servers import Servers, one_process, several_processes
from tests.soak.tab import Tab, Visitor
from tests.soak.verdict import check, park_and_wake, settle

SETTLE_TIMEOUT_S = 90.0


async def soak(options: Namespace) -> Ledger:
    rng = random.Random(options.seed)
    ledger = Ledger()
    with TemporaryDirectory(prefix="runstream-soak-") as name:
        folder = Path(name)
        place = (
            one_process(folder, options.deltas_per_s)
            if options.processes == 1
            else several_processes(folder, options.deltas_per_s, options.processes, rng)
        )
        async with place as servers:
            visitors = _visitors(options, servers, ledger, rng)
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(_live(visitor, number, tab))
                    for visitor in visitors
                    for number, tab in enumerate(visitor.tabs)
                ]
                await _disturb_now_and_then(options, servers, ledger, rng)
                for visitor in visitors:
                    for tab in visitor.tabs:
                        tab.calm_down()
                await settle(visitors, SETTLE_TIMEOUT_S, ledger)
                await park_and_wake(visitors, SETTLE_TIMEOUT_S, ledger)
                for task in tasks:
                    task.cancel()
            for problem in await servers.stop():
                ledger.problem(problem)
            await check(servers.database, visitors, ledger)
    return ledger


def _visitors(
    options: Namespace, servers: Servers, ledger: Ledger, rng: random.Random
) -> list[Visitor]:
    visitors = [Visitor() for _ in range(options.threads)]
    for number in range(options.sockets):
        visitor = visitors[number % len(visitors)]
        own = random.Random(rng.random())
        tab = Tab(servers.port, visitor, ledger, own, options.session_s)
        if not visitor.tabs:
            tab.frames = []
        visitor.tabs.append(tab)
    return visitors


async def _live(visitor: Visitor, number: int, tab: Tab) -> None:
    # The first tab creates the thread. The others wait for it.
    if number:
        await visitor.named.wait()
    await tab.live()


async def _disturb_now_and_then(
    options: Namespace, servers: Servers, ledger: Ledger, rng: random.Random
) -> None:
    start = time.monotonic()
    for number in range(options.kills):
        due = options.seconds * (number + 0.5 + 0.5 * rng.random()) / options.kills
        await asyncio.sleep(max(0.0, start + due - time.monotonic()))
        ledger.counts[await servers.disturb()] += 1
    await asyncio.sleep(max(0.0, start + options.seconds - time.monotonic()))


def parse(arguments: Sequence[str] | None = None) -> Namespace:
    parser = ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=90, help="of cuts and kills (90)")
    parser.add_argument("--sockets", type=int, default=100, help="open at a time (100)")
    parser.add_argument("--threads", type=int, default=20, help="which they share (20)")
    parser.add_argument("--kills", type=int, default=3, help="of the server, by SIGKILL (3)")
    parser.add_argument(
        "--processes",
        type=int,
        default=1,
        help="on a PostgreSQL database, if several, which are also stopped and cut off from it (1)",
    )
    parser.add_argument("--session-s", type=float, default=3, help="until a socket is cut (3)")
    parser.add_argument("--deltas-per-s", type=float, default=40, help="of the demo (40)")
    parser.add_argument("--seed", type=int, default=1, help="of what happens (1)")
    return parser.parse_args(arguments)


def report(options: Namespace, ledger: Ledger, took_s: float) -> str:
    """Returns the counts and the problems, if any."""
    counts = ledger.counts | {"commands": len(ledger.commands)}
    for sent in ledger.commands.values():
        counts[f"commands {sent.type}"] = counts.get(f"commands {sent.type}", 0) + 1
    lines = [
        f"{options.sockets} sockets on {options.threads} threads for {options.seconds:g} s,"
        f" seed {options.seed}; {took_s:.0f} s in all",
        "",
        *(f"{name:<32}{count:>10,}" for name, count in sorted(counts.items())),
        "",
        *(f"WRONG: {problem}" for problem in ledger.problems),
    ]
    return "\n".join([*lines, "Nothing was lost." if not ledger.problems else "Not as promised."])


def main() -> int:
    options = parse()
    start = time.monotonic()
    ledger = asyncio.run(soak(options))
    print(report(options, ledger, time.monotonic() - start))
    return 1 if ledger.problems else 0


if __name__ == "__main__":
    sys.exit(main())
