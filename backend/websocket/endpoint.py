"""One socket of a browser: it follows one thread, with a task that reads and one that writes.

The writer keeps no queue. It remembers the number of the last event it sent and asks the
thread's log for what came after; a reader so slow that the log has moved on gets a snapshot.

Where another process is at home, both pass frames on, as they are. When the home moves the socket stays,
and its client gets a second `hello` and a snapshot.
"""

import asyncio
import logging
from contextlib import suppress
from typing import Final, NoReturn, assert_never
from urllib.parse import urlencode

from starlette.websockets import (
    WebSocket,
    WebSocketDisconnect,
    WebSocketDisconnected,
    WebSocketState,
)
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from backend.domain.errors import AppError, NotFound
from backend.domain.ids import OwnerId, ThreadId
from backend.homes.base import Elsewhere, Homes
from backend.live.registry import Threads, no_such_thread
from backend.live.thread_log import ThreadLog
from backend.peers.door import PASSED_ON
from backend.peers.peers import Peers
from backend.runs.decisions import Answer, decider
from backend.runs.new_message import NewMessage, Wishes
from backend.runs.runs import Runs
from backend.store.batch import StoredCommand
from backend.waiting import Detached
from backend.watching.steps import Commanded, PassedOn
from backend.watching.watch import Watch
from backend.websocket.commands import id_of, parse_command, refusal
from backend.websocket.messages import (
    Ack,
    ActionResolve,
    ClientMessage,
    Error,
    Hello,
    MessageEdit,
    MessageSend,
    Ping,
    Pong,
    Question,
    RunCancel,
    RunRetry,
    ServerMessage,
    ThreadSwitch,
)
from backend.websocket.replay import beginning, frames_after, resume_point

log = logging.getLogger(__name__)

ThreadCommand = MessageSend | MessageEdit | RunRetry | ThreadSwitch | RunCancel | ActionResolve

INTERNAL_ERROR = 1011
RESTART = 1012
TRY_LATER = 1013
UNKNOWN_THREAD = 4404
"""Close code. Browsers cannot read why a handshake was refused, so the socket is accepted first."""

MAX_INVALID_FRAMES = 32
"""So many in a row are no mistake any more, and the socket is closed."""

ASK_AGAIN_S: Final = 0.25
HOMELESS_S: Final = 60.0
"""How long a socket waits for its thread to be at home anywhere."""
LOST: Final = frozenset({1000, 1001, 1005, 1006, RESTART})
"""Close codes of another process that say nothing of the thread: it may be at home elsewhere by now."""
TOLD_HEADERS: Final = ("origin", "accept-language")
"""What another process is told of the handshake."""


class Socket:
    """One accepted WebSocket of one owner."""

    def __init__(
        self,
        websocket: WebSocket,
        owner: OwnerId,
        upstream_name: str,
        homes: Homes,
        threads: Threads,
        runs: Runs,
        commands: Detached,
        watch: Watch,
        peers: Peers,
    ) -> None:
        self._websocket = websocket
        self._owner = owner
        self._upstream_name = upstream_name
        self._homes = homes
        self._epoch = homes.epoch(None)
        self._threads = threads
        self._runs = runs
        self._commands = commands
        self._watch = watch
        self._peers = peers
        self._live: ThreadLog | None = None
        self._far: ClientConnection | None = None
        """The socket at the process where the thread is at home."""
        self._settled = asyncio.Event()
        """Commands can be obeyed here, or passed on."""
        self._wanted: ThreadId | None = None
        """The thread of a command, which turned out to be at home elsewhere."""
        self._unborn: ThreadId | None = None
        """The thread of a first message, of which it is not known whether it was stored."""
        self._last: int | None = None
        """How many items of the end are enough for a snapshot; None for all of them."""
        self._sent: int | None = None
        """Number of the last event that was sent; None where a snapshot is due."""
        self._invalid_frames = 0
        """In a row, up to now."""
        self._wake = asyncio.Event()

    async def serve(
        self, thread_id: ThreadId | None, after: str | None, last: int | None = None
    ) -> None:
        """Speak the protocol until the socket closes."""
        self._last = last
        try:
            async with asyncio.TaskGroup() as group:
                writer = group.create_task(self._write(thread_id, after))
                await self._read()
                writer.cancel()
        # Whoever sends first after the socket is lost gets the former, the other the latter.
        except* (WebSocketDisconnect, WebSocketDisconnected):
            pass
        except* Exception:
            log.exception("A socket failed")
            await self._close(INTERNAL_ERROR)
        finally:
            self._leave()

    # Where the thread is at home

    async def _open(self, thread_id: ThreadId, after: str | None, *, again: bool = False) -> None:
        """Greet once the thread is at home here; as long as it is not, pass frames on."""
        loop = asyncio.get_running_loop()
        until = loop.time() + HOMELESS_S
        while True:
            try:
                self._attach(await self._opened(thread_id), after)
                break
            except Elsewhere as there:
                if PASSED_ON in self._websocket.scope["state"]:
                    await self._end(RESTART)
                if await self._pass_on(thread_id, after, there.address):
                    again, after, until = True, None, loop.time() + HOMELESS_S
            except AppError as error:
                if isinstance(error, NotFound) and thread_id == self._unborn:
                    # The homes of this process were lost before. Who comes back says it once more.
                    await self._end(RESTART)
                if isinstance(error, NotFound) or not again:
                    await self._send(refusal(None, error))
                    await self._end(UNKNOWN_THREAD if isinstance(error, NotFound) else TRY_LATER)
                # The database is away, for others as well: to come back to them helps nobody.
                until = loop.time() + HOMELESS_S
            if loop.time() > until:
                await self._end(TRY_LATER)
            await asyncio.sleep(ASK_AGAIN_S)
        await self._send(self._hello())
        self._settled.set()

    async def _pass_on(self, thread_id: ThreadId, after: str | None, address: str) -> bool:
        """Pass frames on until the thread's home moves; False where it could not be reached."""
        websocket = self._websocket
        query = {"thread_id": thread_id} | ({"after": after} if after is not None else {})
        if self._last is not None:
            query["last"] = str(self._last)
        headers = {
            name: websocket.headers[name] for name in TOLD_HEADERS if name in websocket.headers
        }
        client = websocket.client.host if websocket.client is not None else None
        try:
            async with self._peers.socket(
                address, urlencode(query), self._owner, client, headers
            ) as far:
                self._far = far
                self._settled.set()
                with self._watch.during(PassedOn()):
                    await self._peers.lookout.while_there(thread_id, address, self._tell_from(far))
        except (OSError, InvalidHandshake, ConnectionClosed) as error:
            log.info("%s cannot be reached: %s", address, error)
            return False
        finally:
            self._leave()
        if far.close_code is not None and far.close_code not in LOST:
            await self._end(far.close_code, far.close_reason)
        return True

    async def _tell_from(self, far: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            while True:
                await self._websocket.send_text(await far.recv(decode=True))

    def _leave(self) -> None:
        """What this socket follows is not at home there any more."""
        self._settled.clear()
        self._far = None
        if self._live is not None:
            self._live.unlisten(self._wake)
            self._live = None

    async def _end(self, code: int, reason: str | None = None) -> NoReturn:
        await self._websocket.close(code, reason)
        raise WebSocketDisconnect(code)

    async def _opened(self, thread_id: ThreadId) -> ThreadLog:
        if self._last is None:
            return await self._threads.get(thread_id, self._owner)
        return await self._threads.look(thread_id, self._owner, self._last)

    async def _enter(self, live: ThreadLog) -> None:
        """Take the thread that a first message made: from its very beginning, if it is all here.

        So a script sees every event of its first run, however fast that run was.
        """
        if live.frames_after(0) is None:
            self._attach(live, after=None)
        else:
            epoch = self._homes.epoch(live.id)
            if epoch != self._epoch:
                self._epoch = epoch
                await self._send(
                    Hello(epoch=epoch, thread_id=live.id, upstream=self._upstream_name)
                )
            await self._send(beginning(live))
            self._attach(live, after=f"{epoch}:0")

    def _attach(self, live: ThreadLog, after: str | None) -> None:
        self._epoch = self._homes.epoch(live.id)
        self._sent = resume_point(after, self._epoch)
        self._live = live
        live.listen(self._wake)
        self._wake.set()

    def _hello(self) -> Hello:
        live = self._live
        return Hello(
            epoch=self._epoch,
            thread_id=live.id if live else None,
            seq=live.shown.seq if live else 0,
            upstream=self._upstream_name,
            active_run=live.shown.active_run if live else None,
        )

    async def _close(self, code: int) -> None:
        try:
            await self._websocket.close(code)
        except (WebSocketDisconnect, RuntimeError):
            log.info("The socket was closed already")

    # Out

    async def _write(self, thread_id: ThreadId | None, after: str | None) -> None:
        if thread_id is None:
            await self._send(self._hello())
            self._settled.set()
        else:
            await self._open(thread_id, after)
        while True:
            moved = await self._tell()
            self._leave()
            await self._open(moved, after=None, again=True)

    async def _tell(self) -> ThreadId:
        """Tell what happens on the thread until it is not at home here any more. Returns its id."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if (wanted := self._wanted) is not None:
                self._wanted = None
                return wanted
            if self._live is None:
                continue
            if self._live.moved:
                if self._live.closing:
                    await self._end(RESTART)
                return self._live.id
            if self._live.deleted:
                await self._send(refusal(None, no_such_thread()))
                await self._end(UNKNOWN_THREAD)
            await self._catch_up(self._live)

    async def _catch_up(self, live: ThreadLog) -> None:
        while self._sent != live.shown.seq and not self._homes.silent:
            frames, sent = frames_after(live, self._sent, self._watch, self._last)
            for frame in frames:
                await self._websocket.send_text(frame)
            self._sent = sent

    async def _send(self, message: ServerMessage) -> None:
        await self._websocket.send_text(message.model_dump_json())

    # In

    async def _read(self) -> None:
        while self._websocket.client_state is WebSocketState.CONNECTED:
            received = await self._websocket.receive()
            if received["type"] == "websocket.disconnect":
                return
            text = received.get("text")
            await self._answer(text if text is not None else received.get("bytes"))

    async def _answer(self, frame: str | bytes | None) -> None:
        """Obey the frame wherever its thread is at home: once more if that has moved meanwhile."""
        while True:
            await self._settled.wait()
            far = self._far
            try:
                if far is None:
                    await self._take(frame)
                else:
                    await far.send(frame or "")
                return
            except ConnectionClosed:
                if self._far is far:
                    self._settled.clear()
            except Elsewhere as there:
                self._settled.clear()
                self._wanted = there.thread_id
                if self._live is None:
                    self._unborn = there.thread_id
                self._wake.set()

    async def _take(self, frame: str | bytes | None) -> None:
        """The frame border: whatever a frame causes, the socket stays open."""
        command: ClientMessage | None = None
        try:
            command = parse_command(frame)
            self._invalid_frames = 0
            await self._obey(command)
        except Elsewhere:
            raise
        except AppError as error:
            await self._send(refusal(command.id if command else id_of(frame), error))
            if command is None:
                await self._count_invalid_frame()
        except (WebSocketDisconnect, WebSocketDisconnected):
            raise
        except Exception:
            log.exception("A frame failed")
            await self._send(
                Error(
                    id=command.id if command else None,
                    code="internal_error",
                    message="Something went wrong in this server; its log says what.",
                    retryable=True,
                )
            )

    async def _count_invalid_frame(self) -> None:
        self._invalid_frames += 1
        if self._invalid_frames == MAX_INVALID_FRAMES:
            await self._websocket.close(1008, "too many invalid frames")
            raise WebSocketDisconnect(1008)

    async def _obey(self, command: ClientMessage) -> None:
        if isinstance(command, Ping):
            await self._send(Pong(id=command.id))
            return
        # A socket that is lost must not stop a command between its storing and its effect.
        thread_id = self._live.id if self._live else None
        with self._watch.during(Commanded(command.type, thread_id)):
            live = await self._commands.run(self._do_and_acknowledge(command))
        if self._live is None:
            await self._enter(live)

    async def _do_and_acknowledge(self, command: ThreadCommand) -> ThreadLog:
        """Send the ack before the events that follow from the command. Return its thread."""
        done, live = await self._do(command, self._live)
        await self._send(
            Ack(
                id=command.id,
                thread_id=done.thread_id,
                item_id=done.item_id,
                run_id=done.run_id,
            )
        )
        return live

    async def _do(
        self, command: ThreadCommand, live: ThreadLog | None
    ) -> tuple[StoredCommand, ThreadLog]:
        """Return what the command did, now or before, and its thread."""
        runs, owner = self._runs, self._owner
        if live is not None:
            await self._threads.complete(live)
        if isinstance(command, MessageSend):
            message = NewMessage(
                command.text,
                command.file_ids,
                _wishes(command),
                {each.item_id: each.text for each in command.contexts},
            )
            return await runs.send(owner, live, command.id, message)
        if live is None:
            raise NotFound("This socket has no thread yet. Send a message first.")
        match command:
            case MessageEdit():
                message = NewMessage(command.text, wishes=_wishes(command))
                done = await runs.edit(owner, live, command.id, command.item_id, message)
            case RunRetry():
                done = await runs.retry(owner, live, command.id, command.run_id, _wishes(command))
            case ThreadSwitch():
                done = await runs.switch(owner, live, command.id, command.head_id)
            case RunCancel():
                done = await runs.cancel(owner, live, command.id, command.run_id)
            case ActionResolve():
                done = await runs.resolve(owner, live, command.id, self._decision(command))
            case _:
                assert_never(command)
        return done, live

    def _decision(self, command: ActionResolve) -> Answer:
        by = decider("origin" in self._websocket.headers)
        fields = command.item_ids, command.decision, by, command.scope
        return Answer(*fields, command.arguments, command.reason)


def _wishes(command: Question) -> Wishes:
    return Wishes(
        command.timezone,
        command.locale,
        command.assistant_id,
        command.model,
        command.instructions,
        command.parameters,
    )
