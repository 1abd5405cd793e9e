"""Text that grew since its item was recorded: what the `deltas` table gets."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from typing import Any

from msgspec import structs

from backend.domain.events import StreamedDelta, delta_frame
from backend.domain.ids import ItemId, ThreadId
from backend.domain.items import DeltaField


class Journal:
    """One entry per field that grows, however many deltas it got: never more than their text."""

    def __init__(self) -> None:
        self._grown: dict[ItemId, dict[tuple[DeltaField, int], _Grown]] = {}

    def __bool__(self) -> bool:
        return bool(self._grown)

    @property
    def fields(self) -> int:
        """How many fields have grown."""
        return sum(map(len, self._grown.values()))

    def add(self, thread_id: ThreadId, delta: StreamedDelta) -> None:
        """Add a delta that begins where the last one of its field ended."""
        fields = self._grown.setdefault(delta.item_id, {})
        grown = fields.get((delta.field, delta.index))
        if grown is None:
            fields[delta.field, delta.index] = _Grown(thread_id, delta, [delta.delta], delta.seq)
        else:
            grown.parts.append(delta.delta)
            grown.seq = delta.seq

    def forget(self, item_id: ItemId) -> None:
        """Drop an item's deltas, since the item itself is stored with all its text."""
        self._grown.pop(item_id, None)

    def followed_by(self, later: "Journal", recorded: Container[ItemId]) -> "Journal":
        """Returns both as one, without earlier deltas of items in `recorded`."""
        both = Journal()
        both._grown = {
            item_id: dict(fields)
            for item_id, fields in self._grown.items()
            if item_id not in recorded
        }
        for item_id, fields in later._grown.items():
            mine = both._grown.setdefault(item_id, {})
            for key, grown in fields.items():
                mine[key] = mine[key].followed_by(grown) if key in mine else grown
        return both

    def apart(self) -> "Iterator[tuple[ThreadId, Journal]]":
        """Returns a journal for each thread."""
        threads: dict[ThreadId, Journal] = {}
        for item_id, fields in self._grown.items():
            thread_id = next(iter(fields.values())).thread_id
            threads.setdefault(thread_id, Journal())._grown[item_id] = fields
        yield from threads.items()

    def threads(self) -> Iterator[ThreadId]:
        """Yields the thread of each item that grew."""
        return (next(iter(fields.values())).thread_id for fields in self._grown.values())

    def rows(self) -> list[dict[str, Any]]:
        """A row per field, numbered by its last delta."""
        return [
            {"thread_id": grown.thread_id, "seq": grown.seq, "body": delta_frame(grown.delta())}
            for fields in self._grown.values()
            for grown in fields.values()
        ]


@dataclass(slots=True)
class _Grown:
    thread_id: ThreadId
    first: StreamedDelta
    parts: list[str]
    seq: int

    def followed_by(self, later: "_Grown") -> "_Grown":
        return replace(self, parts=["".join(self.parts + later.parts)], seq=later.seq)

    def delta(self) -> StreamedDelta:
        return structs.replace(self.first, seq=self.seq, delta="".join(self.parts))
