"""A process in the sandbox, as the server holds it: its pipes, its usage and its end."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from backend.tools.code_interpreter.guest import frames
from backend.tools.code_interpreter.limits import Limits
from backend.tools.code_interpreter.pipe import PIECE_BYTES, Pipe
from backend.tools.code_interpreter.sandbox import CLEAN_ENVIRONMENT, FOLDER, MEMORY_DISK, Sandbox

START_TIMEOUT_S = 60.0
"""Generous, since the process imports libraries and the machine may be busy."""
LOOK_INTERVAL_S = 0.03
"""Pause between two reads of the output while it is being shown."""

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class SandboxFailed(Exception):
    """No process could be started. The message is from bubblewrap or Python."""


class TooSlow(SandboxFailed):
    """It may be faster another time."""


class Gone(Exception):
    """The process has ended."""


@dataclass(frozen=True, slots=True)
class Usage:
    cpu_s: float
    """Processor time since the process began."""
    threads: int
    files: int
    """Number of files and directories on its disk."""


class ConfinedProcess:
    """Trusts nothing that the process sends."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        pid: int,
        answers: Pipe,
        printed_fd: int,
    ) -> None:
        self._process = process
        """bubblewrap, outside of the sandbox; `pid` is the process inside."""
        self._pid = pid
        # Unlike a pid, this never comes to mean another process.
        self._pidfd = os.pidfd_open(pid)
        self._answers = answers
        self._printed_fd = printed_fd
        self._open = True

    @classmethod
    async def start(cls, sandbox: Sandbox, limits: Limits) -> "ConfinedProcess":
        """Start a process and return it once it is ready. Raises `SandboxFailed`."""
        printed, answers, info = os.pipe(), os.pipe(), os.pipe()
        arguments = {
            "answers_fd": answers[1],
            "folder": FOLDER,
            "limits": limits.of_process(),
            "max_file_bytes": limits.file_bytes,
        }
        try:
            process = await asyncio.create_subprocess_exec(
                *sandbox.command(limits, info[1], json.dumps(arguments)),
                stdin=asyncio.subprocess.PIPE,
                stdout=printed[1],
                stderr=asyncio.subprocess.PIPE,
                pass_fds=(answers[1], info[1]),
                env=CLEAN_ENVIRONMENT,
            )
        except OSError as error:
            _close(*printed, *answers, *info)
            raise SandboxFailed(f"{sandbox.bwrap} cannot be run: {error.strerror}.") from error
        _close(printed[1], answers[1], info[1])
        os.set_blocking(printed[0], False)
        answering, informing = Pipe(answers[0]), Pipe(info[0])
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                pid = await _child_pid(informing)
                confined = cls(process, pid, answering, printed[0])
                await confined._become_ready()
        except BaseException as error:
            answering.close()
            said = await _last_words(process, printed[0])
            if isinstance(error, TimeoutError) and not said:
                raise TooSlow(f"It took longer than {START_TIMEOUT_S:g} s to start.") from error
            if isinstance(error, (TimeoutError, OSError, ValueError, Gone, frames.BadFrame)):
                raise SandboxFailed(said or f"{type(error).__name__}: {error}") from error
            raise
        finally:
            informing.close()
        return confined

    # Messages and output

    async def send(self, header: frames.Header, payload: bytes = b"") -> None:
        """Send a frame. Raises `Gone`."""
        await self._write(frames.encode(header) + payload)

    async def send_file(self, name: str, path: Path) -> None:
        """Send a file. Raises `Gone`, and `OSError` if the file cannot be read."""
        with await asyncio.to_thread(path.open, "rb") as file:
            await self.send(frames.Header("file", os.fstat(file.fileno()).st_size, name=name))
            while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
                await self._write(piece)

    async def receive(self) -> frames.Header:
        """Returns the header of the next frame. Raises `Gone` and `BadFrame`."""
        length, size = frames.lengths(await self._read(frames.PREFIX.size))
        return frames.decode(await self._read(length), size)

    async def payload(self, header: frames.Header) -> AsyncGenerator[bytes]:
        """Yields the payload that follows the header, in pieces. Raises `Gone`."""
        left = header.size
        while left:
            piece = await self._read(min(left, PIECE_BYTES))
            left -= len(piece)
            yield piece

    def printed(self) -> bytes:
        """Returns at most `PIECE_BYTES` of new output."""
        try:
            return os.read(self._printed_fd, PIECE_BYTES)
        except BlockingIOError:
            return b""

    @contextlib.contextmanager
    def on_printed(self, look: Callable[[], bool]) -> Iterator[None]:
        """Call `look` when there is new output, and then less often if it returns True."""
        loop = asyncio.get_running_loop()
        again: asyncio.TimerHandle | None = None

        def watch() -> None:
            loop.add_reader(self._printed_fd, seen)

        def seen() -> None:
            nonlocal again
            if look():
                loop.remove_reader(self._printed_fd)
                again = loop.call_later(LOOK_INTERVAL_S, watch)

        watch()
        try:
            yield
        finally:
            if again is not None:
                again.cancel()
            loop.remove_reader(self._printed_fd)

    async def _write(self, data: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(data)
            await self._process.stdin.drain()
        except (OSError, RuntimeError) as error:
            raise Gone from error

    async def _read(self, size: int) -> bytes:
        try:
            return await self._answers.exactly(size)
        except (EOFError, OSError) as error:
            raise Gone from error

    # Its life

    @property
    def ended(self) -> bool:
        return self._process.returncode is not None

    def usage(self) -> Usage:
        """Returns the usage so far. Raises `Gone` if the process can no longer be watched."""
        try:
            stat = Path(f"/proc/{self._pid}/stat").read_text("utf-8", "replace")
            disk = os.statvfs(f"/proc/{self._pid}/root{MEMORY_DISK}")
        except OSError as error:
            raise Gone from error
        # The name before them, in brackets, is chosen by the process.
        fields = stat.rpartition(")")[2].split()
        return Usage(
            cpu_s=(int(fields[11]) + int(fields[12])) / _TICKS_PER_S,
            threads=int(fields[17]),
            files=disk.f_files - disk.f_ffree,
        )

    def signal(self, number: signal.Signals) -> None:
        """Send a signal. Harmless when the process has ended."""
        if self._open:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)

    async def end(self) -> int:
        """Kill the sandbox and return its exit status. Harmless when repeated."""
        self.signal(signal.SIGKILL)
        await self._process.communicate()
        if self._open:
            self._open = False
            self._answers.close()
            # Only once, since their numbers are soon those of other files.
            _close(self._printed_fd, self._pidfd)
        return await self._process.wait()

    async def _become_ready(self) -> None:
        if (await self.receive()).kind != "ready":
            raise frames.BadFrame("a frame before it is ready")


async def _child_pid(info: Pipe) -> int:
    """Returns the pid of the process inside, from bubblewrap. Raises `ValueError`."""
    try:
        return int(json.loads(await info.to_the_end())["child-pid"])
    except KeyError as error:
        raise ValueError("bubblewrap does not say which process it started") from error


async def _last_words(process: asyncio.subprocess.Process, printed_fd: int) -> str:
    """End a process that did not become ready, and return what it printed."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    _, errors = await process.communicate()
    with contextlib.suppress(OSError):
        errors += os.read(printed_fd, PIECE_BYTES)
    _close(printed_fd)
    return errors.decode(errors="replace").strip()


def _close(*fds: int) -> None:
    for fd in fds:
        os.close(fd)
