"""The server in a process that ends itself at the n-th await of a run.

An await counts where the run's own task, or one that it started, really waits. Offers the
functions of `tests/runs/functions`.
"""

import asyncio
import os
import signal
import socket
import sys
import types
from collections.abc import Coroutine, Generator, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import backend.app
import backend.server
from backend.__main__ import main
from backend.runs.driver import RunDriver
from backend.tools import functions

STRUCK = Path("struck")
"""Is there once the server has begun to end."""

STAY_S = 5.0
"""Longer than a server takes to let go of its runs. A decision waits until its run has parked."""

_in_run: ContextVar[bool] = ContextVar("in_run", default=False)


class Fate:
    """Counts, and strikes once."""

    def __init__(self, place: int, number: signal.Signals) -> None:
        self._left = place
        self._number = number

    def task(
        self, loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **options: Any
    ) -> asyncio.Task[Any]:
        is_run = getattr(work, "__qualname__", "") == RunDriver.drive.__qualname__
        counts = is_run or _in_run.get()
        return asyncio.Task(self._run(work, is_run) if counts else work, loop=loop, **options)

    async def _run(self, work: Coroutine[Any, Any, Any], is_run: bool) -> Any:
        _in_run.set(True)
        return await self._counted(work, is_run)

    @types.coroutine
    def _counted(self, work: Coroutine[Any, Any, Any], is_run: bool) -> Generator[Any, Any, Any]:
        """The work itself; the run's own task then stays where it was struck, until it is cancelled."""
        error: BaseException | None = None
        while True:
            try:
                awaited = work.send(None) if error is None else work.throw(error)
            except StopIteration as done:
                return done.value
            struck = self._strike()
            error = None
            try:
                if struck and is_run:
                    yield from self._stay().__await__()
                yield awaited
            except BaseException as thrown:
                error = thrown

    async def _stay(self) -> None:
        """Until it is cancelled, or for so long that a command may be what waits for it."""
        await asyncio.sleep(STAY_S)

    def _strike(self) -> bool:
        self._left -= 1
        if self._left == 0:
            STRUCK.touch()
            os.kill(os.getpid(), self._number)
        return self._left == 0


def serve(
    folder: Path, env: Mapping[str, str], port: int, place: int, number: signal.Signals
) -> None:
    """The body of a new process: serve until the signal; what is printed goes to a file."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    output = os.open("output.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    fate = Fate(place, number)

    class Server(backend.server.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            asyncio.get_running_loop().set_task_factory(fate.task)  # type: ignore[arg-type]
            await super().startup(sockets=sockets)

    functions.__path__.append(str(Path(__file__).parent / "functions"))
    backend.server.Server = Server  # type: ignore[misc]
    sys.exit(main(["--port", f"{port}"]))
