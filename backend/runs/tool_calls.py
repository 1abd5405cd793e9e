"""Makes the tool calls of one run and shows each on its item."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from backend.domain.action import Action
from backend.domain.events import ItemDone, ItemUpdated
from backend.domain.ids import ItemId, OwnerId, RunId, ThreadId
from backend.domain.items import DeltaField, FunctionCall, ItemStatus, ToolCallBase, ToolItem
from backend.domain.parts import Part
from backend.domain.text import clean_text
from backend.live.thread_log import ThreadLog
from backend.runs.approvals import asked
from backend.runs.decisions import told_with
from backend.runs.run_tools import RunTools
from backend.runs.state import OpenCall
from backend.runs.tool_items import ended_call, result_of, shown_call
from backend.tools.form import Form
from backend.tools.tool import CallContext, Display, Tool, ToolResult
from backend.watching.steps import Calling
from backend.watching.watch import Watch

_CHANGED: Final = (
    "The call was not made, since its server has changed the tool after somebody was asked. Make it "
    "again to have somebody asked about the tool as it is now."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A call asks somebody: its item shows what."""

    keeps: str | None
    """What it is given when it is made again."""


Answered = tuple[Part, ...] | Asked
"""The output of a call, or that it asks somebody first."""

SettleItem = Callable[[OwnerId, ThreadId, ItemId, Literal["allow", "expire"]], None]


class ToolCalls:
    """`ask` shows what a call waits for, `begin` that it is under way, and `run` makes it."""

    def __init__(
        self,
        live: ThreadLog,
        run_id: RunId,
        timezone: str,
        locale: str,
        tools: RunTools,
        timeout_s: float,
        settle: SettleItem,
        watch: Watch,
    ) -> None:
        """`timeout_s` is how long somebody is waited for. `settle` decides on what a call asks."""
        self._live = live
        self._run_id = run_id
        self._timezone = timezone
        self._locale = locale
        self._tools = tools
        self._timeout_s = timeout_s
        self._settle = settle
        self._watch = watch

    def ask(self, call: OpenCall, action: Action) -> None:
        self._show(call, "in_progress" if action.resolution else "awaiting_approval", action)

    def _ask_within(self, call: OpenCall, item: ToolItem, form: Form) -> None:
        before = item.required_action
        action = asked(form, call, self._timeout_s, call.name, within=True)
        if before is not None:
            action = before.followed_by(action)
        changes = {"status": "awaiting_approval", "required_action": action}
        self._live.append(ItemUpdated(item=item.model_copy(update=changes)))

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

    async def run(self, call: OpenCall) -> Answered:
        """Make the call and return its output. Raises only `CancelledError`.

        Where it asks somebody nothing may be awaited before the next step, so that the item which
        shows it and the state are stored together.
        """
        tool, display = self._tools[call.name], LiveDisplay(self._live, call.item_id)
        began = time.perf_counter()
        step = Calling(call.name if self._tools.find(call.name) is not None else None)
        with self._watch.during(step):
            result = await self._result(tool, call, display)
            if result.asks is not None:
                step.outcome = "asked"
            elif result.failed:
                step.outcome = "failed"
        if result.asks is not None:
            self._ask_within(call, display.item, result.asks)
            return Asked(result.keeps)
        item = ended_call(tool, display.item, result, began)
        self._live.append(ItemDone(item=item))
        return told_with(item.required_action, result.parts)

    async def _result(self, tool: Tool, call: OpenCall, display: Display) -> ToolResult:
        # One that goes on may have its answer by now, even if the next call could not be made.
        reason = tool.unavailable() if call.kept is None else None
        if reason is None and self._was_another(tool, call):
            reason = _CHANGED
        if reason is not None:
            return ToolResult.refusal(reason)
        arguments = _arguments(call, self._action(call.item_id))
        return await result_of(tool, arguments, display, self._context(call))

    def _was_another(self, tool: Tool, call: OpenCall) -> bool:
        """Whether somebody was asked about the tool as it was before its server changed it."""
        action = self._action(call.item_id)
        if tool.spec.revision is None or action is None:
            return False
        approvals = (each for each in action.all if each.kind == "approval" and not each.within)
        return any(each.tool != tool.spec.permission for each in approvals)

    def _context(self, call: OpenCall) -> CallContext:
        live, items = self._live, self._live.transcript.items
        action = self._action(call.item_id)
        decided = tuple(each for each in action.all if each.within) if action is not None else ()
        place = next(index for index, item in enumerate(items) if item.id == call.item_id)
        return CallContext(
            live.owner,
            live.id,
            self._run_id,
            self._timezone,
            self._locale,
            items[:place],
            decided,
            call.kept,
            partial(self._settle, live.owner, live.id, call.item_id),
        )


def _arguments(call: OpenCall, action: Action | None) -> str:
    """Returns the arguments to make a call with, which somebody may have changed."""
    changed = action.changed_arguments if action is not None else None
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
