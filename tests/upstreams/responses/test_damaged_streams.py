"""The damage property for streams of the Responses API."""

import json
from collections import Counter
from pathlib import Path

import pytest

from backend.domain.errors import UpstreamError
from backend.domain.items import AssistantMessage, McpCall
from backend.upstreams.responses.upstream import create_upstream
from tests.paths import SHARED, STREAMS
from tests.upstreams.damage import (
    Damage,
    Event,
    Recording,
    changed_in_type,
    check_damage,
    doubled,
    driven_to_the_end,
    dropped,
    moved,
)
from tests.upstreams.driving import Driven, run_request, settings
from tests.upstreams.loopback import sse, upstream_server

SEEDS = 1
"""Of each damage to each recording. Many more were run when this was written."""

RECORDINGS = [
    *sorted((STREAMS / "responses").glob("*.jsonl")),
    *sorted((SHARED / "streams" / "responses").glob("*.jsonl")),
    *sorted((SHARED / "streams" / "responses" / "more").glob("*.sse")),
]

NAMES = {
    "function_call": None,
    "custom_tool_call": None,
    "shell_call": "shell",
    "local_shell_call": "shell",
    "apply_patch_call": "apply_patch",
}
"""The calls that are answered here, with the function that each is one of; None where it says it."""


def events_of(recording: Path) -> list[Event]:
    """Of the first response in the recording."""
    text = recording.read_text("utf-8")
    lines = text.splitlines()
    if recording.suffix == ".sse":
        lines = [line.removeprefix("data:") for line in lines if line.startswith("data:")]
    events: list[Event] = []
    for line in lines:
        if line.strip() in ("", "[DONE]"):
            continue
        event = json.loads(line)
        if event["type"] == "response.created" and events:
            break
        events.append(event)
    return events


def item_of(event: Event) -> object:
    item = event.get("item")
    if isinstance(item, dict):
        return item.get("id") or None
    return event.get("item_id") or None


# What must hold


def calls_in(events: list[Event]) -> Counter[str]:
    """The calls of the undamaged recording, and what it wants a permission for, by their ids."""
    found: dict[str, str] = {}
    for event in events:
        output = event.get("response", {}).get("output") or []
        for item in [event.get("item"), *output]:
            if isinstance(item, dict) and item.get("type") in NAMES:
                found[item.get("call_id") or ""] = NAMES[item["type"]] or item["name"]
            elif isinstance(item, dict) and item.get("type") == "mcp_approval_request":
                found[item["id"]] = f"{item['server_label']}.{item['name']}"
    return Counter(found.values())


def texts_in(events: list[Event]) -> list[str]:
    """Every delta of a text that arrives."""
    kinds = ("response.output_text.delta", "response.reasoning_summary_text.delta")
    return [
        event["delta"]
        for event in events
        if event.get("type") in kinds and isinstance(event.get("delta"), str)
    ]


async def first_round(events: list[Event]) -> tuple[Driven, UpstreamError | None]:
    good_end = {"type": "response.completed", "response": {"status": "completed"}}
    async with upstream_server([sse(events), sse([good_end])]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        try:
            return await driven_to_the_end(upstream.session(run_request()), Driven())
        finally:
            await upstream.close()


@pytest.mark.parametrize("damage", [dropped, doubled, moved(item_of), changed_in_type])
@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.stem)
async def test_a_damaged_stream_loses_no_text_and_repeats_no_call(
    recording: Path, damage: Damage
) -> None:
    events = events_of(recording)
    stream = Recording(recording.stem, events, first_round, calls_in(events), texts_in)
    whole, *damaged = await check_damage(stream, damage, SEEDS)
    said = [message.text for message in whole.all_of(AssistantMessage)]
    for seed, driven in enumerate(damaged):
        if damage is not changed_in_type:
            told = [message.text for message in driven.all_of(AssistantMessage)]
            assert told == said, f"seed {seed}"
        assert all(item.name for item in driven.all_of(McpCall)), f"seed {seed}"
