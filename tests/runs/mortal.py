"""Starts mortal servers: forks of one process that has imported everything, since that takes longest."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

from backend.waiting import poll
from tests.forks import ForkedProcess
from tests.patience import PATIENCE_S
from tests.postgresql import database_of
from tests.process import environment
from tests.runs.mortal_server import serve


class MortalServer:
    def __init__(self, process: BaseProcess, folder: Path) -> None:
        self._process = process
        self._output = folder / "output.txt"

    async def started(self) -> None:
        """Wait until it has printed where it listens."""
        self.url = await poll(
            self._address, within_s=PATIENCE_S, first_pause_s=0.02, longest_pause_s=0.1
        )

    async def _address(self) -> str | None:
        output = self._output.read_text() if self._output.exists() else ""
        if not self._process.is_alive():
            raise RuntimeError(f"The server did not start: {output}")
        address = re.search(r"http://\S+(?=\n)", output)
        return address and address[0]

    async def end(self, number: signal.Signals | None = None) -> tuple[int, str]:
        """Signal it, if told to, and wait for its exit code and what it wrote."""
        if number is not None and self._process.pid is not None:
            os.kill(self._process.pid, number)
        code = await poll(
            self._exit_code, within_s=PATIENCE_S, first_pause_s=0.02, longest_pause_s=0.1
        )
        return code, self._output.read_text()

    async def _exit_code(self) -> int | None:
        return self._process.exitcode


@asynccontextmanager
async def mortal_server(
    folder: Path,
    settings: Mapping[str, str],
    port: int,
    place: int = 0,
    number: signal.Signals = signal.SIGKILL,
) -> AsyncIterator[MortalServer]:
    """A server that works in `folder` and sends itself the signal at this await of a run.

    Place 0 is never reached. It is killed with the block.
    """
    (folder / "output.txt").unlink(missing_ok=True)
    database = database_of(folder)
    env = {**environment(), **settings, **({"DATABASE_URL": database} if database else {})}
    process = ForkedProcess(target=serve, args=(folder, env, port, place, number))
    # It starts the process that forks, which reads no terminal and blocks for milliseconds after.
    await asyncio.to_thread(process.start)
    try:
        yield MortalServer(process, folder)
    finally:
        if process.is_alive():
            process.kill()
        await asyncio.to_thread(process.join)
        process.close()
