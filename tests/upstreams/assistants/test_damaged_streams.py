"""The damage property for streams of the Assistants API."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from backend.domain.errors import UpstreamError
from backend.domain.items import Item
from backend.openai_client.sse import SseDecoder
from backend.upstreams.assistants.upstream import create_upstream
from tests.paths import ROOT, SHARED, STREAMS
from tests.upstreams.assistants.test_streams import Playing
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
from tests.upstreams.loopback import upstream_server

SEEDS = 1
"""Of each damage to each recording. Many more were run when this was written."""

RECORDINGS = [
    *sorted((STREAMS / "assistants").glob("*.sse")),
    *sorted((SHARED / "streams" / "assistants").glob("*.sse")),
    *sorted((ROOT / "tests" / "real_servers" / "recordings").glob("llamphouse-*.sse")),
]


class Abridged(Driven):
    """Of published streams, whose deltas do not add up to the text of their messages."""

    def _deltas_tell_the_same(self, item: Item) -> None:
        pass


def events_of(recording: Path) -> list[Event]:
    decoded = SseDecoder().feed(recording.read_bytes())
    return [{"event": event.event, "data": _json(event.data)} for event in decoded]


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data.decode()


def body_of(events: list[Event]) -> bytes:
    """The stream as bytes. Its names stay as they are: they are no field of a value."""
    return b"".join(
        f"event: {event['event']}\ndata: {json.dumps(event['data'])}\n\n".encode()
        for event in events
        if isinstance(event.get("event"), str)
    )


def item_of(event: Event) -> object:
    """The message or the step that it belongs to."""
    name, data = str(event["event"]), event["data"]
    is_of_an_item = name.startswith(("thread.message.", "thread.run.step."))
    return data.get("id") if is_of_an_item and isinstance(data, dict) else None


def calls_in(events: list[Event]) -> Counter[str]:
    """The calls that the run waits for, in the undamaged recording."""
    found = {}
    for event in events:
        action = event["data"].get("required_action") if isinstance(event["data"], dict) else None
        for call in (action or {}).get("submit_tool_outputs", {}).get("tool_calls", ()):
            found[call["id"]] = call["function"]["name"]
    return Counter(found.values())


def texts_in(events: list[Event]) -> list[str]:
    texts = []
    for event in events:
        if event["event"] == "thread.message.delta" and isinstance(event["data"], dict):
            delta = event["data"].get("delta")
            content = delta.get("content") if isinstance(delta, dict) else None
            for part in content if isinstance(content, list) else ():
                text = part.get("text") if isinstance(part, dict) else None
                value = text.get("value") if isinstance(text, dict) else None
                texts += [value] if isinstance(value, str) else []
    return texts


async def first_round(events: list[Event]) -> tuple[Driven, UpstreamError | None]:
    end = b'event: thread.run.completed\ndata: {"id": "run_1", "status": "completed"}\n\n'
    async with upstream_server(Playing([body_of(events), end])) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        try:
            return await driven_to_the_end(upstream.session(run_request()), Abridged())
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
