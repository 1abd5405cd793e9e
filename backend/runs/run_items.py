"""The items of one run, as its upstream tells of them and as the thread shows them."""

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
    """Events pass three stages: calls of built-in tools become their items, markers become
    citations, and what the upstream made is copied here. Then they join the thread."""

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

    async def take(self, told: ItemEvent) -> None:
        """Take in an event about an item."""
        for event in self._citations.shown(self.builtin_calls.shown(told)):
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
                live.emit(ItemUpdated(item=await self._placed(event)))
            case Annotated():
                annotation = await self._foreign_files.linked(event.annotation, event.container_id)
                if annotation is not None:
                    annotation = self._citations.with_passage(annotation)
                    live.emit(ItemAnnotated(item_id=event.item_id, annotation=annotation))
            case ItemFinished():
                live.emit(ItemDone(item=await self._placed(event)))
            case Marked():
                raise AssertionError("became an annotation, or nothing")
            case _:
                assert_never(event)

    async def _placed(self, event: ItemChanged | ItemFinished) -> Item:
        known = self._live.transcript.item(event.item.id)
        item = await self._foreign_files.kept(event.item, event.container_id)
        if isinstance(item, AssistantMessage):
            annotations = tuple(map(self._citations.with_passage, item.annotations))
            item = item.model_copy(update={"annotations": annotations})
        return item.model_copy(update={"parent_id": known.parent_id, "run_id": known.run_id})
