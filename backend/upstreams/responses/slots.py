"""The places of a response's output, and which of them an event or a finished item means.

An id that an earlier event named wins. Where the id is unknown, the place in the output decides:
ids can be empty or change with every event, and servers leave out the index or always send 0.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from backend.domain.ids import RunId
from backend.upstreams.builders.function_call import FunctionCallBuilder
from backend.upstreams.builders.message import MessageBuilder
from backend.upstreams.builders.reasoning import ReasoningBuilder
from backend.upstreams.responses.client_calls import CLIENT_CALLS
from backend.upstreams.responses.hosted_calls import (
    CodeInterpreterBuilder,
    FileSearchBuilder,
    HostedItemBuilder,
    ImageGenerationBuilder,
    McpCallBuilder,
    McpListingBuilder,
    WebSearchBuilder,
)
from backend.upstreams.responses.items import OutputItem
from backend.upstreams.responses.other_items import OtherItemBuilder

Builder = MessageBuilder | ReasoningBuilder | FunctionCallBuilder | HostedItemBuilder

_HOSTED: Final[dict[str, type[HostedItemBuilder]]] = {
    "code_interpreter_call": CodeInterpreterBuilder,
    "file_search_call": FileSearchBuilder,
    "web_search_call": WebSearchBuilder,
    "image_generation_call": ImageGenerationBuilder,
    "mcp_call": McpCallBuilder,
    "mcp_list_tools": McpListingBuilder,
}
TYPES: Final[dict[type[object], str]] = {
    MessageBuilder: "message",
    ReasoningBuilder: "reasoning",
    FunctionCallBuilder: "function_call",
    **{builder: kind for kind, builder in _HOSTED.items()},
}


class Slot:
    """A place in the output: its item, and the item as the server sent it in the end."""

    __slots__ = (
        "announced",
        "answer",
        "call_id",
        "done",
        "index",
        "item",
        "kind",
        "named",
        "printed",
        "raw",
    )

    def __init__(self, item: Builder, index: int, foreign: OutputItem) -> None:
        self.item = item
        self.announced = foreign
        self.index = index
        self.kind = foreign.type
        self.call_id = foreign.call_id
        self.named = False
        """Whether an event gave its id, so that its end can be known by it."""
        self.raw: dict[str, Any] | None = None
        self.answer: dict[str, Any] | None = None
        """The server's own output of a function call."""
        self.printed = ""
        """By a shell at the server."""
        self.done = False

    def can_be(self, foreign: OutputItem) -> bool:
        """Whether type and call id agree, where both sides have them."""
        return foreign.type in (self.kind, "") and (
            not self.call_id or not foreign.call_id or self.call_id == foreign.call_id
        )


class Slots:
    """The places of one response, in the order in which their items began."""

    def __init__(self, run_id: RunId) -> None:
        self._run_id = run_id
        self.all: list[Slot] = []
        self._at: dict[int, Slot] = {}
        self._by_id: dict[str, Slot] = {}

    def at(self, index: int) -> Slot | None:
        """Returns the last item that began there."""
        return self._at.get(index)

    def by_id(self, item_id: str | None) -> Slot | None:
        return self._by_id.get(item_id) if item_id else None

    def name(self, slot: Slot, item_id: str | None) -> None:
        """Remember that an event called it so."""
        if item_id:
            self._by_id[item_id] = slot
            slot.named = True

    def begin(self, index: int, foreign: OutputItem) -> Slot:
        slot = Slot(self._builder(foreign), index, foreign)
        self._at[index] = slot
        self.all.append(slot)
        self.name(slot, foreign.id)
        return slot

    def of(self, foreign: OutputItem) -> Slot | None:
        """Returns the item that an earlier event named by this one's id."""
        slot = self.by_id(foreign.id)
        return slot if slot is not None and slot.can_be(foreign) else None

    def ending(self, index: int, foreign: OutputItem) -> Slot | None:
        """Returns the item that this one is the end of; None for one that was not announced."""
        if (slot := self.of(foreign)) is not None:
            return slot
        for slot in self.all:
            if not slot.done and slot.index == index and _same_call(slot, foreign):
                return slot
        slot = self._at.get(index)
        if slot is None or not slot.can_be(foreign):
            return None
        return None if slot.done and slot.named and foreign.id else slot

    def paired(self, output: Sequence[OutputItem]) -> list[Slot | None]:
        """Returns for each item of the whole output the one here that it is."""
        pairs: list[Slot | None] = [self.of(foreign) for foreign in output]
        free = [slot for slot in self.all if slot not in pairs]
        tests: tuple[Callable[[Slot, int, OutputItem], bool], ...] = (
            lambda slot, _, foreign: _same_call(slot, foreign),
            lambda slot, index, foreign: slot.index == index and self._has_its_id(slot, foreign),
            lambda slot, index, foreign: slot.index == index and slot.can_be(foreign),
            lambda slot, _, foreign: slot.can_be(foreign),
        )
        for is_same in tests:
            for index, foreign in enumerate(output):
                if pairs[index] is None:
                    found = next((slot for slot in free if is_same(slot, index, foreign)), None)
                    if found is not None:
                        pairs[index] = found
                        free.remove(found)
        return pairs

    def _has_its_id(self, slot: Slot, foreign: OutputItem) -> bool:
        """Whether the ids of the items agree, if not those of the calls."""
        return self.by_id(foreign.id) is slot and foreign.type == slot.kind

    def _builder(self, foreign: OutputItem) -> Builder:
        match foreign.type:
            case "message":
                return MessageBuilder(self._run_id)
            case "reasoning":
                return ReasoningBuilder(self._run_id)
            case kind if kind == "function_call" or kind in CLIENT_CALLS:
                return FunctionCallBuilder(self._run_id, foreign.name, foreign.call_id)
            case kind:
                return _HOSTED.get(kind, OtherItemBuilder)(self._run_id, foreign)


def _same_call(slot: Slot, foreign: OutputItem) -> bool:
    return bool(foreign.call_id) and slot.call_id == foreign.call_id and slot.can_be(foreign)
