"""One response as it streams: foreign events in, ours out. Pure; the I/O is next door.

Servers leave out events: an item may begin with its first delta, with its end, or only in the
final response.
"""

import json
from dataclasses import replace
from typing import Any, TypeVar, assert_never

import msgspec

from backend.domain.ids import RunId
from backend.domain.items import ItemStatus
from backend.upstreams.events import ToolCall, UpstreamEvent
from backend.upstreams.responses import events
from backend.upstreams.responses.calls import (
    OpenCodeInterpreterCall,
    OpenFunctionCall,
    OpenHostedCall,
    OpenMcpCall,
)
from backend.upstreams.responses.items import ContentPart, OutputItem, decode_item
from backend.upstreams.responses.message import OpenMessage, OpenReasoning, Out
from backend.upstreams.responses.slots import OpenItem, Slot, Slots

_ItemT = TypeVar("_ItemT", bound=OpenItem)


class Round:
    """Translates the events of one response."""

    def __init__(self, run_id: RunId) -> None:
        self._slots = Slots(run_id)
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
        if isinstance(event, events.Place):
            slot = self._slots.by_id(event.item_id)
            if slot is not None and slot.done:
                return out
        match event:
            case events.TextDelta():
                self._open(event, OpenMessage).add_text(out, event.content_index, event.delta)
            case events.ArgumentsDelta():
                self._open(event, OpenFunctionCall).add_arguments(out, event.delta)
            case events.SummaryDelta():
                self._open(event, OpenReasoning).add_text(
                    out, "summary", event.summary_index, event.delta
                )
            case events.ReasoningDelta():
                self._open(event, OpenReasoning).add_text(
                    out, "content", event.content_index, event.delta
                )
            case events.CodeDelta():
                self._open(event, OpenCodeInterpreterCall).add_delta(out, event.delta)
            case events.McpArgumentsDelta():
                self._open(event, OpenMcpCall).add_delta(out, event.delta)
            case events.RefusalDelta():
                self._open(event, OpenMessage).add_refusal(out, event.delta)
            case events.AnnotationAdded():
                self._open(event, OpenMessage).annotate(out, event.content_index, event.annotation)
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
        items = (slot.item for slot in self._slots.all)
        return tuple(
            item.call
            for item in items
            if isinstance(item, OpenFunctionCall) and item.call is not None
        )

    def output(self) -> list[dict[str, Any]]:
        """The response's items as the server sent them, for the next round."""
        items = []
        for slot in self._slots.all:
            raw = slot.raw or (slot.item.echo() if slot.item is not None else None)
            if raw is None:
                continue
            if isinstance(slot.item, OpenFunctionCall):
                if slot.item.call is None:
                    # It gets no output, without which a call is refused.
                    continue
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
        out = self._out
        match event:
            case events.ContentPartDone(part=part):
                self._content_part_done(event, part)
            case events.TextDone():
                part = ContentPart(text=event.text)
                self._open(event, OpenMessage).end_text(out, event.content_index, part)
            case events.RefusalDone():
                self._open(event, OpenMessage).end_refusal(out, event.refusal)
            case events.ArgumentsDone():
                self._open(event, OpenFunctionCall).end_arguments(out, event.arguments)
            case events.SummaryDone():
                self._open(event, OpenReasoning).end_text(
                    out, "summary", event.summary_index, event.text
                )
            case events.ReasoningDone():
                self._open(event, OpenReasoning).end_text(
                    out, "content", event.content_index, event.text
                )
            case events.CodeDone():
                self._open(event, OpenCodeInterpreterCall).end_delta(out, event.code)
            case events.McpArgumentsDone():
                self._open(event, OpenMcpCall).end_delta(out, event.arguments)
            case (
                events.CodeRunning()
                | events.FileSearchRunning()
                | events.WebSearchRunning()
                | events.ImageRunning()
            ):
                slot = self._slots.by_id(event.item_id) or self._slots.at(event.output_index)
                if slot is not None and isinstance(slot.item, OpenHostedCall) and not slot.done:
                    slot.item.run(out)
            case _:
                assert_never(event)

    def _content_part_done(self, event: events.ContentPartDone, part: ContentPart) -> None:
        index = event.content_index
        if part.type == "output_text":
            self._open(event, OpenMessage).end_text(self._out, index, part)
        elif part.type == "refusal":
            self._open(event, OpenMessage).end_refusal(self._out, part.refusal)
        elif part.type == "reasoning_text":
            self._open(event, OpenReasoning).end_text(self._out, "content", index, part.text)

    def _item_added(self, index: int, foreign: OutputItem) -> None:
        if self._slots.of(foreign) is not None:
            return
        self._close(index)
        is_twin = any(foreign.call_id == slot.call_id for slot in self._slots.all if slot.call_id)
        item = self._slots.begin(index, foreign).item
        if isinstance(item, OpenHostedCall) or (
            # A twin is shown once its arguments tell that it is another call.
            isinstance(item, OpenFunctionCall) and not is_twin
        ):
            item.start(self._out)

    def _item_done(self, index: int, raw: msgspec.Raw) -> None:
        foreign = decode_item(raw)
        self._end_item(index, self._slots.ending(index, foreign), foreign, raw)

    def _end_item(
        self, index: int, slot: Slot | None, foreign: OutputItem, raw: msgspec.Raw
    ) -> None:
        if slot is None:
            self._close(index)
            slot = self._slots.begin(index, foreign)
            if isinstance(slot.item, OpenHostedCall):
                slot.item.start(self._out)
        if slot.done:
            return
        self._slots.name(slot, foreign.id)
        slot.call_id = foreign.call_id or slot.call_id
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
        for slot in self._slots.all:
            self._finish(slot, OutputItem(), status)
            if not complete and isinstance(slot.item, OpenFunctionCall):
                slot.item.give_up(self._out, "incomplete")

    def _catch_up(self, output: list[msgspec.Raw]) -> None:
        """Items of the final response that no event finished."""
        items = [decode_item(raw) for raw in output]
        pairs = self._slots.paired(items)
        for index, (slot, foreign, raw) in enumerate(zip(pairs, items, output, strict=True)):
            self._end_item(index, slot, foreign, raw)

    def _open(self, event: events.Place, kind: type[_ItemT]) -> _ItemT:
        """The open item of this kind that the event means; it begins here if none was announced."""
        for slot in (self._slots.by_id(event.item_id), self._slots.at(event.output_index)):
            if slot is not None and not slot.done and isinstance(slot.item, kind):
                self._slots.name(slot, event.item_id)
                return slot.item
        self._close(event.output_index)
        slot = self._slots.begin(event.output_index, OutputItem(type=kind.kind))
        self._slots.name(slot, event.item_id)
        item = slot.item
        assert isinstance(item, kind)
        if isinstance(item, OpenHostedCall):
            item.start(self._out)
        return item

    def _close(self, index: int) -> None:
        """Another item begins where one stands whose end could not be known by an id."""
        slot = self._slots.at(index)
        if slot is not None and not slot.named and not slot.call_id:
            self._finish(slot, OutputItem(), "completed")

    def _finish(self, slot: Slot, final: OutputItem, status: ItemStatus) -> None:
        if slot.done:
            return
        slot.done = True
        if isinstance(slot.item, OpenFunctionCall):
            self._finish_call(slot.item, final, status)
        elif slot.item is not None:
            slot.item.finish(self._out, final, status)

    def _finish_call(
        self,
        item: OpenFunctionCall,
        final: OutputItem,
        status: ItemStatus,
    ) -> None:
        """Calls with one id are one call if they ask for the same, else each gets its own id."""
        calls, was_shown, out = self.calls, item.is_shown, Out()
        item.finish(out, final, status)
        call = item.call
        twins = [twin for twin in calls if call is not None and twin.call_id == call.call_id]
        if call is not None and any(_asks_the_same(call, twin) for twin in twins):
            item.give_up(out, "cancelled")
            out = out if was_shown else []
        elif call is not None and twins:
            item.call = replace(call, call_id=f"call_{call.item_id}")
        self._out += out


def _asks_the_same(one: ToolCall, other: ToolCall) -> bool:
    return one.name == other.name and _parsed(one.arguments) == _parsed(other.arguments)


def _parsed(arguments: str) -> Any:
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments
