"""Turns the upstream's events about items into the thread's events."""

import base64
import logging
import time
from collections.abc import Callable, Iterable
from typing import assert_never

from backend.domain.assistant import FILE_SEARCH
from backend.domain.events import ItemAdded, ItemAnnotated, ItemDone, ItemUpdated
from backend.domain.ids import ItemId, RunId
from backend.domain.items import (
    OPEN_STATUSES,
    AssistantMessage,
    ImageGenerationCall,
    Item,
    McpCall,
    ToolCallBase,
)
from backend.files.files import Files
from backend.live.thread_log import ThreadLog
from backend.runs.citations import Citations
from backend.runs.foreign_files import ForeignFiles
from backend.runs.resume_mapper import ResumeMapper
from backend.runs.run_tools import RunTools
from backend.runs.tool_items import ToolItems
from backend.tools.tool import Tool
from backend.upstreams.base import Upstream
from backend.upstreams.events import (
    Annotated,
    ItemChanged,
    ItemEvent,
    ItemFinished,
    ItemStarted,
    Marked,
    Picture,
    TextDelta,
)
from backend.upstreams.hosting import hosts_files

log = logging.getLogger(__name__)


class RunItems:
    """For one session. Events pass four stages before they are emitted: calls become
    their tools' items, markers become citations, items that a resumed run repeats are found, and
    the upstream's files are copied here."""

    def __init__(
        self,
        live: ThreadLog,
        run_id: RunId,
        upstream: Upstream,
        tools: RunTools,
        files: Files,
        asks: Callable[[Tool], bool],
        spoke: Callable[[], None],
        repeated: Iterable[Item] = (),
    ) -> None:
        """`asks` returns whether somebody is asked before a call. `spoke` is called with the first
        text. `repeated` are the items that the session will tell again."""
        self._live = live
        self._previews = files.previews
        self._run_id = run_id
        self._tool_items = ToolItems(tools, asks)
        self._citations = Citations(live, searched_here=FILE_SEARCH in tools)
        self._mapper = ResumeMapper(repeated)
        self._foreign_files = ForeignFiles(files, hosts_files(upstream), live.owner, live.id)
        self._began: dict[ItemId, float] = {}
        self._spoke = spoke
        self._is_silent = True

    async def emit(self, foreign: ItemEvent) -> None:
        """Map an event of the upstream and emit what comes of it."""
        for event in self._citations.map(self._tool_items.map(foreign)):
            if isinstance(event, ItemStarted) and (asked := self._asked(event.item)) is not None:
                self._began[asked.id] = time.perf_counter()
                self._mapper.go_on(event.item.id, asked)
            known = self._mapper.map(event)
            if isinstance(known, TextDelta):
                if known.delta:
                    self._live.append_delta(known.item_id, known.field, known.delta, known.index)
                    if self._is_silent:
                        self._is_silent = False
                        self._spoke()
            elif known is not None:
                await self._emit(known)

    def end_round(self) -> None:
        """What comes from now on is new."""
        self._mapper.end_round()

    def stored_id(self, item_id: ItemId) -> ItemId:
        """Returns the id under which the thread has the upstream's item."""
        return self._mapper.stored_id(item_id)

    def _asked(self, item: Item) -> McpCall | None:
        """Returns the item on which somebody allowed this call of the upstream's."""
        if not isinstance(item, McpCall) or item.call_id is None:
            return None
        ours = self._live.transcript.items_of(self._run_id)
        calls = (each for each in ours if isinstance(each, McpCall))
        return next((call for call in calls if call.call_id == item.call_id), None)

    async def _emit(
        self, event: ItemStarted | ItemChanged | Annotated | ItemFinished | Marked
    ) -> None:
        live = self._live
        match event:
            case ItemStarted():
                parent = live.transcript.head_id
                item = event.item.model_copy(update={"parent_id": parent, "run_id": self._run_id})
                self._began[item.id] = time.perf_counter()
                live.append(ItemAdded(item=item))
            case ItemChanged(preview=Picture() as preview):
                if self._keeps_preview(event.item.id, preview):
                    live.append(ItemUpdated(item=await self._localized(event)))
            case ItemChanged():
                live.append(ItemUpdated(item=await self._localized(event)))
            case Annotated():
                annotation = await self._foreign_files.localize_annotation(
                    event.annotation, event.container_id
                )
                if annotation is not None:
                    annotation = self._citations.with_passage(annotation)
                    annotated = ItemAnnotated(
                        item_id=event.item_id, index=event.index, annotation=annotation
                    )
                    live.append(annotated)
            case ItemFinished():
                live.append(ItemDone(item=self._timed(await self._localized(event))))
                self._previews.drop(event.item.id)
            case Marked():
                raise AssertionError("citations map marks to annotations")
            case _:
                assert_never(event)

    async def _localized(self, event: ItemChanged | ItemFinished) -> Item:
        known = self._live.transcript.item(event.item.id)
        item = event.item
        if isinstance(event, ItemFinished) and event.picture is not None:
            assert isinstance(item, ImageGenerationCall)
            item = await self._foreign_files.with_picture(item, event.picture)
        item = await self._foreign_files.localize(item, event.container_id)
        if isinstance(item, AssistantMessage):
            item = self._citations.with_passages(item)
        return item.model_copy(update={"parent_id": known.parent_id, "run_id": known.run_id})

    def _timed(self, item: Item) -> Item:
        """Returns a call that the upstream made with the time it took, as far as seen from here."""
        began = self._began.pop(item.id, None)
        if began is None or not isinstance(item, ToolCallBase) or item.status in OPEN_STATUSES:
            return item
        return item.model_copy(
            update={"duration_ms": round((time.perf_counter() - began) * 1000, 1)}
        )

    def _keeps_preview(self, item_id: ItemId, preview: Picture) -> bool:
        try:
            content = base64.b64decode(preview.data)
        except ValueError as error:
            log.warning("A preview of %s is left out: %s", item_id, error)
            return False
        return self._previews.put(item_id, self._run_id, self._live.owner, content)
