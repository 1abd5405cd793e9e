"""Calls by hand: somebody tries a tool, or a widget uses it, without a model or a run."""

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Final

from backend.domain.action import Action
from backend.domain.events import ItemUpdated, StreamedDelta
from backend.domain.ids import new_item_id
from backend.domain.items import DeltaField, FunctionCall, ToolItem
from backend.domain.parts import Part
from backend.domain.text import clean_text
from backend.domain.transcript import Transcript
from backend.runs.approvals import asked
from backend.runs.tool_items import ended_call, result_of, shown_call
from backend.tools.tool import CallContext, Tool
from backend.waiting import cancel

ASKED_FOR_S: Final = 24 * 3600.0
"""Nothing waits here for an answer, which may as well come later."""

INTERVAL_S: Final = 0.1
"""Between two states of a call."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A state of a call by hand."""

    item: ToolItem
    """What a chat would show."""
    told: tuple[Part, ...] | None
    """What a model would be told, once the call has ended with an outcome."""
    has_ended: bool = False
    """Also where it asks something first: its item says what."""
    keeps: str | None = None
    """What it is given when it goes on, where it does not begin anew."""


async def by_hand(
    tool: Tool,
    arguments: str,
    context: CallContext,
    answered: Action | None = None,
    *,
    may_ask: bool = False,
) -> AsyncGenerator[Trial]:
    """Make a call and yield its states; the last one has ended.

    Nobody is asked before: that somebody makes the call is the answer. What it asks in its middle
    ends it, with a failure unless it `may_ask`. Made again, it shows what was `answered`, and gets it
    from the context. Closing this stops it.
    """
    call = FunctionCall(
        id=new_item_id(),
        run_id=context.run_id,
        status="running",
        created_at=time.time(),
        name=tool.spec.name,
        arguments=arguments,
        required_action=answered,
    )
    shown, _ = shown_call(tool, call)
    assert isinstance(shown, ToolItem)
    display = _Display(shown)
    began = time.perf_counter()
    calling = asyncio.create_task(result_of(tool, arguments, display, context))
    calling.add_done_callback(lambda _: display.changed.set())
    try:
        while not calling.done():
            display.changed.clear()
            yield Trial(display.item, None)
            await display.changed.wait()
            await asyncio.wait((calling,), timeout=INTERVAL_S)
    finally:
        await cancel([calling])
    result = calling.result()
    if may_ask and result.asks is not None:
        action = asked(result.asks, call, ASKED_FOR_S, tool.spec.name, within=True)
        action = answered.followed_by(action) if answered is not None else action
        waiting = {"status": "awaiting_approval", "required_action": action}
        item = display.item.model_copy(update=waiting)
        yield Trial(item, None, has_ended=True, keeps=result.keeps)
        return
    item = ended_call(tool, display.item, result, began)
    yield Trial(item, result.parts, has_ended=True)


class _Display:
    """The item of a call that is in no thread."""

    def __init__(self, item: ToolItem) -> None:
        self.changed = asyncio.Event()
        self._id = item.id
        self._transcript = Transcript.of(0, None, [item], [])

    @property
    def item(self) -> ToolItem:
        item = self._transcript.item(self._id)
        assert isinstance(item, ToolItem)
        return item

    def append(self, field: DeltaField, delta: str, index: int = 0) -> None:
        offset = self._transcript.length(self._id, field, index)
        delta = clean_text(delta)
        self._transcript.reduce(StreamedDelta(0, self._id, field, index, offset, delta))
        self.changed.set()

    def replace(self, item: ToolItem) -> None:
        self._transcript.reduce(ItemUpdated(seq=0, item=item))
        self.changed.set()
