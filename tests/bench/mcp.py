"""What connected MCP servers cost while nothing happens, and a call beside one of the bare SDK."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import psutil

from backend.waiting import poll
from tests.bench.mcp_calls import Calls
from tests.bench.processes import START_TIMEOUT_S, Cores, child, cpu_s, line, rss_kb
from tests.bench.result import table
from tests.bench.server import Server, server
from tests.paths import ROOT
from tests.ports import free_port
from tests.rest import rest

Kind = Literal["stdio", "http"]
KINDS: Final[tuple[Kind, ...]] = ("stdio", "http")
_PAUSES: Final = {"first_pause_s": 0.2, "longest_pause_s": 1.0}
SETTLE_S: Final = 3.0
"""After the last server is ready."""


@dataclass(frozen=True)
class Resting:
    """Memory in KB, processor time in seconds of each second."""

    kind: str
    servers: int
    ours_kb: float
    ours_cpu: float
    theirs_kb: float
    theirs_cpu: float


async def resting(cores: Cores, base_url: str, count: int, seconds: float) -> list[Resting]:
    """Watch our server without any, with one and with `count` servers of each kind."""
    rows = []
    for kind in KINDS:
        async with AsyncExitStack() as stack:
            entry = program()
            if kind == "http":
                entry = {"url": await stack.enter_async_context(over_http(cores))}
            for number in sorted({1, count}):
                rows.append(await _resting(cores, base_url, kind, [entry] * number, seconds))
    return [await _resting(cores, base_url, "none", [], seconds), *rows]


def text_of_resting(rows: Iterable[Resting]) -> str:
    head = ("servers", "kind", "our MB", "CPU s/s", "their MB each", "CPU s/s each")
    cells = (
        (
            f"{row.servers}",
            row.kind,
            f"{row.ours_kb / 1024:,.0f}",
            f"{row.ours_cpu:.4f}",
            f"{row.theirs_kb / 1024 / row.servers:,.0f}" if row.theirs_kb else "",
            f"{row.theirs_cpu / row.servers:.4f}" if row.theirs_kb else "",
        )
        for row in rows
    )
    return table("connected MCP servers while nothing happens", [head, *cells], left=1)


async def calls(cores: Cores, kind: Kind, count: int) -> Calls:
    """Time calls of one tool of one server, by the bare SDK and by our tools, in turns."""
    async with AsyncExitStack() as stack:
        entry = program()
        if kind == "http":
            entry = {"url": await stack.enter_async_context(over_http(cores))}
        caller = await stack.enter_async_context(
            child("-m", "tests.bench.mcp_calls", cores=cores.tested)
        )
        assert caller.stdin is not None
        caller.stdin.write(json.dumps({"kind": kind, "entry": entry, "count": count}).encode())
        caller.stdin.write(b"\n")
        return Calls(**json.loads(await line(caller)))


def text_of_calls(found: Iterable[Calls]) -> str:
    head = ("kind", "subject", "calls", "CPU ms", "p50 ms", "p99 ms")
    rows = [row for calls in found for row in calls.rows()]
    return table("calls of one tool of an MCP server, one after the other", [head, *rows], left=1)


def program() -> dict[str, Any]:
    """The entry of the demo server over stdio."""
    return {"command": sys.executable, "args": ["-m", "backend.mcp_demo"], "cwd": str(ROOT)}


@asynccontextmanager
async def over_http(cores: Cores) -> AsyncIterator[str]:
    """The demo server in a process of its own. Gives its address."""
    port = free_port()
    command = ("-m", "backend.mcp_demo", "--http", str(port))
    async with child(*command, cores=cores.others, stderr=asyncio.subprocess.DEVNULL):
        await poll(lambda: _accepts(port), within_s=START_TIMEOUT_S, **_PAUSES)
        yield f"http://127.0.0.1:{port}/mcp"


async def _accepts(port: int) -> bool | None:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return None
    writer.close()
    return True


async def _resting(
    cores: Cores, base_url: str, kind: str, entries: list[dict[str, Any]], seconds: float
) -> Resting:
    servers = {f"server_{number}": entry for number, entry in enumerate(entries)}

    async def configure(database: Path) -> None:
        path = database.parent.parent / "mcp.json"
        path.write_text(json.dumps({"mcpServers": servers}))

    async with server("demo", base_url, cores, prepare=configure) as running:
        await _ready(running, len(entries))
        await asyncio.sleep(SETTLE_S)
        children = psutil.Process(running.pid).children(recursive=True)
        pids = [each.pid for each in children]
        ours, theirs = cpu_s(running.pid), sum(map(cpu_s, pids))
        began = time.monotonic()
        await asyncio.sleep(seconds)
        passed = time.monotonic() - began
        return Resting(
            kind,
            len(entries),
            rss_kb(running.pid),
            (cpu_s(running.pid) - ours) / passed,
            sum(map(rss_kb, pids)),
            (sum(map(cpu_s, pids)) - theirs) / passed,
        )


async def _ready(running: Server, count: int) -> None:
    async with rest(f"http://127.0.0.1:{running.port}") as http:

        async def all_ready() -> bool | None:
            listed = (await http.get("/api/mcp/servers")).json()["servers"]
            ready = [each for each in listed if each["state"] == "ready"]
            return True if len(ready) == count else None

        await poll(all_ready, within_s=START_TIMEOUT_S, **_PAUSES)
