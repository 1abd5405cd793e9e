"""A tab that follows one chat, on whatever process, and comes back wherever there is one."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from http.cookies import SimpleCookie
from itertools import count
from typing import Any
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from backend.domain.events import ItemDelta, RunFinished
from backend.domain.ids import RunId, ThreadId
from backend.domain.transcript import Gap, Transcript
from backend.websocket.messages import SERVER_MESSAGE, Ack, Error, Hello, Snapshot
from tests.patience import PATIENCE_S

PAUSE_S = 0.05
_ids = count(1)


class Tab:
    """It keeps what the page keeps: the chat as it was told, and the commands without an answer."""

    def __init__(self, port: int, ports: Callable[[], list[int]], other: "Tab | None") -> None:
        self.port = port
        self._ports = ports
        self.cookie: str | None = other.cookie if other else None
        self.thread_id: ThreadId | None = other.thread_id if other else None
        self.transcript = Transcript()
        self.epochs: list[str] = []
        """Of what it was shown, in their order, without repeats."""
        self.sockets = 0
        self.finished: list[RunId] = []
        self.problems: list[str] = []
        self.acks: dict[str, Ack] = {}
        self.errors: list[Error] = []
        self.on_delta: Callable[[], None] = lambda: None
        """Called with each one that is told."""
        self._epoch: str | None = None
        self._greeted = ""
        self._unanswered: dict[str, dict[str, Any]] = {}
        self._socket: ClientConnection | None = None
        self._news = asyncio.Event()
        self._reads = asyncio.Event()
        self._reads.set()
        self._living = asyncio.create_task(self._live())

    async def close(self) -> None:
        self._living.cancel()
        await asyncio.gather(self._living, return_exceptions=True)

    def pause(self) -> None:
        """Read nothing more, as a page that the system has put to sleep."""
        self._reads.clear()

    def go_on(self) -> None:
        self._reads.set()

    async def say(self, text: str) -> str:
        return await self.send("message.send", text=text)

    async def send(self, type: str, **fields: Any) -> str:
        """Send a command, as often as it takes. Returns its id."""
        frame = {"type": type, "id": f"cmd_{next(_ids)}", **fields}
        self._unanswered[frame["id"]] = frame
        if self._socket is not None:
            # Where that fails it is sent again.
            with suppress(ConnectionClosed):
                await self._socket.send(json.dumps(frame))
        return str(frame["id"])

    async def until(self, holds: Callable[["Tab"], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds(self):
                self._news.clear()
                await self._news.wait()

    async def until_ended(self, runs: int = 1) -> None:
        await self.until(
            lambda tab: (
                len(tab.transcript.runs) >= runs
                and tab.transcript.active_run is None
                and not tab._unanswered
            )
        )

    @property
    def text(self) -> str:
        """All that the assistant has said by now."""
        said = (item for item in self.transcript.items if item.type == "assistant_message")
        return "".join(item.text for item in said)

    async def _live(self) -> None:
        while True:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    self._socket = await self._connect()
                await self._read(self._socket)
            except (OSError, InvalidHandshake, ConnectionClosed, EOFError):
                pass
            self._socket = None
            self._news.set()
            ports = self._ports()
            if self.port not in ports and ports:
                self.port = ports[0]
            await asyncio.sleep(PAUSE_S)

    async def _connect(self) -> ClientConnection:
        after = f"{self._epoch}:{self.transcript.seq}" if self._epoch is not None else None
        asked = {"thread_id": self.thread_id, "after": after}
        query = urlencode({name: value for name, value in asked.items() if value})
        socket = await connect(
            # The name of all of them, as behind a balancer.
            f"ws://localhost:8000/ws?{query}",
            host="127.0.0.1",
            port=self.port,
            additional_headers={"Cookie": self.cookie} if self.cookie else {},
            proxy=None,
            max_size=None,
            compression=None,
        )
        self.sockets += 1
        if self.cookie is None and socket.response is not None:
            [(name, given)] = SimpleCookie(socket.response.headers["Set-Cookie"]).items()
            self.cookie = f"{name}={given.coded_value}"
        return socket

    async def _read(self, socket: ClientConnection) -> None:
        async for frame in socket:
            await self._reads.wait()
            received = SERVER_MESSAGE.validate_json(frame)
            match received:
                case Hello():
                    self._greeted = received.epoch
                    for unanswered in list(self._unanswered.values()):
                        await socket.send(json.dumps(unanswered))
                case Snapshot():
                    self._epoch = self._greeted
                    if self._epoch not in self.epochs[-1:]:
                        self.epochs.append(self._epoch)
                    self.transcript = Transcript.of(
                        received.seq,
                        received.thread,
                        received.items,
                        received.runs,
                        received.forks,
                    )
                case Ack():
                    self._unanswered.pop(received.id, None)
                    self.acks[received.id] = received
                    self.thread_id = self.thread_id or received.thread_id
                case Error():
                    if received.retryable and received.id in self._unanswered:
                        await asyncio.sleep(PAUSE_S)
                        await socket.send(json.dumps(self._unanswered[received.id]))
                    else:
                        self._unanswered.pop(received.id or "", None)
                        self.errors.append(received)
                case _:
                    self._apply(received)
            self._news.set()

    def _apply(self, received: Any) -> None:
        try:
            self.transcript.apply(received)
        except Gap as gap:
            self.problems.append(f"A gap: {gap}")
        if isinstance(received, ItemDelta):
            self.on_delta()
        if isinstance(received, RunFinished):
            if received.run.id in self.finished:
                self.problems.append(f"{received.run.id} ended twice")
            self.finished.append(received.run.id)
