"""Turns the upstream's events about items into the thread's events."""

from typing import assert_never

from backend.domain.assistant import FILE_SEARCH
from backend.domain.events import ItemAdded, ItemAnnotated, ItemDone, ItemUpdated
from backend.domain.ids import RunId
from backend.domain.items import AssistantMessage, Item
from backend.files.files import Files
from backend.live.live import LiveThread
from backend.runs.builtin_calls import BuiltinCalls
from backend.runs.citations import Citations
from backend.runs.foreign_files import ForeignFiles
from backend.tools.builtin import Builtin
from backend.upstreams.base import Upstream
from backend.upstreams.events import (
    Annotated,
    ItemChanged,
    ItemEvent,
    ItemFinished,
    ItemStarted,
    Marked,
    TextDelta,
)
from backend.upstreams.hosting import hosts_files


class RunItems:
    """For one run. Events pass three stages before they are emitted: calls of built-in tools
    become their items, markers become citations, and the upstream's files are copied here."""

    def __init__(
        self,
        live: LiveThread,
        run_id: RunId,
        upstream: Upstream,
        builtins: dict[str, Builtin],
        files: Files,
    ) -> None:
        self._live = live
        self._run_id = run_id
        self.builtin_calls = BuiltinCalls(builtins, live)
        self._citations = Citations(live, searched_here=FILE_SEARCH in builtins)
        self._foreign_files = ForeignFiles(files, hosts_files(upstream), live.owner, live.id)

    async def emit(self, foreign: ItemEvent) -> None:
        """Map an event of the upstream and emit what comes of it."""
        for event in self._citations.map(self.builtin_calls.map(foreign)):
            await self._emit(event)

    async def _emit(self, event: ItemEvent) -> None:
        live = self._live
        match event:
            case TextDelta():
                if event.delta:
                    live.emit_delta(event.item_id, event.field, event.delta, event.index)
            case ItemStarted():
                parent = live.transcript.head_id
                item = event.item.model_copy(update={"parent_id": parent, "run_id": self._run_id})
                live.emit(ItemAdded(item=item))
            case ItemChanged():
                live.emit(ItemUpdated(item=await self._localized(event)))
            case Annotated():
                annotation = await self._foreign_files.localize_annotation(
                    event.annotation, event.container_id
                )
                if annotation is not None:
                    annotation = self._citations.with_passage(annotation)
                    live.emit(ItemAnnotated(item_id=event.item_id, annotation=annotation))
            case ItemFinished():
                live.emit(ItemDone(item=await self._localized(event)))
            case Marked():
                raise AssertionError("citations map marks to annotations")
            case _:
                assert_never(event)

    async def _localized(self, event: ItemChanged | ItemFinished) -> Item:
        known = self._live.transcript.item(event.item.id)
        item = await self._foreign_files.localize(event.item, event.container_id)
        if isinstance(item, AssistantMessage):
            annotations = tuple(map(self._citations.with_passage, item.annotations))
            item = item.model_copy(update={"annotations": annotations})
        return item.model_copy(update={"parent_id": known.parent_id, "run_id": known.run_id})
