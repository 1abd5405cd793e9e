"""Runs the calls of built-in tools: function calls at the upstream, items of their own here."""

import logging
from collections.abc import Mapping

from backend.domain.events import ItemDone, ItemUpdated
from backend.domain.ids import ItemId
from backend.domain.items import CodeInterpreterCall, DeltaField, FunctionCall, Item
from backend.domain.text import clean_text
from backend.live.live import LiveThread
from backend.tools.builtin import Builtin, BuiltinContext, BuiltinResult
from backend.tools.function import FunctionSpec
from backend.tools.string_argument import StringArgument
from backend.upstreams.events import (
    ItemChanged,
    ItemEvent,
    ItemFinished,
    ItemStarted,
    TextDelta,
    ToolCall,
)
from backend.upstreams.request import ToolOutput

log = logging.getLogger(__name__)


class BuiltinCalls:
    """For one run: maps the upstream's events about such calls, then runs the calls."""

    def __init__(self, tools: Mapping[str, Builtin], live: LiveThread) -> None:
        self._tools = tools
        self._live = live
        self._calls: dict[ItemId, tuple[Builtin, StringArgument | None]] = {}

    def offered(self) -> tuple[FunctionSpec, ...]:
        """Returns the specs of the tools that can be used now, for the model."""
        return tuple(tool.spec for tool in self._tools.values() if tool.unavailable() is None)

    def map(self, event: ItemEvent) -> ItemEvent:
        """Returns the event with the tool's own item in place of the function call."""
        match event:
            case ItemStarted(item=FunctionCall() as call) if call.name in self._tools:
                return ItemStarted(self._item(self._tools[call.name], call))
            case ItemChanged(item=FunctionCall() as call) if call.id in self._calls:
                return ItemChanged(self._item(self._calls[call.id][0], call))
            case ItemFinished(item=FunctionCall() as call) if call.id in self._calls:
                return ItemFinished(self._item(self._calls[call.id][0], call))
            case TextDelta() if event.item_id in self._calls:
                return self._delta(event)
            case _:
                return event

    def has(self, call: ToolCall) -> bool:
        return call.item_id in self._calls

    async def run(self, call: ToolCall, context: BuiltinContext) -> ToolOutput:
        """Call the tool and return its output. Raises only `CancelledError`."""
        tool, _ = self._calls[call.item_id]
        display = LiveDisplay(self._live, call.item_id)
        placed = display.item
        function_call = FunctionCall(
            **placed.model_dump(include={"id", "parent_id", "run_id", "created_at"}),
            status="running",
            name=call.name,
            arguments=call.arguments,
        )
        display.replace(self._item(tool, function_call))
        reason = tool.unavailable()
        if reason is not None:
            result = BuiltinResult(reason, failed=True)
        else:
            try:
                result = await tool.call(call.arguments, display, context)
            except Exception:
                log.exception("The built-in tool %s failed", call.name)
                result = BuiltinResult(f"{call.name} failed; see the server's log.", True)
        output = clean_text(result.output)
        if result.failed:
            _explain(display, output)
        status = "failed" if result.failed else "completed"
        done = display.item.model_copy(update={"status": status})
        self._live.emit(ItemDone(item=done))
        return ToolOutput(call.call_id, output)

    def _item(self, tool: Builtin, call: FunctionCall) -> Item:
        """Returns the tool's item, filled with what has arrived of the streamed argument."""
        item, argument = tool.item(call), None
        if tool.streamed is not None:
            argument = StringArgument(tool.streamed.name)
            text = argument.feed(call.arguments)
            item = item.model_copy(update={tool.streamed.field: text})
        self._calls[call.id] = (tool, argument)
        return item

    def _delta(self, event: TextDelta) -> TextDelta:
        tool, argument = self._calls[event.item_id]
        if tool.streamed is None or argument is None or event.field != "arguments":
            return TextDelta(event.item_id, event.field, "")
        return TextDelta(event.item_id, tool.streamed.field, argument.feed(event.delta))


class LiveDisplay:
    """The item of a running call on its open thread."""

    def __init__(self, live: LiveThread, item_id: ItemId) -> None:
        self._live = live
        self._id = item_id

    @property
    def item(self) -> Item:
        return self._live.transcript.item(self._id)

    def append(self, field: DeltaField, delta: str, index: int = 0) -> None:
        if delta:
            self._live.emit_delta(self._id, field, clean_text(delta), index)

    def replace(self, item: Item) -> None:
        self._live.emit(ItemUpdated(item=item))


def _explain(display: LiveDisplay, why: str) -> None:
    """Show on code without outputs what the model is told about it."""
    item = display.item
    if isinstance(item, CodeInterpreterCall) and not item.outputs:
        display.append("logs", why)
