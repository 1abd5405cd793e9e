"""Makes the tool calls of one run and shows each on its item."""

import logging
import time

from backend.domain.action import Action
from backend.domain.events import ItemDone, ItemUpdated
from backend.domain.ids import ItemId, RunId
from backend.domain.items import DeltaField, FunctionCall, ItemStatus, ToolCallBase, ToolItem
from backend.domain.parts import Part
from backend.domain.text import clean_text
from backend.live.thread_log import ThreadLog
from backend.runs.decisions import told_with
from backend.runs.run_tools import RunTools
from backend.runs.state import OpenCall
from backend.runs.tool_items import shown_call
from backend.tools.tool import CallContext, Display, Tool, ToolResult

log = logging.getLogger(__name__)


class ToolCalls:
    """`ask` shows what a call waits for, `begin` that it is under way, and `run` makes it."""

    def __init__(
        self, live: ThreadLog, run_id: RunId, timezone: str, locale: str, tools: RunTools
    ) -> None:
        self._live = live
        self._run_id = run_id
        self._timezone = timezone
        self._locale = locale
        self._tools = tools

    def ask(self, call: OpenCall, action: Action) -> None:
        self._show(call, "in_progress" if action.resolution else "awaiting_approval", action)

    def begin(self, call: OpenCall) -> None:
        self._show(call, "running", self._action(call.item_id))

    def _show(self, call: OpenCall, status: ItemStatus, action: Action | None) -> None:
        item = self._live.transcript.item(call.item_id)
        changes = {"status": status, "call_id": call.call_id, "required_action": action}
        if call.hosted:
            allowed = {"status": "completed"} if action and action.resolution else {}
            self._live.append(ItemUpdated(item=item.model_copy(update=changes | allowed)))
            return
        function_call = FunctionCall(
            **item.model_dump(include={"id", "parent_id", "run_id", "created_at"}),
            **changes,
            name=call.name,
            arguments=_arguments(call, action),
        )
        shown, _ = shown_call(self._tools[call.name], function_call)
        self._live.append(ItemUpdated(item=shown))

    def _action(self, item_id: ItemId) -> Action | None:
        item = self._live.transcript.item(item_id)
        return item.required_action if isinstance(item, ToolCallBase) else None

    async def run(self, call: OpenCall) -> tuple[Part, ...]:
        """Make the call and return its output. Raises only `CancelledError`."""
        tool, display = self._tools[call.name], LiveDisplay(self._live, call.item_id)
        began = time.perf_counter()
        result = await self._result(tool, call, display)
        changes = {
            "status": "failed" if result.failed else "completed",
            "error": result.error,
            "duration_ms": round((time.perf_counter() - began) * 1000, 1),
        }
        item = tool.finished(display.item, result).model_copy(update=changes)
        self._live.append(ItemDone(item=item))
        return told_with(item.required_action, result.parts)

    async def _result(self, tool: Tool, call: OpenCall, display: Display) -> ToolResult:
        reason = tool.unavailable()
        if reason is not None:
            return ToolResult.refusal(reason)
        try:
            arguments = _arguments(call, self._action(call.item_id))
            return await tool.call(arguments, display, self._context(call))
        except Exception:
            log.exception("The tool %s failed", call.name)
            return ToolResult.refusal(f"{call.name} failed; see the server's log.")

    def _context(self, call: OpenCall) -> CallContext:
        live, items = self._live, self._live.transcript.items
        place = next(index for index, item in enumerate(items) if item.id == call.item_id)
        return CallContext(
            live.owner, live.id, self._run_id, self._timezone, self._locale, items[:place]
        )


def _arguments(call: OpenCall, action: Action | None) -> str:
    """Returns the arguments to make a call with, which somebody may have changed."""
    changed = action.resolution.arguments if action and action.resolution else None
    return changed if changed is not None else call.arguments


class LiveDisplay:
    """The item of a running call on its open thread."""

    def __init__(self, live: ThreadLog, item_id: ItemId) -> None:
        self._live = live
        self._id = item_id

    @property
    def item(self) -> ToolItem:
        item = self._live.transcript.item(self._id)
        assert isinstance(item, ToolItem)
        return item

    def append(self, field: DeltaField, delta: str, index: int = 0) -> None:
        if delta:
            self._live.append_delta(self._id, field, clean_text(delta), index)

    def replace(self, item: ToolItem) -> None:
        self._live.append(ItemUpdated(item=item))
