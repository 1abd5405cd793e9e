"""The server as a process of its own, for tests of what only a process shows."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from backend.__main__ import main
from backend.config.settings import Settings
from tests.forks import FORKS, ForkedProcess
from tests.paths import ROOT
from tests.patience import PATIENCE_S
from tests.postgresql import database_of

PROGRAM = (sys.executable, "-m", "backend")
"""The command of who wants a new interpreter, as its user gets it."""

_ADDRESS = re.compile(r"http://\S+")


@dataclass
class Backend:
    pid: int
    output: asyncio.StreamReader
    errors: asyncio.Task[bytes]
    """All that it writes to stderr: read as it comes, since a log outgrows a pipe."""
    ended: asyncio.Task[int]
    """Its exit code, minus the number of the signal where one ended it."""
    lines: list[str] = field(default_factory=list)
    """What it printed, up to the lines that tell of its start."""

    @property
    def url(self) -> str:
        [address] = _ADDRESS.findall(self.lines[0])
        return str(address).replace("0.0.0.0", "127.0.0.1")

    async def line(self) -> str:
        """The next line on standard output."""
        async with asyncio.timeout(PATIENCE_S):
            return (await self.output.readline()).decode().rstrip("\n")

    async def started(self) -> None:
        """Wait for the three lines that it prints once it listens."""
        self.lines = [await self.line() for _ in range(3)]
        if not self.lines[0]:
            raise RuntimeError(f"The server did not start: {(await self.end())[1]}")

    async def end(self, number: signal.Signals | None = None) -> tuple[int, str]:
        """Signal it, if told to, and wait for its exit code and what it wrote to stderr."""
        if number is not None:
            os.kill(self.pid, number)
        async with asyncio.timeout(PATIENCE_S):
            await self.output.read()
            return await self.ended, (await self.errors).decode()


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
    command: Sequence[str] | None = None,
    env: Mapping[str, str] | None = None,
) -> AsyncIterator[Backend]:
    """Run a server with `folder` as its working directory, and end it with the block.

    It is a fork, which starts ten times as fast, where no `command` is given.
    """
    database = database_of(folder)
    env = {
        **(environment() if env is None else env),
        **({} if database is None else {"DATABASE_URL": database}),
        **(settings or {}),
    }
    start = _fork if command is None else _execute
    words = (*(command or ()), *options)
    readers, writers = zip(*(FORKS.Pipe(duplex=False) for _ in range(2)), strict=True)
    try:
        pid, wait = await asyncio.to_thread(start, words, folder, env, *writers)
    finally:
        for writer in writers:
            writer.close()
    output, errors = [await _stream(reader) for reader in readers]
    server = Backend(
        pid,
        output,
        asyncio.create_task(errors.read()),
        asyncio.create_task(asyncio.to_thread(wait)),
    )
    try:
        yield server
    finally:
        if not server.ended.done():
            os.kill(pid, signal.SIGTERM)
        await server.end()


def _execute(
    command: Sequence[str],
    folder: Path,
    env: Mapping[str, str],
    output: Connection,
    errors: Connection,
) -> tuple[int, Callable[[], int]]:
    """Returns the pid, and what waits for the exit code."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=output.fileno(),
        stderr=errors.fileno(),
    )
    return process.pid, process.wait


def _fork(
    options: Sequence[str],
    folder: Path,
    env: Mapping[str, str],
    output: Connection,
    errors: Connection,
) -> tuple[int, Callable[[], int]]:
    process = ForkedProcess(target=_serve, args=(options, folder, env, output, errors))
    process.start()
    assert process.pid is not None

    def wait() -> int:
        process.join()
        assert process.exitcode is not None
        return process.exitcode

    return process.pid, wait


def _serve(
    options: Sequence[str],
    folder: Path,
    env: Mapping[str, str],
    output: Connection,
    errors: Connection,
) -> None:
    """The body of a new process."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    for number, pipe in ((1, output), (2, errors)):
        os.dup2(pipe.fileno(), number)
        pipe.close()
    sys.exit(main(options))


async def _stream(reader: Connection) -> asyncio.StreamReader:
    stream = asyncio.StreamReader()
    file = os.fdopen(os.dup(reader.fileno()), "rb", 0)
    reader.close()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), file
    )
    return stream
