"""Events of a thread: what happened to its items and runs, numbered in order.

An event is created without a number (`seq` 0). The thread's log numbers it.
"""

from typing import Annotated, Final, Literal

import msgspec
from pydantic import Field, TypeAdapter

from backend.domain.annotations import ItemAnnotation
from backend.domain.feedback import Feedback
from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import CommandId, ItemId, RunId, ThreadId
from backend.domain.items import DeltaField, Item, Run

MAX_INSTRUCTIONS: Final = 32_000
MAX_MODEL: Final = 256


class Thread(FrozenModel):
    """A thread as clients see it. Times are seconds since the Unix epoch."""

    id: ThreadId
    title: str
    head_id: ItemId | None = None
    """The last item of the path."""
    pinned: bool = False
    assistant_id: str | None = None
    """The assistant that was chosen for this thread; None is the default one."""
    model: str | None = Field(default=None, max_length=MAX_MODEL)
    """The model that was chosen for this thread; None is the assistant's own."""
    instructions: str = Field(default="", max_length=MAX_INSTRUCTIONS)
    """What a model is told on this thread after the assistant's own instructions."""
    created_at: float
    updated_at: float


class EventBase(FrozenModel):
    seq: int = 0


class RunStarted(EventBase):
    type: Literal["run.started"] = "run.started"
    run: Run


class RunUpdated(EventBase):
    """The run waits for somebody now, or goes on."""

    type: Literal["run.updated"] = "run.updated"
    run: Run


class RunFinished(EventBase):
    """Exactly one per run."""

    type: Literal["run.finished"] = "run.finished"
    run: Run


class RunRated(EventBase):
    """What the reader thinks of the answer of a run, which has ended and may be on another branch.
    `feedback` is null if it was taken back."""

    type: Literal["run.rated"] = "run.rated"
    run_id: RunId
    feedback: Feedback | None


class ItemAdded(EventBase):
    """A new last item. Items that followed its parent before leave the path."""

    type: Literal["item.added"] = "item.added"
    item: Item
    command_id: CommandId | None = None
    """The command that added the item, by which a page recognizes its own message."""


class ItemDelta(EventBase):
    """Text for `field` at `offset`. The part before the field's current end is a duplicate."""

    type: Literal["item.delta"] = "item.delta"
    item_id: ItemId
    field: DeltaField
    index: int = 0
    offset: int
    """UTF-16 code units."""
    delta: str


class StreamedDelta(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="item.delta"):
    """An `ItemDelta` as the server makes it: a struct, because a model would cost too much."""

    seq: int
    item_id: ItemId
    field: DeltaField
    index: int
    offset: int
    delta: str


class ItemUpdated(EventBase):
    """The new state of an item, such as another status. It replaces the old one."""

    type: Literal["item.updated"] = "item.updated"
    item: Item


class ItemDone(EventBase):
    """The final state of an item. It replaces the old one."""

    type: Literal["item.done"] = "item.done"
    item: Item


class ItemAnnotated(EventBase):
    """Annotates the text at `index` of a message's content."""

    type: Literal["item.annotation"] = "item.annotation"
    item_id: ItemId
    index: int = 0
    annotation: ItemAnnotation


class ThreadUpdated(EventBase):
    """The new state of the thread. Items after `thread.head_id` leave the path."""

    type: Literal["thread.updated"] = "thread.updated"
    thread: Thread


ThreadEvent = Annotated[
    RunStarted
    | RunUpdated
    | RunFinished
    | RunRated
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
    """Returns the frame that carries the delta."""
    return _ENCODER.encode(delta).decode()


THREAD_EVENT: TypeAdapter[ThreadEvent] = TypeAdapter(ThreadEvent)
