"""The server under test, in a process of its own, which restarts on the same port."""

import asyncio
import os
import re
import signal
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from backend.config.settings import Settings
from tests.bench.processes import child, line
from tests.ports import free_port

START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 60.0

_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")


class Server:
    """Runs `python -m backend` with the demo upstream and its data in `folder`."""

    def __init__(self, folder: Path, deltas_per_s: float) -> None:
        self.data_dir = folder / "data"
        self.port = free_port()
        self._folder = folder
        self._deltas_per_s = deltas_per_s
        self._stack = AsyncExitStack()
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def start(self) -> None:
        """Start the server and wait until it listens."""
        without = {name.upper(): "" for name in Settings.model_fields if name.upper() in os.environ}
        ours = {
            "UPSTREAM": "demo",
            "DEMO_DELTAS_PER_S": f"{self._deltas_per_s}",
            "WEATHER_SOURCE": "sample",
            "LOG_LEVEL": "warning",
        }
        log = self._stack.enter_context((self._folder / "server.log").open("ab"))
        self._process = await self._stack.enter_async_context(
            child(
                *("-m", "backend", "--port", f"{self.port}", "--data-dir", f"{self.data_dir}"),
                *("--env-file", f"{self._folder / '.env'}"),
                cores=set(),
                settings=without | ours,
                stderr=log,
            )
        )
        async with asyncio.timeout(START_TIMEOUT_S):
            found = _ADDRESS.search(await line(self._process))
        assert found is not None, self.log()
        self.port = int(found[1])

    async def kill(self) -> None:
        """Kill the server as a crash would, so that it can save nothing."""
        assert self._process is not None
        self._process.kill()
        await self._process.communicate()

    async def stop(self) -> int:
        """Stop the server as an operator does. Returns the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await self._process.communicate()
        return await self._process.wait()

    def log(self) -> str:
        """Returns the log of all its processes so far."""
        return (self._folder / "server.log").read_text(errors="replace")
