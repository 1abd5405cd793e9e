"""The damage property for streams of the Chat Completions API."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.domain.errors import UpstreamError
from backend.upstreams.chat_completions import create_upstream
from tests.paths import STREAMS
from tests.upstreams.chat_completions.objects import DONE, said
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

SEEDS = 3
"""Of each damage to each recording. Many more were run when this was written."""

RECORDINGS = sorted((STREAMS / "chat_completions").glob("*.sse"))


def events_of(recording: Path) -> list[Event]:
    lines = recording.read_text("utf-8").splitlines()
    data = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
    return [json.loads(text) for text in data if text != "[DONE]"]


def deltas(events: list[Event]) -> Iterator[Event]:
    for event in events:
        choices = event.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict) and isinstance(choice.get("delta"), dict):
                yield choice["delta"]


def item_of(event: Event) -> object:
    """Of a chunk with text, or with a piece of a call."""
    for delta in deltas([event]):
        for piece in delta.get("tool_calls") or ():
            return "call", piece.get("index")
        return next((name for name, value in delta.items() if value), None)
    return None


def calls_in(events: list[Event]) -> Counter[str]:
    names = [
        piece["function"].get("name")
        for delta in deltas(events)
        for piece in delta.get("tool_calls") or ()
    ]
    return Counter(filter(None, names))


def texts_in(events: list[Event]) -> list[str]:
    fields = ("content", "reasoning_content")
    return [
        text
        for delta in deltas(events)
        for field in fields
        if isinstance(text := delta.get(field), str)
    ]


async def first_round(events: list[Event]) -> tuple[Driven, UpstreamError | None]:
    answer = sse([*events, DONE], named=False)
    async with upstream_server([answer, said("Done.")]) as server:
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
    await check_damage(stream, damage, SEEDS)
