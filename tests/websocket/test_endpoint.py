import asyncio
import json
from pathlib import Path

import pytest
from starlette.types import Message
from websockets.exceptions import ConnectionClosed

from backend.app import create_app
from backend.config.configuration import Configuration
from backend.domain.errors import UpstreamAuthFailed
from backend.domain.events import EventBase, ItemAdded, ItemDelta, ItemDone, RunFinished
from backend.domain.items import AssistantMessage, FunctionCall, UserMessage
from backend.websocket.messages import Ack, Error, Hello, Pong, Snapshot
from tests.patience import PATIENCE_S
from tests.running import FixedPool, Running, running
from tests.scripted import (
    COMPLETED,
    ScriptedUpstream,
    calls,
    message,
    partial_message,
)
from tests.serving import serve


async def test_a_first_message_makes_a_thread_and_streams_the_answer(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("Hello", " there"), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        hello = await socket.next()
        assert isinstance(hello, Hello)
        assert hello.thread_id is None
        await socket.say("Hi")
        ack = await socket.next()
        assert isinstance(ack, Ack)
        assert isinstance(await socket.next(), Snapshot)
        finished = await socket.until_run_ends()
    assert finished.run.id == ack.run_id
    assert finished.run.status == "completed"
    numbers = [received.seq for received in socket.received if isinstance(received, EventBase)]
    assert numbers == list(range(1, finished.seq + 1))
    user, answer = socket.transcript.items
    assert isinstance(user, UserMessage)
    assert user.id == ack.item_id
    assert isinstance(answer, AssistantMessage)
    assert (answer.text, answer.parent_id, answer.status) == ("Hello there", user.id, "completed")


async def test_the_one_who_sent_a_message_knows_it_again_by_its_command_id(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    for _ in range(2):
        upstream.script([*message("ok"), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("one", id="a")
        await socket.until_run_ends()
        await socket.say("two", id="b")
        added = await socket.until(ItemAdded)
        assert added.command_id == "b"
        await socket.until_run_ends()


async def test_all_calls_of_a_round_run_at_once_and_their_outputs_go_back(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    wanted = [("get_weather", json.dumps({"location": place, "dates": []})) for place in "AB"]
    upstream.script(calls(*wanted), [*message("Done."), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("weather")
        await socket.until_run_ends()
    outputs = upstream.sessions[0].outputs[1]
    assert outputs is not None
    assert [output.call_id for output in outputs] == ["call_0", "call_1"]
    _, first, second, _ = socket.transcript.items
    for item, (_, arguments), output in zip((first, second), wanted, outputs, strict=True):
        assert isinstance(item, FunctionCall)
        assert item.status == "completed"
        assert item.arguments == arguments
        assert item.output == json.loads(output.output)
        assert item.duration_ms is not None
    statuses = [
        received.item.status
        for received in socket.received
        if received.type in ("item.added", "item.updated", "item.done")
        and received.item.id == first.id
    ]
    assert statuses == ["in_progress", "running", "completed"]


async def test_an_unknown_function_and_bad_arguments_are_told_to_the_model(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script(
        calls(("no_such", "{}"), ("get_weather", "{not json")), [*message("Sorry."), COMPLETED]
    )
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("go")
        finished = await socket.until_run_ends()
    assert finished.run.status == "completed"
    outputs = upstream.sessions[0].outputs[1]
    assert outputs is not None
    assert all("error" in json.loads(output.output) for output in outputs)
    assert "There is no function 'no_such'. There are: ask_user, " in outputs[0].output
    assert [item.status for item in socket.transcript.items[1:3]] == ["failed", "failed"]


async def test_an_upstream_failure_ends_the_run_and_the_thread_stays_usable(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*partial_message("Well"), UpstreamAuthFailed("The key was refused.")])
    upstream.script([*message("Better."), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("one", id="a")
        failed = await socket.until_run_ends()
        assert failed.run.error is not None
        assert failed.run.error.code == "upstream_auth"
        assert failed.run.error.message == "The key was refused."
        partial = socket.transcript.items[-1]
        assert isinstance(partial, AssistantMessage)
        assert (partial.text, partial.status) == ("Well", "incomplete")
        await socket.say("two", id="b")
        assert (await socket.until_run_ends()).run.status == "completed"


async def test_a_crash_in_an_adapter_fails_the_run_without_its_details(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script([ValueError("secret detail")])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("one")
        finished = await socket.until_run_ends()
    assert finished.run.error is not None
    assert finished.run.error.code == "internal_error"
    assert "secret detail" not in finished.model_dump_json()


async def test_a_stream_without_an_ending_is_a_failure(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script(message("half"))
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("one")
        finished = await socket.until_run_ends()
    assert finished.run.error is not None
    assert finished.run.error.code == "upstream_broken"


async def test_tool_rounds_have_an_end(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script(*[calls(("get_weather", "{}")) for _ in range(4)])
    async with running(tmp_path, upstream, max_tool_rounds=2) as server, server.socket() as socket:
        await socket.say("loop")
        finished = await socket.until_run_ends()
    assert finished.run.error is not None
    assert finished.run.error.code == "too_many_tool_rounds"
    assert len(upstream.sessions[0].outputs) == 3


async def test_a_run_that_takes_too_long_is_ended_here_and_there(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*partial_message("Hm"), asyncio.Event()])
    async with running(tmp_path, upstream, run_timeout_s=0.5) as server, server.socket() as socket:
        await socket.say("one")
        finished = await socket.until_run_ends()
    assert finished.run.error is not None
    assert finished.run.error.code == "run_timeout"
    assert upstream.sessions[0].cancelled == 1


async def test_cancelling_keeps_the_partial_message_and_stops_the_remote_run(
    tmp_path: Path,
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*partial_message("So far"), asyncio.Event()])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("one", id="a")
        await socket.until(ItemDelta)
        run = socket.transcript.active_run
        assert run is not None
        await socket.send(type="run.cancel", id="b", run_id=run.id)
        finished = await socket.until_run_ends()
    assert finished.run.status == "cancelled"
    partial = socket.transcript.items[-1]
    assert isinstance(partial, AssistantMessage)
    assert (partial.text, partial.status) == ("So far", "cancelled")
    assert upstream.sessions[0].cancelled == 1
    assert sum(isinstance(received, RunFinished) for received in socket.received) == 1


async def test_cancelling_at_once_still_tells_exactly_one_ending(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    for _ in range(20):
        upstream.script([*partial_message("So far"), asyncio.Event()])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        for number in range(20):
            await socket.say("one", id=f"s{number}")
            ack = await socket.until(Ack)
            await socket.send(type="run.cancel", id=f"c{number}", run_id=ack.run_id)
            assert (await socket.until_run_ends()).run.status == "cancelled"


async def test_cancelling_a_run_that_has_ended_is_harmless_and_a_strange_one_is_refused(
    tmp_path: Path,
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("ok"), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("one", id="a")
        run = (await socket.until_run_ends()).run
        await socket.send(type="run.cancel", id="b", run_id=run.id)
        assert (await socket.until(Ack)).id == "b"
        await socket.send(type="run.cancel", id="c", run_id="run_of_somebody_else")
        error = await socket.until(Error)
        assert (error.id, error.code) == ("c", "not_found")


async def test_a_message_during_a_run_gets_run_active_and_works_afterwards(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    go_on = asyncio.Event()
    upstream.script([*partial_message("wait"), go_on, COMPLETED])
    upstream.script([*message("ok"), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("one", id="a")
        await socket.until(ItemDelta)
        await socket.say("two", id="b")
        error = await socket.until(Error)
        assert socket.transcript.active_run is not None
        assert (error.id, error.code, error.retryable) == ("b", "run_active", True)
        assert error.run_id == socket.transcript.active_run.id
        go_on.set()
        await socket.until_run_ends()
        # The refusal was not remembered: the same id now does its work.
        await socket.say("two", id="b")
        assert (await socket.until(Ack)).id == "b"
        await socket.until_run_ends()
    assert [item.type for item in socket.transcript.items].count("user_message") == 2


async def test_the_same_command_id_does_nothing_twice_and_gets_the_same_answer(
    tmp_path: Path,
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("ok"), COMPLETED])
    async with running(tmp_path, upstream) as server:
        async with server.socket() as socket:
            await socket.say("one", id="a")
            first = await socket.until(Ack)
            await socket.until_run_ends()
            await socket.say("one", id="a")
            assert await socket.until(Ack) == first
        # A first message whose ack was lost: a new socket, no thread named.
        async with server.socket(cookie=socket.cookie) as again:
            await again.say("one", id="a")
            assert await again.until(Ack) == first
            assert (await again.until(Snapshot)).thread.id == first.thread_id
            await again.until_ended(first)
            assert again.transcript.items == socket.transcript.items
    assert len(upstream.sessions) == 1


async def test_one_command_on_many_sockets_at_once_makes_one_thread(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("ok"), COMPLETED])
    async with running(tmp_path, upstream) as server:
        async with server.socket() as socket:
            cookie = socket.cookie

        async def first_message() -> Ack:
            async with server.socket(cookie=cookie) as socket:
                await socket.say("one", id="a")
                ack = await socket.until(Ack)
                await socket.until_ended(ack)
                return ack

        acks = await asyncio.gather(*[first_message() for _ in range(8)])
    assert len(set(acks)) == 1
    assert len(upstream.sessions) == 1


async def test_ids_are_unique_per_owner_only(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    for _ in range(2):
        upstream.script([*message("ok"), COMPLETED])
    async with running(tmp_path, upstream) as server:
        threads = []
        for _ in range(2):
            async with server.socket() as socket:
                await socket.say("one", id="a")
                threads.append((await socket.until(Ack)).thread_id)
                await socket.until_run_ends()
    assert threads[0] != threads[1]


async def test_closing_the_tab_does_not_cancel_the_run(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    go_on = asyncio.Event()
    upstream.script([*partial_message("Before"), go_on, *message("After"), COMPLETED])
    async with running(tmp_path, upstream) as server:
        async with server.socket() as socket:
            await socket.say("one")
            await socket.until(ItemDelta)
            thread_id, after = socket.transcript.thread, socket.after
        assert thread_id is not None
        go_on.set()
        async with server.socket(
            cookie=socket.cookie, thread_id=thread_id.id, after=after
        ) as again:
            again.transcript = socket.transcript
            assert isinstance(await again.next(), Hello)
            assert (await again.until_run_ends()).run.status == "completed"
            assert not any(isinstance(received, Snapshot) for received in again.received)
    assert [getattr(item, "text", "") for item in again.transcript.items] == [
        "one",
        "Before",
        "After",
    ]


@pytest.mark.parametrize("sent", [0, 1], ids=["at once", "while it is answered"])
async def test_a_socket_that_is_lost_in_the_middle_of_whatever_is_no_error(
    tmp_path: Path, sent: int
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("ok"), COMPLETED])
    configuration = Configuration(tmp_path / ".env", data_dir=tmp_path / "data")
    app = create_app(configuration, upstreams=FixedPool(upstream))
    frames: list[Message] = [{"type": "websocket.connect"}]
    frames += [{"type": "websocket.receive", "text": "not json"}] * 2

    async def receive() -> Message:
        if not frames:
            await asyncio.Event().wait()
        return frames.pop(0)

    async def send(frame: Message) -> None:
        nonlocal sent
        if frame["type"] == "websocket.send":
            sent -= 1
            # The answer to the first frame still gets through, the snapshot does not.
            if sent < 0 and "invalid_frame" not in frame["text"]:
                raise OSError
            await asyncio.sleep(0)

    async with serve(app) as url:
        async with Running(url).socket() as socket:
            await socket.say("one")
            ack = await socket.until(Ack)
            await socket.until_run_ends()
        async with asyncio.timeout(PATIENCE_S):
            await app(
                {
                    "type": "websocket",
                    "scheme": "ws",
                    "server": ("127.0.0.1", int(url.rpartition(":")[2])),
                    "path": "/ws",
                    "query_string": f"thread_id={ack.thread_id}".encode(),
                    "headers": [
                        (b"host", url.removeprefix("http://").encode()),
                        (b"cookie", socket.cookie.encode()),
                    ],
                    "state": {},
                },
                receive,
                send,
            )


@pytest.mark.parametrize("after", [None, "other:1", "{epoch}:999", "{epoch}:x", "{epoch}:-1", "²"])
async def test_where_there_is_nothing_to_replay_from_comes_a_snapshot(
    tmp_path: Path, after: str | None
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("ok"), COMPLETED])
    async with running(tmp_path, upstream) as server:
        async with server.socket() as socket:
            await socket.say("one")
            ack = await socket.until(Ack)
            await socket.until_run_ends()
        query = {"after": after.format(epoch=socket.epoch)} if after else {}
        async with server.socket(
            cookie=socket.cookie, thread_id=str(ack.thread_id), **query
        ) as again:
            assert isinstance(await again.next(), Hello)
            snapshot = await again.next()
    assert isinstance(snapshot, Snapshot)
    assert snapshot.items == socket.transcript.items
    assert snapshot.seq == socket.transcript.seq
    assert [run.status for run in snapshot.runs] == ["completed"]


async def test_two_tabs_see_the_same(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("one"), COMPLETED])
    upstream.script([*message("two", " three"), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as left:
        await left.say("a", id="a")
        ack = await left.until(Ack)
        await left.until_run_ends()
        async with server.socket(cookie=left.cookie, thread_id=str(ack.thread_id)) as right:
            await right.until(Snapshot)
            await right.say("b", id="b")
            await right.until_run_ends()
            await left.until_run_ends()
            assert left.transcript.items == right.transcript.items


async def test_a_thread_of_somebody_else_is_as_unknown_as_one_that_never_was(
    tmp_path: Path,
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("ok"), COMPLETED])
    async with running(tmp_path, upstream) as server:
        async with server.socket() as socket:
            await socket.say("mine")
            ack = await socket.until(Ack)
            await socket.until_run_ends()
        for thread_id in (str(ack.thread_id), "thread_that_never_was"):
            async with server.socket(thread_id=thread_id) as stranger:
                error = await stranger.next()
                assert isinstance(error, Error)
                assert error.code == "not_found"
                with pytest.raises(ConnectionClosed):
                    await stranger.next()
                assert stranger.ws.close_code == 4404


@pytest.mark.parametrize(
    ("frame", "id"),
    [
        ("not json", None),
        ("[]", None),
        ("null", None),
        ('{"type": "no.such", "id": "x"}', "x"),
        ('{"type": "message.send", "id": "x"}', "x"),
        ('{"type": "message.send", "id": "x", "text": ""}', "x"),
        ('{"type": "message.send", "id": "x", "text": "hi", "extra": 1}', "x"),
        ('{"type": "message.send", "id": "", "text": "hi"}', ""),
        ('{"type": "message.send", "text": "hi"}', None),
        (b'{"type": "ping", "id": "x"}', "x"),
        ("[" * 5000, None),
    ],
)
async def test_a_bad_frame_is_answered_and_the_socket_stays_open(
    tmp_path: Path, frame: str | bytes, id: str | None
) -> None:
    async with running(tmp_path, ScriptedUpstream()) as server, server.socket() as socket:
        await socket.ws.send(frame)
        error = await socket.until(Error)
        assert (error.id, error.code) == (id, "invalid_frame")
        await socket.send(type="ping", id="p")
        assert (await socket.until(Pong)).id == "p"


@pytest.mark.parametrize(
    ("text", "field"), [("  \n", "empty"), ("x" * 101, "characters")], ids=["blank", "too long"]
)
async def test_a_message_that_cannot_be_sent_says_why(
    tmp_path: Path, text: str, field: str
) -> None:
    async with (
        running(tmp_path, ScriptedUpstream(), max_message_chars=100) as server,
        server.socket() as socket,
    ):
        await socket.say(text)
        error = await socket.until(Error)
    assert error.code == "invalid_request"
    assert field in error.message


async def test_a_frame_above_the_limit_closes_with_1009(tmp_path: Path) -> None:
    async with running(tmp_path, ScriptedUpstream()) as server, server.socket() as socket:
        await socket.next()
        await socket.ws.send("x" * 1_100_000)
        with pytest.raises(ConnectionClosed):
            await socket.next()
        assert socket.ws.close_code == 1009


async def test_the_visitors_time_zone_reaches_the_upstream_and_nonsense_is_utc(
    tmp_path: Path,
) -> None:
    upstream = ScriptedUpstream()
    for _ in range(3):
        upstream.script([*message("ok"), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        for number, zone in enumerate(["Pacific/Auckland", "../etc/passwd", None]):
            await socket.say("hi", id=f"c{number}", timezone=zone)
            await socket.until_run_ends()
    zones = [str(session.request.now.tzinfo) for session in upstream.sessions]
    assert zones == ["Pacific/Auckland", "UTC", "UTC"]


async def test_the_history_of_earlier_runs_is_given_to_the_next(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    for text in ("one", "two"):
        upstream.script([*message(text), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        for number in range(2):
            await socket.say(f"question {number}", id=f"c{number}")
            await socket.until_run_ends()
    history = upstream.sessions[1].request.history
    assert [getattr(item, "text", None) for item in history] == ["question 0", "one", "question 1"]


async def test_a_thread_is_all_there_after_the_server_was_started_again(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("kept"), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("one")
        ack = await socket.until(Ack)
        await socket.until_run_ends()
        port = int(server.url.rsplit(":", 1)[1])
    async with (
        running(tmp_path, upstream, serve_port=port) as server,
        server.socket(
            cookie=socket.cookie, thread_id=str(ack.thread_id), after=socket.after
        ) as again,
    ):
        hello = await again.next()
        assert isinstance(hello, Hello)
        assert hello.epoch != socket.epoch
        snapshot = await again.next()
    assert isinstance(snapshot, Snapshot)
    assert snapshot.items == socket.transcript.items
    assert not any(isinstance(received, ItemDone) for received in again.received)
