"""What a run's driver adds to its state machine: time, places, and commands that are cut off."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from backend.runs.state import load_state
from backend.websocket.messages import Ack, Error
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, message, partial_message
from tests.stored import stored


async def test_a_timeout_within_a_run_is_not_told_as_the_runs_own(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script([TimeoutError("a socket")])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("one")
        finished = await socket.until_run_ends()
    assert finished.run.error is not None
    assert finished.run.error.code == "internal_error"


@pytest.mark.parametrize("death", [BaseException("x"), GeneratorExit(), asyncio.CancelledError()])
async def test_a_run_whose_task_dies_of_anything_has_failed(
    tmp_path: Path, death: BaseException
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*partial_message("Hm"), death])
    upstream.script([*message("ok"), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("one")
        finished = await socket.until_run_ends()
        assert finished.run.error is not None
        assert finished.run.error.code == "internal_error"
        await socket.say("two", id="next")
        assert (await socket.until_run_ends()).run.status == "completed"


async def test_only_the_time_that_is_worked_on_a_run_counts(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    for _ in range(2):
        upstream.script([*partial_message("Hm"), asyncio.Event()])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("one", timezone="Europe/Oslo")
        ack = await socket.until(Ack)
        while len(socket.transcript.items) < 2:
            await socket.next()
        port = int(server.url.rpartition(":")[2])
    with stored(tmp_path) as rows:
        state = load_state(rows.execute(text("SELECT state FROM runs")).scalar_one())
        assert state is not None
        assert 0 < state.active_s < 60
        assert state.timezone == "Europe/Oslo"
        spent = state.model_copy(update={"active_s": 900.0})
        rows.execute(text("UPDATE runs SET state = :state"), {"state": spent.model_dump_json()})
    async with (
        running(tmp_path, upstream, serve_port=port) as server,
        server.socket(cookie=socket.cookie, thread_id=str(ack.thread_id)) as again,
    ):
        run = await again.until_ended(ack)
    assert run.error is not None
    assert run.error.code == "run_timeout"


@pytest.mark.parametrize("limit", [1, 3])
async def test_no_more_runs_than_allowed_begin_at_the_same_time(tmp_path: Path, limit: int) -> None:
    upstream = ScriptedUpstream()
    go_on = asyncio.Event()
    for _ in range(8):
        upstream.script([*partial_message("Hm"), go_on, *message("ok"), COMPLETED])
    async with running(tmp_path, upstream, max_active_runs=limit) as server:

        async def first_word() -> Ack | Error:
            async with server.socket() as socket:
                await socket.say("one")
                while True:
                    answer = await socket.next()
                    if isinstance(answer, Ack | Error):
                        return answer

        answers = await asyncio.gather(*[first_word() for _ in range(8)])
        go_on.set()
    assert [type(answer) for answer in answers].count(Ack) == limit
    refused = {answer.code for answer in answers if isinstance(answer, Error)}
    assert refused == {"too_many_runs"}
