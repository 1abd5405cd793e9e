"""The apps of calls by hand, which no thread has."""

from collections import OrderedDict
from typing import Final

from backend.domain.app import AppPart
from backend.domain.ids import OwnerId
from backend.domain.items import FunctionCall, Item

MAX_KEPT: Final = 200
"""Of more, those that were tried longest ago are forgotten."""


class TriedApps:
    def __init__(self) -> None:
        self._calls: OrderedDict[str, tuple[OwnerId, FunctionCall]] = OrderedDict()

    def keep(self, owner: OwnerId, item: Item) -> None:
        """Know a call as it is now, if an app shows it."""
        if not isinstance(item, FunctionCall):
            return
        apps = tuple(part for part in item.outputs if isinstance(part, AppPart))
        if apps or item.has_app:
            self._calls[item.id] = owner, item.model_copy(update={"outputs": apps})
            self._calls.move_to_end(item.id)
            while len(self._calls) > MAX_KEPT:
                self._calls.popitem(last=False)

    def find(self, item_id: str, owner: OwnerId) -> FunctionCall | None:
        whose, item = self._calls.get(item_id, (None, None))
        return item if whose == owner else None
