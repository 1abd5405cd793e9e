"""What a killed server leaves of its runs, and what the next one makes of it."""

import asyncio
import json
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from backend.domain.errors import UpstreamNotFound
from backend.domain.events import StreamedDelta, Thread
from backend.domain.ids import ItemId, OwnerId, RunId, ThreadId
from backend.domain.items import AssistantMessage, FunctionCall, Item, Run, UserMessage
from backend.domain.parts import JsonPart
from backend.runs.state import OpenCall, RemoteRun, RunState, load_state
from backend.runs.state import Round as StoredRound
from backend.store.batch import Batch
from backend.store.database import Database
from backend.store.journal import Journal
from backend.store.store import Store
from backend.upstreams.events import ItemFinished, ItemStarted, RemoteState
from backend.websocket.messages import Ack, Snapshot
from tests.ports import free_port
from tests.process import Backend, backend
from tests.rest import rest
from tests.running import Running, ScriptSocket, running
from tests.scripted import COMPLETED, Round, ScriptedUpstream, calls, message, partial_message, said
from tests.stored import database_url, stored
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
    outputs=(JsonPart(value={"celsius": 4}),),
    duration_ms=12,
)
HALF = AssistantMessage(id=ItemId("half"), parent_id=CALL.id, run_id=RUN.id, created_at=4)
HALF_FIRST = HALF.model_copy(update={"parent_id": QUESTION.id})
OPEN_CALL = OpenCall(
    item_id=CALL.id, call_id="c", name=CALL.name, arguments=ARGUMENTS, repeatable=True
)
ROUND = StoredRound(
    after=QUESTION.id, calls=(OPEN_CALL.model_copy(update={"output": CALL.outputs}),)
)
ASKING = RunState(
    boundary=QUESTION.id,
    attempt=1,
    timezone="Pacific/Auckland",
    max_rounds=9,
    place=("demo", "scripted"),
)


async def crashed(
    tmp_path: Path, owner: str, *items: Item, state: RunState | None = None, said: str = ""
) -> None:
    """Leave a database as a killed server does: these items, and a journal of the last one."""
    store = Store(Database(database_url(tmp_path)))
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
            states={RUN.id: (THREAD, state)},
            rounds={
                (RUN.id, number): (THREAD, done)
                for number, done in enumerate(state.rounds if state else (), 1)
            },
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


def left_at(item: Item, **changes: Any) -> RunState:
    """A round that the upstream can repeat from this item on."""
    remote = RemoteRun(after=item.id, state={"id": "remote"})
    return ASKING.model_copy(update={"remote": remote, **changes})


async def test_a_run_without_a_state_is_interrupted_with_all_its_text(
    tmp_path: Path,
) -> None:
    seen = await outcome(tmp_path, ScriptedUpstream(), QUESTION, CALL, HALF, said="It is")
    [run] = seen.transcript.runs.values()
    assert run.error is not None
    assert (run.status, run.error.code, run.error.retryable) == ("failed", "interrupted", True)
    done = HALF.model_copy(update={"content": said("It is"), "status": "incomplete"})
    assert seen.transcript.items == (QUESTION, CALL, done)


async def test_a_run_goes_on_and_what_was_there_stays_what_it_was(tmp_path: Path) -> None:
    told = CALL.model_copy(
        update={"id": "theirs", "outputs": (JsonPart(value=4),), "duration_ms": None}
    )
    upstream = resumable(
        [
            ItemStarted(told.model_copy(update={"status": "in_progress", "outputs": ()})),
            ItemFinished(told),
            *message("It ", "is ", "cold."),
            COMPLETED,
        ]
    )
    seen = await outcome(
        tmp_path, upstream, QUESTION, CALL, HALF, said="It i", state=left_at(QUESTION)
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
    state = left_at(QUESTION, boundary=CALL.id, rounds=(ROUND,))
    seen = await outcome(tmp_path, upstream, QUESTION, CALL, state=state)
    assert seen.transcript.items[:2] == (QUESTION, CALL)
    [_, outputs] = upstream.sessions[0].outputs
    assert outputs is not None
    assert json.loads(outputs[0].output) == {"celsius": 4}


CALLING = {
    "phase": "calling",
    "rounds": (StoredRound(after=QUESTION.id, calls=(OPEN_CALL,)),),
}
RUNNING_CALL = CALL.model_copy(update={"status": "running", "outputs": (), "duration_ms": None})


async def test_a_repeatable_call_that_never_finished_is_made_again(tmp_path: Path) -> None:
    upstream = resumable(calls(("get_weather", ARGUMENTS)), [*message("Cold."), COMPLETED])
    state = left_at(QUESTION, **CALLING)
    seen = await outcome(tmp_path, upstream, QUESTION, RUNNING_CALL, state=state)
    _, call, answer = seen.transcript.items
    assert isinstance(call, FunctionCall)
    assert (call.id, call.status) == (CALL.id, "completed")
    assert isinstance(call.output, Mapping)
    assert answer.status == "completed"


async def test_without_a_remote_run_the_model_is_told_what_the_calls_returned(
    tmp_path: Path,
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("Cold."), COMPLETED])
    state = ASKING.model_copy(update=CALLING)
    seen = await outcome(tmp_path, upstream, QUESTION, RUNNING_CALL, state=state)
    _, call, _ = seen.transcript.items
    assert isinstance(call, FunctionCall)
    [session] = upstream.sessions
    [done] = session.request.rounds
    assert json.loads(done.outputs[0].output) == call.output
    assert session.request.history[-1] == call
    assert session.request.now.tzname() == "NZDT"


async def test_a_call_that_must_not_be_repeated_ends_the_run_with_a_retry(tmp_path: Path) -> None:
    once = OPEN_CALL.model_copy(update={"repeatable": False})
    rounds = (StoredRound(after=QUESTION.id, calls=(once,)),)
    state = ASKING.model_copy(update=CALLING | {"rounds": rounds})
    seen = await outcome(tmp_path, ScriptedUpstream(), QUESTION, RUNNING_CALL, state=state)
    [run] = seen.transcript.runs.values()
    assert run.error is not None
    assert (run.error.code, run.error.retryable) == ("interrupted", True)
    assert seen.transcript.items[1].status == "incomplete"


async def test_a_round_is_begun_twice_at_most(tmp_path: Path) -> None:
    state = ASKING.model_copy(update={"attempt": 2})
    seen = await outcome(tmp_path, ScriptedUpstream(), QUESTION, HALF, said="It", state=state)
    [run] = seen.transcript.runs.values()
    assert run.error is not None
    assert run.error.code == "interrupted"
    assert _text(seen) == "It"


async def test_what_the_next_round_says_is_new(tmp_path: Path) -> None:
    """Though an item like it was left that the upstream did not tell again."""
    upstream = resumable(calls(("get_weather", ARGUMENTS)), [*message("Cold."), COMPLETED])
    half = HALF.model_copy(update={"content": said("It is"), "status": "completed"})
    seen = await outcome(tmp_path, upstream, QUESTION, CALL, half, state=left_at(QUESTION))
    assert [getattr(item, "text", "") for item in seen.transcript.items] == [
        "?", "", "It is", "Cold.",
    ]  # fmt: skip


async def test_only_what_came_since_the_last_state_is_told_again(tmp_path: Path) -> None:
    upstream = resumable([*message("It is cold."), COMPLETED])
    first = HALF.model_copy(
        update={
            "id": "first",
            "parent_id": "q",
            "content": said("Let me see."),
            "status": "completed",
        }
    )
    call = CALL.model_copy(update={"parent_id": first.id})
    seen = await outcome(
        tmp_path,
        upstream,
        QUESTION,
        first,
        call,
        HALF,
        said="It",
        state=left_at(call, boundary=call.id),
    )
    assert [getattr(item, "text", "") for item in seen.transcript.items] == [
        "?", "Let me see.", "", "It is cold.",
    ]  # fmt: skip
    assert upstream.sessions[0].request.history == (QUESTION, first, call)


@pytest.mark.parametrize(
    "case",
    ["not remote", "another server", "another upstream", "not resumable", "gone at the server"],
)
async def test_where_it_cannot_be_resumed_the_round_is_asked_for_again(
    tmp_path: Path, case: str
) -> None:
    upstream = resumable()
    upstream.scripts.clear()
    upstream.resumable = case != "not resumable"
    if case in ("not resumable", "gone at the server"):
        upstream.script([UpstreamNotFound("gone")])
    upstream.script([*message("It is ", "cold."), COMPLETED])
    places = {"another server": ("demo", "elsewhere"), "another upstream": ("x", "scripted")}
    state = left_at(QUESTION, place=places.get(case, ASKING.place))
    if case == "not remote":
        state = ASKING
    seen = await outcome(tmp_path, upstream, QUESTION, HALF_FIRST, said="It is", state=state)
    [run] = seen.transcript.runs.values()
    assert (run.id, run.status) == (RUN.id, "completed")
    assert _text(seen) == "It is cold."
    [fork] = seen.transcript.forks
    assert fork.item_ids == (HALF.id, seen.transcript.items[-1].id)
    with stored(tmp_path) as rows:
        query = text("SELECT body FROM items WHERE id = :id")
        body = rows.execute(query, {"id": HALF.id}).scalar_one()
        left = rows.execute(text("SELECT state FROM runs")).scalar_one()
        assert rows.execute(text("SELECT * FROM run_rounds")).all() == []
    half = AssistantMessage.model_validate_json(body)
    assert (half.text, half.status) == ("It is", "incomplete")
    assert left is None


async def test_a_remote_run_is_stored_with_the_place_it_belongs_to(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    go_on = asyncio.Event()
    upstream.script(
        [
            RemoteState({"n": 1}),
            *partial_message("Let me see."),
            *calls(("get_weather", ARGUMENTS)),
        ],
        [RemoteState({"n": 2}), *partial_message("Cold."), go_on, COMPLETED],
    )
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("?")
        while _text(socket) != "Let me see.Cold.":
            await socket.next()
        with stored(tmp_path) as rows:
            kept = rows.execute(text("SELECT state FROM runs")).scalar_one()
            rounds = rows.execute(text("SELECT body FROM run_rounds")).scalars().all()
        go_on.set()
        await socket.until_idle()
    state = load_state(kept, rounds)
    assert state is not None
    call = socket.transcript.items[2]
    assert isinstance(call, FunctionCall)
    assert call.call_id == "call_0"
    assert state.remote == RemoteRun(after=call.id, state={"n": 2})
    assert (state.phase, state.boundary, state.place) == ("asking", call.id, ("demo", "scripted"))
    assert [done.calls[0].item_id for done in state.rounds] == [call.id]


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


async def test_a_server_that_is_told_to_stop_lets_the_next_one_continue_the_run(
    tmp_path: Path,
) -> None:
    settings = {"UPSTREAM": "demo", "DEMO_DELTAS_PER_S": "30"}
    port = str(free_port())
    async with backend(tmp_path, "--port", port, settings=settings) as first:
        await first.started()
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
    assert (run.id, run.status) == (ack.run_id, "completed")
    assert len(_text(again)) > len(_text(socket))
    assert _text(again).startswith(_text(socket))


async def test_a_server_that_is_told_to_stop_lets_a_short_run_end(tmp_path: Path) -> None:
    settings = {"UPSTREAM": "demo", "DEMO_DELTAS_PER_S": "100"}
    port = str(free_port())
    async with backend(tmp_path, "--port", port, settings=settings) as first:
        await first.started()
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
        port = str(free_port())
        async with backend(tmp_path, "--port", port, settings=settings) as first:
            await first.started()
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
        port = str(free_port())
        async with backend(tmp_path, "--port", port, settings=settings) as first:
            await first.started()
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
    async with rest(url) as http:
        answer = await http.put("/api/setup/assistant", json=body)
        answer.raise_for_status()
        return str(answer.json()["state"]["assistant"]["id"])
