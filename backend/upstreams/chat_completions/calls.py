"""Which call a piece of `tool_calls` belongs to, however the server numbers and names them.

By the book the first piece of a call has its index, id and name, and the others only the index.
Servers number all calls 0, give each piece another id or all calls the same one, leave out ids or
indexes, repeat the name, send calls whole, or both in pieces and whole.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from backend.domain.ids import RunId
from backend.domain.items import ItemStatus
from backend.upstreams.builders.function_call import FunctionCallBuilder
from backend.upstreams.builders.whole import (
    Out,
    is_json_object,
    object_arguments,
    parsed_json,
    standing_arguments,
)
from backend.upstreams.chat_completions.chunks import CallPiece
from backend.upstreams.chat_completions.messages import short_id
from backend.upstreams.events import ToolCall


@dataclass(slots=True, eq=False)
class _Slot:
    index: int | None
    id: str
    builder: FunctionCallBuilder
    arguments: str = ""
    last: str = ""
    """The last piece of the arguments, which may be the whole of them."""
    extra: dict[str, Any] = field(default_factory=dict)
    named_again: bool = False
    """Whether its name came once more, which may be the head of another call."""

    @property
    def is_whole(self) -> bool:
        return self.arguments.endswith("}") and is_json_object(self.arguments)


class Calls:
    """The calls of one round, in the order in which they began."""

    def __init__(self, run_id: RunId) -> None:
        self._run_id = run_id
        self._slots: list[_Slot] = []

    def __bool__(self) -> bool:
        return bool(self._slots)

    def feed(self, out: Out, piece: CallPiece) -> None:
        meant = self._meant(piece)
        slot = None if meant is None or _begins_another(meant, piece) else meant
        if slot is None:
            name = piece.name or (meant.builder.name if meant is not None else "")
            slot = _Slot(piece.index, piece.id or "", FunctionCallBuilder(self._run_id, name))
            self._slots.append(slot)
        slot.id = slot.id or piece.id or ""
        slot.builder.start(out, piece.name)
        slot.named_again = bool(piece.name) and slot.is_whole
        if piece.extra_content is not None:
            slot.extra = {"extra_content": piece.extra_content}
        if not piece.arguments:
            return
        slot.last = piece.arguments
        if slot.is_whole and is_json_object(piece.arguments):
            # The whole, once more.
            return
        slot.arguments += piece.arguments
        slot.builder.add_arguments(out, piece.arguments)

    def finish(self, out: Out, status: ItemStatus) -> None:
        """With `completed`, the calls may be executed from now on."""
        for slot in self._slots:
            before = self.required
            slot.builder.call_id = slot.id
            arguments = standing_arguments(slot.arguments, slot.last)
            if is_json_object(arguments) and arguments != slot.arguments:
                slot.builder.end_arguments(out, arguments)
            slot.builder.finish(out, status)
            call = slot.builder.call
            if call is None:
                continue
            twins = [twin for twin in before if twin.call_id == call.call_id]
            if any(_asks_the_same(call, twin) for twin in twins):
                slot.builder.give_up(out, "cancelled")
            elif twins or not slot.id:
                slot.builder.call = replace(call, call_id=short_id(call.item_id))

    @property
    def is_shown(self) -> bool:
        return any(slot.builder.is_shown for slot in self._slots)

    @property
    def required(self) -> tuple[ToolCall, ...]:
        """Those that wait for outputs."""
        calls = (slot.builder.call for slot in self._slots)
        return tuple(call for call in calls if call is not None)

    def echo(self) -> list[dict[str, Any]]:
        """Returns the calls as the next request tells them."""
        return [
            {
                **slot.extra,
                "id": call.call_id,
                "type": "function",
                "function": {"name": call.name, "arguments": object_arguments(call.arguments)},
            }
            for slot in self._slots
            if (call := slot.builder.call) is not None
        ]

    def _meant(self, piece: CallPiece) -> _Slot | None:
        """Returns the call whose place or id the piece has."""
        latest = self._slots[::-1]
        named = [slot for slot in latest if piece.id and slot.id == piece.id]
        placed = [slot for slot in latest if slot.index == piece.index]
        if piece.index is None:
            return next(iter(named or latest), None)
        if both := [slot for slot in named if slot in placed]:
            return both[0]
        if placed:
            return placed[0]
        return next(iter(named), None) if not piece.name else None


def _begins_another(slot: _Slot, piece: CallPiece) -> bool:
    """Whether the piece cannot belong to the call whose place or id it has."""
    opens = piece.arguments.lstrip().startswith("{")
    if not piece.name or not slot.builder.name:
        return opens and slot.named_again
    if piece.name != slot.builder.name:
        return True
    if slot.id and piece.id and slot.id != piece.id:
        return opens or not piece.arguments
    if not opens or not slot.is_whole:
        return False
    return bool(parsed_json(piece.arguments) != parsed_json(slot.arguments))


def _asks_the_same(one: ToolCall, other: ToolCall) -> bool:
    return one.name == other.name and bool(
        parsed_json(one.arguments) == parsed_json(other.arguments)
    )
