"""A session: one process, and the cells that it runs within their limits."""

import asyncio
import signal
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from backend.domain.text import clean_text
from backend.tools.code_interpreter.guest import frames
from backend.tools.code_interpreter.limits import MEBIBYTE, Limits
from backend.tools.code_interpreter.printed import Printed
from backend.tools.code_interpreter.process import ConfinedProcess, Gone, Usage
from backend.tools.code_interpreter.sandbox import Sandbox
from backend.waiting import cancel

WATCH_INTERVAL_S = 0.1
INTERRUPT_GRACE_S = 2.0
"""Time for code to end by itself after an interrupt."""


@dataclass(frozen=True, slots=True)
class Made:
    """A file that a cell made. The code chose its name."""

    name: str
    file: BinaryIO
    """Its bytes, in a file without a name: nothing is left of it, however the server ends."""


def unnamed_file() -> BinaryIO:
    """Returns a new file in the system's folder for temporary files, but without a name there."""
    return cast(BinaryIO, tempfile.TemporaryFile())


class _Stop(NamedTuple):
    """Why a cell must stop, and whether an interrupt may suffice, which keeps its variables."""

    reason: str
    gently: bool = False


@dataclass(slots=True)
class Outcome:
    """The outcome of a cell."""

    printed: str = ""
    """The output that was shown."""
    whole: bytes | None = None
    """The output if more was printed than shown, else None."""
    is_cut: bool = False
    """Whether `whole` lacks the end."""
    error: str | None = None
    """A traceback."""
    stopped: str | None = None
    """Why the code was stopped, as a clause about it."""
    lost: bool = False
    """Whether the process has ended, and all variables are lost."""
    made: list[Made] = field(default_factory=list)


class Session:
    """A process and its variables. It is suspended between cells, so no thread of it runs on."""

    def __init__(self, process: ConfinedProcess, limits: Limits) -> None:
        self._process = process
        self._limits = limits
        self._cells = 0
        self.alive = True

    @classmethod
    async def start(cls, sandbox: Sandbox, limits: Limits) -> "Session":
        """Raises `SandboxFailed`."""
        process = await ConfinedProcess.start(sandbox, limits)
        process.signal(signal.SIGSTOP)
        return cls(process, limits)

    async def put(self, name: str, path: Path) -> None:
        """Copy a file into the folder. Raises `Gone`, and `OSError` if the file cannot be read."""
        self._process.signal(signal.SIGCONT)
        await self._process.send_file(name, path)

    async def try_out(self, code: str, files: ExitStack) -> Outcome:
        """Run a cell that does not count, so that the first one of a thread is number 1."""
        self._cells = -1
        return await self.run(code, lambda text: None, files, asyncio.Event())

    async def run(
        self, code: str, show: Callable[[str], None], files: ExitStack, stop: asyncio.Event
    ) -> Outcome:
        """Run a cell. `files` closes the files that it makes.

        Once `stop` is set the cell is stopped, and nothing more is added to `files`.
        """
        self._cells += 1
        outcome = Outcome()
        printed = Printed(show, self._limits.shown_chars, self._limits.kept_bytes)

        def look() -> bool:
            printed.feed(self._process.printed())
            return not printed.head_is_full

        self._process.signal(signal.SIGCONT)
        with self._process.on_printed(look):
            talking = asyncio.create_task(self._talk(code, files, outcome, stop))
            watching = asyncio.create_task(self._watch(printed, stop))
            try:
                await asyncio.wait({talking, watching}, return_when=asyncio.FIRST_COMPLETED)
                if not talking.done():
                    why = watching.result()
                    outcome.stopped = why.reason
                    if why.gently:
                        self._process.signal(signal.SIGINT)
                        await asyncio.wait({talking}, timeout=INTERRUPT_GRACE_S)
                    if not talking.done():
                        outcome.lost = True
            finally:
                await cancel((talking, watching))
        self._process.signal(signal.SIGSTOP)
        while data := self._process.printed():
            printed.feed(data)
        printed.close()
        outcome.printed, outcome.whole = printed.text, printed.whole
        outcome.is_cut = printed.bytes > self._limits.kept_bytes
        if not outcome.lost and (excess := self._left_over()) is not None:
            # The cell ended between two looks at its usage.
            outcome.stopped, outcome.lost = excess, True
        if outcome.lost:
            await self._lose(outcome)
        return outcome

    def usage(self) -> Usage:
        """Raises `Gone`."""
        return self._process.usage()

    async def end(self) -> int:
        """End the process and return its exit status."""
        self.alive = False
        return await self._process.end()

    async def _lose(self, outcome: Outcome) -> None:
        status = await self.end()
        if outcome.stopped is None:
            outcome.stopped = f"it ended its own process (status {status})"

    async def _talk(
        self, code: str, files: ExitStack, outcome: Outcome, stop: asyncio.Event
    ) -> None:
        """Send the cell and receive its answers until it is done or the process ends."""
        payload = code.encode(errors="replace")
        try:
            await self._process.send(
                frames.Header("cell", len(payload), number=self._cells), payload
            )
            outcome.error = await self._answers(files, outcome, stop)
        except Gone:
            outcome.lost = True
        except frames.BadFrame as error:
            outcome.stopped = f"it meddled with its session: {error}"
            outcome.lost = True
        except OSError as error:
            outcome.stopped = f"what it made could not be stored: {error.strerror}"
            outcome.lost = True

    async def _answers(self, files: ExitStack, outcome: Outcome, stop: asyncio.Event) -> str | None:
        """Receive the files, and return the traceback of the cell if it failed."""
        left = self._limits.disk_bytes
        while True:
            header = await self._process.receive()
            match header.kind:
                case "done" if header.number == self._cells:
                    return None if header.error is None else clean_text(header.error)
                case "file" if len(outcome.made) < frames.MAX_FILES:
                    left -= header.size
                case _:
                    raise frames.BadFrame("an answer that was not asked for")
            if header.size > self._limits.file_bytes or left < 0:
                raise frames.BadFrame("a file too large")
            if stop.is_set():
                await self._pass_over(header)
            else:
                outcome.made.append(await self._made(header, files.enter_context(unnamed_file())))

    async def _made(self, header: frames.Header, file: BinaryIO) -> Made:
        async for piece in self._process.payload(header):
            # Closed in the meantime if the call was cancelled; the payload is read all the same.
            with suppress(ValueError):
                await asyncio.to_thread(file.write, piece)
        return Made(clean_text(header.name), file)

    async def _pass_over(self, header: frames.Header) -> None:
        async for _ in self._process.payload(header):
            pass

    async def _watch(self, printed: Printed, stop: asyncio.Event) -> _Stop:
        limits = self._limits
        loop = asyncio.get_running_loop()
        deadline = loop.time() + limits.wall_s
        try:
            cpu_limit_s = self.usage().cpu_s + limits.cpu_s
            while loop.time() < deadline:
                usage = self.usage()
                if stop.is_set():
                    return _Stop("the user stopped it", gently=True)
                if usage.cpu_s > cpu_limit_s:
                    return _Stop(f"it used {limits.cpu_s:g} s of processor time", gently=True)
                if (excess := self._excess(usage)) is not None:
                    return _Stop(excess)
                if printed.bytes > limits.printed_bytes:
                    return _Stop(f"it printed more than {limits.printed_bytes // MEBIBYTE} MiB")
                await asyncio.sleep(WATCH_INTERVAL_S)
        except Gone:
            # The last answers may still be in the pipe.
            await asyncio.sleep(INTERRUPT_GRACE_S)
            return _Stop("it cannot be watched any more")
        return _Stop(f"it took longer than {limits.wall_s:g} s", gently=True)

    def _left_over(self) -> str | None:
        try:
            return self._excess(self.usage())
        except Gone:
            return "it ended its own process"

    def _excess(self, usage: Usage) -> str | None:
        """Returns why the process must be ended, since an interrupt would not free what it holds."""
        if usage.threads > self._limits.threads:
            return f"it started more than {self._limits.threads} threads"
        if usage.files > self._limits.files:
            return f"it made more than {self._limits.files:,} files"
        return None
