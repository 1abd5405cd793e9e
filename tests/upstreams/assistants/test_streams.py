"""The Assistants API's streams, published ones and the project's own, through a real HTTP server."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import pytest
from openai.types.beta import AssistantStreamEvent
from pydantic import TypeAdapter

from backend.domain.annotations import FileCitation, FilePath
from backend.domain.ids import FileId
from backend.domain.items import (
    AssistantMessage,
    CodeInterpreterCall,
    CodeLogs,
    FileSearchCall,
    FunctionCall,
    Item,
)
from backend.domain.parts import ImagePart
from backend.domain.usage import Usage
from backend.openai_client.sse import ServerSentEvent, SseDecoder
from backend.upstreams.assistants import events as assistants_events
from backend.upstreams.assistants.upstream import create_upstream
from backend.upstreams.builders.made_parts import MAX_MADE_PARTS
from backend.upstreams.events import ItemChanged
from tests.paths import ROOT, SHARED, STREAMS
from tests.scripted import annotations_of
from tests.upstreams.assistants.objects import (
    event,
    function_call,
    message_delta,
    message_object,
    run_object,
    step_delta,
    step_object,
    text,
    thread_object,
)
from tests.upstreams.driving import Driven, drive_session, run_request, settings, without_ids
from tests.upstreams.loopback import Answer, Received, json_answer, sse, upstream_server

OWN = STREAMS / "assistants"
RECORDED = SHARED / "streams" / "assistants"

RECORDINGS = sorted(OWN.glob("*.sse"))
PUBLISHED = sorted(RECORDED.glob("*.sse"))


class Abridged(Driven):
    """Of a published stream, whose deltas do not add up to the text of its message."""

    def _deltas_tell_the_same(self, item: Item) -> None:
        pass


class Playing:
    """Answers each stream that is asked for with the next one; knows one thread and one run."""

    def __init__(self, bodies: Sequence[bytes], chunks: random.Random | None = None) -> None:
        self._bodies = list(bodies)
        self._chunks = chunks

    def __call__(self, request: Received) -> Answer:
        place = f"{request.method} {request.path}"
        if place == "POST /threads":
            return json_answer(thread_object("thread_1"))
        if place.endswith(("/runs", "/submit_tool_outputs")):
            return sse([self._bodies.pop(0)], chunks=self._chunks)
        if place.endswith("/cancel"):
            return json_answer({"id": "run_1", "status": "cancelling"})
        return json_answer({"error": {"message": "No run found with that id."}}, 404)


async def play(*bodies: bytes, chunks: random.Random | None = None, into: Any = None) -> Driven:
    async with upstream_server(Playing(bodies, chunks)) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        try:
            return await drive_session(upstream.session(run_request()), into=into)
        finally:
            await upstream.close()


def own(*names: str) -> list[bytes]:
    return [(OWN / f"{name}.sse").read_bytes() for name in names]


def published(*names: str) -> list[bytes]:
    if not PUBLISHED:
        pytest.skip("the published streams do not lie beside this checkout")
    return [(RECORDED / f"{name}.sse").read_bytes() for name in names]


def events_of(recording: Path) -> list[ServerSentEvent]:
    return SseDecoder().feed(recording.read_bytes())


# What the project knows of the stream


def sdk_event_names() -> set[str]:
    union, *_ = get_args(AssistantStreamEvent)
    return {
        name
        for member in get_args(union)
        for name in get_args(member.model_fields["event"].annotation)
    }


def test_every_event_of_the_sdk_is_decoded() -> None:
    assert {*assistants_events.EVENT_TYPES, "error"} == sdk_event_names()
    assert len(sdk_event_names()) == 24


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.stem)
def test_our_own_recordings_have_the_shape_of_the_sdks_types(recording: Path) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(AssistantStreamEvent)
    events = events_of(recording)
    assert events
    for sent in events:
        if sent.event != "done":
            adapter.validate_python({"event": sent.event, "data": json.loads(sent.data)})


def test_our_own_recordings_hold_every_event() -> None:
    seen = {sent.event for recording in RECORDINGS for sent in events_of(recording)}
    assert seen == sdk_event_names() | {"done"}


# Every recording


def followed_by_the_rest(recording: Path) -> list[bytes]:
    if recording.stem == "parallel-calls.1":
        return own("parallel-calls.1", "parallel-calls.2")
    return [recording.read_bytes()]


WHOLE = [path for path in RECORDINGS if path.stem not in ("no-terminal-event", "parallel-calls.2")]


@pytest.mark.parametrize("recording", WHOLE, ids=lambda path: path.stem)
async def test_a_recording_cut_at_random_places_tells_the_same(recording: Path) -> None:
    bodies = followed_by_the_rest(recording)
    whole = await play(*bodies)
    for seed in range(2):
        again = await play(*bodies, chunks=random.Random(seed))
        assert list(map(without_ids, again.events)) == list(map(without_ids, whole.events))


@pytest.mark.parametrize("recording", WHOLE, ids=lambda path: path.stem)
async def test_every_item_of_a_recording_ends_but_calls_that_waited_for_outputs(
    recording: Path,
) -> None:
    driven = await play(*followed_by_the_rest(recording))
    waiting = {call.item_id for call in driven.calls}
    assert driven.finished | waiting == set(driven.items)
    assert not driven.finished & waiting


# The published ones


@pytest.mark.parametrize("name", ["create-run", "create-thread-and-run"])
async def test_the_published_runs_say_hello(name: str) -> None:
    driven = await play(*published(name), into=Abridged())
    assert driven.only(AssistantMessage).text.startswith("Hello! How can I assist you today?")
    assert driven.ended is not None
    assert (driven.ended.status, driven.ended.error) == ("completed", None)


async def test_the_published_run_with_a_function_goes_on_with_its_output() -> None:
    bodies = published("create-thread-and-run-function", "submit-tool-outputs")
    driven = await play(*bodies, into=Abridged())
    (call,) = driven.calls
    assert (call.name, call.call_id) == ("get_current_weather", "call_XXNp8YGaFrjrSjgqxtC8JJ1B")
    assert json.loads(call.arguments)["location"] == "San Francisco, CA"
    called, other = driven.all_of(FunctionCall)
    assert called.arguments == call.arguments
    # The printed streams are of two runs: the second one's call has another id and its output.
    assert (other.status, other.output) == ("completed", "70 degrees and sunny.")
    text = driven.only(AssistantMessage).text
    assert text.startswith("The current weather in San Francisco, CA is 70 degrees Fahrenheit")
    assert driven.ended is not None
    assert driven.ended.usage == Usage(input_tokens=20, output_tokens=11, total_tokens=31)


# The project's own


async def test_parallel_calls_are_told_apart_by_their_index_and_answered_together() -> None:
    driven = await play(*own("parallel-calls.1", "parallel-calls.2"))
    assert [json.loads(call.arguments) for call in driven.calls] == [
        {"location": "Oslo"},
        {"location": "Lima"},
    ]
    for call in driven.calls:
        assert driven.texts[call.item_id, "arguments", 0] == call.arguments
    assert [type(item).__name__ for item in driven.items.values()] == [
        "AssistantMessage",
        "FunctionCall",
        "FunctionCall",
        "AssistantMessage",
    ]
    assert driven.all_of(AssistantMessage)[1].text == "Oslo is cold and Lima is mild."
    assert driven.ended is not None
    assert driven.ended.usage == Usage(input_tokens=20, output_tokens=5, total_tokens=25)


async def test_code_is_shown_with_its_logs_and_its_image() -> None:
    driven = await play(*own("code-interpreter"))
    code = driven.only(CodeInterpreterCall)
    assert (code.code, code.status) == ("import math\nprint(math.pi)", "completed")
    assert code.outputs == (CodeLogs(logs="3.141592653589793\n"), ImagePart(file_id="file-plot"))
    assert driven.texts[code.id, "logs", 0] == "3.141592653589793\n"


async def test_a_file_search_is_shown_and_cited_in_utf16_units() -> None:
    driven = await play(*own("file-search"))
    first, second = driven.only(FileSearchCall).results
    assert (first.filename, first.score, first.text) == ("tides.pdf", 0.91, "High water at noon.")
    assert (second.file_id, second.text) == ("file-moon", None)
    message = driven.only(AssistantMessage)
    assert message.text == "🌊 High water is at noon, twice a day. The moon does it."
    assert "【" not in "".join(driven.texts.values())
    citations = [note for note in driven.annotations if isinstance(note, FileCitation)]
    places = [(note.start, note.file_id, note.filename) for note in citations]
    assert places == [
        (24, "file-tides", "tides.pdf"),
        (37, "file-tides", "tides.pdf"),
        (47, "file-moon", "moon.pdf"),
    ]
    assert all(note.start == note.end for note in citations)
    assert annotations_of(message) == tuple(driven.annotations)


async def test_a_message_has_the_parts_that_came_in_their_order() -> None:
    message = (await play(*own("content-parts"))).only(AssistantMessage)
    plot, table, more, linked = message.content
    assert (plot, linked) == (
        ImagePart(file_id=FileId("file-plot")),
        ImagePart(url="https://example.org/a.png"),
    )
    assert table.text == "😀 Here is the plot (plot.csv) for you."
    (link,) = table.annotations
    units = table.text.encode("utf-16-le")
    assert isinstance(link, FilePath)
    assert units[link.start * 2 : link.end * 2].decode("utf-16-le") == "the plot (plot.csv)"
    assert (link.file_id, link.filename) == ("file-csv", "plot.csv")
    (citation,) = more.annotations
    assert isinstance(citation, FileCitation)
    before = more.text[: citation.start]
    assert message.refusal == "I cannot do the rest."
    assert before.endswith("And one more thing")


@pytest.mark.parametrize(
    ("status", "item_status", "code", "advice"),
    [
        ("incomplete", "incomplete", "max_completion_tokens", "Ask it to go on"),
        ("failed", "failed", "upstream_rate_limited", "You exceeded your current quota."),
        ("cancelled", "cancelled", None, ""),
        ("expired", "incomplete", "run_expired", "Send again"),
    ],
)
async def test_every_other_ending_keeps_what_was_said_and_runs_no_call(
    status: str, item_status: str, code: str | None, advice: str
) -> None:
    driven = await play(*own(status))
    assert driven.ended is not None
    assert driven.ended.status == status
    assert driven.calls == []
    message = driven.only(AssistantMessage)
    assert (message.text, message.status) == ("Half an ans", item_status)
    assert driven.only(FunctionCall).status in (item_status, "incomplete")
    assert (driven.ended.error.code if driven.ended.error else None) == code
    assert advice in (driven.ended.error.message if driven.ended.error else "")
    assert driven.ended.usage == Usage(input_tokens=20, output_tokens=5, total_tokens=25)


async def test_an_error_event_fails_the_run_and_stops_it_over_there() -> None:
    async with upstream_server(Playing(own("error"))) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        driven = await drive_session(upstream.session(run_request()))
        await upstream.close()
    assert driven.ended is not None
    assert driven.ended.status == "failed"
    assert driven.ended.error is not None
    assert (driven.ended.error.code, driven.ended.error.retryable) == ("upstream_broken", True)
    assert "The server had an error while processing" in driven.ended.error.message
    assert driven.only(AssistantMessage).text == "Almost"
    assert server.requests[-1].path == "/threads/thread_1/runs/run_abc123/cancel"


# What servers leave out

RUN = run_object("run_1", "thread_1", "asst_1")
COMPLETED = event("thread.run.completed", RUN)


def requires(*calls: dict[str, Any]) -> bytes:
    action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": calls}}
    return event("thread.run.requires_action", RUN | {"required_action": action})


async def test_a_required_call_that_no_step_announced_gets_its_item() -> None:
    driven = await play(
        requires(function_call("call_1", "get_weather", '{"location": "Oslo"}')), COMPLETED
    )
    item = driven.only(FunctionCall)
    assert item.name == "get_weather"
    assert driven.texts[item.id, "arguments", 0] == '{"location": "Oslo"}'
    assert [(call.item_id, call.call_id) for call in driven.calls] == [(item.id, "call_1")]


async def test_the_arguments_that_count_are_those_of_the_required_action() -> None:
    begun = {"index": 0, **function_call("call_1", "get_weather", '{"location": "Os')}
    driven = await play(
        event("thread.run.step.delta", step_delta("step_1", begun))
        + requires(function_call("call_1", "get_weather", '{"location": "Lima"}')),
        COMPLETED,
    )
    assert [call.arguments for call in driven.calls] == ['{"location": "Lima"}']
    assert driven.only(FunctionCall).arguments == '{"location": "Lima"}'


async def test_a_run_that_waits_for_nothing_it_names_fails() -> None:
    driven = await play(requires())
    assert driven.ended is not None
    assert driven.ended.error is not None
    assert "named no call" in driven.ended.error.message


async def test_calls_without_ids_in_their_deltas_are_not_doubled() -> None:
    begun = {"index": 0, "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
    driven = await play(
        event("thread.run.step.delta", step_delta("step_1", begun))
        + requires(function_call("call_1", "get_weather", "{}")),
        COMPLETED,
    )
    assert driven.only(FunctionCall).id == driven.calls[0].item_id


async def test_a_message_that_only_comes_whole_is_shown() -> None:
    message = message_object("msg_1", "thread_1", "assistant", [text("Hello")])
    driven = await play(event("thread.message.completed", message) + COMPLETED)
    assert driven.only(AssistantMessage).text == "Hello"


async def test_of_thousands_of_pictures_the_first_are_shown_at_once_and_the_rest_is_left_out() -> (
    None
):
    urls = [f"https://example.org/{number}.png" for number in range(2_000)]
    pictures = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    delta = message_delta("msg_1", *({"index": 0, **each} for each in pictures[:1_000]))
    whole = message_object("msg_1", "thread_1", "assistant", [*pictures, text("Hills.")])
    driven = await play(
        event("thread.message.delta", delta) + event("thread.message.completed", whole) + COMPLETED
    )
    *shown, words = driven.only(AssistantMessage).content
    assert shown == [ImagePart(url=url) for url in urls[:MAX_MADE_PARTS]]
    assert words.text == "Hills."
    assert sum(isinstance(each, ItemChanged) for each in driven.events) == 1
    assert len(set(driven.notes)) == 1


async def test_a_message_that_nobody_ends_ends_with_the_run() -> None:
    delta = message_delta("msg_1", {"index": 0, **text("Hello")})
    driven = await play(event("thread.message.delta", delta) + COMPLETED)
    message = driven.only(AssistantMessage)
    assert (message.text, message.status) == ("Hello", "completed")


async def test_deltas_without_a_messages_id_belong_to_one_message() -> None:
    deltas = b"".join(
        event("thread.message.delta", {"delta": {"content": [{"type": "text", **text(word)}]}})
        for word in ("Hel", "lo")
    )
    assert (await play(deltas + COMPLETED)).only(AssistantMessage).text == "Hello"


async def test_what_is_unknown_or_unreadable_is_skipped() -> None:
    step = step_object("step_1", RUN, {"type": "tool_calls", "tool_calls": []})
    step["step_details"]["tool_calls"] = [{"id": "x", "type": "telepathy", "telepathy": {}}]
    driven = await play(
        event("thread.run.dreaming", RUN)
        + event("thread.message.delta", "{not json")
        + event("thread.run.step.completed", step)
        + event("thread.message.delta", message_delta("msg_1", {"index": 0, **text("Hello")}))
        + COMPLETED
    )
    assert driven.only(AssistantMessage).text == "Hello"
    assert driven.ended is not None
    assert driven.ended.status == "completed"


@pytest.mark.parametrize("first", ["stored", "streamed"])
async def test_a_message_that_is_streamed_and_stored_under_two_ids_is_one(first: str) -> None:
    recording = ROOT / "tests/real_servers/recordings/llamphouse-streamed-then-stored.sse"
    *events, _ = recording.read_bytes().split(b"\n\n")
    if first == "streamed":
        events.sort(key=lambda event: b'"chatcmpl-1"' not in event)
    end = event("thread.run.completed", run_object("run_1", "thread_1", "asst_1"))
    driven = await play(b"\n\n".join([*events[:-1], end]))
    assert driven.only(AssistantMessage).text == "Message 1 of yours: Hello."
    assert driven.ended is not None
    assert driven.ended.status == "completed"
