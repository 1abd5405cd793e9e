"""One response as it streams: foreign events in, ours out. Pure; the I/O is next door.

Items are known by their place in the output, since ids can be empty or change. Servers leave out
events: an item may begin with its first delta, with its end, or only in the final response.
"""

import logging
from collections.abc import Callable
from typing import Any, TypeVar, assert_never

import msgspec

from backend.ids import RunId
from backend.threads.items import ItemStatus
from backend.upstreams import responses_events as events
from backend.upstreams.base import ToolCall, UpstreamEvent
from backend.upstreams.responses_calls import (
    OpenCodeInterpreterCall,
    OpenFileSearchCall,
    OpenFunctionCall,
    OpenHostedCall,
    OpenImageGenerationCall,
    OpenMcpCall,
    OpenMcpListTools,
    OpenWebSearchCall,
)
from backend.upstreams.responses_items import ContentPart, OutputItem, decode_item
from backend.upstreams.responses_message import OpenMessage, OpenReasoning, Out

log = logging.getLogger(__name__)

OpenItem = OpenMessage | OpenReasoning | OpenFunctionCall | OpenHostedCall

_ItemT = TypeVar("_ItemT", bound=OpenItem)

_KINDS: dict[str, Callable[[RunId, OutputItem], OpenItem]] = {
    "message": OpenMessage,
    "reasoning": OpenReasoning,
    "function_call": OpenFunctionCall,
    "code_interpreter_call": OpenCodeInterpreterCall,
    "file_search_call": OpenFileSearchCall,
    "web_search_call": OpenWebSearchCall,
    "image_generation_call": OpenImageGenerationCall,
    "mcp_call": OpenMcpCall,
    "mcp_list_tools": OpenMcpListTools,
}

_RUNNING: dict[type[events.Running], str] = {
    events.CodeRunning: "code_interpreter_call",
    events.FileSearchRunning: "file_search_call",
    events.WebSearchRunning: "web_search_call",
    events.ImageRunning: "image_generation_call",
}


class _Slot:
    """A place in the output: what stands there, and the item as the server sent it in the end."""

    __slots__ = ("done", "item", "keys", "raw")

    def __init__(self, item: OpenItem | None, keys: set[str]) -> None:
        self.item = item
        """None for a type that we do not show."""
        self.keys = keys
        """What tells it from others, where the server says so."""
        self.raw: dict[str, Any] | None = None
        self.done = False


class Round:
    """Translates the events of one response."""

    def __init__(self, run_id: RunId) -> None:
        self._run_id = run_id
        self._slots: list[_Slot] = []
        self._at: dict[int, _Slot] = {}
        self._out: Out = []
        self.response_id: str | None = None
        self.terminal: events.Terminal | None = None
        """How the response ended."""
        self.error: events.ErrorBody | None = None
        """What an `error` event said; mostly `response.failed` follows."""

    def feed(self, event: events.ResponseEvent) -> list[UpstreamEvent]:
        """What the event means for our items."""
        out: Out = []
        self._out = out
        match event:
            case events.TextDelta():
                self._open(event.output_index, OpenMessage).add_text(
                    out, event.content_index, event.delta
                )
            case events.ArgumentsDelta():
                self._open(event.output_index, OpenFunctionCall).add_arguments(out, event.delta)
            case events.SummaryDelta():
                self._open(event.output_index, OpenReasoning).add_text(
                    out, "summary", event.summary_index, event.delta
                )
            case events.ReasoningDelta():
                self._open(event.output_index, OpenReasoning).add_text(
                    out, "content", event.content_index, event.delta
                )
            case events.CodeDelta():
                self._open(event.output_index, OpenCodeInterpreterCall).add_delta(out, event.delta)
            case events.McpArgumentsDelta():
                self._open(event.output_index, OpenMcpCall).add_delta(out, event.delta)
            case events.RefusalDelta():
                self._open(event.output_index, OpenMessage).add_refusal(out, event.delta)
            case events.AnnotationAdded():
                self._open(event.output_index, OpenMessage).annotate(
                    out, event.content_index, event.annotation
                )
            case events.Error():
                self.error = event.body
            case events.Created():
                self.response_id = event.response.id
            case events.OutputItemAdded():
                self._item_added(event.output_index, decode_item(event.item))
            case events.OutputItemDone():
                self._item_done(event.output_index, event.item)
            case events.Completed() | events.Incomplete() | events.Failed() | events.Cancelled():
                self._end(event)
            case _:
                self._partly_done(event)
        return out

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The function calls that wait for outputs, in order."""
        items = (slot.item for slot in self._slots)
        return tuple(
            item.call
            for item in items
            if isinstance(item, OpenFunctionCall) and item.call is not None
        )

    def output(self) -> list[dict[str, Any]]:
        """The response's items as the server sent them, for the next round."""
        items = []
        for slot in self._slots:
            raw = slot.raw or (slot.item.echo() if slot.item is not None else None)
            if raw is None:
                continue
            if isinstance(slot.item, OpenFunctionCall) and slot.item.call is not None:
                raw = {**raw, "call_id": slot.item.call.call_id}
            items.append(raw)
        return items

    def _partly_done(
        self,
        event: events.ContentPartDone
        | events.TextDone
        | events.RefusalDone
        | events.ArgumentsDone
        | events.SummaryDone
        | events.ReasoningDone
        | events.CodeDone
        | events.McpArgumentsDone
        | events.Running,
    ) -> None:
        out, index = self._out, event.output_index
        match event:
            case events.ContentPartDone(part=part):
                self._content_part_done(index, event.content_index, part)
            case events.TextDone():
                part = ContentPart(text=event.text)
                self._open(index, OpenMessage).end_text(out, event.content_index, part)
            case events.RefusalDone():
                self._open(index, OpenMessage).end_refusal(out, event.refusal)
            case events.ArgumentsDone():
                self._open(index, OpenFunctionCall).end_arguments(out, event.arguments)
            case events.SummaryDone():
                self._open(index, OpenReasoning).end_text(
                    out, "summary", event.summary_index, event.text
                )
            case events.ReasoningDone():
                self._open(index, OpenReasoning).end_text(
                    out, "content", event.content_index, event.text
                )
            case events.CodeDone():
                self._open(index, OpenCodeInterpreterCall).end_delta(out, event.code)
            case events.McpArgumentsDone():
                self._open(index, OpenMcpCall).end_delta(out, event.arguments)
            case (
                events.CodeRunning()
                | events.FileSearchRunning()
                | events.WebSearchRunning()
                | events.ImageRunning()
            ):
                slot = self._at.get(index)
                if slot is not None and isinstance(slot.item, OpenHostedCall) and not slot.done:
                    slot.item.run(out)
            case _:
                assert_never(event)

    def _content_part_done(self, index: int, content_index: int, part: ContentPart) -> None:
        if part.type == "output_text":
            self._open(index, OpenMessage).end_text(self._out, content_index, part)
        elif part.type == "refusal":
            self._open(index, OpenMessage).end_refusal(self._out, part.refusal)
        elif part.type == "reasoning_text":
            reasoning = self._open(index, OpenReasoning)
            reasoning.end_text(self._out, "content", content_index, part.text)

    def _item_added(self, index: int, foreign: OutputItem) -> None:
        self._close(index)
        slot = self._place(index, foreign)
        if isinstance(slot.item, OpenFunctionCall | OpenHostedCall):
            slot.item.start(self._out)

    def _item_done(self, index: int, raw: msgspec.Raw) -> None:
        foreign = decode_item(raw)
        slot = self._at.get(index)
        known = slot is not None and (slot.item is None or slot.item.kind == foreign.type)
        keys = _keys(foreign)
        if slot is not None and slot.done and known and not _differ(slot.keys, keys):
            return
        if slot is None or slot.done or not known:
            self._close(index)
            slot = self._place(index, foreign)
            if isinstance(slot.item, OpenHostedCall):
                slot.item.start(self._out)
        slot.keys |= keys
        slot.raw = msgspec.json.decode(raw, type=dict[str, Any])
        status: ItemStatus = "incomplete" if foreign.status == "incomplete" else "completed"
        self._finish(slot, foreign, status)

    def _end(self, event: events.Terminal) -> None:
        if self.terminal is not None:
            return
        self.terminal = event
        self._catch_up(event.response.output or [])
        complete = isinstance(event, events.Completed) and event.response.status in (
            None,
            "",
            "completed",
        )
        status: ItemStatus = "completed" if complete else "incomplete"
        for slot in self._slots:
            self._finish(slot, OutputItem(), status)
            if not complete and isinstance(slot.item, OpenFunctionCall):
                slot.item.give_up(self._out, "incomplete")

    def _catch_up(self, output: list[msgspec.Raw]) -> None:
        """Items of the final response that no event finished."""
        finished = [slot for slot in self._slots if slot.done]
        if len(finished) >= len(output):
            return
        known = {key for slot in finished for key in slot.keys}
        for index, raw in enumerate(output):
            slot = self._at.get(index)
            if (slot is None or not slot.done) and known.isdisjoint(_keys(decode_item(raw))):
                self._item_done(index, raw)

    def _open(self, index: int, kind: type[_ItemT]) -> _ItemT:
        """The open item of this kind at a place, which begins here if no event announced it."""
        slot = self._at.get(index)
        if slot is not None and not slot.done and isinstance(slot.item, kind):
            return slot.item
        self._close(index)
        item = kind(self._run_id, OutputItem(type=kind.kind))
        slot = self._at[index] = _Slot(item, set())
        self._slots.append(slot)
        if isinstance(item, OpenHostedCall):
            item.start(self._out)
        return item

    def _place(self, index: int, foreign: OutputItem) -> _Slot:
        create = _KINDS.get(foreign.type)
        if create is None:
            log.warning("An output item of the type %.40r is not shown", foreign.type)
        slot = self._at[index] = _Slot(
            create(self._run_id, foreign) if create else None, _keys(foreign)
        )
        self._slots.append(slot)
        return slot

    def _close(self, index: int) -> None:
        """Another item begins at a place whose item never ended."""
        if (slot := self._at.get(index)) is not None:
            self._finish(slot, OutputItem(), "completed")

    def _finish(self, slot: _Slot, final: OutputItem, status: ItemStatus) -> None:
        if not slot.done:
            slot.done = True
            if slot.item is not None:
                slot.item.finish(self._out, final, slot.raw, status)


def _keys(foreign: OutputItem) -> set[str]:
    return {key for key in (foreign.id, foreign.call_id) if key}


def _differ(one: set[str], other: set[str]) -> bool:
    return bool(one) and bool(other) and one.isdisjoint(other)
