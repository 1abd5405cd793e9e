"""How much an upstream says in a run: text in pieces, whole items, sources and calls alike."""

from typing import Final

from backend.domain.errors import AnswerTooLong
from backend.domain.ids import ItemId
from backend.domain.items import AssistantMessage, Item, ItemBase
from backend.domain.parts import MessagePart
from backend.upstreams.events import (
    Annotated,
    ItemChanged,
    ItemEvent,
    ItemFinished,
    ItemStarted,
    Marked,
    TextDelta,
    ToolCallsRequired,
)

ITEM_CHARS: Final = 100
"""What an item counts beside its text, so that there is no end of empty ones either."""

_OUR_FIELDS: Final = {*ItemBase.model_fields, "type"}


class AnswerSize:
    """Counts what this process has received of the answer, in characters."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._total = 0
        self._items: dict[ItemId, int] = {}
        self._parts: dict[ItemId, dict[int, tuple[MessagePart, int]]] = {}
        """What the parts of unfinished messages count, by the identity of each."""

    def count(self, event: ItemEvent | ToolCallsRequired) -> None:
        """Raises `AnswerTooLong` where the event is one too many."""
        match event:
            case TextDelta(item_id, _, delta):
                self._grow(item_id, len(delta))
            case Annotated(item_id, annotation):
                self._grow(item_id, _chars(annotation.model_dump()))
            case ItemStarted(item) | ItemChanged(item) | ItemFinished(item):
                self._reach(item.id, self._item_chars(item))
                if isinstance(event, ItemFinished):
                    self._parts.pop(item.id, None)
            case ToolCallsRequired(calls):
                for call in calls:
                    self._reach(call.item_id, ITEM_CHARS + len(call.name) + len(call.arguments))
            case Marked():
                pass

    def _item_chars(self, item: Item) -> int:
        if not isinstance(item, AssistantMessage):
            return ITEM_CHARS + _chars(item.model_dump(exclude=_OUR_FIELDS))
        # A message is told again with each part that it gets, so only new ones are read.
        known = self._parts.get(item.id, {})
        parts = {
            id(part): known.get(id(part)) or (part, _chars(part.model_dump()))
            for part in item.content
        }
        self._parts[item.id] = parts
        return ITEM_CHARS + len(item.refusal or "") + sum(chars for _, chars in parts.values())

    def _reach(self, item_id: ItemId, chars: int) -> None:
        """A whole item repeats what came of it in pieces."""
        self._grow(item_id, max(0, chars - self._items.get(item_id, 0)))

    def _grow(self, item_id: ItemId, chars: int) -> None:
        self._items[item_id] = self._items.get(item_id, 0) + chars
        self._total += chars
        if self._total > self._limit:
            raise AnswerTooLong(
                f"The answer is longer than {self._limit:,} characters, so it was stopped. Ask for "
                "less, or raise MAX_ANSWER_CHARS."
            )


def _chars(value: object) -> int:
    match value:
        case str():
            return len(value)
        case {"type": "image", "url": str(url), **rest} if url.startswith("data:"):
            # It is kept as a file, to which other limits apply.
            return ITEM_CHARS + _chars(rest)
        case dict():
            return sum(map(_chars, value.values()))
        case list() | tuple():
            return sum(map(_chars, value))
        case _:
            return 0
