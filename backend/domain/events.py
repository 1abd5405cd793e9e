"""Events of a thread: what happened to its items and runs, numbered in order.

An event is born without its place (`seq` 0) and gets one when it joins the thread's log.
"""

from typing import Annotated, Literal

import msgspec
from pydantic import Field, TypeAdapter

from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import CommandId, ItemId, ThreadId
from backend.domain.items import DeltaField, Item, ItemAnnotation, Run


class Thread(FrozenModel):
    """A thread as a client sees it. Times are seconds since the Unix epoch."""

    id: ThreadId
    title: str
    head_id: ItemId | None = None
    """The last item of the path."""
    pinned: bool = False
    created_at: float
    updated_at: float


class EventBase(FrozenModel):
    seq: int = 0


class RunStarted(EventBase):
    type: Literal["run.started"] = "run.started"
    run: Run


class RunFinished(EventBase):
    """Exactly one per run."""

    type: Literal["run.finished"] = "run.finished"
    run: Run


class ItemAdded(EventBase):
    """Where its parent is not the last item, what follows that parent leaves the path."""

    type: Literal["item.added"] = "item.added"
    item: Item
    command_id: CommandId | None = None
    """The command that caused it: how a page knows its own message again."""


class ItemDelta(EventBase):
    """`delta` joins `field` at `offset`; what lies before the field's present end is a duplicate."""

    type: Literal["item.delta"] = "item.delta"
    item_id: ItemId
    field: DeltaField
    index: int = 0
    offset: int
    """UTF-16 code units."""
    delta: str


class StreamedDelta(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="item.delta"):
    """`ItemDelta` as the server makes it: by the thousand, hence without a model's cost."""

    seq: int
    item_id: ItemId
    field: DeltaField
    index: int
    offset: int
    delta: str


class ItemUpdated(EventBase):
    """The item replaces what was there: a changed status or part."""

    type: Literal["item.updated"] = "item.updated"
    item: Item


class ItemDone(EventBase):
    """The item's authoritative final state."""

    type: Literal["item.done"] = "item.done"
    item: Item


class ItemAnnotated(EventBase):
    type: Literal["item.annotation"] = "item.annotation"
    item_id: ItemId
    annotation: ItemAnnotation


class ThreadUpdated(EventBase):
    """What follows `thread.head_id` leaves the path."""

    type: Literal["thread.updated"] = "thread.updated"
    thread: Thread


ThreadEvent = Annotated[
    RunStarted
    | RunFinished
    | ItemAdded
    | ItemDelta
    | ItemUpdated
    | ItemDone
    | ItemAnnotated
    | ThreadUpdated,
    Field(discriminator="type"),
]

_ENCODER = msgspec.json.Encoder()


def delta_frame(delta: StreamedDelta) -> str:
    """The frame of an `ItemDelta`."""
    return _ENCODER.encode(delta).decode()


THREAD_EVENT: TypeAdapter[ThreadEvent] = TypeAdapter(ThreadEvent)
