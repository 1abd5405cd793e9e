"""`python -m tests.bench`: what this server costs compared with the bare openai SDK.

Both read the same streams. The bench then measures open sockets, threads of growing length, runs that
wait for somebody, and MCP servers beside the bare MCP SDK.

The process under test has a core of its own. The mock upstream and this process, which runs all
clients, share another.
"""

import asyncio
import json
import os
import platform
import signal
import sys
import urllib.request
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from functools import partial

from tests.bench import lengths, mcp, relay, sockets, waiting
from tests.bench.processes import Cores, child, line, new_event_loop, pin
from tests.bench.result import Case, Measured, Report
from tests.bench.sdk import Job
from tests.bench.server import server
from tests.bench.stream import Dialect

DIALECTS: tuple[Dialect, ...] = ("responses", "chat_completions", "assistants")
PACE = 50
"""Deltas per second of a fast model."""
WARM_UP = 50
"""Deltas of a warm-up run, which is not measured."""
TRANSPORT_THREADS = 10


class Bench:
    """Runs the cases with the mock upstream, the SDK and our server, and collects the figures."""

    def __init__(self, cores: Cores, base_url: str, sdk: asyncio.subprocess.Process) -> None:
        self._cores = cores
        self._base_url = base_url
        self._sdk = sdk
        self.report = Report()
        self.pinned = cores.pinned

    async def compare(self, case: Case) -> None:
        """Measure our server, the SDK's typed events and its bytes, one after the other."""
        await self.ours(case, "aiohttp", "Runstream")
        await self.theirs(case, "SDK typed", typed=True)
        await self.theirs(case, "SDK bytes", typed=False)

    async def compare_transports(self, case: Case) -> None:
        await self.ours(case, "httpx", "Runstream, httpx")
        await self.theirs(case, "SDK typed, aiohttp", typed=True, aiohttp=True)
        await self.theirs(case, "SDK bytes, aiohttp", typed=False, aiohttp=True)

    async def sockets(self, options: Namespace) -> str:
        dialect = options.upstream[0]
        await self._plan(sockets.SHORT_ANSWER, 0)
        async with server(dialect, self._base_url, self._cores) as running:
            rows = await sockets.idle(running, options.idle, options.idle_s)
        async with server(dialect, self._base_url, self._cores) as running:
            await self._plan(WARM_UP, 0)
            await sockets.streaming(running, options.streaming, WARM_UP)
            await self._plan(options.paced_deltas, PACE)
            rows.append(await sockets.streaming(running, options.streaming, options.paced_deltas))
        return sockets.text(rows, PACE)

    async def lengths(self, options: Namespace) -> str:
        await self._plan(options.deltas, 0)
        prepare = partial(lengths.store_threads, lengths=options.lengths)
        async with server(
            *(options.upstream[0], self._base_url, self._cores),
            token=lengths.TOKEN,
            prepare=prepare,
        ) as running:
            rows = [
                await lengths.measure(running, length, options.deltas) for length in options.lengths
            ]
        return lengths.text(rows, options.deltas)

    async def waiting(self, options: Namespace) -> str:
        async with server("demo", self._base_url, self._cores) as running:
            return waiting.text(await waiting.measure(running, options.parked, options.idle_s))

    async def relay(self, options: Namespace) -> str:
        dialect, tabs = options.upstream[0], options.relay
        tables = []
        for deltas, pace in ((options.paced_deltas, PACE), (options.deltas, 0)):
            if deltas:
                async with relay.two_processes(dialect, self._base_url, self._cores) as (
                    home,
                    other,
                ):
                    rows = await relay.measure(
                        home, other, tabs, deltas, partial(self._plan, per_second=pace)
                    )
                tables.append(relay.text(rows, pace))
        return "\n\n".join(tables)

    async def mcp(self, options: Namespace) -> str:
        tables = []
        if options.mcp_servers:
            rows = await mcp.resting(
                self._cores, self._base_url, options.mcp_servers, options.idle_s
            )
            tables.append(mcp.text_of_resting(rows))
        if options.mcp_calls:
            found = [await mcp.calls(self._cores, kind, options.mcp_calls) for kind in mcp.KINDS]
            tables.append(mcp.text_of_calls(found))
        return "\n\n".join(tables)

    # Each first opens its connections and warms up with as many runs as it then measures.

    async def ours(self, case: Case, transport: str, subject: str) -> None:
        async with server(case.dialect, self._base_url, self._cores, transport) as running:
            await self._plan(WARM_UP, 0)
            await running.measure(Case(case.dialect, case.threads, WARM_UP, 0))
            await self._plan(case.deltas, case.per_second)
            self._add(case, subject, await running.measure(case))

    async def theirs(self, case: Case, subject: str, *, typed: bool, aiohttp: bool = False) -> None:
        await self._plan(WARM_UP, 0)
        warm_up = Case(case.dialect, case.threads, WARM_UP, 0)
        await self._read(Job(warm_up, self._base_url, typed, aiohttp))
        await self._plan(case.deltas, case.per_second)
        job = Job(case, self._base_url, typed, aiohttp)
        self._add(case, subject, await self._read(job))

    async def _read(self, job: Job) -> Measured:
        assert self._sdk.stdin is not None
        self._sdk.stdin.write(json.dumps(asdict(job)).encode() + b"\n")
        return Measured(**json.loads(await line(self._sdk)))

    async def _plan(self, deltas: int, per_second: float) -> None:
        body = json.dumps({"deltas": deltas, "per_second": per_second}).encode()
        request = urllib.request.Request(f"{self._base_url}/plan", body, method="PUT")
        await asyncio.to_thread(lambda: urllib.request.urlopen(request, timeout=10).close())

    def _add(self, case: Case, subject: str, measured: Measured) -> None:
        self.report.add(case, subject, measured)
        print(".", end="", file=sys.stderr, flush=True)


@asynccontextmanager
async def bench() -> AsyncIterator[Bench]:
    cores = Cores()
    pin(os.getpid(), cores.others)
    async with (
        child("-m", "tests.bench.upstream", cores=cores.others) as upstream,
        child("-m", "tests.bench.sdk", cores=cores.tested) as sdk,
    ):
        yield Bench(cores, f"http://127.0.0.1:{await line(upstream)}/v1", sdk)


def cases(options: Namespace) -> Iterator[Case]:
    for dialect in options.upstream:
        for threads in options.threads:
            yield Case(dialect, threads, options.deltas, 0)
        if options.paced_deltas:
            for threads in options.threads:
                yield Case(dialect, threads, options.paced_deltas, PACE)


async def main(options: Namespace) -> None:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    tables = []
    async with bench() as running:
        for case in cases(options):
            await running.compare(case)
            if options.transports and case.threads == TRANSPORT_THREADS and not case.per_second:
                await running.compare_transports(case)
        tables.append(running.report.text())
        if options.idle:
            tables.append(await running.sockets(options))
        if options.lengths:
            tables.append(await running.lengths(options))
        if options.parked:
            tables.append(await running.waiting(options))
        tables.append(await running.mcp(options))
        if options.relay:
            tables.append(await running.relay(options))
    print(file=sys.stderr)
    print("\n\n".join([_about(running.pinned), *filter(None, tables)]))


def parse(arguments: list[str] | None = None) -> Namespace:
    parser = ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer threads and deltas")
    parser.add_argument("--deltas", type=int, help="of a run, back to back (2000; quick: 500)")
    parser.add_argument("--paced-deltas", type=int, help="of a run at 50 a second (400; quick: 50)")
    parser.add_argument("--threads", type=_numbers, help="1,10,50; quick: 1,10; '': none")
    parser.add_argument("--idle", type=int, help="sockets (1000; quick: 100); 0: none")
    parser.add_argument("--streaming", type=int, help="sockets (100; quick: 10)")
    parser.add_argument("--idle-s", type=float, help="of watching idle sockets (20; quick: 3)")
    parser.add_argument("--parked", type=int, help="runs (1000; quick: 100); 0: none")
    parser.add_argument("--mcp-servers", type=int, help="at rest (20; quick: 3); 0: none")
    parser.add_argument("--mcp-calls", type=int, help="of a tool (1000; quick: 100); 0: none")
    parser.add_argument(
        "--relay",
        type=int,
        default=0,
        help="threads with a tab on each of two processes on PostgreSQL (0: none)",
    )
    parser.add_argument("--lengths", type=_numbers, help="10,100,1000,10000; quick: 10,1000")
    parser.add_argument("--upstream", choices=DIALECTS, action="append", help="one only")
    options = parser.parse_args(arguments)
    quick = options.quick
    options.transports = not quick
    if options.deltas is None:
        options.deltas = 500 if quick else 2000
    if options.paced_deltas is None:
        options.paced_deltas = min(options.deltas, 50 if quick else 400)
    if options.threads is None:
        options.threads = (1, 10) if quick else (1, 10, 50)
    if options.idle is None:
        options.idle = 100 if quick else 1000
    if options.parked is None:
        options.parked = 100 if quick else 1000
    if options.mcp_servers is None:
        options.mcp_servers = 3 if quick else 20
    if options.mcp_calls is None:
        options.mcp_calls = 100 if quick else 1000
    options.streaming = options.streaming or (10 if quick else 100)
    options.idle_s = options.idle_s or (3 if quick else 20)
    if options.lengths is None:
        options.lengths = (10, 1000) if quick else (10, 100, 1000, 10_000)
    options.upstream = options.upstream or DIALECTS
    return options


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(",") if number)


def _about(pinned: bool) -> str:
    cores = "a core of its own for what is tested" if pinned else "cores shared by all"
    return (
        f"Python {platform.python_version()} on {platform.system()}, {cores}. Latency is from the"
        " upstream's send to the client's receipt;\nback to back it is mostly time in queues."
    )


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main(parse()))
