"""The database is locked or its disk full: a clear error, and everything works again afterwards."""

import asyncio
import resource
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from backend.domain.events import ItemDelta, ItemDone
from backend.domain.ids import RunId
from backend.domain.items import AssistantMessage
from backend.store.rows import run_row
from backend.store.schema import runs
from backend.websocket.messages import SERVER_MESSAGE, Ack, Error, Pong, Snapshot
from tests.patience import PATIENCE_S
from tests.process import backend
from tests.running import Running, ScriptSocket, running
from tests.scripted import COMPLETED, Gate, ScriptedUpstream, message, partial_message
from tests.stored import stored


async def refusal(socket: ScriptSocket) -> Error:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            received = SERVER_MESSAGE.validate_json(await socket.ws.recv())
            if isinstance(received, Error):
                return received


@pytest.mark.sqlite
async def test_a_locked_database_refuses_a_message_and_takes_it_later(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("ok"), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        other = sqlite3.connect(tmp_path / "data" / "runstream.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        await socket.say("one", id="a")
        error = await refusal(socket)
        assert (error.id, error.code, error.retryable) == ("a", "store_unavailable", True)
        assert "try again" in error.message
        other.execute("ROLLBACK")
        other.close()
        await socket.say("one", id="a")
        run = await socket.until_ended(await socket.until(Ack))
        assert run.status == "completed"
    assert len(upstream.sessions) == 1


async def test_a_run_that_only_the_database_knows_of_refuses_another_one_and_then_ends(
    tmp_path: Path,
) -> None:
    """Such as one whose end was lost with the database's last second."""
    upstream = ScriptedUpstream()
    for text in ("one", "two"):
        upstream.script([*message(text), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("first", id="a")
        first = await socket.until_ended(await socket.until(Ack))
        other = first.model_copy(update={"id": RunId("run_other"), "status": "in_progress"})
        with stored(tmp_path) as rows:
            rows.execute(runs.insert(), run_row(other))
        await socket.say("second", id="b")
        error = await socket.until(Error)
        assert (error.id, error.code, error.retryable) == ("b", "run_active", True)
        assert error.message == "A run is active on this thread. Send again when it has ended."
        await socket.until(Snapshot)
        while (left := socket.transcript.runs[other.id]).status == "in_progress":
            await socket.next()
        assert left.error is not None
        assert left.error.code == "not_stored"
        await socket.say("second", id="b")
        assert (await socket.until_ended(await socket.until(Ack))).status == "completed"
        assert len(socket.transcript.items) == 4


@pytest.mark.sqlite
async def test_a_run_streams_on_while_the_database_is_locked_and_its_end_is_told_once_stored(
    tmp_path: Path,
) -> None:
    gate = Gate(0)
    upstream = ScriptedUpstream()
    steps = partial_message(*(f"{number} " for number in range(50)))
    upstream.script([steps[0], steps[1], gate, *steps[2:], COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("one")
        ack = await socket.until(Ack)
        await socket.until(ItemDelta)
        other = sqlite3.connect(tmp_path / "data" / "runstream.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        gate.release()
        await socket.until(ItemDone)
        answer = socket.transcript.items[-1]
        assert isinstance(answer, AssistantMessage)
        assert answer.text.endswith("49 ")
        for _ in range(3):
            await socket.send(type="ping", id="p")
            await socket.until(Pong)
        assert ack.thread_id is not None
        async with server.socket(cookie=socket.cookie, thread_id=ack.thread_id) as reloaded:
            snapshot = await reloaded.until(Snapshot)
            for active in (socket.transcript.active_run, snapshot.active_run):
                assert active is not None
                assert active.id == ack.run_id
            other.execute("ROLLBACK")
            other.close()
            assert (await socket.until_ended(ack)).status == "completed"
            assert (await reloaded.until_ended(ack)).status == "completed"
        port = int(server.url.rpartition(":")[2])
    async with (
        running(tmp_path, upstream, serve_port=port) as server,
        server.socket(cookie=socket.cookie, thread_id=str(ack.thread_id)) as again,
    ):
        await again.until(Snapshot)
    assert again.transcript.items == socket.transcript.items


def refuse_poison(path: Path) -> None:
    """Have the database refuse items with this word, as it refuses what breaks a constraint."""
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            "CREATE TRIGGER refuse_poison BEFORE INSERT ON items WHEN new.body LIKE '%poison%'"
            " BEGIN SELECT RAISE(ABORT, 'poison'); END"
        )


@pytest.mark.sqlite
async def test_what_cannot_be_stored_costs_only_the_thread_it_is_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("fine so far"), *message("poison"), COMPLETED])
    for _ in range(3):
        upstream.script([*message("ok"), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        refuse_poison(tmp_path / "data" / "runstream.db")
        await socket.say("one", id="a")
        ack = await socket.until(Ack)
        await socket.until(ItemDone)  # else another run might take the script of this one
        async with server.socket() as other:
            for id in "bcd":
                await other.say("two", id=id)
                assert (await other.until_ended(await other.until(Ack))).status == "completed"
            run = await socket.until_ended(ack)
            assert run.error is not None
            assert (run.error.code, run.error.retryable) == ("not_stored", True)
            assert "poison" not in str(socket.transcript.items)
            upstream.script([*message("better"), COMPLETED])
            await socket.send(type="run.retry", id="e", run_id=run.id)
            assert (await socket.until_ended(await socket.until(Ack))).status == "completed"
            assert other.transcript.thread is not None
            assert socket.transcript.thread is not None
            port = int(server.url.rpartition(":")[2])
    async with (
        running(tmp_path, upstream, serve_port=port) as server,
        server.socket(cookie=other.cookie, thread_id=other.transcript.thread.id) as again,
        server.socket(cookie=socket.cookie, thread_id=socket.transcript.thread.id) as reloaded,
    ):
        await again.until(Snapshot)
        await reloaded.until(Snapshot)
    assert again.transcript.items == other.transcript.items
    assert reloaded.transcript.items == socket.transcript.items
    assert reloaded.transcript.runs == socket.transcript.runs
    assert [entry for entry in caplog.messages if "cannot be stored" in entry]


@pytest.mark.sqlite
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits another process: Linux only")
async def test_a_full_disk_refuses_a_message_and_takes_it_when_there_is_room(
    tmp_path: Path,
) -> None:
    settings = {"UPSTREAM": "demo", "DEMO_DELTAS_PER_S": "0"}
    async with backend(tmp_path, "--port", "0", settings=settings) as server:
        await server.started()
        async with Running(server.url).socket() as socket:
            await socket.say("hello", id="a")
            await socket.until_ended(await socket.until(Ack))
            whole = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
            # Writes beyond the first byte fail, as they do where a disk is full.
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (1, whole[1]))
            await socket.say("hello again", id="b")
            error = await refusal(socket)
            assert (error.id, error.code, error.retryable) == ("b", "store_unavailable", True)
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, whole)
            await socket.say("hello again", id="b")
            ack = await socket.until(Ack)
            assert (await socket.until_ended(ack)).status == "completed"
        assert ack.thread_id is not None
        query = {"thread_id": ack.thread_id}
        async with Running(server.url).socket(cookie=socket.cookie, **query) as again:
            await again.until(Snapshot)
    assert again.transcript.items == socket.transcript.items
    assert len(again.transcript.items) == 4
