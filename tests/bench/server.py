"""Our server, in a process of its own, with its own data."""

import asyncio
import json
import os
import re
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from backend.config.settings import Settings
from tests.bench.client import Client
from tests.bench.processes import START_TIMEOUT_S, Cores, child, cpu_s, line, rss_kb
from tests.bench.result import Case, Measured
from tests.bench.sdk import KEY

_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")
_SAMPLE_INTERVAL_S = 0.1
MEMORY_FROM_THREADS = 10
"""With fewer threads, the memory of a process says nothing about the memory of a session."""


class Server:
    def __init__(self, port: int, pid: int) -> None:
        self.port = port
        self.pid = pid

    async def measure(self, case: Case) -> Measured:
        """Open all sockets, send on all of them simultaneously, and read all answers."""
        rss_before = rss_kb(self.pid)
        clients = [Client(case.deltas) for _ in range(case.threads)]
        try:
            await asyncio.gather(*(client.connect(self.port) for client in clients))
            await asyncio.sleep(0.2)
            rss_idle = rss_kb(self.pid)
            peak = asyncio.create_task(peak_kb(self.pid))
            cpu_before, before = cpu_s(self.pid), time.monotonic()
            try:
                await asyncio.gather(*(client.run() for client in clients))
                wall = time.monotonic() - before
                # Storing the last batch is part of the work.
                await asyncio.sleep(0.3)
                cpu = cpu_s(self.pid) - cpu_before
            finally:
                peak.cancel()
        finally:
            for client in clients:
                client.close()
        rss_peak = max(await peak, rss_kb(self.pid))
        measured = Measured(
            wall,
            cpu,
            [latency for client in clients for latency in client.latencies],
            [client.first_ms for client in clients],
            sum(client.snapshots for client in clients),
        )
        if case.threads >= MEMORY_FROM_THREADS:
            measured.idle_kb = (rss_idle - rss_before) / case.threads
            measured.active_kb = (rss_peak - rss_before) / case.threads
        return measured


@asynccontextmanager
async def server(
    upstream: str,
    base_url: str,
    cores: Cores,
    transport: str = "aiohttp",
    *,
    token: str | None = None,
    prepare: Callable[[Path], Awaitable[None]] | None = None,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Server]:
    """Run `python -m backend` with an assistant and without the settings of this machine.

    With a `token`, all clients are one owner. `prepare` is called first, with the database's path.
    `settings` are further ones.
    """
    with TemporaryDirectory(prefix="runstream-bench-") as folder, TemporaryFile() as log:
        env_file = Path(folder) / ".env"
        env_file.write_text(
            f"UPSTREAM={upstream}\nOPENAI_BASE_URL={base_url}\nOPENAI_API_KEY={KEY}\n"
            f"UPSTREAM_TRANSPORT={transport}\nLOG_LEVEL=warning\nCODE_INTERPRETER=off\n"
            f"ACCESS_TOKEN={token or ''}\nMAX_ACTIVE_RUNS=1000\n"
            + "".join(f"{name}={value}\n" for name, value in (settings or {}).items())
        )
        if prepare is not None:
            (Path(folder) / "data").mkdir()
            await prepare(Path(folder) / "data" / "runstream.db")
        without = {name.upper(): "" for name in Settings.model_fields if name.upper() in os.environ}
        async with child(
            *("-m", "backend", "--port", "0", "--env-file", str(env_file)),
            *("--data-dir", str(Path(folder) / "data")),
            cores=cores.tested,
            settings=without,
            stderr=log,
        ) as process:
            try:
                async with asyncio.timeout(START_TIMEOUT_S):
                    found = _ADDRESS.search(await line(process))
                assert found is not None
                port = int(found[1])
                await asyncio.to_thread(_make_assistant, port, token)
                yield Server(port, process.pid)
            except BaseException:
                log.seek(0)
                print(log.read().decode(errors="replace")[-4000:])
                raise


def _make_assistant(port: int, token: str | None) -> None:
    authority = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/setup/assistant",
        json.dumps({"name": "Bench", "model": "bench-1", "instructions": "", "tools": []}).encode(),
        {"Content-Type": "application/json", **authority},
        method="PUT",
    )
    with urllib.request.urlopen(request, timeout=START_TIMEOUT_S) as answer:
        answer.read()


async def peak_kb(pid: int) -> float:
    """Record the peak memory in KB until cancelled."""
    peak = 0.0
    try:
        while True:
            peak = max(peak, rss_kb(pid))
            await asyncio.sleep(_SAMPLE_INTERVAL_S)
    except asyncio.CancelledError:
        return peak
