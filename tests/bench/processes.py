"""Child processes, each pinned to its core, that cannot outlive the bench, and their CPU time."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Final

import psutil

from tests.paths import ROOT

START_TIMEOUT_S: Final = 120.0
STOP_TIMEOUT_S: Final = 60.0

_PR_SET_PDEATHSIG: Final = 1
_CPUCLOCK_SCHED: Final = 2
_LIBC: Final = ctypes.CDLL(None)

new_event_loop: Callable[[], asyncio.AbstractEventLoop]
try:
    from uvloop import new_event_loop
except ImportError:
    new_event_loop = asyncio.new_event_loop


class Cores:
    """The core of the process under test, and the core that all other processes share."""

    def __init__(self) -> None:
        allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        self.pinned = len(allowed) > 1
        self.tested = {allowed[-1]} if self.pinned else set(allowed)
        self.others = {allowed[0]} if self.pinned else set(allowed)


def pin(pid: int, cores: set[int]) -> None:
    """Pin a process to these cores. Does nothing where the system does not support it."""
    if cores and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(pid, cores)


@asynccontextmanager
async def child(
    *command: str,
    cores: set[int],
    settings: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    stderr: IO[bytes] | int | None = None,
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `python …` with pipes for standard input and output, until the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(settings or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        limit=1 << 24,
        # Ctrl-C reaches only the bench, which then ends its children.
        start_new_session=True,
        preexec_fn=_die_with_parent,
    )
    try:
        pin(process.pid, cores)
        yield process
    finally:
        await _end(process)


async def line(process: asyncio.subprocess.Process) -> str:
    """Returns the next line that a child prints."""
    assert process.stdout is not None
    read = await process.stdout.readline()
    if not read:
        raise RuntimeError(f"A process ended with exit code {await process.wait()}")
    return read.decode().rstrip("\n")


async def until_stdin_ends() -> None:
    """Wait, in a child, until the bench closes its standard input."""
    await asyncio.to_thread(sys.stdin.buffer.read)


def cpu_s(pid: int) -> float:
    """Returns the CPU seconds that a process has used, in all threads and in the kernel."""
    if sys.platform == "linux":
        # The process's own clock counts nanoseconds; /proc counts steps of 10 ms.
        return time.clock_gettime((~pid << 3) | _CPUCLOCK_SCHED)
    used = psutil.Process(pid).cpu_times()
    return used.user + used.system


def rss_kb(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 1024


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    try:
        process.terminate()
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await process.communicate()
    except BaseException:
        process.kill()
        raise


def _die_with_parent() -> None:
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
