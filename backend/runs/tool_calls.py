"""Runs the tool calls of one run, functions and built-in tools alike, and shows each on its item."""

import logging
from collections.abc import Mapping

from backend.domain.events import ItemDone, ItemUpdated
from backend.domain.ids import ItemId, RunId
from backend.domain.items import (
    CodeInterpreterCall,
    DeltaField,
    FunctionCall,
    Item,
)
from backend.domain.text import clean_text, text_or_json
from backend.live.thread_log import ThreadLog
from backend.runs.builtin_items import builtin_item
from backend.runs.state import OpenCall
from backend.tools.builtin import Builtin, BuiltinContext, BuiltinResult
from backend.tools.function import FunctionSpec
from backend.tools.toolbox import Toolbox

log = logging.getLogger(__name__)


class ToolCalls:
    """`begin` shows that a call is under way, `run` makes it."""

    def __init__(
        self,
        live: ThreadLog,
        run_id: RunId,
        timezone: str,
        toolbox: Toolbox,
        builtins: Mapping[str, Builtin],
    ) -> None:
        self._live = live
        self._run_id = run_id
        self._toolbox = toolbox
        self._builtins = builtins
        self._context = toolbox.context(live.id, run_id, timezone)

    def specs(self, function_names: frozenset[str]) -> tuple[FunctionSpec, ...]:
        """Returns what the model may call now."""
        tools = self._builtins.values()
        builtins = tuple(tool.spec for tool in tools if tool.unavailable() is None)
        functions = (spec for spec in self._toolbox.specs() if spec.name in function_names)
        return (*builtins, *functions)

    def repeatable(self, name: str) -> bool:
        """Returns whether a call may be made twice. Built-in tools read, or work in a sandbox."""
        return name in self._builtins or self._toolbox.repeatable(name)

    def begin(self, call: OpenCall) -> None:
        item = self._live.transcript.item(call.item_id)
        function_call = FunctionCall(
            **item.model_dump(include={"id", "parent_id", "run_id", "created_at"}),
            status="running",
            call_id=call.call_id,
            name=call.name,
            arguments=call.arguments,
        )
        tool = self._builtins.get(call.name)
        running = function_call if tool is None else builtin_item(tool, function_call)[0]
        self._live.append(ItemUpdated(item=running))

    async def run(self, call: OpenCall) -> str:
        """Make the call and return its output, for the model. Raises only `CancelledError`."""
        tool = self._builtins.get(call.name)
        return await (self._function(call) if tool is None else self._builtin(tool, call))

    async def _function(self, call: OpenCall) -> str:
        result = await self._toolbox.call(call.name, call.arguments, self._context)
        changes = {
            "status": "failed" if result.error else "completed",
            "output": result.output,
            "error": result.error,
            "duration_ms": round(result.duration_ms, 1),
        }
        item = self._live.transcript.item(call.item_id)
        self._live.append(ItemDone(item=item.model_copy(update=changes)))
        return text_or_json(result.output)

    async def _builtin(self, tool: Builtin, call: OpenCall) -> str:
        display = LiveDisplay(self._live, call.item_id)
        reason = tool.unavailable()
        if reason is not None:
            result = BuiltinResult(reason, failed=True)
        else:
            try:
                result = await tool.call(call.arguments, display, self._builtin_context(call))
            except Exception:
                log.exception("The built-in tool %s failed", call.name)
                result = BuiltinResult(f"{call.name} failed; see the server's log.", True)
        output = clean_text(result.output)
        if result.failed:
            _explain(display, output)
        status = "failed" if result.failed else "completed"
        done = display.item.model_copy(update={"status": status})
        self._live.append(ItemDone(item=done))
        return output

    def _builtin_context(self, call: OpenCall) -> BuiltinContext:
        items = self._live.transcript.items
        place = next(index for index, item in enumerate(items) if item.id == call.item_id)
        return BuiltinContext(self._live.owner, self._live.id, self._run_id, items[:place])


class LiveDisplay:
    """The item of a running call on its open thread."""

    def __init__(self, live: ThreadLog, item_id: ItemId) -> None:
        self._live = live
        self._id = item_id

    @property
    def item(self) -> Item:
        return self._live.transcript.item(self._id)

    def append(self, field: DeltaField, delta: str, index: int = 0) -> None:
        if delta:
            self._live.append_delta(self._id, field, clean_text(delta), index)

    def replace(self, item: Item) -> None:
        self._live.append(ItemUpdated(item=item))


def _explain(display: LiveDisplay, why: str) -> None:
    """Show on code without outputs what the model is told about it."""
    item = display.item
    if isinstance(item, CodeInterpreterCall) and not item.outputs:
        display.append("logs", why)
