"""The output of a response while it streams: its items begin, grow and end.

Servers leave out events: an item may begin with its first delta, with its end, or only in the
final response.
"""

from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from backend.domain.items import ItemStatus
from backend.upstreams.builders.function_call import FunctionCallBuilder
from backend.upstreams.builders.message import MessageBuilder
from backend.upstreams.builders.reasoning import ReasoningBuilder
from backend.upstreams.builders.whole import Out, parsed_json
from backend.upstreams.events import ToolCall
from backend.upstreams.responses import contents, events
from backend.upstreams.responses.client_calls import CLIENT_CALLS
from backend.upstreams.responses.hosted_calls import HostedItemBuilder
from backend.upstreams.responses.items import OutputItem, decode_item
from backend.upstreams.responses.other_items import OtherItemBuilder, output_of
from backend.upstreams.responses.slots import TYPES, Builder, Slot, Slots

_BuilderT = TypeVar("_BuilderT", bound=Builder)


class Output:
    """Puts what becomes of the items into `out`."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self.out: Out = []

    def add(self, index: int, foreign: OutputItem) -> None:
        """The server announces an item, perhaps once more."""
        if not foreign.type:
            return
        if (slot := self._slots.of(foreign)) is not None:
            # Announced again, or after its first delta.
            slot.call_id = slot.call_id or foreign.call_id
            if isinstance(slot.item, FunctionCallBuilder) and not slot.done:
                slot.item.call_id = slot.call_id
                slot.item.start(self.out, foreign.name)
            return
        self._close(index)
        if self._answers_a_call(foreign):
            return
        is_twin = any(foreign.call_id == slot.call_id for slot in self._slots.all if slot.call_id)
        item = self.begin(index, foreign).item
        if isinstance(item, FunctionCallBuilder) and not is_twin:
            # A twin is shown once its arguments tell that it is another call.
            item.start(self.out)

    def end(self, index: int, raw: msgspec.Raw) -> None:
        """The server sends an item whole."""
        foreign = decode_item(raw)
        if foreign.type or self._slots.of(foreign) is not None:
            self._end(index, self._slots.ending(index, foreign), foreign, raw)

    def _end(self, index: int, slot: Slot | None, foreign: OutputItem, raw: msgspec.Raw) -> None:
        if slot is None:
            self._close(index)
            if self._answers_a_call(foreign):
                return
            slot = self.begin(index, foreign)
        if slot.done:
            return
        self._slots.name(slot, foreign.id)
        slot.call_id = foreign.call_id or slot.call_id
        slot.raw = msgspec.json.decode(raw, type=dict[str, Any]) | {"type": slot.kind}
        status: ItemStatus = "incomplete" if foreign.status == "incomplete" else "completed"
        self.finish(slot, foreign, status)

    def catch_up(self, output: list[msgspec.Raw]) -> None:
        """Read items of the final response that no event finished."""
        found = [(decode_item(raw), raw) for raw in output]
        known = [(item, raw) for item, raw in found if item.type or self._slots.of(item)]
        pairs = self._slots.paired([item for item, _ in known])
        for index, (slot, (foreign, raw)) in enumerate(zip(pairs, known, strict=True)):
            self._end(index, slot, foreign, raw)

    def open(
        self, event: events.Place, kind: type[_BuilderT], unannounced: OutputItem | None = None
    ) -> _BuilderT:
        """Returns the open item of this kind that the event means, or begins it."""
        for slot in (self._slots.by_id(event.item_id), self._slots.at(event.output_index)):
            if slot is not None and not slot.done and isinstance(slot.item, kind):
                self._slots.name(slot, event.item_id)
                return slot.item
        self._close(event.output_index)
        slot = self.begin(event.output_index, unannounced or OutputItem(type=TYPES[kind]))
        self._slots.name(slot, event.item_id)
        item = slot.item
        assert isinstance(item, kind)
        return item

    def begin(self, index: int, foreign: OutputItem) -> Slot:
        slot = self._slots.begin(index, foreign)
        if isinstance(slot.item, MessageBuilder):
            for earlier in self._slots.all:
                if isinstance(earlier.item, OtherItemBuilder):
                    earlier.item.went_on()
                elif isinstance(earlier.item, FunctionCallBuilder) and earlier.kind in CLIENT_CALLS:
                    # The model went on, so the server answered the call.
                    earlier.item.is_answered = True
        elif isinstance(slot.item, HostedItemBuilder):
            slot.item.start(self.out)
        return slot

    def _answers_a_call(self, foreign: OutputItem) -> bool:
        """Whether it is the output of a call of this response, whose card then shows it."""
        call_id = foreign.call_id or foreign.id
        if not call_id or not foreign.type.endswith("_output"):
            return False
        for slot in self._slots.all:
            if slot.call_id != call_id:
                continue
            if isinstance(slot.item, OtherItemBuilder):
                slot.item.answer(self.out, foreign)
                return True
            if isinstance(slot.item, FunctionCallBuilder):
                slot.answer = foreign.whole
                slot.item.answer(self.out, output_of(foreign.whole or {}))
                return True
        return False

    def _close(self, index: int) -> None:
        """Another item begins where one stands whose end could not be known by an id."""
        slot = self._slots.at(index)
        if slot is not None and not slot.named and not slot.call_id:
            self.finish(slot, OutputItem(), "completed")

    def finish(self, slot: Slot, final: OutputItem, status: ItemStatus) -> None:
        if slot.done:
            return
        slot.done = True
        item, out = slot.item, self.out
        if isinstance(item, MessageBuilder):
            contents.end_message(item, out, final)
            item.finish(out, status)
        elif isinstance(item, ReasoningBuilder):
            contents.end_reasoning(item, out, final)
            item.finish(out, status)
        elif isinstance(item, FunctionCallBuilder):
            item.call_id = slot.call_id
            self._finish_call(item, final, status)
        else:
            item.finish(out, final, status)

    def _finish_call(
        self, item: FunctionCallBuilder, final: OutputItem, status: ItemStatus
    ) -> None:
        """Two calls with one id are one call if they ask for the same; else each gets an id."""
        items = [slot.item for slot in self._slots.all]
        calls = [each.call for each in items if isinstance(each, FunctionCallBuilder) and each.call]
        was_shown, out = item.is_shown, Out()
        item.end_arguments(out, final.arguments)
        item.finish(out, status, final.name)
        call = item.call
        twins = [twin for twin in calls if call is not None and twin.call_id == call.call_id]
        if call is not None and any(_asks_the_same(call, twin) for twin in twins):
            item.give_up(out, "cancelled")
            out = out if was_shown else []
        elif call is not None and twins:
            item.call = replace(call, call_id=f"call_{call.item_id}")
        self.out += out


def _asks_the_same(one: ToolCall, other: ToolCall) -> bool:
    return one.name == other.name and parsed_json(one.arguments) == parsed_json(other.arguments)
