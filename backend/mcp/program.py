"""The stdio transport: a program that is started here, with JSON-RPC messages on its pipes, a line each.

https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#stdio
The SDK's own `stdio_client` reads lines of any length, logs a traceback for each that is no message,
and leaves standard error to others; this one has limits, since the program may do anything.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.client.stdio import get_default_environment
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCMessage, jsonrpc_message_adapter

from backend.domain.text import clean_json
from backend.mcp.server_config import StdioServer
from backend.mcp.server_log import ServerLog
from backend.mcp.traffic import Traffic, Unreadable
from backend.mcp.watchdog import Watchdog
from backend.waiting import cancel, finish, poll

MAX_LINE_BYTES: Final = 16 * 1024 * 1024
GRACE_S: Final = 2.0
"""How long a program has to end after its input was closed, and again after SIGTERM."""

_COMES_WITH: Final = {
    "uvx": "uv, https://docs.astral.sh/uv/",
    "npx": "Node, https://nodejs.org/",
    "docker": "Docker, https://docs.docker.com/",
}
_PIECE_BYTES: Final = 65_536
_PAUSE_S: Final = 0.02
"""After each full piece of standard error, so that a flood does not occupy this server."""
_LAST_WORDS_S: Final = 0.5
_MAX_ODD_LINES: Final = 200

Streams = tuple[
    MemoryObjectReceiveStream[SessionMessage | Exception], MemoryObjectSendStream[SessionMessage]
]


class ProgramFailed(Exception):
    """The program cannot be started, has ended, or does not keep to the protocol."""


class Program:
    """Knows, once the connection is over, why."""

    def __init__(self, server: StdioServer, log: ServerLog, watchdog: Watchdog | None) -> None:
        self._server = server
        self._log = log
        self._watchdog = watchdog
        self._odd_lines = 0
        self._traffic = Traffic()
        self._is_stopped = False
        self.end: str | None = None
        """Why the connection is over, where that was not asked of it."""
        self.gone = asyncio.Event()
        self.refused: int | None = None
        """Never; for those that answer with a status."""

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[Streams]:
        """Raises `ProgramFailed`. The program and its children have ended when the block has, or
        soon after this process was killed."""
        process = await self._start()
        if self._watchdog is not None:
            self._watchdog.watch(process.pid)
        to_session, messages = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        outgoing, from_session = anyio.create_memory_object_stream[SessionMessage](0)
        errors = asyncio.create_task(self._read_errors(process))
        tasks = [
            asyncio.create_task(self._read(process, to_session, errors)),
            asyncio.create_task(self._write(process, from_session)),
            errors,
        ]
        try:
            yield messages, outgoing
        finally:
            self._is_stopped = True
            for stream in (to_session, messages, outgoing, from_session):
                stream.close()
            # A scope of anyio that was cancelled cancels whatever is awaited in it again and again.
            with anyio.CancelScope(shield=True):
                await finish(self._stop(process, tasks))

    async def _start(self) -> asyncio.subprocess.Process:
        server = self._server
        try:
            if self._watchdog is not None:
                await asyncio.to_thread(self._watchdog.start)
            return await asyncio.create_subprocess_exec(
                server.command,
                *server.args,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={**get_default_environment(), **server.env},
                cwd=server.cwd,
                start_new_session=True,
                limit=MAX_LINE_BYTES,
            )
        except FileNotFoundError:
            has_folder = server.cwd is None or await asyncio.to_thread(Path(server.cwd).is_dir)
            missing = server.command if has_folder else str(server.cwd)
            advice = "Install it, or write its path."
            if missing in _COMES_WITH:
                advice = f"It comes with {_COMES_WITH[missing]}."
            elif has_folder and " " in server.command:
                advice = 'What follows its first blank belongs into "args".'
            raise ProgramFailed(f"There is no {missing} here. {advice}") from None
        except (OSError, ValueError) as error:
            said = error.strerror if isinstance(error, OSError) else str(error)
            raise ProgramFailed(f"{server.command} cannot be started: {said}.") from None

    async def _read(
        self,
        process: asyncio.subprocess.Process,
        messages: MemoryObjectSendStream[SessionMessage | Exception],
        errors: asyncio.Task[None],
    ) -> None:
        assert process.stdout is not None
        with messages:
            end = "The connection was closed."
            try:
                while line := await process.stdout.readuntil(b"\n"):
                    for message in self._traffic.received(self._message(line)):
                        await messages.send(SessionMessage(message))
                    if self._traffic.pause_s > 0:
                        await asyncio.sleep(self._traffic.pause_s)
            except asyncio.IncompleteReadError:
                end = await _ending(process)
                # What it wrote last says why, unless a child of it may still write.
                await asyncio.wait({errors}, timeout=_LAST_WORDS_S)
            except asyncio.LimitOverrunError:
                end = f"It sent a message of more than {MAX_LINE_BYTES:,} bytes."
            except ProgramFailed as failed:
                end = str(failed)
            except (anyio.BrokenResourceError, anyio.ClosedResourceError, ConnectionError):
                pass
            finally:
                if not self._is_stopped:
                    self.end = end
                self.gone.set()

    def _message(self, line: bytes) -> JSONRPCMessage | Unreadable:
        line = clean_json(line)
        try:
            return jsonrpc_message_adapter.validate_json(line, by_name=False)
        except ValueError as error:
            text = line.decode(errors="replace").rstrip()
            if text:
                self._odd_lines += 1
                self._log.add(f"[not a message] {text[:500]}\n")
            if self._odd_lines > _MAX_ODD_LINES:
                raise ProgramFailed(
                    "It writes other things than messages to its standard output."
                ) from None
            return Unreadable(text, error)

    async def _write(
        self,
        process: asyncio.subprocess.Process,
        outgoing: MemoryObjectReceiveStream[SessionMessage],
    ) -> None:
        assert process.stdin is not None
        with outgoing:
            try:
                async for sent in outgoing:
                    self._traffic.sent(sent.message)
                    text = sent.message.model_dump_json(by_alias=True, exclude_unset=True)
                    process.stdin.write(text.encode() + b"\n")
                    await process.stdin.drain()
            except ConnectionError:
                # Its output ends soon as well, and says why.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(GRACE_S):
                        await self.gone.wait()

    async def _read_errors(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        while piece := await process.stderr.read(_PIECE_BYTES):
            self._log.add(piece.decode(errors="replace"))
            if len(piece) == _PIECE_BYTES:
                await asyncio.sleep(_PAUSE_S)

    async def _stop(
        self, process: asyncio.subprocess.Process, tasks: list[asyncio.Task[None]]
    ) -> None:
        """Ask the program to end, then make it and its children end."""
        if process.stdin is not None:
            process.stdin.close()
        try:
            await _ended(process)
            _signal_all(process, signal.SIGTERM)
            await _ended(process)
        finally:
            _signal_all(process, signal.SIGKILL)
            if self._watchdog is not None:
                self._watchdog.release(process.pid)
        await cancel(tasks)
        # Its pipes are closed once all is read, unless a child that left the group holds them.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE_S):
                await process.communicate()


async def _ending(process: asyncio.subprocess.Process) -> str:
    try:
        async with asyncio.timeout(GRACE_S):
            status = await process.wait()
    except TimeoutError:
        return "It closed its standard output."
    if status < 0:
        return f"It was ended by {signal.Signals(-status).name}."
    return f"It ended with status {status}."


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Wait a moment for its end. `Process.wait` also waits for pipes, which a child may hold open."""

    async def status() -> int | None:
        return process.returncode

    with contextlib.suppress(TimeoutError):
        await poll(status, within_s=GRACE_S, first_pause_s=0.01, longest_pause_s=0.1)


def _signal_all(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """The program leads a group of processes, which outlives it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
