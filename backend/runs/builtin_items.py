"""Shows calls of built-in tools as the tools' own items: at the upstream they are function calls."""

from collections.abc import Mapping

from backend.domain.ids import ItemId
from backend.domain.items import FunctionCall, Item
from backend.tools.builtin import Builtin
from backend.tools.string_argument import StringArgument
from backend.upstreams.events import (
    ItemChanged,
    ItemEvent,
    ItemFinished,
    ItemStarted,
    TextDelta,
)


class BuiltinItems:
    """For one run: maps the upstream's events about such calls."""

    def __init__(self, tools: Mapping[str, Builtin]) -> None:
        self._tools = tools
        self._calls: dict[ItemId, tuple[Builtin, StringArgument | None]] = {}

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

    def _item(self, tool: Builtin, call: FunctionCall) -> Item:
        item, argument = builtin_item(tool, call)
        self._calls[call.id] = (tool, argument)
        return item

    def _delta(self, event: TextDelta) -> TextDelta:
        tool, argument = self._calls[event.item_id]
        if tool.streamed is None or argument is None or event.field != "arguments":
            return TextDelta(event.item_id, event.field, "")
        return TextDelta(event.item_id, tool.streamed.field, argument.feed(event.delta))


def builtin_item(tool: Builtin, call: FunctionCall) -> tuple[Item, StringArgument | None]:
    """Returns the tool's item, filled with what has arrived of its streamed argument, and the
    reader of the rest."""
    item = tool.item(call)
    if tool.streamed is None:
        return item, None
    argument = StringArgument(tool.streamed.name)
    text = argument.feed(call.arguments)
    return item.model_copy(update={tool.streamed.field: text}), argument
