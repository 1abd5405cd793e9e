"""Unfinished pictures: shown while a picture is made, kept in memory and for a while only."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from backend.domain.file import IMAGE_TYPES
from backend.domain.file_types import generated_type
from backend.domain.ids import ItemId, OwnerId, RunId

MAX_PREVIEW_BYTES: Final = 8_388_608
MAX_PREVIEWS_BYTES: Final = 67_108_864
"""Of all together. The oldest are dropped first."""


@dataclass(frozen=True, slots=True)
class Preview:
    owner: OwnerId
    run_id: RunId
    media_type: str
    content: bytes


class Previews:
    """The newest unfinished picture of each item, until the item or its run has ended."""

    def __init__(self, max_bytes: int = MAX_PREVIEWS_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._previews: OrderedDict[ItemId, Preview] = OrderedDict()

    def put(self, item_id: ItemId, run_id: RunId, owner: OwnerId, content: bytes) -> bool:
        """Replace the picture of an item. Returns whether it can be shown: it may be no picture, or
        too large."""
        self.drop(item_id)
        media_type = generated_type("preview", content)
        if media_type not in IMAGE_TYPES or len(content) > MAX_PREVIEW_BYTES:
            return False
        self._previews[item_id] = Preview(owner, run_id, media_type, content)
        self._bytes += len(content)
        while self._bytes > self._max_bytes:
            self.drop(next(iter(self._previews)))
        return item_id in self._previews

    def get(self, item_id: ItemId, owner: OwnerId) -> Preview | None:
        preview = self._previews.get(item_id)
        return preview if preview is not None and preview.owner == owner else None

    def drop(self, item_id: ItemId) -> None:
        preview = self._previews.pop(item_id, None)
        if preview is not None:
            self._bytes -= len(preview.content)

    def drop_run(self, run_id: RunId) -> None:
        """Drop what a run has left that ended before its pictures did."""
        for item_id in [key for key, each in self._previews.items() if each.run_id == run_id]:
            self.drop(item_id)
