"""`python -m backend` as a process of its own, for tests of what only a process shows."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from backend.config.settings import Settings
from tests.paths import ROOT
from tests.patience import PATIENCE_S

_ADDRESS = re.compile(r"http://\S+")


@dataclass
class Backend:
    process: asyncio.subprocess.Process
    lines: list[str] = field(default_factory=list)
    """What it printed, up to the lines that tell of its start."""

    @property
    def url(self) -> str:
        [address] = _ADDRESS.findall(self.lines[0])
        return str(address).replace("0.0.0.0", "127.0.0.1")

    async def line(self) -> str:
        """The next line on standard output."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            return (await self.process.stdout.readline()).decode().rstrip("\n")

    async def started(self) -> None:
        """Wait for the three lines that it prints once it listens."""
        self.lines = [await self.line() for _ in range(3)]
        if not self.lines[0]:
            raise RuntimeError(f"The server did not start: {(await self.end())[1]}")

    async def end(self, number: signal.Signals | None = None) -> tuple[int, str]:
        """Signal it, if told to, and wait for its exit code and what it wrote to stderr."""
        if number is not None:
            self.process.send_signal(number)
        async with asyncio.timeout(PATIENCE_S):
            _, errors = await self.process.communicate()
            return await self.process.wait(), errors.decode()


def environment() -> dict[str, str]:
    """This process's environment without our settings, our code importable, no sandbox prepared."""
    names = {name.upper() for name in Settings.model_fields}
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return kept | {"PYTHONPATH": str(ROOT), "CODE_INTERPRETER": "off"}


@asynccontextmanager
async def backend(
    folder: Path,
    *options: str,
    settings: Mapping[str, str] | None = None,
    command: Sequence[str] = (sys.executable, "-m", "backend"),
    env: Mapping[str, str] | None = None,
) -> AsyncIterator[Backend]:
    """Run the command with `folder` as its working directory, and end it with the block."""
    process = await asyncio.create_subprocess_exec(
        *command,
        *options,
        cwd=folder,
        env={**(environment() if env is None else env), **(settings or {})},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield Backend(process)
    finally:
        if process.returncode is None:
            process.terminate()
        # Reads the pipes to their end, without which the transport would stay open.
        async with asyncio.timeout(PATIENCE_S):
            await process.communicate()
