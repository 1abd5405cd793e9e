"""Shows calls as the tools' own items: the upstream tells each as a function call."""

from backend.domain.ids import ItemId
from backend.domain.items import FunctionCall, Item
from backend.runs.run_tools import RunTools
from backend.tools.string_argument import StringArgument
from backend.tools.tool import StreamedArguments, Tool
from backend.upstreams.events import (
    ItemChanged,
    ItemEvent,
    ItemFinished,
    ItemStarted,
    TextDelta,
)


class ToolItems:
    """For one session: maps the upstream's events about calls."""

    def __init__(self, tools: RunTools) -> None:
        self._tools = tools
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
        item, self._calls[call.id] = shown_call(self._tools[call.name], call)
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
