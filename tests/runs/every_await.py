"""A server that ends at any await of a run, and the next one: what must hold then.

`python -m tests.runs.every_await` tries all of them, a minute or more per hundred.
"""

import asyncio
import itertools
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from websockets.exceptions import ConnectionClosed

from backend.domain.events import RunFinished
from backend.domain.items import ITEM, AssistantMessage, Run
from backend.websocket.messages import Ack, Snapshot
from tests.ports import free_port
from tests.process import backend
from tests.running import Running, ScriptSocket
from tests.runs.mortal_server import STRUCK
from tests.upstreams.assistants.objects import assistant_object
from tests.upstreams.assistants.runs import Call, Round, Say
from tests.upstreams.assistants.server import assistants_server
from tests.upstreams.driving import KEY
from tests.upstreams.loopback import (
    Answer,
    Received,
    error_answer,
    json_answer,
    sse,
    upstream_server,
)

ANSWER = "It is quiet in Oslo, and the table in Lima is booked."

Settings = dict[str, str]
World = Callable[[], AbstractAsyncContextManager[tuple[Settings, str]]]
"""Starts an upstream; yields the server's settings and what the visitor says."""


@asynccontextmanager
async def demo() -> AsyncIterator[tuple[Settings, str]]:
    yield {"UPSTREAM": "demo", "DEMO_DELTAS_PER_S": "200"}, "What's the weather in Oslo and Lima?"


@asynccontextmanager
async def demo_booking() -> AsyncIterator[tuple[Settings, str]]:
    yield {"UPSTREAM": "demo", "DEMO_DELTAS_PER_S": "200"}, "book place=Lima"


@asynccontextmanager
async def responses() -> AsyncIterator[tuple[Settings, str]]:
    async with upstream_server(respond) as server:
        yield (
            {
                "UPSTREAM": "responses",
                "OPENAI_API_KEY": KEY,
                "OPENAI_BASE_URL": server.base_url,
                "ASSISTANT_ID": "asst_local_1",
            },
            "Look at Oslo and book in Lima.",
        )


@asynccontextmanager
async def assistants() -> AsyncIterator[tuple[Settings, str]]:
    rounds: list[Round] = [(Call("look", place="Oslo"), Call("book", place="Lima")), (Say(ANSWER),)]
    async with assistants_server([rounds] * 3, key=KEY) as server:
        tools = [{"type": "function", "function": {"name": n, "parameters": {}}} for n in TOOLS]
        server.assistants["asst_1"] = assistant_object("asst_1", tools=tools)
        yield (
            {
                "UPSTREAM": "assistants",
                "OPENAI_API_KEY": KEY,
                "OPENAI_BASE_URL": server.base_url,
                "ASSISTANT_ID": "asst_1",
                "UPSTREAM_STALL_TIMEOUT_S": "5",
            },
            "Look at Oslo and book in Lima.",
        )


TOOLS = ("look", "book")
WORLDS: dict[str, World] = {
    "demo": demo,
    "demo booking": demo_booking,
    "responses": responses,
    "assistants": assistants,
}


def respond(request: Received) -> Answer:
    """Answers by what it is told, so that a round can be asked for any number of times."""
    if (request.method, request.path) != ("POST", "/responses"):
        return error_answer(404, "Invalid URL")
    if not request.json.get("stream"):
        return json_answer({"output": []})
    kinds = Counter(item["type"] for item in request.json["input"])
    if kinds["function_call"] != kinds["function_call_output"]:
        return error_answer(400, "No output for a call.")
    if kinds["function_call_output"] == 0:
        return sse(_events(_call(0, "look", "Oslo"), _call(1, "book", "Lima")))
    if kinds["function_call_output"] == 2:
        return sse(_events(_call(2, "look", "Lima")))
    return sse(_events(_said(ANSWER)))


def _call(number: int, name: str, place: str) -> dict[str, Any]:
    return {
        "type": "function_call",
        "id": f"fc_{number}",
        "call_id": f"call_{number}",
        "name": name,
        "arguments": f'{{"place": "{place}"}}',
    }


def _said(text: str) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    return {"type": "message", "id": "msg_1", "role": "assistant", "content": [part]}


def _events(*items: dict[str, Any]) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = [{"type": "response.created", "response": {"id": "resp_1"}}]
    for index, item in enumerate(items):
        place = {"output_index": index}
        events.append({"type": "response.output_item.added", **place, "item": _begun(item)})
        for word in ANSWER.split() if item["type"] == "message" else ():
            delta = {"content_index": 0, "item_id": item["id"], "delta": f"{word} "}
            events.append({"type": "response.output_text.delta", **place, **delta})
        events.append({"type": "response.output_item.done", **place, "item": item})
    usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    done = {"id": "resp_1", "status": "completed", "usage": usage}
    return [*events, {"type": "response.completed", "response": done}]


def _begun(item: dict[str, Any]) -> dict[str, Any]:
    empty: dict[str, Any] = {"content": []} if item["type"] == "message" else {"arguments": ""}
    return item | empty


async def survive(folder: Path, world: World, place: int, number: signal.Signals) -> bool:
    """Returns whether there are so many awaits. Raises `AssertionError` for what must not be."""
    command = (sys.executable, "-m", "tests.runs.mortal_server", f"{place}", number.name)
    async with world() as (settings, text):
        settings = settings | {"WEATHER_SOURCE": "sample"}
        port = str(free_port())
        async with backend(folder, "--port", port, settings=settings, command=command) as first:
            await first.started()
            if settings["UPSTREAM"] == "responses":
                _save_assistant(folder)
            async with Running(first.url).socket() as before:
                try:
                    await before.say(text, timezone="Europe/Oslo")
                    await before.until_ended(await before.until(Ack))
                except ConnectionClosed:
                    pass
            if not (folder / STRUCK).exists():
                return False
            code, errors = await first.end()
            assert code == (0 if number is signal.SIGTERM else -number), errors
        without_fate = (*command[:-2], "0", number.name)
        async with backend(
            folder, "--port", port, settings=settings, command=without_fate
        ) as second:
            await second.started()
            after, run = await _come_back(second.url, before, text)
            query = {"thread_id": str(after.transcript.present_thread.id)}
            async with Running(second.url).socket(cookie=before.cookie, **query) as fresh:
                await fresh.until(Snapshot)
            await second.end(signal.SIGTERM)
    _check(folder, before, after, fresh, run, text)
    return True


async def _come_back(url: str, before: ScriptSocket, text: str) -> tuple[ScriptSocket, Run]:
    """As the page does it: the command that was not acknowledged is sent again."""
    async with Running(url).socket(cookie=before.cookie) as after:
        await after.say(text, timezone="Europe/Oslo")
        return after, await after.until_ended(await after.until(Ack))


def _check(
    folder: Path,
    before: ScriptSocket,
    after: ScriptSocket,
    fresh: ScriptSocket,
    run: Run,
    text: str,
) -> None:
    calls = Counter((folder / "calls.txt").read_text().splitlines() if _has_calls(folder) else ())
    assert calls["book Lima"] <= 1, calls
    endings = [e for e in (*before.received, *after.received) if isinstance(e, RunFinished)]
    assert len(endings) <= 1, "two endings were told"
    with closing(sqlite3.connect(folder / "data" / "runstream.db")) as database:
        [(status, state)] = database.execute("SELECT status, state FROM runs").fetchall()
        rows = dict(database.execute("SELECT id, body FROM items").fetchall())
        [(deltas,)] = database.execute("SELECT count(*) FROM deltas").fetchall()
    assert (status, state, deltas) == (run.status, None, 0)
    assert after.transcript.items == fresh.transcript.items
    for item in fresh.transcript.items:
        assert ITEM.validate_json(rows[item.id]) == item
        assert item.status not in ("in_progress", "running")
    messages = [i for i in fresh.transcript.items if isinstance(i, AssistantMessage)]
    if run.status == "completed":
        [message] = messages
        if text.startswith("Look"):
            assert message.text.strip() == ANSWER
        assert calls["book Lima"] == (0 if "weather" in text else 1)
    else:
        assert run.error is not None
        assert (run.error.code, run.error.retryable) == ("interrupted", True), run
        # Nobody knows whether the table is booked.
        assert "book" in text
        assert not messages


def _has_calls(folder: Path) -> bool:
    return (folder / "calls.txt").exists()


def _save_assistant(folder: Path) -> None:
    tools = '["function:look", "function:book"]'
    with closing(sqlite3.connect(folder / "data" / "runstream.db")) as database:
        database.execute(
            "INSERT INTO assistants (id, name, model, instructions, tools) VALUES (?, ?, ?, ?, ?)",
            ("asst_local_1", "Ada", "m", "", tools),
        )
        database.commit()


async def _every_await(names: list[str]) -> int:
    failures = 0
    for name, number in itertools.product(names, (signal.SIGKILL, signal.SIGTERM)):
        for place in itertools.count(1):
            with TemporaryDirectory(prefix="runstream-mortal-") as folder:
                try:
                    if not await survive(Path(folder), WORLDS[name], place, number):
                        print(f"{name}: {place - 1} awaits, {number.name}", flush=True)
                        break
                except Exception as error:
                    failures += 1
                    print(f"{name}: await {place}, {number.name}: {error!r}", flush=True)
    return failures


if __name__ == "__main__":
    sys.exit(asyncio.run(_every_await(sys.argv[1:] or [*WORLDS])) > 0)
