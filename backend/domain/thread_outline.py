"""What has to be true of a thread as a whole: one tree of items, all times real ones."""

from typing import Final

from backend.domain.events import Thread
from backend.domain.ids import ItemId, RunId
from backend.domain.items import Item, Run

YEAR_10000: Final = 253_402_300_800


class BrokenThread(Exception):
    """A sentence without its full stop says what is wrong."""


class Outline:
    """The ids of a thread, as they are added. Raises `BrokenThread`."""

    def __init__(self) -> None:
        self.parents: dict[ItemId, ItemId | None] = {}
        """Of every item."""
        self.runs: dict[RunId, None] = {}

    def add_thread(self, thread: Thread) -> None:
        _check_times(thread.created_at, thread.updated_at)

    def add_item(self, item: Item) -> None:
        _check_times(item.created_at)
        self._check_new(item.id in self.parents)
        self.parents[item.id] = item.parent_id

    def add_run(self, run: Run) -> None:
        rated_at = run.feedback.at if run.feedback is not None else None
        later = (at for at in (run.finished_at, rated_at) if at is not None)
        _check_times(run.created_at, *later)
        self._check_new(run.id in self.runs)
        self.runs[run.id] = None

    def check(self, head_id: ItemId | None) -> None:
        """That all of it is a tree, and the head in it."""
        if head_id not in self.parents:
            raise BrokenThread("The head of the thread is not one of its items")
        safe: set[ItemId | None] = {None}
        for item_id in self.parents:
            way: dict[ItemId | None, None] = {}
            at: ItemId | None = item_id
            while at not in safe:
                if at in way or at not in self.parents:
                    raise BrokenThread(
                        "The items are not a tree: a parent is missing, or is its own descendant"
                    )
                way[at] = None
                at = self.parents[at]
            safe.update(way)

    def _check_new(self, known: bool) -> None:
        if known:
            raise BrokenThread("Two items or two runs have the same id")


def _check_times(*times: float) -> None:
    if not all(0 <= at < YEAR_10000 for at in times):
        raise BrokenThread("A time is not in seconds since 1970, or is after the year 9999")
