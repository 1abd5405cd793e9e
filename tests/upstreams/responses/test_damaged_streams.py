"""Recordings with one event dropped, doubled or moved, or one field changed in type.

Whatever it was: no call runs twice, no text that arrived is lost, and the run ends with a reason.
"""

import copy
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.domain.errors import UpstreamError
from backend.domain.items import AssistantMessage, McpCall, Reasoning
from backend.upstreams.responses.upstream import create_upstream
from tests.paths import SHARED, STREAMS
from tests.upstreams.driving import Driven, drive_session, run_request, settings
from tests.upstreams.loopback import Answer, sse, upstream_server

Event = dict[str, Any]

SEEDS = 1
"""Of each damage to each recording. Many more were run when this was written."""

RECORDINGS = [
    *sorted((STREAMS / "responses").glob("*.jsonl")),
    *sorted((SHARED / "streams" / "responses").glob("*.jsonl")),
    *sorted((SHARED / "streams" / "responses" / "more").glob("*.sse")),
]
OTHER_VALUES: list[Any] = [None, 0, 7.5, True, "", [], {}, ["x"], {"x": 1}]


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


# Damages


def dropped(events: list[Event], chance: random.Random) -> list[Event]:
    place = chance.randrange(len(events))
    return events[:place] + events[place + 1 :]


def doubled(events: list[Event], chance: random.Random) -> list[Event]:
    place = chance.randrange(len(events))
    return [*events[: place + 1], events[place], *events[place + 1 :]]


def moved(events: list[Event], chance: random.Random) -> list[Event]:
    """Two neighbours among the events of one item change places."""
    keys = [_item_of(event) for event in events]
    pairs = [
        (here, there)
        for here, key in enumerate(keys)
        if key is not None and (there := _next(keys, key, here)) is not None
    ]
    if not pairs:
        return events
    here, there = chance.choice(pairs)
    changed = list(events)
    changed[here], changed[there] = changed[there], changed[here]
    return changed


def changed_in_type(events: list[Event], chance: random.Random) -> list[Event]:
    place = chance.randrange(len(events))
    event = copy.deepcopy(events[place])
    holder, key = chance.choice(list(_fields(event)))
    holder[key] = chance.choice([v for v in OTHER_VALUES if type(v) is not type(holder[key])])
    return [*events[:place], event, *events[place + 1 :]]


def _item_of(event: Event) -> object:
    item = event.get("item")
    if isinstance(item, dict):
        return item.get("id") or None
    return event.get("item_id") or None


def _next(keys: list[object], key: object, after: int) -> int | None:
    return next((place for place in range(after + 1, len(keys)) if keys[place] == key), None)


def _fields(value: Any) -> Iterator[tuple[Any, Any]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(entries):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _fields(inner)


# What must hold


def calls_in(events: list[Event]) -> Counter[str]:
    """The calls of the undamaged recording, by call id."""
    found: dict[str, str] = {}
    for event in events:
        output = event.get("response", {}).get("output") or []
        for item in [event.get("item"), *output]:
            if isinstance(item, dict) and item.get("type") == "function_call":
                found[item.get("call_id") or ""] = item["name"]
    return Counter(found.values())


def texts_in(events: list[Event]) -> list[str]:
    """Every delta of a text that arrives."""
    kinds = ("response.output_text.delta", "response.reasoning_summary_text.delta")
    return [
        event["delta"]
        for event in events
        if event.get("type") in kinds and isinstance(event.get("delta"), str)
    ]


def shown(driven: Driven) -> str:
    texts: list[str] = []
    for item in driven.items.values():
        if isinstance(item, AssistantMessage):
            texts.append(item.text)
        elif isinstance(item, Reasoning):
            texts += item.summary
    for (item_id, _, _), text in driven.texts.items():
        if item_id not in driven.finished:
            texts.append(text)
    return "\n".join(texts)


async def first_round(answer: Answer) -> tuple[Driven, UpstreamError | None]:
    driven = Driven()
    good_end = {"type": "response.completed", "response": {"status": "completed"}}
    async with upstream_server([answer, sse([good_end])]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        try:
            await drive_session(upstream.session(run_request()), into=driven)
        except UpstreamError as error:
            return driven, error
        finally:
            await upstream.close()
    return driven, None


@pytest.mark.parametrize("damage", [dropped, doubled, moved, changed_in_type])
@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.stem)
async def test_a_damaged_stream_loses_no_text_and_repeats_no_call(
    recording: Path, damage: Callable[[list[Event], random.Random], list[Event]]
) -> None:
    events = events_of(recording)
    whole, _ = await first_round(sse(events))
    said = [message.text for message in whole.all_of(AssistantMessage)]
    for seed in range(SEEDS):
        damaged = damage(events, random.Random(f"{recording.stem} {seed}"))
        driven, error = await first_round(sse(damaged))
        made = Counter(call.name for call in driven.calls)
        assert made <= calls_in(events), f"seed {seed}"
        assert len({call.call_id for call in driven.calls}) == len(driven.calls)
        text = shown(driven)
        lost = {delta for delta in texts_in(damaged) if delta not in text}
        # Citation markers and links to a sandbox are taken out of any stream.
        assert not {delta for delta in lost if delta in shown(whole)}, f"seed {seed}"
        if damage is not changed_in_type:
            told = [message.text for message in driven.all_of(AssistantMessage)]
            assert told == said, f"seed {seed}"
        assert driven.ended is not None or (error is not None and error.message), f"seed {seed}"
        if driven.ended is not None and driven.ended.status != "completed":
            assert driven.ended.error is not None
            assert "None" not in driven.ended.error.message
        assert all(item.name for item in driven.all_of(McpCall)), f"seed {seed}"
