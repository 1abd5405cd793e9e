"""Several servers on one database, in one process. What a process that is stopped or cut off does
not know is what another connection has written to the tables meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from websockets.exceptions import ConnectionClosed

from backend.config.settings import Settings
from backend.domain.items import AssistantMessage
from backend.waiting import poll
from backend.websocket.messages import Ack, Hello, Snapshot
from tests.http.answers import problem
from tests.patience import PATIENCE_S
from tests.postgresql import PostgresqlServer
from tests.running import Running, ScriptSocket, running
from tests.scripted import COMPLETED, Gate, ScriptedUpstream, message, partial_message

PAUSES = {"within_s": PATIENCE_S, "first_pause_s": 0.05, "longest_pause_s": 0.2}


class Clock:
    """A clock that can jump, as it does for a process that was stopped."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead_s


@dataclass
class Server:
    running: Running
    upstream: ScriptedUpstream
    clock: Clock


@dataclass
class World:
    folder: Path
    url: str

    @asynccontextmanager
    async def server(self, name: str, **settings: Any) -> AsyncIterator[Server]:
        upstream, clock = ScriptedUpstream(), Clock()
        async with running(
            self.folder / name, upstream, database_url=self.url, clock=clock, **settings
        ) as server:
            yield Server(server, upstream, clock)

    @contextmanager
    def rows(self) -> Iterator[Connection]:
        engine = create_engine(Settings(database_url=self.url).database)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()

    def home(self, thread_id: str | None) -> tuple[str | None, int]:
        with self.rows() as rows:
            found = rows.execute(
                text("SELECT node_id, tenure FROM homes WHERE thread_id = :id"), {"id": thread_id}
            ).one()
            return found.node_id, found.tenure

    def orphan(self, thread_id: str | None) -> None:
        """As if another node had taken the home, and died."""
        with self.rows() as rows:
            rows.execute(
                text(
                    "UPDATE homes SET node_id = 'node_dead', tenure = tenure + 1"
                    " WHERE thread_id = :id"
                ),
                {"id": thread_id},
            )

    def move(self) -> None:
        """As if another node, which lives, had taken all homes."""
        with self.rows() as rows:
            rows.execute(
                text(
                    "INSERT INTO nodes VALUES ('node_other', 'http://127.0.0.1:9', '0', false,"
                    " clock_timestamp() + interval '1 hour')"
                )
            )
            rows.execute(text("UPDATE homes SET node_id = 'node_other', tenure = tenure + 1"))

    def status(self, ack: Ack) -> str:
        with self.rows() as rows:
            found = text("SELECT status FROM runs WHERE id = :id")
            return str(rows.scalar(found, {"id": ack.run_id}))

    def nodes(self) -> list[str]:
        with self.rows() as rows:
            return list(rows.scalars(text("SELECT id FROM nodes")))

    async def until(self, holds: Callable[[], bool]) -> None:
        async def asked() -> bool | None:
            return await asyncio.to_thread(holds) or None

        await poll(asked, **PAUSES)


@pytest.fixture
def world(tmp_path: Path, postgresql: PostgresqlServer) -> World:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    return World(tmp_path, postgresql.new_database())


async def began(socket: ScriptSocket) -> Ack:
    """A run has begun, and its text has been told and stored up to `one `."""
    await socket.say("Count.")
    ack = await socket.until(Ack)
    while not (
        socket.transcript.items
        and isinstance(last := socket.transcript.items[-1], AssistantMessage)
        and last.text == "one "
    ):
        await socket.next()
    return ack


async def closed(socket: ScriptSocket) -> int | None:
    """Reads to the end. Returns the code with which the server closed it."""
    try:
        while True:
            await socket.next()
    except ConnectionClosed as end:
        return end.rcvd.code if end.rcvd is not None else None


async def lost(socket: ScriptSocket, ack: Ack) -> None:
    """Waits until the process knows that the thread is at home on another, which does not answer."""
    async with socket.rest() as http:

        async def refused() -> bool | None:
            answer = await http.get(f"/api/threads/{ack.thread_id}/items")
            return answer.is_server_error or None

        await poll(refused, **PAUSES)
        refusal = await http.get(f"/api/threads/{ack.thread_id}/items")
        assert problem(refusal, 503).code == "elsewhere"


async def test_a_thread_has_one_home_which_its_epoch_names(world: World) -> None:
    async with world.server("one") as one, one.running.socket() as socket:
        one.upstream.script([*message("one ", "two"), COMPLETED])
        greeting = await socket.until(Hello)
        await socket.say("Count.")
        ack = await socket.until(Ack)
        assert (await socket.until_ended(ack)).status == "completed"
        node, tenure = world.home(ack.thread_id)
        assert node is not None
        assert (tenure, socket.epoch) == (1, f"1.{node[-6:]}")
        assert greeting.epoch == f"0.{node[-6:]}"
        async with one.running.socket(
            cookie=socket.cookie, thread_id=ack.thread_id or "", after=socket.after
        ) as again:
            hello = await again.until(Hello)
            assert (hello.epoch, hello.seq) == (socket.epoch, socket.transcript.seq)


async def test_a_run_whose_process_died_goes_on_elsewhere_under_the_same_id(world: World) -> None:
    stuck = asyncio.Event()
    async with AsyncExitStack() as servers:
        one = await servers.enter_async_context(world.server("one"))
        one.upstream.script([*partial_message("one "), stuck])
        socket = await servers.enter_async_context(one.running.socket())
        ack = await began(socket)
        # Two comes now, so that it is there to look for runs; one does not take up what it has lost.
        two = await servers.enter_async_context(world.server("two"))
        for each in (one, two):
            each.upstream.script([*message("one ", "two"), COMPLETED])
        world.orphan(ack.thread_id)
        await world.until(lambda: world.status(ack) == "completed")
        assert world.home(ack.thread_id)[1] >= 3
        with world.rows() as rows:
            assert rows.scalar(text("SELECT count(*) FROM runs")) == 1
            answers = rows.scalars(
                text("SELECT body FROM items WHERE type = 'assistant_message' ORDER BY created_at")
            ).all()
        texts = [AssistantMessage.model_validate_json(each) for each in answers]
        assert [(each.status, each.text) for each in texts] == [
            ("incomplete", "one "),
            ("completed", "one two"),
        ]
        assert len(one.upstream.sessions) + len(two.upstream.sessions) == 2


async def test_what_has_lost_its_home_writes_and_tells_nothing_more(
    world: World,
) -> None:
    gate = Gate(0)
    async with world.server("one", max_active_runs=1) as one, one.running.socket() as socket:
        one.upstream.script([*partial_message("one ")[:2], gate, *message("two"), COMPLETED])
        ack = await began(socket)
        world.move()
        with world.rows() as rows:
            before = rows.execute(text("SELECT * FROM items")).all()
        gate.release()
        await lost(socket, ack)
        assert socket.transcript.runs[ack.run_id].status == "in_progress"  # type: ignore[index]
        with world.rows() as rows:
            assert rows.execute(text("SELECT * FROM items")).all() == before


async def test_a_command_for_a_thread_whose_home_has_moved_changes_nothing(world: World) -> None:
    async with world.server("one") as one, one.running.socket() as socket:
        one.upstream.script([*message("one"), COMPLETED])
        await socket.say("Count.")
        ack = await socket.until(Ack)
        await socket.until_ended(ack)
        world.move()
        await socket.say("Again.", id="cmd_2")
        await lost(socket, ack)
        assert sum(isinstance(each, Ack) for each in socket.received) == 1
        with world.rows() as rows:
            assert rows.scalar(text("SELECT count(*) FROM runs")) == 1
            assert rows.scalar(text("SELECT count(*) FROM commands")) == 1


async def test_a_process_that_was_stopped_tells_nothing_and_loses_its_homes(world: World) -> None:
    gate = Gate(0)
    begin, first, second = partial_message("one ", "more")
    async with world.server("one") as one, one.running.socket() as socket:
        one.upstream.script([begin, first, gate, second, asyncio.Event()])
        one.upstream.script([*message("one ", "two"), COMPLETED])
        ack = await began(socket)
        one.clock.ahead_s = 10.0
        gate.release()
        assert await closed(socket) == 1012
        assert not any("more" in each.model_dump_json() for each in socket.transcript.items)
        async with socket.rest() as http:

            async def ready() -> bool | None:
                return (await http.get("/readyz")).is_success or None

            await poll(ready, **PAUSES)
        # It takes the home anew, as another process would.
        async with one.running.socket(
            cookie=socket.cookie, thread_id=ack.thread_id or "", after=socket.after
        ) as again:
            await again.until(Snapshot)
            assert again.epoch != socket.epoch
            assert (await again.until_ended(ack)).status == "completed"


async def test_a_process_that_stops_gives_its_runs_to_another_at_once(world: World) -> None:
    stuck = asyncio.Event()
    async with world.server("two") as two:
        two.upstream.script([*message("one ", "two"), COMPLETED])
        async with world.server("one") as one, one.running.socket() as socket:
            one.upstream.script([*partial_message("one "), stuck])
            ack = await began(socket)
        await world.until(lambda: world.status(ack) == "completed")
        node, tenure = world.home(ack.thread_id)
        assert (node, tenure) == (world.nodes()[0], 2)
    assert world.nodes() == []


async def test_a_home_is_given_back_when_its_thread_is_idle(world: World) -> None:
    async with world.server("one", home_idle_s=0) as one:
        one.upstream.script([*message("one"), COMPLETED])
        async with one.running.socket() as socket:
            await socket.say("Count.")
            ack = await socket.until(Ack)
            await socket.until_ended(ack)
            assert world.home(ack.thread_id)[0] is not None
        await world.until(lambda: world.home(ack.thread_id)[0] is None)
        async with one.running.socket(
            cookie=socket.cookie, thread_id=ack.thread_id or "", after=socket.after
        ) as again:
            await again.until(Snapshot)
            assert again.epoch.startswith("2.")
