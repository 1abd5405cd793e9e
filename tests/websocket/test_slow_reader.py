"""Who stops reading is sent no more, however much there is to say, and is caught up by a snapshot."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from starlette.types import ASGIApp, Message

from backend.app import create_app
from backend.config.configuration import Configuration
from backend.domain.events import ItemDelta
from backend.domain.transcript import Transcript
from backend.websocket.messages import (
    SERVER_MESSAGE,
    Ack,
    Error,
    Hello,
    Pong,
    ServerMessage,
    Snapshot,
)
from tests.patience import PATIENCE_S
from tests.running import FixedPool, Running, ScriptSocket
from tests.scripted import COMPLETED, Gate, ScriptedUpstream, Step, message
from tests.serving import serve

STEPS = 20
STEP = ["x" * 2_000] * 50
"""2 MB in all: four times what the log of a thread keeps."""


@dataclass
class SlowReader:
    """A connection as the app sees it. Once it has a snapshot it takes nothing until it may."""

    url: str
    cookie: str
    thread_id: str
    taken: list[ServerMessage] = field(default_factory=list)
    offered: int = 0
    has_snapshot: asyncio.Event = field(default_factory=asyncio.Event)
    may_read: asyncio.Event = field(default_factory=asyncio.Event)
    transcript: Transcript = field(default_factory=Transcript)
    ends_at: int | None = None
    """It leaves once it has this event."""

    def __post_init__(self) -> None:
        self._left = asyncio.Event()
        self._connects: list[Message] = [{"type": "websocket.connect"}]

    async def connect(self, app: ASGIApp) -> None:
        host = self.url.removeprefix("http://")
        scope = {
            "type": "websocket",
            "scheme": "ws",
            "server": ("127.0.0.1", int(host.rpartition(":")[2])),
            "path": "/ws",
            "query_string": f"thread_id={self.thread_id}".encode(),
            "headers": [(b"host", host.encode()), (b"cookie", self.cookie.encode())],
            "state": {},
        }
        await app(scope, self._receive, self._send)

    async def _receive(self) -> Message:
        if self._connects:
            return self._connects.pop()
        await self._left.wait()
        return {"type": "websocket.disconnect", "code": 1000}

    async def _send(self, frame: Message) -> None:
        if frame["type"] != "websocket.send":
            return
        self.offered += 1
        if self.has_snapshot.is_set():
            await self.may_read.wait()
        told = SERVER_MESSAGE.validate_json(frame["text"])
        self.taken.append(told)
        match told:
            case Snapshot():
                self.transcript = Transcript.of(
                    told.seq, told.thread, told.items, told.runs, told.forks, told.before
                )
                self.has_snapshot.set()
            case Hello() | Ack() | Error() | Pong():
                pass
            case _:
                self.transcript.apply(told)
        if self.ends_at is not None and self.transcript.seq >= self.ends_at:
            self._left.set()


async def test_who_stops_reading_is_sent_no_more_and_misses_nothing(tmp_path: Path) -> None:
    gate = Gate(0)
    upstream = ScriptedUpstream()
    upstream.script([*message("Now read on."), COMPLETED])
    upstream.script(long_answer(gate))
    configuration = Configuration(
        tmp_path / ".env",
        data_dir=tmp_path / "data",
        code_interpreter="off",
        max_answer_chars=2 * STEPS * len(STEP) * len(STEP[0]),
    )
    app = create_app(configuration, upstreams=FixedPool(upstream))
    async with serve(app) as url, Running(url).socket() as fast:
        await fast.say("first", id="a")
        ack = await fast.until(Ack)
        await fast.until_run_ends()
        slow = SlowReader(url, fast.cookie, str(ack.thread_id))
        async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
            group.create_task(slow.connect(app))
            await slow.has_snapshot.wait()
            await read_on(fast, gate)
            assert [told.type for told in slow.taken] == ["hello", "snapshot"]
            assert slow.offered == 3
            slow.ends_at = fast.transcript.seq
            slow.may_read.set()
    assert slow.transcript.items == fast.transcript.items
    assert sum(isinstance(told, Snapshot) for told in slow.taken) == 2
    assert len(slow.taken) < STEPS * len(STEP)


def long_answer(gate: Gate, pieces: list[str] = STEP) -> list[Step]:
    """A delta for each opening of the gate, since those that come at once are one."""
    first, *deltas, last = message(*pieces * STEPS)
    steps = [step for delta in deltas for step in (gate, delta)]
    # The end holds it all, more than the log keeps: those who read must have had the rest by then.
    return [first, *steps, gate, last, COMPLETED]


async def read_on(fast: ScriptSocket, gate: Gate) -> None:
    await fast.say("second", id="b")
    ack = await fast.until(Ack)
    for _ in range(STEPS):
        for _ in STEP:
            gate.release()
        for _ in STEP:
            await fast.until(ItemDelta)
    gate.release()
    await fast.until_ended(ack)
