"""Maps what the upstream tells of items that are stored already: a resumed run tells them again."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from backend.domain.ids import ItemId
from backend.domain.items import OPEN_STATUSES, Item, McpCall
from backend.upstreams.events import (
    Annotated,
    ItemChanged,
    ItemEvent,
    ItemFinished,
    ItemStarted,
    TextDelta,
)


class ResumeMapper:
    """Matches items by order: a retold item is the next stored one of its type and name."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = list(items)
        self._known: dict[ItemId, Item] = {}

    def map(self, event: ItemEvent) -> ItemEvent | None:
        """Returns the event with the stored item's id, or None if that item is finished.

        An unfinished item is replaced by what the upstream now says of it.
        """
        match event:
            case TextDelta():
                known = self._known.get(event.item_id)
                if known is None:
                    return event
                ours = TextDelta(known.id, event.field, event.delta, event.index)
                return ours if _is_open(known) else None
            case ItemStarted():
                known = self._known.get(event.item.id) or self._next(event.item)
                if known is None:
                    return event
                self._known[event.item.id] = known
                return self._changed(ItemChanged(event.item))
            case ItemChanged() | ItemFinished():
                return self._changed(event)
            case Annotated():
                known = self._known.get(event.item_id)
                if known is None:
                    return event
                return replace(event, item_id=known.id) if _is_open(known) else None
            case _:
                return event

    def go_on(self, item_id: ItemId, known: Item) -> None:
        """What is told of the item belongs to a stored one, as of a call that was allowed there."""
        self._known[item_id] = known.model_copy(update={"status": "running"})

    def end_round(self) -> None:
        """Match no more items. Those that were matched stay known."""
        self._items.clear()

    def stored_id(self, item_id: ItemId) -> ItemId:
        return self._known[item_id].id if item_id in self._known else item_id

    def _changed(self, event: ItemChanged | ItemFinished) -> ItemEvent | None:
        known = self._known.get(event.item.id)
        if known is None:
            return event
        ours: dict[str, Any] = {"id": known.id, "created_at": known.created_at}
        if isinstance(known, McpCall):
            ours["required_action"] = known.required_action
        return replace(event, item=event.item.model_copy(update=ours)) if _is_open(known) else None

    def _next(self, item: Item) -> Item | None:
        for place, known in enumerate(self._items):
            if (known.type, getattr(known, "name", None)) == (
                item.type,
                getattr(item, "name", None),
            ):
                del self._items[: place + 1]
                return known
        return None


def _is_open(item: Item) -> bool:
    return item.status in OPEN_STATUSES
