"""A tab of a visitor. It follows one thread, sends commands, loses its socket and reconnects.

It keeps what the page keeps: the thread as received so far, and the unanswered commands, which it
sends again on its next socket.
"""

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from backend.domain.events import RunUpdated
from backend.domain.ids import ItemId, ThreadId
from backend.domain.items import FunctionCall, Run, UserMessage
from backend.domain.transcript import Gap, Transcript
from backend.websocket.messages import SERVER_MESSAGE, Ack, Error, Hello, Pong, Snapshot
from tests.soak.ledger import LATER, Ledger

CONNECT_TIMEOUT_S = 20.0
PAUSE_S = 0.2
"""The pause between two attempts to connect, and half the mean pause between two commands."""

QUESTIONS = (
    "What's the weather in Oslo and Lima tomorrow?",
    "And in Bergen?",
    "Show me a table",
    "Some code, please",
    "nested lists",
    "show me markdown",
    "What can you do? 😀",
    "get_weather location=Tromsø dates=[]",
    "Save a note: water the plants",
    "Save a note: milk; bread",
    "Ask me something",
    "jot text=milk",
)


@dataclass
class Visitor:
    """One identity with one thread, in several tabs."""

    cookie: str | None = None
    thread_id: ThreadId | None = None
    named: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the id of the thread is known."""
    tabs: list["Tab"] = field(default_factory=list)
    seen: dict[ItemId, None] = field(default_factory=dict)
    """All items that any tab has received, on all branches."""


class Tab:
    def __init__(
        self,
        port: Callable[[], int],
        visitor: Visitor,
        ledger: Ledger,
        rng: random.Random,
        session_s: float,
    ) -> None:
        self._port = port
        self._visitor = visitor
        self._ledger = ledger
        self._rng = rng
        self._session_s = session_s
        """The mean life of a socket before it is cut."""
        self._calm = asyncio.Event()
        self._socket: ClientConnection | None = None
        self._epoch: str | None = None
        """The epoch of the transcript, or None if the tab cannot resume."""
        self._server_epoch = ""
        self._resumed = False
        """Whether the current socket asked for a replay."""
        self._snapshots = 0
        self.transcript = Transcript()
        self.unanswered: dict[str, dict[str, Any]] = {}
        self.frames: list[str] | None = None
        """All frames that it received, or None if they are not recorded."""

    def calm_down(self) -> None:
        """Keep the socket from now on and send no new commands."""
        self._calm.set()

    @property
    def settled(self) -> bool:
        """Whether all commands are answered and the tab sees no run that goes on."""
        return (
            not self.unanswered
            and self._socket is not None
            and self.transcript.thread is not None
            and (self.transcript.active_run is None or self.transcript.active_run.is_parked)
        )

    @property
    def is_parked(self) -> bool:
        """Whether the tab sees a run that waits for somebody."""
        run = self.transcript.active_run
        return run is not None and run.is_parked

    async def park(self) -> None:
        """Have a run wait for somebody, unless one does already."""
        if not self.is_parked:
            await self._send(self._ledger.enter("message.send", text="Save a note: tea; coffee"))

    async def wake(self) -> None:
        """Decide on everything that waits."""
        run = self.transcript.active_run
        for item in self._waiting(run) if run is not None else ():
            decision = "skip" if item.name == "ask_user" else "allow"
            await self._send(
                self._ledger.enter("action.resolve", item_ids=[item.id], decision=decision)
            )

    async def live(self) -> None:
        """Connect, use the socket and lose it, repeatedly, until cancelled."""
        while True:
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    socket = await self._connect()
            except (OSError, InvalidHandshake, ConnectionClosed, EOFError):
                self._ledger.counts["failed connections"] += 1
                await asyncio.sleep(PAUSE_S * (0.5 + self._rng.random()))
                continue
            self._ledger.counts["connections"] += 1
            snapshots = self._snapshots
            try:
                await self._use(socket)
            finally:
                self._socket = None
                socket.transport.abort()
            self._ledger.counts["replays"] += self._resumed and self._snapshots == snapshots
            if not self._calm.is_set():
                await asyncio.sleep(self._rng.expovariate(1 / PAUSE_S))

    async def _connect(self) -> ClientConnection:
        query = {"thread_id": self._visitor.thread_id, "after": self._after()}
        asked = urlencode({name: value for name, value in query.items() if value})
        cookie = self._visitor.cookie
        socket = await connect(
            # One name for all processes, as behind a balancer: cookies belong to it.
            f"ws://127.0.0.1:8000/ws?{asked}",
            host="127.0.0.1",
            port=self._port(),
            additional_headers={"Cookie": cookie} if cookie else {},
            proxy=None,
            max_size=None,
            compression=None,
        )
        if cookie is None and socket.response is not None:
            given = SimpleCookie(socket.response.headers["Set-Cookie"])
            [(name, morsel)] = given.items()
            self._visitor.cookie = f"{name}={morsel.coded_value}"
        return socket

    def _after(self) -> str | None:
        if self._epoch is None or self._rng.random() < 0.2:
            # As after a reload of the page, which keeps nothing.
            self.transcript, self._epoch, self._resumed = Transcript(), None, False
            return None
        self._resumed = True
        return f"{self._epoch}:{self.transcript.seq}"

    async def _use(self, socket: ClientConnection) -> None:
        """Read frames and send commands until the socket is lost or cut."""
        self._socket = socket
        acting = asyncio.create_task(self._act(socket))
        try:
            async for frame in socket:
                if not self._take(str(frame)):
                    return
        except ConnectionClosed:
            pass
        finally:
            acting.cancel()
            await asyncio.gather(acting, return_exceptions=True)

    # Receiving

    def _take(self, frame: str) -> bool:
        """Reduce a frame. Returns False if only a new socket helps."""
        received = SERVER_MESSAGE.validate_json(frame)
        self._ledger.counts["frames"] += 1
        self._ledger.news.set()
        if self.frames is not None:
            self.frames.append(frame)
        match received:
            case Hello():
                self._server_epoch = received.epoch
            case Snapshot():
                self._snapshots += 1
                self._ledger.counts["snapshots"] += 1
                self._epoch = self._server_epoch
                self.transcript = Transcript.of(
                    received.seq,
                    received.thread,
                    received.items,
                    received.runs,
                    received.forks,
                    received.before,
                )
                self._see(*(item.id for item in received.items))
            case Ack():
                self._answered(received.id)
                self._ledger.acknowledged(received)
                if received.thread_id is not None and not self._visitor.named.is_set():
                    self._visitor.thread_id = received.thread_id
                    self._visitor.named.set()
            case Error():
                self._ledger.refused(received)
                if received.code in LATER:
                    # It is sent again on the next socket.
                    return False
                self._answered(received.id or "")
            case Pong():
                pass
            case _:
                try:
                    self.transcript.apply(received)
                except Gap as gap:
                    self._ledger.problem(f"A gap on {self._visitor.thread_id}: {gap}")
                    self._epoch = None
                    return False
                if received.type == "item.added":
                    self._see(received.item.id)
                elif isinstance(received, RunUpdated):
                    self._ledger.updated(received.run)
        return True

    def _answered(self, command_id: str) -> None:
        # The answer may reach the tab that sent a duplicate.
        self.unanswered.pop(command_id, None)

    def _see(self, *ids: ItemId) -> None:
        self._visitor.seen.update(dict.fromkeys(ids))

    # Sending

    async def _act(self, socket: ClientConnection) -> None:
        """Send the unanswered commands again, then new ones for a while, then leave."""
        try:
            for frame in list(self.unanswered.values()):
                self._ledger.counts["sent again"] += 1
                await socket.send(json.dumps(frame))
            until = asyncio.get_running_loop().time() + self._rng.expovariate(1 / self._session_s)
            while not self._calm.is_set() and asyncio.get_running_loop().time() < until:
                await self._ask()
                await asyncio.sleep(self._rng.expovariate(0.5 / PAUSE_S))
            if not self._calm.is_set():
                await self._leave(socket)
        except ConnectionClosed:
            pass

    async def _leave(self, socket: ClientConnection) -> None:
        """Drop the connection, mostly without closing it, as a bad network does."""
        if self._rng.random() < 0.8:
            self._ledger.counts["cuts"] += 1
            socket.transport.abort()
        else:
            await socket.close()

    async def _ask(self) -> None:
        frame = self._wish()
        if frame is None:
            return
        await self._send(frame)
        if self._rng.random() < 0.1:
            # The same command again on another socket, as if the first had only seemed dead.
            self._ledger.counts["twins"] += 1
            await self._rng.choice(self._visitor.tabs)._send(frame)

    async def _send(self, frame: dict[str, Any]) -> None:
        self.unanswered[frame["id"]] = frame
        if self._socket is not None:
            await self._socket.send(json.dumps(frame))

    def _wish(self) -> dict[str, Any] | None:
        """Returns the frame of a command that fits the current state, or nearly so."""
        transcript, rng = self.transcript, self._rng
        if self._visitor.thread_id is None:
            return None if self.unanswered else self._say()
        if transcript.thread is None:
            return None
        active = transcript.active_run
        chance = rng.random()
        if active is not None and active.is_parked and chance < 0.6:
            return self._decision(active)
        if active is not None:
            if chance < 0.01:
                return self._ledger.enter("run.cancel", run_id=active.id)
            # Sent too early, hence refused. The page would wait.
            return self._say() if chance < 0.03 else None
        if chance < 0.35:
            return self._say()
        if chance < 0.5:
            said = [item.id for item in transcript.items if isinstance(item, UserMessage)]
            text = rng.choice(QUESTIONS)
            return self._ledger.enter("message.edit", item_id=rng.choice(said), text=text)
        if chance < 0.6:
            run = next(reversed(transcript.runs.values()))
            return self._ledger.enter("run.retry", run_id=run.id)
        if chance < 0.7:
            return self._ledger.enter("thread.switch", head_id=rng.choice([*self._visitor.seen]))
        return None

    def _decision(self, run: Run) -> dict[str, Any] | None:
        """Returns the frame that decides on one thing that waits, or on all that are alike."""
        rng, waiting = self._rng, self._waiting(run)
        if not waiting:
            return None
        item = rng.choice(waiting)
        if item.name == "ask_user":
            answer: dict[str, Any] = {
                "decision": "answer",
                "arguments": {"where": "Lima", "how": "by ship"},
            }
            decision: dict[str, Any] = rng.choice([answer, {"decision": "skip"}])
            return self._ledger.enter("action.resolve", item_ids=[item.id], **decision)
        items = rng.choice([[item], waiting])
        fields = rng.choice([{"decision": "allow"}, {"decision": "deny", "reason": "Not now."}])
        return self._ledger.enter("action.resolve", item_ids=[each.id for each in items], **fields)

    def _waiting(self, run: Run) -> list[FunctionCall]:
        return [
            item
            for item in self.transcript.items_of(run.id)
            if isinstance(item, FunctionCall) and item.status == "awaiting_approval"
        ]

    def _say(self) -> dict[str, Any]:
        return self._ledger.enter("message.send", text=self._rng.choice(QUESTIONS))
