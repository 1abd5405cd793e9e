"""A call that the server runs, while it streams. An adapter says what its own form of it means."""

import time
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

from backend.domain.ids import RunId, new_item_id
from backend.domain.items import DeltaField, Item, ItemStatus
from backend.upstreams.builders.whole import Out, standing_text
from backend.upstreams.events import ItemChanged, ItemFinished, ItemStarted, TextDelta

ForeignT = TypeVar("ForeignT")


class HostedCallBuilder(ABC, Generic[ForeignT]):
    """Shown while it runs, read from the finished call."""

    streamed: ClassVar[DeltaField | None] = None
    """The field that arrives in deltas."""

    def __init__(self, run_id: RunId, foreign: ForeignT) -> None:
        self.foreign = foreign
        self.is_shown = False
        self._run_id = run_id
        self._id = new_item_id()
        self._created_at = time.time()
        self._deltas: list[str] = []
        self._is_final = False
        self._status: ItemStatus = "in_progress"

    def start(self, out: Out) -> None:
        if not self.is_shown:
            self.is_shown = True
            out.append(ItemStarted(self._item(self.foreign, "in_progress")))

    def add_delta(self, out: Out, delta: str) -> None:
        if delta and self.streamed is not None and not self._is_final:
            self._deltas.append(delta)
            out.append(TextDelta(self._id, self.streamed, delta))

    def end_delta(self, out: Out, whole: str | None) -> None:
        """Take the whole text of the streamed field."""
        sent = self._text
        text = standing_text(sent, whole)
        self._is_final = False
        if text.startswith(sent):
            self.add_delta(out, text[len(sent) :])
        else:
            self._deltas = [text]
            self.change(out)
        self._is_final = bool(whole)

    def change(self, out: Out) -> None:
        """Tell how it stands."""
        item = self._item(self.foreign, self._status)
        out.append(ItemChanged(item, self._container_id(self.foreign)))

    def run(self, out: Out) -> None:
        """The server has begun to work on it."""
        if self._status == "in_progress":
            self._status = "running"
            self.change(out)

    def finish(self, out: Out, final: ForeignT, status: ItemStatus) -> None:
        self.end_delta(out, self._whole(final))
        item = self._item(final, "failed" if self._has_failed(final) else status)
        container_id = self._container_id(final) or self._container_id(self.foreign)
        out.append(ItemFinished(item, container_id))

    @property
    def _text(self) -> str:
        return "".join(self._deltas)

    def _common(self, status: ItemStatus) -> dict[str, Any]:
        return {
            "id": self._id,
            "run_id": self._run_id,
            "created_at": self._created_at,
            "status": status,
        }

    def _whole(self, final: ForeignT) -> str | None:
        return None

    def _has_failed(self, final: ForeignT) -> bool:
        return False

    def _container_id(self, foreign: ForeignT) -> str | None:
        """Returns the container that holds the files of the call, if there is one."""
        return None

    @abstractmethod
    def _item(self, foreign: ForeignT, status: ItemStatus) -> Item:
        """Returns our item for what the server says of it."""
