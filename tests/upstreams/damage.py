"""Recordings with one event dropped, doubled or moved, or one field changed in type.

Whatever it was: no call runs twice, no text that arrived is lost, and the run ends with a reason.
"""

import copy
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from backend.domain.errors import UpstreamError
from backend.domain.items import AssistantMessage, Reasoning
from backend.upstreams.base import UpstreamSession
from tests.upstreams.driving import Driven, drive_session

Event = dict[str, Any]
Damage = Callable[[list[Event], random.Random], list[Event]]

OTHER_VALUES: list[Any] = [None, 0, 7.5, True, "", [], {}, ["x"], {"x": 1}]


def dropped(events: list[Event], chance: random.Random) -> list[Event]:
    place = chance.randrange(len(events))
    return events[:place] + events[place + 1 :]


def doubled(events: list[Event], chance: random.Random) -> list[Event]:
    place = chance.randrange(len(events))
    return [*events[: place + 1], events[place], *events[place + 1 :]]


def moved(item_of: Callable[[Event], object]) -> Damage:
    """Two neighbours among the events of one item change places."""

    def moved(events: list[Event], chance: random.Random) -> list[Event]:
        keys = [item_of(event) for event in events]
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

    return moved


def changed_in_type(events: list[Event], chance: random.Random) -> list[Event]:
    place = chance.randrange(len(events))
    event = copy.deepcopy(events[place])
    holder, key = chance.choice(list(_fields(event)))
    holder[key] = chance.choice([v for v in OTHER_VALUES if type(v) is not type(holder[key])])
    return [*events[:place], event, *events[place + 1 :]]


def _next(keys: list[object], key: object, after: int) -> int | None:
    return next((place for place in range(after + 1, len(keys)) if keys[place] == key), None)


def _fields(value: Any) -> Iterator[tuple[Any, Any]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(entries):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _fields(inner)


# What must hold


@dataclass(frozen=True)
class Recording:
    """A recorded stream, and how to read and play it."""

    name: str
    events: list[Event]
    play: Callable[[list[Event]], Awaitable[tuple[Driven, UpstreamError | None]]]
    """Has a round streamed so."""
    calls: Counter[str]
    """The calls of the undamaged stream that run here, by name."""
    texts_in: Callable[[list[Event]], list[str]]
    """Finds the pieces of text in events."""


async def check_damage(recording: Recording, damage: Damage, seeds: int) -> tuple[Driven, ...]:
    """Returns what came of the whole stream, and of each damaged one."""
    whole, _ = await recording.play(recording.events)
    # Citation markers, links to a sandbox and tags of reasoning are taken out of any stream.
    visible = shown(whole)
    outcomes = [whole]
    for seed in range(seeds):
        damaged = damage(recording.events, random.Random(f"{recording.name} {seed}"))
        driven, error = await recording.play(damaged)
        arrived = [text for text in recording.texts_in(damaged) if text in visible]
        _check_property(driven, error, recording.calls, arrived)
        outcomes.append(driven)
    return tuple(outcomes)


async def driven_to_the_end(
    session: UpstreamSession, into: Driven
) -> tuple[Driven, UpstreamError | None]:
    try:
        return await drive_session(session, into=into), None
    except UpstreamError as error:
        return into, error


def _check_property(
    driven: Driven, error: UpstreamError | None, calls: Counter[str], arrived: Iterable[str]
) -> None:
    """`calls` are those of the undamaged recording by name, `arrived` the pieces of text."""
    assert Counter(call.name for call in driven.calls) <= calls
    assert len({call.call_id for call in driven.calls}) == len(driven.calls)
    text = shown(driven)
    assert not [piece for piece in arrived if piece not in text]
    assert driven.ended is not None or (error is not None and error.message)
    if driven.ended is not None and driven.ended.status not in ("completed", "cancelled"):
        assert driven.ended.error is not None
        assert "None" not in driven.ended.error.message


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
