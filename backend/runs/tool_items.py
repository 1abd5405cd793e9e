"""Shows calls as the tools' own items: the upstream tells each as a function call."""

import logging
import time
from collections.abc import Callable

from backend.domain.ids import ItemId
from backend.domain.items import FunctionCall, Item, ToolItem
from backend.runs.run_tools import RunTools
from backend.tools.string_argument import StringArgument
from backend.tools.tool import CallContext, Display, StreamedArguments, Tool, ToolResult
from backend.upstreams.events import (
    ItemChanged,
    ItemEvent,
    ItemFinished,
    ItemStarted,
    TextDelta,
)

log = logging.getLogger(__name__)


class ToolItems:
    """For one session: maps the upstream's events about calls."""

    def __init__(self, tools: RunTools, asks: Callable[[Tool], bool]) -> None:
        """`asks` returns whether somebody is asked before a call."""
        self._tools = tools
        self._asks = asks
        self._calls: dict[ItemId, ShownArguments] = {}

    def map(self, event: ItemEvent) -> ItemEvent:
        """Returns the event with the tool's own item in place of the function call."""
        match event:
            case TextDelta():
                shown = self._calls.get(event.item_id) if event.field == "arguments" else None
                return event if shown is None else shown.map(event)
            case ItemStarted(item=FunctionCall() as call):
                return ItemStarted(self._item(call))
            case ItemChanged(item=FunctionCall() as call):
                return ItemChanged(self._item(call))
            case ItemFinished(item=FunctionCall() as call):
                return ItemFinished(self._item(call))
            case _:
                return event

    def _item(self, call: FunctionCall) -> Item:
        tool = self._tools[call.name]
        item, self._calls[call.id] = shown_call(tool, call)
        if isinstance(item, FunctionCall) and item.has_app and self._asks(tool):
            # Its app learns of the arguments when the call is allowed.
            return item.model_copy(update={"has_app": False})
        return item


class ShownArguments:
    """What a call's item shows of arguments that are still arriving."""

    def __init__(self, streamed: StreamedArguments | None) -> None:
        self._streamed = streamed
        name = streamed.name if streamed is not None else None
        self._argument = StringArgument(name) if name is not None else None

    def map(self, event: TextDelta) -> TextDelta:
        field = self._streamed.field if self._streamed is not None else event.field
        return TextDelta(event.item_id, field, self.feed(event.delta))

    def feed(self, arguments: str) -> str:
        """Returns what the item shows of the next piece of JSON text."""
        if self._streamed is None:
            return ""
        return arguments if self._argument is None else self._argument.feed(arguments)


def shown_call(tool: Tool, call: FunctionCall) -> tuple[Item, ShownArguments]:
    """Returns the tool's item, filled with what has arrived of its arguments, and the reader of
    the rest."""
    item, shown = tool.item(call), ShownArguments(tool.streamed)
    if tool.streamed is None:
        return item, shown
    return item.model_copy(update={tool.streamed.field: shown.feed(call.arguments)}), shown


async def result_of(
    tool: Tool, arguments: str, display: Display, context: CallContext
) -> ToolResult:
    """Make a call. Raises only `CancelledError`: whatever else goes wrong is its result."""
    try:
        return await tool.call(arguments, display, context)
    except Exception:
        log.exception("The tool %s failed", tool.spec.name)
        return ToolResult.refusal(f"{tool.spec.name} failed; see the server's log.")


def ended_call(tool: Tool, item: ToolItem, result: ToolResult, began: float) -> ToolItem:
    """Returns the item of a call that is over. `began` is a time of `time.perf_counter`."""
    changes = {
        "status": "failed" if result.failed else "completed",
        "error": result.error,
        "duration_ms": round((time.perf_counter() - began) * 1000, 1),
    }
    return tool.finished(item, result).model_copy(update=changes)
