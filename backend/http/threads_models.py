"""The bodies and queries of the thread API. The OpenAPI document is generated from them."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from backend.domain.events import MAX_INSTRUCTIONS, MAX_MODEL
from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import ItemId, ThreadId
from backend.domain.items import Fork, Item, Run
from backend.domain.portable import MAX_TITLE_LENGTH


class ThreadSummary(FrozenModel):
    id: ThreadId
    title: str
    pinned: bool
    assistant_id: str | None
    """The assistant that was chosen for it; null for the default one."""
    model: str | None
    """The model that was chosen for it; null for the assistant's own."""
    created_at: float
    """Seconds since the Unix epoch, like every time here."""
    updated_at: float
    """When a run last began."""
    active: bool
    """Whether a run is active."""
    waits: bool
    """Whether it waits for somebody to allow a call or to answer a question."""
    snippet: str | None = None
    """The text around a match: plain text, each match between U+E000 and U+E001."""


class ThreadDetail(ThreadSummary):
    instructions: str
    """What a model is told on it after the assistant's own instructions."""


class ThreadPage(FrozenModel):
    threads: tuple[ThreadSummary, ...]
    next_cursor: str | None
    """For the next page; None where this is the last."""


class ThreadQuery(FrozenModel):
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=256)
    query: str = Field(default="", max_length=200)
    """Beginnings of words; one title or message has to hold them all."""


class ThreadUpdate(FrozenModel):
    """A field that is left out stays the same."""

    title: (
        Annotated[
            str,
            StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TITLE_LENGTH),
        ]
        | None
    ) = None
    pinned: bool | None = None
    assistant_id: Annotated[str, StringConstraints(max_length=256)] | None = None
    """Who answers to later messages."""
    model: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_MODEL)] | None = (
        None
    )
    """Which model answers to later messages; empty for the assistant's own."""
    instructions: Annotated[str, StringConstraints(max_length=MAX_INSTRUCTIONS)] | None = None
    """What later runs are told after the assistant's own instructions."""


class ItemPage(FrozenModel):
    items: tuple[Item, ...]
    next_cursor: str | None
    """For the next page; None where this is the last."""
    runs: tuple[Run, ...] = ()
    """With `before`: the runs that went on from one of these items, oldest first."""
    forks: tuple[Fork, ...] = ()
    """With `before`: where other branches begin."""
    before: ItemId | None = None
    """With `before`: that of the next older page; None where this one begins the thread."""


class ItemQuery(FrozenModel):
    limit: int = Field(default=100, ge=1, le=1000)
    cursor: str | None = Field(default=None, max_length=256)
    before: str | None = Field(default=None, max_length=256)
    """An item of any branch, to read what led to it: the last items before it, as whole turns, so at least
    `limit` of them if there are. No edit or switch changes the answer."""


class ExportQuery(FrozenModel):
    format: Literal["markdown", "json"] = "markdown"
    """JSON holds every branch and can be imported; Markdown holds the current path."""
