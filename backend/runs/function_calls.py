"""Runs the calls of our own functions and shows each on its item."""

import json

from pydantic import JsonValue

from backend.domain.events import ItemDone, ItemUpdated
from backend.domain.ids import ItemId, RunId
from backend.domain.items import OPEN_STATUSES, FunctionCall
from backend.live.live import LiveThread
from backend.tools.toolbox import Toolbox
from backend.upstreams.events import ToolCall
from backend.upstreams.request import ToolOutput


class FunctionCalls:
    """For one run: runs calls with the toolbox."""

    def __init__(self, toolbox: Toolbox, live: LiveThread, run_id: RunId, timezone: str) -> None:
        self._toolbox = toolbox
        self._live = live
        self._context = toolbox.context(live.id, run_id, timezone)

    async def run(self, call: ToolCall) -> ToolOutput:
        """Call the function and return its output. Raises only `CancelledError`."""
        known = self._item(call.item_id)
        if known.status not in OPEN_STATUSES:
            # The run was resumed, and the call was answered before.
            return ToolOutput(call.call_id, _text(known.output))
        changes = {"status": "running", "arguments": call.arguments}
        self._live.emit(ItemUpdated(item=known.model_copy(update=changes)))
        result = await self._toolbox.call(call.name, call.arguments, self._context)
        done = self._item(call.item_id).model_copy(
            update={
                "status": "failed" if result.error else "completed",
                "output": result.output,
                "error": result.error,
                "duration_ms": round(result.duration_ms, 1),
            }
        )
        self._live.emit(ItemDone(item=done))
        return ToolOutput(call.call_id, _text(result.output))

    def _item(self, item_id: ItemId) -> FunctionCall:
        item = self._live.transcript.item(item_id)
        assert isinstance(item, FunctionCall)
        return item


def _text(output: JsonValue) -> str:
    return output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
