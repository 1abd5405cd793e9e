"""The Responses API's streams, real captures and the project's own, through a real HTTP server."""

import random
from pathlib import Path
from typing import Any, get_args

import pytest
from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter

from backend.domain.annotations import FileCitation, FilePath, UrlCitation
from backend.domain.items import (
    AssistantMessage,
    CodeInterpreterCall,
    CodeLogs,
    FileSearchCall,
    FunctionCall,
    ImageGenerationCall,
    McpCall,
    Reasoning,
    WebSearchCall,
)
from backend.domain.parts import ImagePart
from backend.domain.usage import Usage
from backend.upstreams.events import ToolCallsRequired
from backend.upstreams.responses.decoding import IGNORED
from backend.upstreams.responses.events import TypedEvent
from backend.upstreams.responses.upstream import create_upstream
from tests.paths import SHARED, STREAMS
from tests.upstreams.driving import Driven, drive, settings, without_ids
from tests.upstreams.loopback import Answer, recorded_events, sse, upstream_server

OWN = STREAMS / "responses"
RECORDED = SHARED / "streams" / "responses"

CAPTURES = sorted(RECORDED.glob("*.jsonl"))
RECORDINGS = [*CAPTURES, *sorted(OWN.glob("*.jsonl"))]


def answers(*recordings: Path, chunks: random.Random | None = None) -> list[Answer]:
    """One answer per response in the recordings."""
    found: list[list[dict[str, Any]]] = []
    for recording in recordings:
        for event in recorded_events(recording):
            if event["type"] == "response.created":
                found.append([])
            found[-1].append(event)
    return [sse(events, chunks=chunks) for events in found]


async def play(script: list[Answer], **changes: Any) -> Driven:
    """A run against a server that plays the answers; it ends with the last of them."""
    async with upstream_server([*script, sse([GOOD_END])]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url, **changes))
        try:
            return await drive(upstream)
        finally:
            await upstream.close()


GOOD_END = {"type": "response.completed", "response": {"status": "completed", "output": []}}


def own(*names: str) -> list[Answer]:
    return answers(*(OWN / f"{name}.jsonl" for name in names))


def shared(name: str) -> list[Answer]:
    path = RECORDED / f"{name}.jsonl"
    if not path.exists():
        pytest.skip("the captures do not lie beside this checkout")
    return answers(path)


# What the project knows of the stream


def sdk_event_types() -> set[str]:
    union, *_ = get_args(ResponseStreamEvent)
    return {
        kind
        for event in get_args(union)
        for kind in get_args(event.model_fields["type"].annotation)
    }


def handled_event_types() -> set[str]:
    return {str(event.__struct_config__.tag) for event in get_args(TypedEvent)} | {"error"}


def test_every_event_of_the_sdk_is_handled_or_ignored_on_purpose() -> None:
    handled, ignored = handled_event_types(), IGNORED
    assert sdk_event_types() - handled - ignored == set()
    assert handled & ignored == set()
    assert {kind for kind in ignored if "apply_patch" not in kind} <= sdk_event_types()
    assert handled - sdk_event_types() == {"response.cancelled"}


@pytest.mark.parametrize("recording", sorted(OWN.glob("*.jsonl")), ids=lambda path: path.stem)
def test_our_own_recordings_have_the_shape_of_the_sdks_types(recording: Path) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
    for event in recorded_events(recording):
        adapter.validate_python(event)


# Every recording


@pytest.mark.parametrize("transport", ["httpx", "aiohttp"])
async def test_a_recording_cut_at_random_places_tells_the_same(transport: str) -> None:
    queue: list[Answer] = []
    async with upstream_server(lambda _: queue.pop(0)) as server:
        upstream = create_upstream(
            settings(openai_base_url=server.base_url, upstream_transport=transport)
        )
        for recording in RECORDINGS:
            queue[:] = [*answers(recording), sse([GOOD_END])]
            whole = await drive(upstream)
            for seed in range(3):
                chunks = random.Random(seed)
                queue[:] = [*answers(recording, chunks=chunks), sse([GOOD_END])]
                again = await drive(upstream)
                assert list(map(without_ids, again.events)) == list(map(without_ids, whole.events))
        await upstream.close()


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.stem)
async def test_every_item_of_a_recording_ends_but_calls_that_wait_for_outputs(
    recording: Path,
) -> None:
    driven = await play(answers(recording))
    waiting = {call.item_id for call in driven.calls}
    assert driven.finished | waiting == set(driven.items)
    assert not driven.finished & waiting


# The captures


async def test_azure_streams_text() -> None:
    driven = await play(shared("azure-text.1"))
    assert driven.only(AssistantMessage).text == "Hello"
    assert driven.ended is not None
    assert driven.ended.usage == Usage(input_tokens=11, output_tokens=11, total_tokens=22)


async def test_azure_calls_a_function() -> None:
    driven = await play(shared("azure-tool-call.1"))
    (call,) = driven.calls
    assert (call.name, call.arguments) == ("weather", '{"location":"San Francisco"}')
    assert call.call_id == "call_H5DxLSFnsGhiROnUiDHmgyc8"


async def test_lm_studio_shows_its_reasoning_and_sends_arguments_only_when_done() -> None:
    driven = await play(shared("lmstudio-tool-call.1"))
    assert driven.only(Reasoning).summary[0].startswith("The user is asking for the weather")
    assert driven.only(AssistantMessage).text.startswith("I'll get the current weather")
    (call,) = driven.calls
    assert driven.texts[call.item_id, "arguments", 0] == '{"location":"San Francisco"}'


async def test_hosted_code_is_shown_with_its_logs_and_its_file_is_linked() -> None:
    driven = await play(shared("openai-code-interpreter-tool.1"))
    first, second, third = driven.all_of(CodeInterpreterCall)
    assert first.code.startswith("import random, math")
    assert first.outputs == (CodeLogs(logs="(2, 12, 69868, 6.9868)"),)
    assert second.status == third.status == "completed"
    text = driven.only(AssistantMessage).text
    (link,) = driven.annotations
    assert isinstance(link, FilePath)
    assert link.filename == "roll2dice_sums_10000.csv"
    assert text[link.start : link.end] == "Download the sums CSV (roll2dice_sums_10000.csv)"
    assert "sandbox:" not in text
    assert driven.all_of(Reasoning) == [], "reasoning without a word is not shown"


async def test_a_file_search_is_shown_and_cited_where_it_was_inserted() -> None:
    driven = await play(shared("openai-file-search-tool.2"))
    search = driven.only(FileSearchCall)
    assert len(search.queries) == 3
    assert search.results[0].filename == "ai.pdf"
    assert search.results[0].score == 0.9312
    assert driven.annotations == [
        FileCitation(start=379, end=379, file_id="file-Ebzhf8H4DPGPr9pUhr7n7v", filename="ai.pdf")
    ]


async def test_web_searches_are_shown_and_their_pages_cited() -> None:
    driven = await play(shared("openai-web-search-tool.1"))
    searches = driven.all_of(WebSearchCall)
    assert [search.action for search in searches] == [
        "search",
        "search",
        "open_page",
        "find_in_page",
        "find_in_page",
        "find_in_page",
    ]
    assert searches[0].queries == ("tech news today December 5 2025",)
    assert len(searches[0].urls) > 3
    assert searches[2].urls[0].startswith("https://techcrunch.com/2025/12/05/petco")
    text = driven.only(AssistantMessage).text
    assert len(driven.annotations) == 12
    first = driven.annotations[0]
    assert isinstance(first, UrlCitation)
    assert text[first.start : first.end].startswith("([techcrunch.com](https://techcrunch.com")


async def test_a_listing_of_mcp_tools_is_shown() -> None:
    driven = await play(shared("openai-mcp-tool-approval.2"))
    listing = driven.only(McpCall)
    assert (listing.name, listing.server_label) == ("list_tools", "zip1")
    assert "create_short_url" in listing.output


async def test_usage_is_summed_over_the_rounds() -> None:
    driven = await play(shared("openai-reasoning-encrypted-content.1"))
    assert [call.arguments for call in driven.calls] == [
        '{"a":12,"b":7,"op":"add"}',
        '{"a":19,"b":3,"op":"multiply"}',
        '{"a":57,"b":10,"op":"multiply"}',
    ]
    assert driven.only(AssistantMessage).text == "The final result is **570**."
    assert driven.ended is not None
    assert driven.ended.usage == Usage(input_tokens=914, output_tokens=92, total_tokens=1006)


async def test_a_spent_quota_says_so() -> None:
    driven = await play(shared("openai-error.1"))
    assert driven.ended is not None
    assert driven.ended.status == "failed"
    assert driven.ended.error is not None
    assert driven.ended.error.code == "upstream_quota"
    assert "Add credit" in driven.ended.error.message


# The project's own


async def test_parts_of_a_message_are_joined_and_citations_point_into_the_joined_text() -> None:
    driven = await play(own("text"))
    text = driven.only(AssistantMessage).text
    assert text == "😀 Hello from the coast. See the charts  for the tides."
    url, file = driven.annotations
    units = text.encode("utf-16-le")
    assert units[url.start * 2 : url.end * 2].decode("utf-16-le") == "Hello"
    assert units[: file.start * 2].decode("utf-16-le").endswith("See the charts ")
    assert "\ue200" not in text


async def test_a_round_asks_for_all_its_calls_at_once() -> None:
    driven = await play(own("function-calls.1", "function-calls.2"))
    assert [(call.call_id, call.name) for call in driven.calls] == [
        ("call_oslo", "get_weather"),
        ("call_lima", "get_weather"),
    ]
    assert driven.only(Reasoning).summary == (
        "**Finding the weather**\n\nTwo places.",
        "**Calling**\n\nBoth at once.",
    )
    assert driven.ended is not None
    assert driven.ended.usage == Usage(
        input_tokens=280,
        output_tokens=60,
        total_tokens=340,
        reasoning_tokens=16,
        cached_tokens=164,
    )


async def test_a_round_with_calls_is_told_in_the_servers_own_form() -> None:
    driven = await play(own("function-calls.1", "function-calls.2"))
    [required] = [event for event in driven.events if isinstance(event, ToolCallsRequired)]
    assert required.native is not None
    output = required.native["output"]
    assert [item["type"] for item in output] == ["reasoning", "function_call", "function_call"]
    assert output[0]["encrypted_content"] == "gAAAAA-encrypted"


async def test_hosted_tools_are_shown_as_items() -> None:
    driven = await play(own("hosted-tools"))
    code = driven.only(CodeInterpreterCall)
    assert code.outputs == (
        CodeLogs(logs="3.141592653589793\n"),
        ImagePart(url="https://example.org/plot.png"),
    )
    assert driven.only(FileSearchCall).results[0].text == "High water at noon."
    assert driven.only(WebSearchCall).urls == ("https://example.org/tides",)
    assert driven.only(ImageGenerationCall).prompt == "A harbour at low tide"
    listing, call, failed = driven.all_of(McpCall)
    assert listing.output == "tide_at"
    assert (call.arguments, call.output, call.status) == ('{"hour":12}', "high", "completed")
    assert (failed.error, failed.status) == ("No such hour", "failed")
    text = driven.only(AssistantMessage).text
    assert text == "Pi is 3.14; download the plot (plot.png) here."
    link, citation = driven.annotations
    assert text[link.start : link.end] == "the plot (plot.png)"
    assert text[: citation.start].endswith("here")


async def test_a_hosted_tool_at_work_is_running() -> None:
    driven = await play(own("hosted-tools"))
    running = {
        event.item.type
        for event in driven.events
        if hasattr(event, "item") and event.item.status == "running"
    }
    assert running == {
        "code_interpreter_call",
        "file_search_call",
        "web_search_call",
        "image_generation_call",
    }


async def test_a_refusal_is_no_text() -> None:
    message = (await play(own("refusal"))).only(AssistantMessage)
    assert (message.text, message.refusal) == ("", "I cannot help with that.")


async def test_calls_of_an_incomplete_response_are_never_executed() -> None:
    driven = await play(own("incomplete"))
    assert driven.calls == []
    whole, half = driven.all_of(FunctionCall)
    assert (whole.status, half.status) == ("incomplete", "incomplete")
    assert half.arguments == '{"location":"Os'
    assert driven.only(AssistantMessage).text == "Let me look."
    assert driven.ended is not None
    assert driven.ended.status == "incomplete"
    assert driven.ended.error is not None
    assert driven.ended.error.code == "max_output_tokens"


async def test_a_failed_response_fails_the_run_with_its_code() -> None:
    driven = await play(own("failed"))
    assert driven.ended is not None
    assert driven.ended.status == "failed"
    assert driven.ended.error is not None
    assert (driven.ended.error.code, driven.ended.error.retryable) == ("server_error", True)
    assert "The server had an error." in driven.ended.error.message
