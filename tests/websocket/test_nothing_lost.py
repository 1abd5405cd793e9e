"""Whatever happens to a socket, what a client has in the end is what it would have had."""

import json
import random
import signal
from pathlib import Path

from sqlalchemy import text

from backend.domain.annotations import UrlCitation
from backend.domain.ids import new_item_id
from backend.domain.items import (
    AssistantMessage,
    CodeInterpreterCall,
    CodeLogs,
    FunctionCall,
    Reasoning,
)
from backend.domain.transcript import utf16_length
from backend.upstreams.events import (
    Annotated,
    ItemChanged,
    ItemFinished,
    ItemStarted,
    TextDelta,
    ToolCall,
    ToolCallsRequired,
)
from backend.websocket.messages import Ack, ServerMessage, Snapshot
from tests.ports import free_port
from tests.process import backend
from tests.reducer import browser_states, items_of
from tests.running import Running, ScriptSocket, running
from tests.scripted import COMPLETED, Gate, Round, ScriptedUpstream
from tests.stored import stored

CUTS = 100

WORDS = ["rain ", "over ", "the ", "fjord, ", "☔ ", "then ", "sun 😀 ", "é", "\n\n", "| a | b |\n"]


def a_rich_run(gate: Gate, rng: random.Random) -> list[Round]:
    """Two rounds with every kind of delta; each step waits at the gate."""
    reasoning = Reasoning(id=new_item_id(), created_at=1)
    code = CodeInterpreterCall(id=new_item_id(), created_at=1)
    function = FunctionCall(id=new_item_id(), created_at=1, name="get_weather")
    answer = AssistantMessage(id=new_item_id(), created_at=1)
    arguments = json.dumps({"location": "Tromsø", "dates": []}, ensure_ascii=False)
    words = [rng.choice(WORDS) for _ in range(1200)]
    text = "".join(words)
    source = "print('😀')\n" * 20
    first: Round = [
        ItemStarted(reasoning),
        *(
            TextDelta(reasoning.id, "summary", word, index=n // 20)
            for n, word in enumerate(words[:60])
        ),
        ItemFinished(
            reasoning.model_copy(
                update={
                    "status": "completed",
                    "summary": tuple("".join(words[n : n + 20]) for n in (0, 20, 40)),
                }
            )
        ),
        ItemStarted(code),
        *(TextDelta(code.id, "code", line) for line in source.splitlines(keepends=True)),
        *(TextDelta(code.id, "logs", "😀\n", index=n % 2) for n in range(40)),
        ItemChanged(
            code.model_copy(
                update={
                    "status": "running",
                    "code": source,
                    "outputs": (CodeLogs(logs="😀\n" * 20), CodeLogs(logs="😀\n" * 20)),
                }
            )
        ),
        *(TextDelta(code.id, "logs", "more", index=1) for _ in range(3)),
        ItemStarted(function),
        *(TextDelta(function.id, "arguments", character) for character in arguments),
        ToolCallsRequired((ToolCall(function.id, "call_1", "get_weather", arguments),)),
    ]
    second: Round = [ItemStarted(answer), *(TextDelta(answer.id, "text", word) for word in words)]
    for n in range(0, utf16_length(text), 97):
        citation = UrlCitation(start=n, end=n, url=f"https://example.com/{n}")
        second.append(Annotated(answer.id, citation))
    second.append(COMPLETED)
    return [[step for event in steps for step in (gate, event)] for steps in (first, second)]


async def test_a_hundred_cuts_lose_nothing_in_either_reducer(tmp_path: Path) -> None:
    rng = random.Random(20261124)
    gate = Gate(0)
    upstream = ScriptedUpstream()
    upstream.script(*a_rich_run(gate, rng))
    async with running(tmp_path, upstream) as server, server.socket() as whole:
        await whole.say("Tell me everything")
        ack = await whole.until(Ack)
        received, replays, snapshots = await _cut_again_and_again(
            server, whole.cookie, str(ack.thread_id), gate, rng
        )
        await whole.until_idle()
    assert replays > CUTS / 2
    assert snapshots > CUTS / 20
    cut, uncut = await browser_states([json_of(received), json_of(whole.received)])
    assert items_of(uncut) == whole.transcript.items
    assert items_of(cut) == whole.transcript.items
    for state in (cut, uncut):
        assert state["resync"] is False
        assert [run["status"] for run in state["runs"]] == ["completed"]
        assert state["seq"] == whole.transcript.seq


async def _cut_again_and_again(
    server: Running, cookie: str, thread_id: str, gate: Gate, rng: random.Random
) -> tuple[list[ServerMessage], int, int]:
    """Follow the run over `CUTS` sockets, then to its end; check the Python reducer on the way."""
    received: list[ServerMessage] = []
    transcript, after = None, ""
    replays = snapshots = 0
    for cut in range(CUTS + 1):
        query = {"thread_id": thread_id}
        # Now and then a client comes back that remembers nothing.
        if after and rng.random() > 0.1:
            query["after"] = after
        async with server.socket(cookie=cookie, **query) as socket:
            if transcript is not None:
                socket.transcript = transcript
            await socket.next()
            if cut == CUTS:
                for _ in range(10_000):
                    gate.release()
                await socket.until_idle()
            else:
                steps = rng.randint(1, 15)
                for _ in range(steps):
                    gate.release()
                for _ in range(rng.randint(0, steps)):
                    await socket.next()
                socket.ws.transport.abort()
            received += socket.received
            transcript, after = socket.transcript, socket.after
            snapshots += any(isinstance(frame, Snapshot) for frame in socket.received)
            replays += "after" in query
    assert transcript is not None
    [run] = transcript.runs.values()
    assert run.status == "completed"
    return received, replays, snapshots


async def test_a_killed_server_keeps_what_it_wrote_and_the_next_one_continues_the_run(
    tmp_path: Path,
) -> None:
    settings = {"UPSTREAM": "demo", "DEMO_DELTAS_PER_S": "300"}
    port = str(free_port())
    async with backend(tmp_path, "--port", port, settings=settings) as first:
        await first.started()
        async with Running(first.url).socket() as socket:
            await socket.say("show me markdown")
            ack = await socket.until(Ack)
            while len(_text(socket)) < 2000:
                await socket.next()
            await first.end(signal.SIGKILL)
    seen = _text(socket)
    async with backend(tmp_path, "--port", port, settings=settings) as second:
        await second.started()
        query = {"thread_id": str(ack.thread_id), "after": socket.after}
        async with (
            Running(second.url).socket(cookie=socket.cookie, **query) as again,
            Running(second.url).socket(
                cookie=socket.cookie, thread_id=str(ack.thread_id)
            ) as stranger,
        ):
            for reader in (again, stranger):
                await reader.until(Snapshot)
                await reader.until_ended(ack)
            [run] = again.transcript.runs.values()
            assert again.epoch != socket.epoch
            assert (run.id, run.status) == (ack.run_id, "completed")
            assert _text(again).startswith(seen)
            [fork] = again.transcript.forks
            [cut, _] = fork.item_ids
            with stored(tmp_path) as rows:
                query_cut = text("SELECT body FROM items WHERE id = :id")
                body = rows.execute(query_cut, {"id": cut}).scalar_one()
            kept = AssistantMessage.model_validate_json(body)
            assert kept.status == "incomplete"
            assert seen.startswith(kept.text) or kept.text.startswith(seen)
            assert len(kept.text) > len(seen) / 2
            # The same command, its ack lost in the crash, is not done a second time.
            await again.say("show me markdown")
            assert await again.until(Ack) == ack
            await again.say("hello", id="cmd_2")
            await again.until_run_ends()
            await stranger.until_run_ends()
            assert again.transcript.items == stranger.transcript.items
    frames = json_of([*socket.received, *again.received]), json_of(stranger.received)
    resumed, fresh = await browser_states(frames)
    assert items_of(resumed) == items_of(fresh) == again.transcript.items


def json_of(received: list[ServerMessage]) -> list[str]:
    return [frame.model_dump_json() for frame in received]


def _text(socket: ScriptSocket) -> str:
    return "".join(
        item.text for item in socket.transcript.items if isinstance(item, AssistantMessage)
    )
