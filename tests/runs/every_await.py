"""Ends the server at every await of a run, of each upstream, by each signal.

`python -m tests.runs.every_await [WORLD ...] [--signal SIGTERM] [--from 40] [--jobs 2]`.
"""

import asyncio
import itertools
import signal
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from tests.runs.survival import survive
from tests.runs.worlds import WORLDS

POINT_TIMEOUT_S = 300.0
SIGNALS = (signal.SIGKILL, signal.SIGTERM)


@dataclass
class Sweep:
    """All awaits of one run, tried in order by a few at a time."""

    world: str
    number: signal.Signals
    places: Iterator[int]
    tried: int = 0
    asks: bool = False
    failed: list[int] = field(default_factory=list)
    reached_end: bool = False

    async def work(self) -> None:
        while not self.reached_end:
            place = next(self.places)
            folder = Path(mkdtemp(prefix="runstream-mortal-"))
            try:
                async with asyncio.timeout(POINT_TIMEOUT_S):
                    world = WORLDS[self.world]
                    if not await survive(folder, world, place, self.number, asks=self.asks):
                        self.reached_end = True
                        continue
            except Exception as error:
                self.failed.append(place)
                print(f"{self}: await {place}, see {folder}: {error!r}", flush=True)
            else:
                rmtree(folder)
            self.tried += 1
            if self.tried % 10 == 0:
                print(f"{self}: {self.tried} tried", flush=True)

    def __str__(self) -> str:
        return f"{self.world}, {self.number.name}"


async def sweep_all(
    worlds: list[str], signals: list[signal.Signals], first: int, jobs: int, *, asks: bool
) -> int:
    """Returns how many awaits failed."""
    failures = 0
    for world, number in itertools.product(worlds, signals):
        sweep = Sweep(world, number, itertools.count(first), asks=asks)
        began = time.monotonic()
        await asyncio.gather(*(sweep.work() for _ in range(jobs)))
        failures += len(sweep.failed)
        took_s = time.monotonic() - began
        print(f"{sweep}: {sweep.tried} awaits, failed {sweep.failed}, {took_s:.0f} s", flush=True)
    return failures


def main() -> int:
    parser = ArgumentParser(prog="every_await", description="Ends the server at every await.")
    parser.add_argument("worlds", nargs="*", choices=[*WORLDS, []], metavar="world")
    parser.add_argument("--signal", choices=[number.name for number in SIGNALS])
    parser.add_argument("--from", dest="first", type=int, default=1, help="go on at this await")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    parser.add_argument("--asks", action="store_true", help="have bookings allowed by somebody")
    given = parser.parse_args()
    signals = [signal.Signals[given.signal]] if given.signal else [*SIGNALS]
    return asyncio.run(
        sweep_all(given.worlds or [*WORLDS], signals, given.first, given.jobs, asks=given.asks)
    )


if __name__ == "__main__":
    sys.exit(main() > 0)
