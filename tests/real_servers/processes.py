"""A server as a process of its own, its output in a file, until the end of a block."""

import asyncio
import os
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from tests.rest import rest

START_TIMEOUT_S = 240.0
STOP_TIMEOUT_S = 60.0
LOOK_AGAIN_S = 0.1
TOLD_OF_A_LOG = 2_000
"""Characters."""


class NotStarted(Exception):
    """The server ended, or never answered; the message holds the end of what it printed."""


@asynccontextmanager
async def process(
    command: Sequence[str | Path],
    log: Path,
    *,
    answers: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> AsyncIterator[Process]:
    """Runs it from when the URL `answers`, with whatever status, until the end of the block.

    `env` is all of its environment; without one it gets this process's. Raises `NotStarted`.
    """
    with log.open("wb") as out:
        started = await asyncio.create_subprocess_exec(
            *map(str, command),
            cwd=cwd,
            env=os.environ if env is None else env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=out,
            stderr=asyncio.subprocess.STDOUT,
        )
    try:
        await _answering(started, answers, log)
        yield started
    finally:
        await _stop(started)


async def _answering(started: Process, url: str, log: Path) -> None:
    async with rest() as http:
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                while started.returncode is None:
                    try:
                        await http.get(url)
                    except httpx2.TransportError:
                        await asyncio.sleep(LOOK_AGAIN_S)
                    else:
                        return
        except TimeoutError:
            raise NotStarted(f"{url} does not answer. {_end(log)}") from None
    raise NotStarted(f"It ended with status {started.returncode}. {_end(log)}")


async def _stop(started: Process) -> None:
    if started.returncode is not None:
        return
    started.terminate()
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await started.wait()
    except TimeoutError:
        started.kill()
        await started.wait()


def _end(log: Path) -> str:
    return f"It printed: {log.read_text(errors='replace')[-TOLD_OF_A_LOG:].strip()}"
