"""The places of a response's output, and which of them an event or a finished item means.

An id that an earlier event named wins. Where the id is unknown the place in the output decides:
ids can be empty or change with every event, and servers leave out the index or always send 0.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from backend.domain.ids import RunId
from backend.upstreams.responses.calls import (
    OpenCodeInterpreterCall,
    OpenFileSearchCall,
    OpenFunctionCall,
    OpenHostedCall,
    OpenImageGenerationCall,
    OpenMcpCall,
    OpenMcpListTools,
    OpenWebSearchCall,
)
from backend.upstreams.responses.items import OutputItem
from backend.upstreams.responses.message import OpenMessage, OpenReasoning

log = logging.getLogger(__name__)

OpenItem = OpenMessage | OpenReasoning | OpenFunctionCall | OpenHostedCall

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


class Slot:
    """A place in the output: what stands there, and the item as the server sent it in the end."""

    __slots__ = ("call_id", "done", "index", "item", "kind", "named", "raw")

    def __init__(self, item: OpenItem | None, index: int, foreign: OutputItem) -> None:
        self.item = item
        """None for a type that we do not show."""
        self.index = index
        self.kind = foreign.type
        self.call_id = foreign.call_id
        self.named = False
        """Whether an event gave its id, so that its end can be known by it."""
        self.raw: dict[str, Any] | None = None
        self.done = False

    def can_be(self, foreign: OutputItem) -> bool:
        """Whether the type agrees, and the call id where both have one."""
        return self.kind == foreign.type and (
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
        """The last item that began there."""
        return self._at.get(index)

    def by_id(self, item_id: object) -> Slot | None:
        return self._by_id.get(item_id) if isinstance(item_id, str) else None

    def name(self, slot: Slot, item_id: object) -> None:
        """Remember that an event called it so."""
        if isinstance(item_id, str) and item_id:
            self._by_id[item_id] = slot
            slot.named = True

    def begin(self, index: int, foreign: OutputItem) -> Slot:
        create = _KINDS.get(foreign.type)
        if create is None:
            log.warning("An output item of the type %.40r is not shown", foreign.type)
        slot = Slot(create(self._run_id, foreign) if create else None, index, foreign)
        self._at[index] = slot
        self.all.append(slot)
        self.name(slot, foreign.id)
        return slot

    def of(self, foreign: OutputItem) -> Slot | None:
        """The item that an earlier event named by this one's id."""
        slot = self.by_id(foreign.id)
        return slot if slot is not None and slot.can_be(foreign) else None

    def ending(self, index: int, foreign: OutputItem) -> Slot | None:
        """The item that this one is the end of; None for one that was not announced."""
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
        """Each item of the whole output with the one here that it is."""
        pairs: list[Slot | None] = [self.of(foreign) for foreign in output]
        free = [slot for slot in self.all if slot not in pairs]
        tests: tuple[Callable[[Slot, int, OutputItem], bool], ...] = (
            lambda slot, _, foreign: _same_call(slot, foreign),
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


def _same_call(slot: Slot, foreign: OutputItem) -> bool:
    return bool(foreign.call_id) and slot.call_id == foreign.call_id and slot.can_be(foreign)
