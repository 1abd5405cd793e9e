"""One process of a cluster, which can be killed, stopped and cut off from its database."""

import asyncio
import os
import re
import signal
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import httpx2

from backend.config.settings import Settings
from tests.bench.processes import child, line
from tests.cluster.proxy import Proxy
from tests.patience import PATIENCE_S
from tests.ports import free_port

_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")


class Node:
    """Runs `python -m backend` with a data folder of its own."""

    def __init__(
        self, folder: Path, url: str, database: Proxy, peers: Proxy, settings: Mapping[str, str]
    ) -> None:
        self.port = free_port()
        self.database = database
        """What it goes through to the database."""
        self.peers = peers
        """What other processes go through to this one."""
        self._folder = folder
        self._url = url
        self._settings = settings
        self._stack = AsyncExitStack()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def is_up(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start, and wait until it listens."""
        self._folder.mkdir(exist_ok=True)
        log = self._stack.enter_context((self._folder / "log").open("ab"))
        without = {name.upper(): "" for name in Settings.model_fields if name.upper() in os.environ}
        self._process = await self._stack.enter_async_context(
            child(
                *("-m", "backend", "--port", f"{self.port}"),
                *(
                    "--data-dir",
                    f"{self._folder / 'data'}",
                    "--env-file",
                    f"{self._folder / '.env'}",
                ),
                cores=set(),
                settings={**without, **self._settings, "DATABASE_URL": self._url},
                stderr=log,
            )
        )
        try:
            async with asyncio.timeout(PATIENCE_S):
                found = _ADDRESS.search(await line(self._process))
        except (TimeoutError, RuntimeError) as error:
            raise RuntimeError(f"A process did not come up: {self.log()}") from error
        assert found is not None, self.log()

    async def kill(self) -> None:
        """End it as a crash would, so that it can save nothing."""
        self.signal(signal.SIGKILL)
        assert self._process is not None
        await self._process.communicate()

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def stop(self) -> int:
        """Stop it as an operator does. Returns the exit code."""
        self.signal(signal.SIGTERM)
        return await self.ended()

    async def ended(self) -> int:
        assert self._process is not None
        async with asyncio.timeout(PATIENCE_S):
            await self._process.communicate()
            return await self._process.wait()

    async def until_ready(self, *, ready: bool = True) -> None:
        """Wait until `/readyz` says that it is, or that it is not."""
        async with (
            asyncio.timeout(PATIENCE_S),
            httpx2.AsyncClient(timeout=PATIENCE_S, trust_env=False) as http,
        ):
            while True:
                found = await http.get(f"http://127.0.0.1:{self.port}/readyz")
                if found.is_success is ready:
                    return
                await asyncio.sleep(0.05)

    async def close(self) -> None:
        if self.is_up:
            self.signal(signal.SIGCONT)
        await self._stack.aclose()

    def log(self) -> str:
        return (self._folder / "log").read_text("utf-8", errors="replace")
