"""Changing one's mind: edit, retry and switch, seen through the socket."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from backend.config.settings import Settings
from backend.domain.events import ItemAdded, ItemDelta, RunFinished
from backend.domain.items import Fork, FunctionCall, Item
from backend.domain.transcript import Transcript
from backend.upstreams.demo import create_upstream
from backend.upstreams.events import RunEnded
from backend.websocket.messages import Ack, Error, Snapshot
from tests.running import Running, ScriptSocket, running
from tests.scripted import (
    COMPLETED,
    ScriptedUpstream,
    calls,
    message,
    partial_message,
)

WEATHER = ("get_weather", '{"location": "Oslo", "dates": []}')


def texts(items: tuple[Item, ...]) -> list[str]:
    return [getattr(item, "text", item.type) for item in items]


def shown(transcript: Transcript) -> tuple[object, ...]:
    return transcript.items, transcript.forks, list(transcript.runs.values())


async def do(socket: ScriptSocket, **command: Any) -> Ack:
    await socket.send(**command)
    return await socket.until(Ack)


async def chat(socket: ScriptSocket, *questions: str) -> None:
    for question in questions:
        await socket.say(question, id=f"say {question}")
        await socket.until_ended(await socket.until(Ack))


async def restarted(
    tmp_path: Path, upstream: ScriptedUpstream, former: Running, socket: ScriptSocket
) -> ScriptSocket:
    """The thread as the next start of the server reads it from its store."""
    port = int(former.url.rpartition(":")[2])
    async with running(tmp_path, upstream, serve_port=port) as server:
        return await reopened(server, socket)


async def reopened(server: Running, socket: ScriptSocket) -> ScriptSocket:
    """The thread as a client gets it that knows nothing."""
    assert socket.transcript.thread is not None
    query = {"thread_id": socket.transcript.thread.id}
    async with server.socket(cookie=socket.cookie, **query) as fresh:
        await fresh.until(Snapshot)
    return fresh


async def test_an_edited_message_starts_a_branch_and_the_old_one_is_kept(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    for text in ("one", "two", "three"):
        upstream.script([*message(text), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await chat(socket, "a", "b")
        former = socket.transcript.items
        ack = await do(socket, type="message.edit", id="e", item_id=former[2].id, text="c")
        run = await socket.until_ended(ack)
        items = socket.transcript.items
        assert texts(items) == ["a", "one", "c", "three"]
        assert items[:2] == former[:2]
        assert (ack.item_id, run.parent_id) == (items[2].id, items[2].id)
        fork = Fork(parent_id=former[1].id, item_ids=(former[2].id, items[2].id))
        assert socket.transcript.forks == (fork,)
        assert texts(upstream.sessions[2].request.history) == ["a", "one", "c"]
    again = await restarted(tmp_path, upstream, server, socket)
    assert again.transcript.items == items
    assert again.transcript.forks == (fork,)
    assert list(again.transcript.runs) == list(socket.transcript.runs)


async def test_every_tab_follows_an_edit_of_the_first_message(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    for text in ("one", "two"):
        upstream.script([*message(text), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as left:
        await chat(left, "a")
        assert left.transcript.thread is not None
        query = {"thread_id": left.transcript.thread.id}
        async with server.socket(cookie=left.cookie, **query) as right:
            await right.until(Snapshot)
            first = left.transcript.items[0]
            await do(left, type="message.edit", id="e", item_id=first.id, text="b")
            for socket in (left, right):
                await socket.until_run_ends()
                assert texts(socket.transcript.items) == ["b", "two"]
            assert shown(left.transcript) == shown(right.transcript)
            assert left.transcript.forks[0].item_ids[0] == first.id


async def test_switching_leads_to_the_newest_end_and_back_after_a_restart(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    for text in ("one", "two", "three", "four"):
        upstream.script([*message(text), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await chat(socket, "a", "b")
        old = socket.transcript.items
        await do(socket, type="message.edit", id="e", item_id=old[0].id, text="c")
        await socket.until_run_ends()
        new = socket.transcript.items
        ack = await do(socket, type="thread.switch", id="s", head_id=old[0].id)
        assert ack.item_id == old[-1].id
        await socket.until(Snapshot)
        assert socket.transcript.items == old
        assert socket.transcript.forks == (Fork(parent_id=None, item_ids=(old[0].id, new[0].id)),)
        # What is said now goes on from here.
        await socket.say("d", id="d")
        await socket.until_run_ends()
        assert texts(upstream.sessions[3].request.history) == ["a", "one", "b", "two", "d"]
        port = int(server.url.rsplit(":", 1)[1])
    async with running(tmp_path, upstream, serve_port=port) as server:
        again = await reopened(server, socket)
        assert again.transcript.items == socket.transcript.items
        async with server.socket(cookie=socket.cookie, thread_id=str(ack.thread_id)) as other:
            await other.until(Snapshot)
            await do(other, type="thread.switch", id="t", head_id=new[1].id)
            await other.until(Snapshot)
            assert other.transcript.items == new


async def test_a_completed_answer_is_made_anew_from_its_question(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script(calls(WEATHER), [*message("cold"), COMPLETED])
    upstream.script([*message("warm"), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await chat(socket, "a")
        former = socket.transcript.items
        [run] = socket.transcript.runs.values()
        ack = await do(socket, type="run.retry", id="r", run_id=run.id)
        await socket.until_ended(ack)
        assert texts(socket.transcript.items) == ["a", "warm"]
        [fork] = socket.transcript.forks
        assert fork.item_ids == (former[1].id, socket.transcript.items[1].id)
        assert ack.item_id == former[0].id
        # Regenerated once more, the last run is the newest one.
        error_for = {"type": "run.retry", "id": "old", "run_id": run.id}
        await socket.send(**error_for)
        assert (await socket.until(Error)).code == "not_last_run"
    again = await restarted(tmp_path, upstream, server, socket)
    assert shown(again.transcript) == shown(socket.transcript)


@pytest.mark.parametrize("status", ["failed", "incomplete", "expired"])
async def test_a_retry_keeps_the_outputs_of_finished_rounds(tmp_path: Path, status: Any) -> None:
    upstream = ScriptedUpstream()
    upstream.script(calls(WEATHER, WEATHER), [*partial_message("It is"), RunEnded(status)])
    upstream.script([*message("It is cold"), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await chat(socket, "a")
        former = socket.transcript.items
        assert [item.type for item in former[1:3]] == ["function_call"] * 2
        [run] = socket.transcript.runs.values()
        ack = await do(socket, type="run.retry", id="r", run_id=run.id)
        await socket.until_ended(ack)
        items = socket.transcript.items
        assert items[:3] == former[:3]
        assert texts(items)[3:] == ["It is cold"]
        assert upstream.sessions[1].request.history == former[:3]
        assert upstream.sessions[1].outputs == [None]
    again = await restarted(tmp_path, upstream, server, socket)
    assert shown(again.transcript) == shown(socket.transcript)


async def test_a_stopped_run_starts_again_without_its_partial_answer(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*partial_message("Half"), asyncio.Event()])
    upstream.script([*message("Whole"), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("a")
        await socket.until(ItemAdded)
        await socket.until(ItemAdded)
        [run] = socket.transcript.runs.values()
        await do(socket, type="run.cancel", id="c", run_id=run.id)
        await socket.until_idle()
        half = socket.transcript.items[1]
        assert half.status == "cancelled"
        ack = await do(socket, type="run.retry", id="r", run_id=run.id)
        await socket.until_ended(ack)
        assert texts(socket.transcript.items) == ["a", "Whole"]
        # The partial answer is still there to go back to.
        await do(socket, type="thread.switch", id="s", head_id=half.id)
        await socket.until(Snapshot)
        assert socket.transcript.items[1] == half
        assert next(iter(socket.transcript.runs)) == run.id


async def test_a_run_that_said_nothing_is_retried_and_leaves_no_branch(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script([RunEnded("failed")])
    upstream.script([RunEnded("failed")])
    upstream.script([*message("ok"), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await chat(socket, "a")
        for number in range(2):
            run_id = next(reversed(socket.transcript.runs))
            await socket.until_ended(
                await do(socket, type="run.retry", id=f"r{number}", run_id=run_id)
            )
        assert texts(socket.transcript.items) == ["a", "ok"]
        assert socket.transcript.forks == ()
        statuses = [run.status for run in socket.transcript.runs.values()]
        assert statuses == ["failed", "failed", "completed"]


async def test_the_same_id_changes_nothing_twice(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    for text in ("one", "two", "three"):
        upstream.script([*message(text), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await chat(socket, "a")
        first, answer = socket.transcript.items
        [run] = socket.transcript.runs.values()
        commands: list[dict[str, Any]] = [
            {"type": "message.edit", "id": "e", "item_id": first.id, "text": "b"},
            {"type": "thread.switch", "id": "s", "head_id": answer.id},
            {"type": "run.retry", "id": "r", "run_id": run.id},
        ]
        for command in commands:
            ack = await do(socket, **command)
            if command["type"] == "thread.switch":
                await socket.until(Snapshot)
            else:
                await socket.until_ended(ack)
            before = socket.transcript.items
            assert await do(socket, **command) == ack
            assert (await reopened(server, socket)).transcript.items == before
    assert len(upstream.sessions) == 3


@pytest.mark.parametrize("kind", ["message.send", "message.edit", "run.retry", "thread.switch"])
async def test_one_command_on_many_sockets_at_once_is_done_once_and_answered_alike(
    tmp_path: Path, kind: str
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("one"), COMPLETED])
    upstream.script([*partial_message("two"), asyncio.Event()])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await chat(socket, "a")
        first, answer = socket.transcript.items
        [run] = socket.transcript.runs.values()
        fields: dict[str, dict[str, Any]] = {
            "message.send": {"text": "b"},
            "message.edit": {"item_id": first.id, "text": "b"},
            "run.retry": {"run_id": run.id},
            "thread.switch": {"head_id": answer.id},
        }

        async def from_a_tab_of_its_own() -> Ack:
            query = {"thread_id": run.thread_id}
            async with server.socket(cookie=socket.cookie, **query) as tab:
                return await do(tab, type=kind, id="x", **fields[kind])

        acks = await asyncio.gather(*[from_a_tab_of_its_own() for _ in range(8)])
    assert len(set(acks)) == 1
    assert len(upstream.sessions) == (1 if kind == "thread.switch" else 2)


async def test_a_stop_that_is_sent_again_is_answered_alike_when_its_run_left_the_path(
    tmp_path: Path,
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*partial_message("one"), asyncio.Event()])
    upstream.script([*message("two"), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("a", id="a")
        run_id = (await socket.until(Ack)).run_id
        await socket.until(ItemDelta)  # else the next run might take the script of this one
        stop = {"type": "run.cancel", "id": "c", "run_id": run_id}
        ack = await do(socket, **stop)
        await socket.until_run_ends()
        edit = {"type": "message.edit", "item_id": socket.transcript.items[0].id, "text": "b"}
        await socket.until_ended(await do(socket, id="e", **edit))
        assert run_id not in socket.transcript.runs
        assert await do(socket, **stop) == ack


async def test_while_a_run_is_active_nothing_else_begins(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    go_on = asyncio.Event()
    upstream.script([*message("one"), COMPLETED])
    upstream.script([*partial_message("wait"), go_on, COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await chat(socket, "a")
        first = socket.transcript.items[0]
        await socket.say("b", id="b")
        await socket.until(Ack)
        while socket.transcript.active_run is None:
            await socket.next()
        run_id = socket.transcript.active_run.id
        commands: list[dict[str, Any]] = [
            {"type": "message.edit", "item_id": first.id, "text": "b"},
            {"type": "thread.switch", "head_id": first.id},
            {"type": "run.retry", "run_id": run_id},
        ]
        for command in commands:
            await socket.send(**command, id=command["type"])
            error = await socket.until(Error)
            assert (error.code, error.run_id) == ("run_active", run_id)
        go_on.set()
        await socket.until(RunFinished)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ({"type": "message.edit", "item_id": "item_no", "text": "b"}, "not_found"),
        ({"type": "message.edit", "item_id": "{answer}", "text": "b"}, "invalid_request"),
        ({"type": "message.edit", "item_id": "{question}", "text": " "}, "invalid_request"),
        ({"type": "thread.switch", "head_id": "item_no"}, "not_found"),
        ({"type": "thread.switch", "head_id": "{foreign}"}, "not_found"),
        ({"type": "run.retry", "run_id": "run_no"}, "not_found"),
    ],
)
async def test_what_is_not_there_is_refused(
    tmp_path: Path, command: dict[str, str], code: str
) -> None:
    upstream = ScriptedUpstream()
    for text in ("one", "two"):
        upstream.script([*message(text), COMPLETED])
    async with running(tmp_path, upstream) as server:
        async with server.socket() as stranger:
            await chat(stranger, "theirs")
            foreign = stranger.transcript.items[0].id
        async with server.socket() as socket:
            await socket.send(id="early", **command)
            assert (await socket.until(Error)).code == "not_found"
            await chat(socket, "mine")
            question, answer = (item.id for item in socket.transcript.items)
            ids = {"question": question, "answer": answer, "foreign": foreign}
            await socket.send(
                id="x", **{name: value.format(**ids) for name, value in command.items()}
            )
            assert (await socket.until(Error)).code == code
            assert texts(socket.transcript.items) in (["mine", "one"], ["mine", "two"])


async def test_the_demo_does_not_call_again_what_a_retry_kept(tmp_path: Path) -> None:
    demo = create_upstream(Settings(demo_deltas_per_s=50))
    async with running(tmp_path, demo) as server, server.socket() as socket:
        await socket.say("What's the weather in Oslo and Lima?")
        while not any(item.type == "assistant_message" for item in socket.transcript.items):
            await socket.next()
        [run] = socket.transcript.runs.values()
        await do(socket, type="run.cancel", id="c", run_id=run.id)
        await socket.until_idle()
        kept = socket.transcript.items[1:3]
        assert all(isinstance(item, FunctionCall) and item.output for item in kept)
        ack = await do(socket, type="run.retry", id="r", run_id=run.id)
        await socket.until_ended(ack)
    items = socket.transcript.items
    assert [item.type for item in items[3:]] == ["assistant_message"]
    assert items[1:3] == kept
    assert all(place in texts(items)[3] for place in ("Oslo", "Lima"))
