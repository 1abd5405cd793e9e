"""A server that ends at one await of a run, and the next one: what must hold then."""

import signal
from collections import Counter
from pathlib import Path

from sqlalchemy import text as sql
from websockets.exceptions import ConnectionClosed

from backend.domain.events import RunFinished
from backend.domain.ids import ItemId
from backend.domain.items import ITEM, OPEN_STATUSES, TERMINAL_STATUSES, AssistantMessage, Run
from backend.store.schema import assistants
from backend.websocket.messages import Ack, Snapshot
from tests.ports import free_port
from tests.running import Running, ScriptSocket
from tests.runs.mortal import mortal_server
from tests.runs.mortal_server import STRUCK
from tests.runs.worlds import ANSWER, World
from tests.stored import stored


async def survive(
    folder: Path, world: World, place: int, number: signal.Signals, *, asks: bool = False
) -> bool:
    """Returns whether there are so many awaits. With `asks` somebody has to allow each booking.

    Raises `AssertionError` for what must not be.
    """
    async with world() as (settings, text):
        # A run that is under way is let go of at once.
        settings = {**settings, "WEATHER_SOURCE": "sample", "STOP_GRACE_S": "0"}
        # Both where the same cookie is theirs.
        port = free_port()
        async with mortal_server(folder, settings, port, place, number) as first:
            await first.started()
            if asks:
                _have_bookings_allowed(folder)
            if "ASSISTANT_ID" in settings and settings["UPSTREAM"] != "assistants":
                save_assistant(folder)
            async with Running(first.url).socket() as before:
                try:
                    await before.say(text, timezone="Europe/Oslo")
                    await _to_the_end(before)
                except ConnectionClosed:
                    pass
            if not (folder / STRUCK).exists():
                return False
            code, errors = await first.end()
            assert code == (0 if number is signal.SIGTERM else -number), errors
        async with mortal_server(folder, settings, port) as second:
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
        return after, await _to_the_end(after)


async def _to_the_end(socket: ScriptSocket) -> Run:
    """Allow all that waits on the way, each by the same command as before."""
    ack = await socket.until(Ack)
    sent: set[ItemId] = set()
    while True:
        run = socket.transcript.runs.get(ack.run_id) if ack.run_id else None
        if run is not None and run.status in TERMINAL_STATUSES:
            return run
        items = socket.transcript.items_of(run.id) if run is not None else ()
        for item in items:
            if item.status == "awaiting_approval" and item.id not in sent:
                sent.add(item.id)
                await socket.send(
                    type="action.resolve", id=item.id, item_ids=[item.id], decision="allow"
                )
        await socket.next()


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
    with stored(folder) as database:
        [(status, state)] = database.execute(sql("SELECT status, state FROM runs")).all()
        rows = {row.id: row.body for row in database.execute(sql("SELECT id, body FROM items"))}
        deltas = database.scalar(sql("SELECT count(*) FROM deltas"))
    assert (status, state, deltas) == (run.status, None, 0)
    assert after.transcript.items == fresh.transcript.items
    for item in fresh.transcript.items:
        assert ITEM.validate_json(rows[item.id]) == item
        assert item.status not in OPEN_STATUSES
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


def _have_bookings_allowed(folder: Path) -> None:
    with stored(folder) as database:
        database.execute(sql("INSERT INTO tool_policies VALUES ('', 'book', 'ask')"))


def save_assistant(folder: Path) -> None:
    tools = '["function:look", "function:book"]'
    assistant = {"id": "asst_local_1", "name": "Ada", "model": "m", "instructions": ""}
    with stored(folder) as database:
        database.execute(assistants.insert(), {**assistant, "tools": tools})
