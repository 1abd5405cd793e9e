"""What a function asks in the middle of its call."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from backend.domain.items import FunctionCall
from backend.websocket.messages import Ack, Error, Snapshot
from tests.functions_readme import examples, offered
from tests.running import Running, ScriptSocket, running
from tests.scripted import ScriptedUpstream
from tests.stored import stored
from tests.waiting.asking import (
    MILK,
    call_in,
    decided,
    parked,
    parkings,
    resolve,
    script,
    told,
    until,
    until_parked,
    waiting,
)

FUNCTIONS = '''
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from backend.tools.function import Declined, ToolContext, function


class Seat(BaseModel):
    row: int = Field(ge=1, le=30)
    side: Literal["window", "aisle"] = "aisle"


def free(seat: str) -> str:
    if seat == "1A":
        raise ValueError("1A is taken")
    return seat


def note(line: str) -> None:
    with Path("ledger.txt").open("a") as ledger:
        ledger.write(line + "\\n")


@function
async def book_seat(train: str, context: ToolContext) -> dict[str, object]:
    """Book a seat."""
    note(f"begin {train}")
    seat = context.ask(f"Which seat in {train}?", Seat)
    context.confirm(f"Pay for row {seat.row}?")
    note(f"pay {train}")
    return {"row": seat.row, "side": seat.side}


@function
def ask_plainly(context: ToolContext) -> str:
    """Ask for a text and a day."""
    name = context.ask("Your name?")
    day = context.ask("Which day?", date)
    return f"{name} on {day:%A}"


@function
def ask_gently(context: ToolContext) -> str:
    """Ask, and go on without."""
    try:
        context.confirm("Really?")
    except Declined as no:
        return f"left: {no.reason} {no.expired}"
    return "done"


@function
def ask_twice(context: ToolContext) -> str:
    """Ask until the answer fits."""
    return context.ask("Which seat?", Annotated[str, AfterValidator(free)])


@function
def ask_otherwise(context: ToolContext) -> str:
    """Ask something else each time."""
    note("begin")
    lines = len(Path("ledger.txt").read_text().splitlines())
    return context.ask(f"Question {lines}?")


@function
def catch_all(context: ToolContext) -> str:
    """Catch what is not to be caught."""
    try:
        context.confirm("Really?")
    except BaseException:
        return "caught"
    return "confirmed"


@function
def ask_for_ever(context: ToolContext) -> str:
    """Ask too often."""
    for number in range(100):
        context.confirm(f"Number {number}?")
    return "done"


@function(approval="ask")
def delete_rows(count: int, context: ToolContext) -> str:
    """Delete rows."""
    context.confirm(f"Delete {count} rows?")
    return f"deleted {count}"
'''
SEAT = ("book_seat", '{"train": "IC 7"}')


@pytest.fixture
async def server(
    tmp_path: Path, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Running]:
    monkeypatch.chdir(tmp_path)
    with offered(tmp_path / "more", asking_functions=FUNCTIONS):
        async with running(tmp_path, upstream) as server:
            yield server


def ledger(folder: Path) -> list[str]:
    return (folder / "ledger.txt").read_text().splitlines()


def value(text: str) -> Any:
    return json.loads(text)


async def until_asked(socket: ScriptSocket, message: str) -> FunctionCall:
    """Wait until a parked run asks this."""

    def asks() -> bool:
        actions = (item.required_action for item in waiting(socket))
        return any(action is not None and action.message == message for action in actions)

    await until(socket, asks)
    await until_parked(socket)
    return next(
        item
        for item in waiting(socket)
        if item.required_action is not None and item.required_action.message == message
    )


async def test_a_function_asks_twice_in_a_row_and_begins_again_with_each_answer(
    server: Running, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, SEAT)
        action = call.required_action
        assert action is not None
        assert (action.kind, action.within) == ("question", True)
        assert action.message == "Which seat in IC 7?"
        assert action.form["required"] == ["row"]
        answer = {"row": 3, "side": "window"}
        assert isinstance(await resolve(socket, call, decision="answer", arguments=answer), Ack)
        pay = await until_asked(socket, "Pay for row 3?")
        assert pay.required_action is not None
        assert pay.required_action.kind == "approval"
        [seat] = pay.required_action.earlier
        assert seat.resolution is not None
        assert seat.resolution.answer == answer
        assert isinstance(await resolve(socket, call), Ack)
        await socket.until_idle()
        thread = f"/api/threads/{socket.transcript.present_thread.id}"
    done = call_in(socket, call)
    assert (done.status, done.output) == ("completed", answer)
    assert value(told(upstream)[0]) == answer
    assert parkings(socket) == ["requires_action", "in_progress"] * 2
    assert ledger(tmp_path) == ["begin IC 7"] * 3 + ["pay IC 7"]
    async with socket.rest() as http:
        exported = (await http.get(f"{thread}/export?format=markdown")).text
    assert "It asked: Which seat in IC 7?" in exported
    assert '"side": "window"' in exported
    assert "It asked: Pay for row 3?" in exported


async def test_a_text_and_a_date_are_asked_for_without_a_model(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, ("ask_plainly", "{}"))
        await resolve(socket, call, decision="answer", arguments={"answer": "Ada"})
        await until_asked(socket, "Which day?")
        await resolve(socket, call, decision="answer", arguments='{"answer": "2026-11-30"}')
        await socket.until_idle()
    assert call_in(socket, call).output == "Ada on Monday"


@pytest.mark.parametrize(
    ("decision", "reason", "words"),
    [
        ("deny", "Too dear.", "The user said no to this: Pay for row 3? Reason: Too dear."),
        ("deny", None, "The user said no to this: Pay for row 3?"),
    ],
)
async def test_a_no_is_told_to_the_model_and_nothing_after_it_is_done(
    server: Running,
    upstream: ScriptedUpstream,
    tmp_path: Path,
    decision: str,
    reason: str | None,
    words: str,
) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, SEAT)
        await resolve(socket, call, decision="answer", arguments={"row": 3})
        await until_asked(socket, "Pay for row 3?")
        await resolve(socket, call, decision=decision, reason=reason)
        await socket.until_idle()
    assert call_in(socket, call).error == words
    assert value(told(upstream)[0])["error"] == {"code": "function_error", "message": words}
    assert "pay IC 7" not in ledger(tmp_path)


async def test_a_skipped_question_ends_the_function_and_a_caught_no_does_not(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        seat, gently = await parked(upstream, socket, SEAT, ("ask_gently", "{}"))
        await resolve(socket, seat, decision="skip")
        await resolve(socket, gently, decision="deny", reason="No.")
        await socket.until_idle()
    assert call_in(socket, seat).error == (
        "The user did not answer this question: Which seat in IC 7?"
    )
    assert call_in(socket, gently).output == "left: No. False"


async def test_what_nobody_answers_in_time_is_told_to_the_function(
    tmp_path: Path, upstream: ScriptedUpstream
) -> None:
    with offered(tmp_path / "more", asking_functions=FUNCTIONS):
        async with (
            running(tmp_path, upstream, action_timeout_s=0.3) as server,
            server.socket() as socket,
        ):
            [call] = await parked(upstream, socket, ("ask_gently", "{}"))
            await socket.until_idle()
    assert call_in(socket, call).output == "left: None True"
    assert decided(socket, call).decision == "expire"


async def test_an_answer_that_only_the_function_can_refuse_is_asked_for_once_more(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, ("ask_twice", "{}"))
        wrong: tuple[Any, ...] = (
            None,
            [],
            "[]",
            '{"answer":',
            "7",
            '{"answer": 1e999}',
            {},
            {"answer": 7},
        )
        for arguments in wrong:
            refused = await resolve(socket, call, decision="answer", arguments=arguments)
            assert isinstance(refused, Error), arguments
        await resolve(socket, call, decision="answer", arguments={"answer": "1A"})
        await until(
            socket,
            lambda: any(
                item.required_action is not None and item.required_action.problem is not None
                for item in waiting(socket)
            ),
        )
        again = call_in(socket, call).required_action
        assert again is not None
        assert "1A is taken" in (again.problem or "")
        await resolve(socket, call, decision="answer", arguments={"answer": "1B"})
        await socket.until_idle()
    assert call_in(socket, call).output == "1B"


async def test_a_yes_counts_once_and_takes_no_arguments(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, ("ask_gently", "{}"))
        wrong: tuple[dict[str, Any], ...] = (
            {"scope": "thread"},
            {"scope": "everywhere"},
            {"arguments": {}},
            {"decision": "answer", "arguments": {}},
        )
        for fields in wrong:
            assert isinstance(await resolve(socket, call, **fields), Error)
        assert [item.id for item in waiting(socket)] == [call.id]
        await resolve(socket, call)
        await socket.until_idle()
    assert call_in(socket, call).output == "done"


async def test_a_call_that_asks_first_and_then_again_keeps_its_changed_arguments(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, ("delete_rows", '{"count": 5}'))
        await resolve(socket, call, arguments={"count": 3})
        asked = await until_asked(socket, "Delete 3 rows?")
        assert asked.required_action is not None
        [first] = asked.required_action.earlier
        assert first.resolution is not None
        assert json.loads(first.resolution.arguments or "") == {"count": 3}
        await resolve(socket, call)
        await socket.until_idle()
    assert call_in(socket, call).output == "deleted 3"
    assert told(upstream)[0].startswith("The user allowed this call with other arguments: ")


async def test_a_function_allowed_for_good_still_gets_no_answer_by_that(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, ("delete_rows", '{"count": 5}'))
        await resolve(socket, call, scope="everywhere")
        await until_asked(socket, "Delete 5 rows?")
        async with socket.rest() as http:
            allow = {"approval": "always_allow"}
            (await http.put("/api/functions/delete_rows/approval", json=allow)).raise_for_status()
        assert [item.id for item in waiting(socket)] == [call.id]


async def test_two_calls_of_a_round_that_both_ask_and_one_that_does_not(
    server: Running, upstream: ScriptedUpstream
) -> None:
    other = ("book_seat", '{"train": "IC 8"}')
    weather = ("get_weather", '{"location": "Oslo", "dates": []}')
    async with server.socket() as socket:
        first, second = await parked(upstream, socket, SEAT, other, weather)
        await resolve(socket, second, decision="answer", arguments={"row": 8})
        await until_asked(socket, "Pay for row 8?")
        await resolve(socket, second)
        await until(socket, lambda: call_in(socket, second).status == "completed")
        await until_parked(socket)
        assert [item.id for item in waiting(socket)] == [first.id]
        await resolve(socket, first, decision="answer", arguments={"row": 7})
        await until_asked(socket, "Pay for row 7?")
        await resolve(socket, first)
        await socket.until_idle()
    assert [value(each)["row"] for each in told(upstream)[:2]] == [7, 8]


async def test_a_stop_ends_a_function_that_has_asked(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, SEAT)
        run = socket.transcript.active_run
        assert run is not None
        await socket.send(type="run.cancel", id="stop", run_id=run.id)
        await socket.until_run_ends()
        late = await resolve(socket, call, decision="answer", arguments={"row": 1})
        assert isinstance(late, Error)
        assert late.code == "not_waiting"
    assert call_in(socket, call).status == "cancelled"


async def test_a_script_answers_by_rest_and_the_first_answer_counts(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with (
        server.socket() as socket,
        socket.rest() as http,
    ):
        [call] = await parked(upstream, socket, ("ask_gently", "{}"))
        place = f"/api/threads/{socket.transcript.present_thread.id}/actions"
        [listed] = (await http.get(place)).json()["items"]
        assert listed["required_action"]["message"] == "Really?"
        body = {"item_ids": [call.id]}
        answers = await asyncio.gather(
            *(
                http.post(place, json=body | {"decision": decision})
                for decision in ("allow", "deny")
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        await socket.until_idle()


async def test_a_function_that_asks_something_else_when_it_is_called_again_fails(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, ("ask_otherwise", "{}"))
        await resolve(socket, call, decision="answer", arguments={"answer": "x"})
        await socket.until_idle()
    error = call_in(socket, call).error or ""
    assert "It asked 'Question 1?' before, and now 'Question 2?'" in error


async def test_a_function_that_catches_everything_asks_all_the_same(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, ("catch_all", "{}"))
        await resolve(socket, call)
        await socket.until_idle()
    assert call_in(socket, call).output == "confirmed"


async def test_a_call_asks_at_most_twenty_times(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, ("ask_for_ever", "{}"))
        for number in range(20):
            await until_asked(socket, f"Number {number}?")
            await resolve(socket, call)
        await socket.until_idle()
    assert call_in(socket, call).error == "A call asks at most 20 times."


async def test_an_edit_of_an_earlier_message_leaves_the_question_on_its_branch(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, SEAT)
        first = socket.transcript.items[0]
        script(upstream, MILK)
        await socket.send(type="message.edit", id="edit", item_id=first.id, text="Otherwise.")
        await until(socket, lambda: [item.name for item in waiting(socket)] == ["save_note"])
        late = await resolve(socket, call, decision="answer", arguments={"row": 1})
        assert isinstance(late, Error)


async def test_a_question_outlives_the_server_and_its_answer_is_given_to_the_next(
    tmp_path: Path, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with offered(tmp_path / "more", asking_functions=FUNCTIONS):
        async with running(tmp_path, upstream) as first, first.socket() as socket:
            [call] = await parked(upstream, socket, SEAT)
            await resolve(socket, call, decision="answer", arguments={"row": 4})
            await until_asked(socket, "Pay for row 4?")
        query = {"thread_id": str(socket.transcript.present_thread.id)}
        async with running(tmp_path, upstream) as second:
            session = socket.cookie.partition("=")[2]
            cookie = f"session_{second.url.rpartition(':')[2]}={session}"
            async with second.socket(cookie=cookie, **query) as again:
                await again.until(Snapshot)
                [still] = waiting(again)
                await resolve(again, still)
                await again.until_idle()
    assert call_in(again, call).output == {"row": 4, "side": "aisle"}
    assert ledger(tmp_path) == ["begin IC 7"] * 3 + ["pay IC 7"]


async def test_nobody_asks_again_where_a_call_is_parked_twice(
    server: Running, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    """A decision that is sent again while the function goes on changes nothing."""
    async with server.socket() as socket:
        [call] = await parked(upstream, socket, ("ask_gently", "{}"))
        frame = {"type": "action.resolve", "id": "same", "item_ids": [call.id]}
        await socket.send(**frame, decision="allow")
        await socket.send(**frame, decision="allow")
        assert await socket.until(Ack) == await socket.until(Ack)
        await socket.until_idle()
    assert call_in(socket, call).output == "done"
    with stored(tmp_path) as rows:
        assert rows.execute(text("SELECT state FROM runs")).scalar_one() is None


async def test_the_recipe_asks_which_notes_and_whether_to_delete_them(
    tmp_path: Path, upstream: ScriptedUpstream
) -> None:
    with offered(tmp_path / "more", tidy_notes=examples()["tidy_notes.py"]):
        async with running(tmp_path, upstream) as server, server.socket() as socket:
            [call] = await parked(upstream, socket, ("tidy_notes", "{}"))
            await resolve(socket, call, decision="answer", arguments={"older_than_days": 30})
            asked = await until_asked(socket, "Delete Milk, Bread for good?")
            await resolve(socket, asked)
            await socket.until_idle()
    assert call_in(socket, call).output == {"deleted": ["Milk", "Bread"]}
