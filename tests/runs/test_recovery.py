"""What a killed server leaves of its runs, and what the next one makes of it."""

import json
import signal
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest

from backend.domain.errors import UpstreamNotFound
from backend.domain.events import StreamedDelta, Thread
from backend.domain.ids import ItemId, OwnerId, RunId, ThreadId
from backend.domain.items import AssistantMessage, FunctionCall, Item, Run, UserMessage
from backend.store.batch import Batch, RemoteRun
from backend.store.database import Database
from backend.store.journal import Journal
from backend.store.store import Store
from backend.upstreams.events import ItemFinished, ItemStarted, RemoteState
from backend.websocket.messages import Ack, Snapshot
from tests.process import Backend, backend
from tests.running import Running, ScriptSocket, running
from tests.scripted import COMPLETED, Round, ScriptedUpstream, calls, message, partial_message
from tests.upstreams.assistants.runs import Call, Say, Wait
from tests.upstreams.assistants.server import assistants_server
from tests.upstreams.assistants.test_app import with_weather
from tests.upstreams.driving import KEY
from tests.upstreams.loopback import STALL, Received, json_answer, sse, upstream_server

THREAD = ThreadId("thread_left")
RUN = Run(
    id=RunId("run_left"), thread_id=THREAD, parent_id=ItemId("q"), upstream="demo", created_at=2
)
QUESTION = UserMessage(id=ItemId("q"), run_id=RUN.id, status="completed", created_at=2, text="?")
ARGUMENTS = '{"location": "Oslo", "dates": []}'
CALL = FunctionCall(
    id=ItemId("call"),
    parent_id=QUESTION.id,
    run_id=RUN.id,
    created_at=3,
    status="completed",
    name="get_weather",
    arguments=ARGUMENTS,
    output={"celsius": 4},
    duration_ms=12,
)
HALF = AssistantMessage(id=ItemId("half"), parent_id=CALL.id, run_id=RUN.id, created_at=4)
STATE = {"id": "remote"}


async def crashed(
    tmp_path: Path, owner: str, *items: Item, remote: RemoteRun | None = None, said: str = ""
) -> None:
    """Leave a database as a killed server does: these items, and a journal of the last one."""
    store = Store(Database(f"sqlite+aiosqlite:///{tmp_path / 'data' / 'runstream.db'}"))
    await store.open()
    head = items[-1].id
    thread = Thread(id=THREAD, title="?", head_id=head, created_at=1, updated_at=2)
    journal = Journal()
    if said:
        journal.add(THREAD, StreamedDelta(9, head, "text", 0, 0, said))
    await store.write(
        Batch(
            threads={THREAD: (OwnerId(owner), thread, 7)},
            items={item.id: (THREAD, item) for item in items},
            runs={RUN.id: RUN},
            remotes={RUN.id: remote} if remote is not None else {},
            deltas=journal,
        )
    )
    await store.close()


async def visitor(tmp_path: Path) -> tuple[str, str]:
    """The cookie and the id of somebody who has been here."""
    async with running(tmp_path, ScriptedUpstream()) as server, server.socket() as socket:
        cookie = socket.cookie
    return cookie, cookie.partition("=")[2].rpartition(".")[0]


def cookie_for(server: Running, cookie: str) -> str:
    """Its name holds the port."""
    return f"session_{server.url.rpartition(':')[2]}={cookie.partition('=')[2]}"


async def outcome(
    tmp_path: Path, upstream: ScriptedUpstream, *items: Item, **left: Any
) -> ScriptSocket:
    """What a client finds once the next server is done with the run."""
    cookie, owner = await visitor(tmp_path)
    await crashed(tmp_path, owner, *items, **left)
    async with (
        running(tmp_path, upstream) as server,
        server.socket(cookie=cookie_for(server, cookie), thread_id=THREAD) as socket,
    ):
        await socket.until(Snapshot)
        await socket.until_idle()
        async with server.socket(cookie=cookie_for(server, cookie), thread_id=THREAD) as fresh:
            await fresh.until(Snapshot)
    assert fresh.transcript.items == socket.transcript.items
    return fresh


def resumable(*rounds: Round) -> ScriptedUpstream:
    upstream = ScriptedUpstream(resumable=True)
    upstream.script(*rounds)
    return upstream


def left_at(item: Item, **changes: Any) -> RemoteRun:
    return RemoteRun("demo", "scripted", item.id, STATE)._replace(**changes)


async def test_a_run_that_nobody_can_go_on_with_is_interrupted_with_all_its_text(
    tmp_path: Path,
) -> None:
    seen = await outcome(tmp_path, ScriptedUpstream(), QUESTION, CALL, HALF, said="It is")
    [run] = seen.transcript.runs.values()
    assert run.error is not None
    assert (run.status, run.error.code, run.error.retryable) == ("failed", "interrupted", True)
    done = HALF.model_copy(update={"text": "It is", "status": "incomplete"})
    assert seen.transcript.items == (QUESTION, CALL, done)


async def test_a_run_goes_on_and_what_was_there_stays_what_it_was(tmp_path: Path) -> None:
    told = CALL.model_copy(update={"id": "theirs", "output": "4", "duration_ms": None})
    upstream = resumable(
        [
            ItemStarted(told.model_copy(update={"status": "in_progress", "output": None})),
            ItemFinished(told),
            *message("It ", "is ", "cold."),
            COMPLETED,
        ]
    )
    seen = await outcome(
        tmp_path, upstream, QUESTION, CALL, HALF, said="It i", remote=left_at(QUESTION)
    )
    [run] = seen.transcript.runs.values()
    assert run.status == "completed"
    question, call, answer = seen.transcript.items
    assert (question, call) == (QUESTION, CALL)
    assert isinstance(answer, AssistantMessage)
    assert (answer.id, answer.text, answer.status) == (HALF.id, "It is cold.", "completed")
    assert upstream.sessions[0].request.history == (QUESTION,)


async def test_an_output_that_is_here_goes_to_the_model_without_another_call(
    tmp_path: Path,
) -> None:
    upstream = resumable(calls(("get_weather", ARGUMENTS)), [*message("Cold."), COMPLETED])
    seen = await outcome(tmp_path, upstream, QUESTION, CALL, remote=left_at(QUESTION))
    assert seen.transcript.items[:2] == (QUESTION, CALL)
    [_, outputs] = upstream.sessions[0].outputs
    assert outputs is not None
    assert json.loads(outputs[0].output) == {"celsius": 4}


async def test_a_call_that_never_finished_is_made_once_more(tmp_path: Path) -> None:
    upstream = resumable(calls(("get_weather", ARGUMENTS)), [*message("Cold."), COMPLETED])
    running_call = CALL.model_copy(
        update={"status": "running", "output": None, "duration_ms": None}
    )
    seen = await outcome(tmp_path, upstream, QUESTION, running_call, remote=left_at(QUESTION))
    _, call, answer = seen.transcript.items
    assert isinstance(call, FunctionCall)
    assert (call.id, call.status) == (CALL.id, "completed")
    assert isinstance(call.output, Mapping)
    assert answer.status == "completed"


async def test_what_the_next_round_says_is_new(tmp_path: Path) -> None:
    """Though an item like it was left that the upstream did not tell again."""
    upstream = resumable(calls(("get_weather", ARGUMENTS)), [*message("Cold."), COMPLETED])
    said = HALF.model_copy(update={"text": "It is", "status": "completed"})
    seen = await outcome(tmp_path, upstream, QUESTION, CALL, said, remote=left_at(QUESTION))
    assert [getattr(item, "text", "") for item in seen.transcript.items] == [
        "?", "", "It is", "Cold.",
    ]  # fmt: skip


async def test_only_what_came_since_the_last_state_is_told_again(tmp_path: Path) -> None:
    upstream = resumable([*message("It is cold."), COMPLETED])
    first = HALF.model_copy(
        update={"id": "first", "parent_id": "q", "text": "Let me see.", "status": "completed"}
    )
    call = CALL.model_copy(update={"parent_id": first.id})
    seen = await outcome(
        tmp_path, upstream, QUESTION, first, call, HALF, said="It", remote=left_at(call)
    )
    assert [getattr(item, "text", "") for item in seen.transcript.items] == [
        "?", "Let me see.", "", "It is cold.",
    ]  # fmt: skip
    assert upstream.sessions[0].request.history == (QUESTION, first, call)


@pytest.mark.parametrize(
    "case", ["another server", "another upstream", "not resumable", "gone at the server"]
)
async def test_where_it_cannot_go_on_it_is_interrupted(tmp_path: Path, case: str) -> None:
    upstream = resumable([UpstreamNotFound("gone")])
    upstream.resumable = case != "not resumable"
    remote = left_at(
        QUESTION,
        base_url="elsewhere" if case == "another server" else "scripted",
        upstream="responses" if case == "another upstream" else "demo",
    )
    seen = await outcome(tmp_path, upstream, QUESTION, CALL, HALF, said="It is", remote=remote)
    [run] = seen.transcript.runs.values()
    assert run.error is not None
    assert run.error.code == "interrupted"
    half = seen.transcript.items[-1]
    assert isinstance(half, AssistantMessage)
    assert (half.text, half.status) == ("It is", "incomplete")


async def test_a_state_is_stored_with_the_place_it_belongs_to(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script(
        [
            RemoteState({"n": 1}),
            *partial_message("Let me see."),
            *calls(("get_weather", ARGUMENTS)),
        ],
        [RemoteState({"n": 2}), *message("Cold."), COMPLETED],
    )
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("?")
        await socket.until_idle()
    database = sqlite3.connect(tmp_path / "data" / "runstream.db")
    [(stored,)] = database.execute("SELECT remote FROM runs").fetchall()
    database.close()
    assert json.loads(stored) == {
        "upstream": "demo",
        "base_url": "scripted",
        "after": socket.transcript.items[2].id,
        "state": {"n": 2},
    }


def _text(socket: ScriptSocket) -> str:
    items = socket.transcript.items
    return "".join(item.text for item in items if isinstance(item, AssistantMessage))


async def _until_said(socket: ScriptSocket, text: str) -> Ack:
    await socket.say("How is Oslo?")
    ack = await socket.until(Ack)
    while _text(socket) != text:
        await socket.next()
    return ack


async def _after_restart(server: Backend, socket: ScriptSocket, ack: Ack) -> ScriptSocket:
    await server.started()
    query = {"thread_id": str(ack.thread_id)}
    async with Running(server.url).socket(cookie=socket.cookie, **query) as again:
        await again.until(Snapshot)
        await again.until_ended(ack)
    return again


async def test_a_server_that_is_told_to_stop_marks_what_it_could_not_end(tmp_path: Path) -> None:
    settings = {"UPSTREAM": "demo", "DEMO_DELTAS_PER_S": "30"}
    async with backend(tmp_path, "--port", "0", settings=settings) as first:
        await first.started()
        port = first.url.rpartition(":")[2]
        async with Running(first.url).socket() as socket:
            await socket.say("show me markdown")
            ack = await socket.until(Ack)
            while len(_text(socket)) < 50:
                await socket.next()
            code, _ = await first.end(signal.SIGTERM)
    assert code == 0
    settings["DEMO_DELTAS_PER_S"] = "0"
    async with backend(tmp_path, "--port", port, settings=settings) as second:
        again = await _after_restart(second, socket, ack)
        [run] = again.transcript.runs.values()
        assert run.error is not None
        assert (run.error.code, run.error.retryable) == ("interrupted", True)
        assert _text(again).startswith(_text(socket))
        query = {"thread_id": str(ack.thread_id)}
        async with Running(second.url).socket(cookie=socket.cookie, **query) as retry:
            await retry.until(Snapshot)
            await retry.send(type="run.retry", id="r", run_id=run.id)
            assert (await retry.until_ended(await retry.until(Ack))).status == "completed"


async def test_a_server_that_is_told_to_stop_lets_a_short_run_end(tmp_path: Path) -> None:
    settings = {"UPSTREAM": "demo", "DEMO_DELTAS_PER_S": "100"}
    async with backend(tmp_path, "--port", "0", settings=settings) as first:
        await first.started()
        port = first.url.rpartition(":")[2]
        async with Running(first.url).socket() as socket:
            ack = await _until_said(socket, "")
            await first.end(signal.SIGTERM)
    async with backend(tmp_path, "--port", port, settings=settings) as second:
        again = await _after_restart(second, socket, ack)
    assert [run.status for run in again.transcript.runs.values()] == ["completed"]


async def test_a_killed_server_finds_its_remote_run_again(tmp_path: Path) -> None:
    go_on = Wait()
    script = [
        (Call("get_weather", location="Oslo", dates=[]),),
        (Say("It is "), go_on, Say("cold.")),
    ]
    async with assistants_server([script], key=KEY) as remote:
        with_weather(remote)
        settings = {
            "UPSTREAM": "assistants",
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": remote.base_url,
            "ASSISTANT_ID": "asst_1",
            "WEATHER_SOURCE": "sample",
        }
        async with backend(tmp_path, "--port", "0", settings=settings) as first:
            await first.started()
            port = first.url.rpartition(":")[2]
            async with Running(first.url).socket() as socket:
                ack = await _until_said(socket, "It is ")
                call = socket.transcript.items[1]
                await first.end(signal.SIGKILL)
        go_on.event.set()
        async with backend(tmp_path, "--port", port, settings=settings) as second:
            again = await _after_restart(second, socket, ack)
        assert len([place for place in remote.asked if place.endswith("outputs")]) == 1
    assert [run.status for run in again.transcript.runs.values()] == ["completed"]
    assert again.transcript.items[1] == call
    assert [getattr(item, "text", "") for item in again.transcript.items[2:]] == ["It is ", "cold."]


async def test_a_background_response_is_streamed_again_after_a_kill(tmp_path: Path) -> None:
    created = {"type": "response.created", "response": {"id": "resp_1", "status": "in_progress"}}
    message = {"type": "message", "id": "msg_1", "role": "assistant", "content": []}
    whole = message | {
        "content": [{"type": "output_text", "text": "It is cold.", "annotations": []}]
    }
    deltas: list[dict[str, Any]] = [
        {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": text}
        for text in ("It is ", "cold.")
    ]
    begun: list[dict[str, Any]] = [
        created,
        {"type": "response.output_item.added", "output_index": 0, "item": message},
    ]
    ended: list[dict[str, Any]] = [
        {"type": "response.output_item.done", "output_index": 0, "item": whole},
        {"type": "response.completed", "response": {"id": "resp_1", "status": "completed"}},
    ]

    def answer(request: Received) -> Any:
        if request.method == "GET":
            return sse([*begun, *deltas, *ended])
        if request.path == "/responses" and "stream" in request.json:
            return sse([*begun, deltas[0], STALL])
        return json_answer({"output": []})

    async with upstream_server(answer) as remote:
        settings = {
            "UPSTREAM": "responses",
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": remote.base_url,
            "RESPONSES_BACKGROUND": "true",
            "MODEL": "m",
        }
        async with backend(tmp_path, "--port", "0", settings=settings) as first:
            await first.started()
            port = first.url.rpartition(":")[2]
            settings["ASSISTANT_ID"] = await _make_assistant(first.url)
            async with Running(first.url).socket() as socket:
                ack = await _until_said(socket, "It is ")
                await first.end(signal.SIGKILL)
        async with backend(tmp_path, "--port", port, settings=settings) as second:
            again = await _after_restart(second, socket, ack)
    sent = remote.requests[0].json
    assert (sent["background"], sent["store"]) == (True, True)
    asked = [(r.method, r.path, r.query) for r in remote.requests[1:] if r.method == "GET"]
    assert ("GET", "/responses/resp_1", {"stream": "true"}) in asked
    assert [run.status for run in again.transcript.runs.values()] == ["completed"]
    assert _text(again) == "It is cold."


async def _make_assistant(url: str) -> str:
    body = {"name": "Ada", "model": "m", "instructions": "", "tools": []}
    async with httpx2.AsyncClient(base_url=url) as http:
        answer = await http.put("/api/setup/assistant", json=body)
        answer.raise_for_status()
        return str(answer.json()["state"]["assistant"]["id"])
