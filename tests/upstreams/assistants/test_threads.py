"""Remote threads and runs that do not go as planned, at a server that holds them."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from backend.domain.assistant import Assistant
from backend.domain.errors import UpstreamBroken, UpstreamNotFound
from backend.domain.ids import ItemId
from backend.domain.items import (
    AssistantMessage,
    CodeInterpreterCall,
    FunctionCall,
    Item,
    UserMessage,
)
from backend.domain.parts import JsonPart, TextPart
from backend.domain.usage import Usage
from backend.upstreams.assistants import runs as assistants_runs
from backend.upstreams.assistants.upstream import AssistantsUpstream, create_upstream
from backend.upstreams.events import RemoteState, ToolCallsRequired, UpstreamEvent
from backend.upstreams.request import RunRequest
from tests.upstreams.assistants.runs import Call, End, Expire, Hosted, Quiet, Raw, Round, Say, Wait
from tests.upstreams.assistants.server import AssistantsServer, assistants_server
from tests.upstreams.driving import Driven, drive, drive_session, run_request, settings

ASKED = "What's the weather in Oslo and Lima tomorrow?"


@asynccontextmanager
async def upstream_for(
    *script: list[Round], **changes: Any
) -> AsyncIterator[tuple[AssistantsServer, AssistantsUpstream]]:
    async with assistants_server(script) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url, **changes))
        try:
            yield server, upstream
        finally:
            await upstream.close()


def request(*history: Item, **changes: Any) -> RunRequest:
    return run_request(*history, assistant=Assistant("asst_1", "Ada", "gpt-4.1"), **changes)


def user(text: str) -> UserMessage:
    return UserMessage(id=ItemId(f"item_{text}"), text=text, status="completed", created_at=1.0)


def said(text: str) -> AssistantMessage:
    return AssistantMessage(
        id=ItemId(f"item_{text}"),
        content=(TextPart(text=text),),
        status="completed",
        created_at=1.0,
    )


def text_of(driven: Driven) -> str:
    text: str = driven.only(AssistantMessage).text
    return text


def well_ended(driven: Driven) -> bool:
    return driven.ended is not None and (driven.ended.status, driven.ended.error) == (
        "completed",
        None,
    )


# Remote threads


async def test_a_new_thread_gets_the_message_and_says_which_it_is_before_its_run() -> None:
    async with upstream_for() as (server, upstream):
        driven = await drive(upstream, request())
    assert server.asked == ["POST /threads", "POST /threads/thread_1/runs"]
    assert server.threads["thread_1"].texts[0] == ("user", ASKED)
    assert text_of(driven) == f"You said: {ASKED}"
    assert driven.events[:2] == [
        RemoteState(run={"thread_id": "thread_1"}, thread_id="thread_1"),
        RemoteState(run={"thread_id": "thread_1", "run_id": "run_1"}, thread_id="thread_1"),
    ]


async def test_a_thread_that_mirrors_ours_gets_the_new_message_only() -> None:
    async with upstream_for() as (server, upstream):
        await drive(upstream, request(user("One")))
        history = (user("One"), said("You said: One"), user("Two"))
        driven = await drive(upstream, request(*history, remote_thread_id="thread_1"))
    assert server.asked[2:] == ["POST /threads/thread_1/messages", "POST /threads/thread_1/runs"]
    assert server.threads["thread_1"].texts == [
        ("user", "One"),
        ("assistant", "You said: One"),
        ("user", "Two"),
        ("assistant", "You said: Two"),
    ]
    assert {state.thread_id for state in driven.remote} == {"thread_1"}


async def test_history_is_replayed_with_its_calls_told_as_text() -> None:
    call = FunctionCall(
        id=ItemId("item_c"),
        name="get_weather",
        arguments='{"location": "Oslo"}',
        outputs=(JsonPart(value={"sky": "grey"}),),
        status="completed",
        created_at=1.0,
    )
    async with upstream_for() as (server, upstream):
        await drive(upstream, request(user("Weather?"), call, said("Grey."), user("And Lima?")))
    assert server.threads["thread_1"].texts[:3] == [
        ("user", "Weather?"),
        (
            "assistant",
            '(The assistant called: get_weather({"location": "Oslo"})\nIt answered: {"sky": "grey"})'
            "\n\nGrey.",
        ),
        ("user", "And Lima?"),
    ]


async def test_a_long_history_is_created_in_part_and_added_in_part() -> None:
    history = [make(str(place)) for place in range(20) for make in (user, said)]
    async with upstream_for() as (server, upstream):
        await drive(upstream, request(*history, user("Last")))
    _, created = server.requests[0]
    assert len(created["messages"]) == 32
    assert server.asked.count("POST /threads/thread_1/messages") == 9
    texts = server.threads["thread_1"].texts
    assert [text for _, text in texts[:41]] == [*(item.text for item in history), "Last"]


async def test_a_thread_that_is_gone_is_made_anew_with_the_history() -> None:
    async with upstream_for() as (server, upstream):
        history = (user("One"), said("Uno"), user("Two"))
        driven = await drive(upstream, request(*history, remote_thread_id="thread_gone"))
    assert well_ended(driven)
    assert driven.remote[0].thread_id == "thread_1"
    assert server.threads["thread_1"].texts[:3] == [
        ("user", "One"),
        ("assistant", "Uno"),
        ("user", "Two"),
    ]


async def test_an_assistant_that_is_gone_ends_the_run_with_a_sentence() -> None:
    async with upstream_for() as (server, upstream):
        server.assistants.clear()
        with pytest.raises(UpstreamNotFound, match="No assistant found with id 'asst_1'") as raised:
            await drive(upstream, request())
    assert raised.value.error_code == "upstream_not_found"


# A run that is active already


async def left_active(server: AssistantsServer, upstream: AssistantsUpstream) -> None:
    """A run that waits for outputs that nobody will send."""
    session = upstream.session(request(user("One")))
    async for event in session.next(None):
        if isinstance(event, ToolCallsRequired):
            break
    assert server.player().run["status"] == "requires_action"


async def test_a_run_that_is_still_active_is_cancelled_and_the_message_goes_through() -> None:
    async with upstream_for([(Call("get_weather"),)]) as (server, upstream):
        await left_active(server, upstream)
        driven = await drive(upstream, request(user("Two"), remote_thread_id="thread_1"))
    assert well_ended(driven)
    assert server.player().run["status"] == "cancelled"
    assert list(server.threads) == ["thread_1"]
    assert server.threads["thread_1"].texts[-2:] == [
        ("user", "Two"),
        ("assistant", "You said: Two"),
    ]
    assert "POST /threads/thread_1/runs/run_1/cancel" in server.asked


async def test_a_run_that_is_slow_to_stop_is_awaited() -> None:
    async with upstream_for([(Call("get_weather"),)]) as (server, upstream):
        await left_active(server, upstream)
        server.player().settles_after = 2
        driven = await drive(upstream, request(user("Two"), remote_thread_id="thread_1"))
    assert well_ended(driven)
    assert server.asked.count("GET /threads/thread_1/runs/run_1") == 3


async def test_a_run_that_never_ends_is_left_behind_on_its_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(assistants_runs, "FREEING_TIMEOUT_S", 0.3)
    async with upstream_for([(Call("get_weather"),)]) as (server, upstream):
        await left_active(server, upstream)
        server.player().settles_after = 1_000
        history = (user("One"), said("Uno"), user("Two"))
        driven = await drive(upstream, request(*history, remote_thread_id="thread_1"))
    assert well_ended(driven)
    assert driven.remote[0].thread_id == "thread_2"
    assert server.threads["thread_2"].texts[0] == ("user", "One")


# Rounds


@pytest.mark.parametrize("transport", ["httpx", "aiohttp"])
async def test_all_outputs_of_a_round_go_in_one_request(transport: str) -> None:
    calls = (Call("get_weather", location="Oslo"), Call("get_weather", location="Lima"))
    rounds: list[Round] = [calls, (Call("get_weather", location="Rome"),), (Say("Done."),)]
    async with upstream_for(rounds, upstream_transport=transport) as (server, upstream):
        driven = await drive(upstream, request(), answer=lambda call: f"of {call.arguments}")
    submitted = [body for place, body in server.requests if place.endswith("submit_tool_outputs")]
    assert [len(body["tool_outputs"]) for body in submitted] == [2, 1]
    assert submitted[0] == {
        "stream": True,
        "tool_outputs": [
            {"tool_call_id": call.call_id, "output": f"of {call.arguments}"}
            for call in driven.calls[:2]
        ],
    }
    assert text_of(driven) == "Done."
    assert driven.ended is not None
    assert driven.ended.usage == Usage(input_tokens=20, output_tokens=5, total_tokens=25)


async def test_a_run_that_expired_during_its_tools_goes_on_elsewhere_with_their_outputs() -> None:
    first: list[Round] = [(Say("One moment."), Call("get_weather", location="Oslo"), Expire())]
    async with upstream_for(first, [(Say("It rains."),)]) as (server, upstream):
        driven = await drive(upstream, request(), answer=lambda _: '"rain"')
    assert well_ended(driven)
    assert server.threads["thread_2"].texts == [
        ("user", ASKED),
        (
            "assistant",
            "One moment.\n\n"
            '(The assistant called: get_weather({"location": "Oslo"})\nIt answered: "rain")',
        ),
        ("assistant", "It rains."),
    ]
    assert [message.text for message in driven.all_of(AssistantMessage)] == [
        "One moment.",
        "It rains.",
    ]
    assert len(driven.all_of(FunctionCall)) == 1
    assert driven.ended is not None
    assert driven.ended.usage == Usage(input_tokens=40, output_tokens=10, total_tokens=50)
    assert [state.run.get("run_id") for state in driven.remote] == [None, "run_1", None, "run_2"]


async def test_a_run_that_somebody_cancelled_during_its_tools_is_cancelled() -> None:
    async with upstream_for([(Call("get_weather"),)]) as (server, upstream):
        session = upstream.session(request())

        def cancelling(_: object) -> str:
            server.player().cancel()
            return "late"

        driven = await drive_session(session, answer=cancelling)
    assert driven.ended is not None
    assert driven.ended.status == "cancelled"
    assert len(server.threads) == 1


# Streams that do not tell the end


class Slowing(Driven):
    """Makes the run look as if it went on, for that many looks."""

    def __init__(self, server: AssistantsServer, looks: int = 1_000) -> None:
        super().__init__()
        self._server = server
        self._looks = looks

    def take(self, event: UpstreamEvent) -> None:
        super().take(event)
        if isinstance(event, RemoteState) and "run_id" in event.run:
            self._server.player().settles_after = self._looks


@pytest.mark.parametrize("transport", ["httpx", "aiohttp"])
@pytest.mark.parametrize("cut", [False, True], ids=["ended", "cut"])
async def test_a_stream_without_an_end_is_caught_up_with(cut: bool, transport: str) -> None:
    code = {"input": "1+1", "outputs": [{"type": "logs", "logs": "2"}]}
    hosted = Hosted({"id": "call_x", "type": "code_interpreter", "code_interpreter": code})
    moves = (Say("First."), Quiet(cut), hosted, Say("Second."))
    async with upstream_for([moves], upstream_transport=transport) as (_, upstream):
        driven = await drive(upstream, request())
    assert well_ended(driven)
    assert [type(item).__name__ for item in driven.items.values()] == [
        "AssistantMessage",
        "CodeInterpreterCall",
        "AssistantMessage",
    ]
    assert [message.text for message in driven.all_of(AssistantMessage)] == ["First.", "Second."]
    assert driven.only(CodeInterpreterCall).code == "1+1"
    assert driven.finished == set(driven.items)
    assert driven.ended is not None
    assert driven.ended.usage is not None


async def test_a_run_that_goes_on_after_its_stream_is_awaited() -> None:
    async with upstream_for([(Quiet(), Say("Late."))]) as (server, upstream):
        driven = Slowing(server, 2)
        await drive_session(upstream.session(request()), into=driven)
    assert text_of(driven) == "Late."
    assert server.asked.count("GET /threads/thread_1/runs/run_1") == 3


async def test_calls_that_the_stream_did_not_tell_are_still_answered() -> None:
    moves: Round = (Quiet(), Call("get_weather", location="Oslo"))
    async with upstream_for([moves, (Say("Rain."),)]) as (_, upstream):
        driven = await drive(upstream, request())
    assert [json.loads(call.arguments) for call in driven.calls] == [{"location": "Oslo"}]
    assert text_of(driven) == "Rain."


async def test_a_failure_that_the_stream_did_not_tell_is_told() -> None:
    failed = End("failed", {"last_error": {"code": "server_error", "message": "Out of cheese."}})
    async with upstream_for([(Quiet(), failed)]) as (_, upstream):
        driven = await drive(upstream, request())
    assert driven.ended is not None
    assert driven.ended.error is not None
    assert "Out of cheese." in driven.ended.error.message


async def test_a_run_that_never_ends_is_given_up_in_time() -> None:
    async with upstream_for([(Quiet(), Say("Never."))], upstream_stall_timeout_s=0.4) as (
        server,
        upstream,
    ):
        driven = Slowing(server)
        with pytest.raises(UpstreamBroken, match="ended its stream before the answer"):
            await drive_session(upstream.session(request()), into=driven)


async def test_a_stream_that_stalls_is_caught_up_with() -> None:
    going_on = asyncio.Event()
    moves: Round = (Say("First."), Wait(going_on), Say("Second."))
    async with upstream_for([moves], upstream_stall_timeout_s=0.5) as (server, upstream):
        driven = Driven()
        session = upstream.session(request())
        waiting = asyncio.create_task(drive_session(session, into=driven))
        await server.until_asked("GET /threads/thread_1/runs/run_1")
        going_on.set()
        await waiting
    assert [message.text for message in driven.all_of(AssistantMessage)] == ["First.", "Second."]


# Cancelling


async def test_cancelling_stops_the_remote_run_and_keeps_what_was_said() -> None:
    async with upstream_for([(Say("Hello there."), Wait(), Say("Never said."))]) as (
        server,
        upstream,
    ):
        session = upstream.session(request())
        driven = Driven()
        async for event in session.next(None):
            driven.take(event)
            if driven.finished:
                await session.cancel()
                break
        assert "POST /threads/thread_1/runs/run_1/cancel" in server.asked
    assert text_of(driven) == "Hello there."


async def test_a_run_that_is_cancelled_while_it_streams_ends_as_cancelled() -> None:
    async with upstream_for([(Say("Hello."), Wait())]) as (_, upstream):
        session = upstream.session(request())
        driven = Driven()
        async for event in session.next(None):
            driven.take(event)
            if driven.finished and driven.ended is None and len(driven.finished) == 1:
                await session.cancel()
    assert driven.ended is not None
    assert driven.ended.status == "cancelled"


async def test_a_run_whose_id_never_came_is_cancelled_all_the_same() -> None:
    async with upstream_for([(Call("get_weather"),)]) as (server, upstream):
        session = upstream.session(request())
        events = session.next(None)
        async for event in events:
            assert isinstance(event, RemoteState)
            break
        starting = asyncio.ensure_future(anext(events))
        await server.until_asked("POST /threads/thread_1/runs")
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        await session.cancel()
        assert server.player().run["status"] in ("cancelled", "cancelling")


async def test_cancelling_is_harmless_before_and_after_the_run() -> None:
    async with upstream_for() as (server, upstream):
        session = upstream.session(request())
        await session.cancel()
        assert server.asked == []
        await drive_session(session)
        asked = len(server.asked)
        await session.cancel()
        assert len(server.asked) == asked


async def test_an_answer_to_a_cancel_that_comes_too_late_is_harmless() -> None:
    async with upstream_for([(Call("get_weather"), Expire())]) as (server, upstream):
        session = upstream.session(request())
        async for _ in session.next(None):
            pass
        await session.cancel()
        assert server.asked[-1] == "POST /threads/thread_1/runs/run_1/cancel"


async def test_the_sdks_warning_of_deprecation_reaches_nobody(
    recwarn: pytest.WarningsRecorder, caplog: pytest.LogCaptureFixture
) -> None:
    logging.captureWarnings(True)
    try:
        async with upstream_for([(Call("get_weather"),), (Say("Rain."),)]) as (_, upstream):
            await drive(upstream, request())
            await upstream.get_assistant("asst_1")
    finally:
        logging.captureWarnings(False)
    assert "deprecated" not in caplog.text
    assert not [warning for warning in recwarn if "deprecated" in str(warning.message)]


async def test_events_of_another_kind_in_between_are_skipped() -> None:
    async with upstream_for([(Raw("thread.dreamed", {"id": "x"}), Say("Hello."))]) as (_, upstream):
        assert text_of(await drive(upstream, request())) == "Hello."
