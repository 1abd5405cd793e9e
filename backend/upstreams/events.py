"""What an upstream reports of a run: a stream of these events per round.

An adapter makes our items, with our ids, and remembers which foreign item each of them is.
"""

from dataclasses import dataclass
from typing import Any

import msgspec

from backend.domain.annotations import ItemAnnotation
from backend.domain.ids import ItemId
from backend.domain.items import DeltaField, Item, RunError, TerminalStatus
from backend.domain.usage import Usage
from backend.upstreams.citations import Mark


@dataclass(frozen=True, slots=True)
class ItemStarted:
    """A new item. `runs/` sets its parent."""

    item: Item
    is_filtered: bool = False
    """Whether citation markers never stand in its text, since the adapter uses a `CitationFilter`."""


class TextDelta(msgspec.Struct, frozen=True, gc=False):
    """More text for a field. `runs/` counts offsets; `index` is for `LIST_FIELDS`.

    A struct, since there are more of these than of all others together.
    """

    item_id: ItemId
    field: DeltaField
    delta: str
    index: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a model made it. `runs/` makes a file of this server of it."""

    data: str
    """Base64."""
    format: str
    """`png`, `jpeg`, `webp`, `gif` or `svg`."""


@dataclass(frozen=True, slots=True)
class ItemChanged:
    """The item's new state, which replaces the old one."""

    item: Item
    container_id: str | None = None
    """The container that holds the files the item names, if there is one."""
    preview: Picture | None = None
    """An unfinished picture of an `ImageGenerationCall`, which is shown but not kept."""


@dataclass(frozen=True, slots=True)
class Annotated:
    """Annotates the text at `index` of a message's content."""

    item_id: ItemId
    annotation: ItemAnnotation
    index: int = 0
    container_id: str | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """A citation marker that the adapter removed from an assistant message, and its position.

    `runs/` finds the markers itself in the texts of items that are not `is_filtered`.
    """

    item_id: ItemId
    mark: Mark
    index: int = 0


@dataclass(frozen=True, slots=True)
class ItemFinished:
    """The authoritative final state. `runs/` finishes function calls, once they have an output."""

    item: Item
    container_id: str | None = None
    picture: Picture | None = None
    """The finished picture of an `ImageGenerationCall`."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence for the user about something that was done otherwise than asked for."""

    note: str


@dataclass(frozen=True, slots=True)
class RemoteState:
    """What a session needs to `resume` the run; stored before anything else happens.

    It is sent before the items that `resume` would send again.
    """

    run: dict[str, Any]
    """The adapter's own, as JSON: `assistants` stores `thread_id` and `run_id`, `responses` the
    `background_id` of a background response."""
    thread_id: str | None = None
    """The remote thread that mirrors ours from now on, where the upstream holds threads."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A function call with its final arguments: JSON text as the model wrote it."""

    item_id: ItemId
    call_id: str
    name: str
    arguments: str
    hosted: bool = False
    """Whether the upstream makes the call itself and waits only for the permission, which is
    `{"approve": …, "reason": …}`."""


@dataclass(frozen=True, slots=True)
class ToolCallsRequired:
    """The last event of a round that needs outputs, with all calls of the round in order."""

    calls: tuple[ToolCall, ...]
    native: dict[str, Any] | None = None
    """The round in the adapter's own form, as JSON, for a session that has to be told it again."""
    usage: Usage | None = None
    """The tokens of this round."""


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The last event of a run. `usage` is that of the rounds for which none was told."""

    status: TerminalStatus
    error: RunError | None = None
    usage: Usage | None = None


ItemEvent = ItemStarted | TextDelta | ItemChanged | Annotated | Marked | ItemFinished
"""An event about one item."""

UpstreamEvent = ItemEvent | Remark | RemoteState | ToolCallsRequired | RunEnded
