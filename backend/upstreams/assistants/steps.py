"""The steps of a remote run that hold tool calls, and the item of each call."""

from typing import Final

from backend.domain.ids import RunId
from backend.domain.items import ItemStatus
from backend.upstreams.assistants.calls import RemoteCall, RemoteFunctionCall, remote_call
from backend.upstreams.assistants.events import StepDelta, StepObject, ToolCallPart
from backend.upstreams.builders.whole import Out
from backend.upstreams.events import ToolCall, ToolCallsRequired

_STATUSES: Final[dict[str, ItemStatus]] = {
    "completed": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
    "expired": "incomplete",
}


class Steps:
    """The ids of steps and calls may be missing from later deltas, so a call is known by its id
    *and* by its step and index; what has no step id belongs to the last step.
    """

    def __init__(self, run_id: RunId, filenames: dict[str, str]) -> None:
        self._run_id = run_id
        self._filenames = filenames
        self._calls: dict[tuple[str, int], RemoteCall] = {}
        self._calls_by_id: dict[str, RemoteCall] = {}
        self._open: list[RemoteCall] = []
        self._settled: set[str] = set()
        self._step = ""
        self._unnamed_steps = 0

    def delta(self, out: Out, event: StepDelta) -> None:
        details = event.delta.step_details if event.delta is not None else None
        if details is None or not details.tool_calls or event.id in self._settled:
            return
        step = self._key(event.id)
        for place, part in enumerate(details.tool_calls):
            call = self._call(step, place, part)
            if call is not None:
                call.add(out, part)

    def step(self, out: Out, event: StepObject) -> None:
        """A step as it stands; with a final status it is the truth about its calls."""
        details = event.step_details
        if details is None or event.id in self._settled:
            return
        step = self._key(event.id)
        status = _STATUSES.get(event.status or "")
        for place, part in enumerate(details.tool_calls or ()):
            call = self._call(step, place, part)
            if call is not None:
                call.catch_up(out, part)
                if status is not None:
                    self._finish(out, call, status, part)
        if status is not None:
            for (of_step, _), call in self._calls.items():
                if of_step == step:
                    self._finish(out, call, status, None)
            self._settled.add(step)
            self._step = ""

    def require(self, out: Out, parts: list[ToolCallPart]) -> bool:
        """The run waits for these outputs. A call that no step announced gets its item now.

        Returns whether any of them can be read.
        """
        required: list[ToolCall] = []
        for part in parts:
            if not part.id and part.function is None:
                continue
            call = self._calls_by_id.get(part.id or "")
            if not isinstance(call, RemoteFunctionCall):
                call = self._without_id(part) or RemoteFunctionCall(self._run_id)
                call.call_id = part.id or ""
                self._calls_by_id[call.call_id] = call
            call.require(out, part)
            if call.call is not None:
                required.append(call.call)
        self._step = ""
        if required:
            out.append(ToolCallsRequired(tuple(required)))
        return bool(required)

    def close(self, out: Out, status: ItemStatus) -> None:
        """Calls that are still open end with the run."""
        for call in tuple(self._open):
            self._finish(out, call, status, None)

    def _key(self, step_id: str | None) -> str:
        if step_id:
            self._step = step_id
        elif not self._step:
            self._unnamed_steps += 1
            self._step = f"unnamed {self._unnamed_steps}"
        return self._step

    def _call(self, step: str, place: int, part: ToolCallPart) -> RemoteCall | None:
        key = (step, place if part.index is None else part.index)
        call = self._calls_by_id.get(part.id) if part.id else None
        if call is None:
            call = self._calls.get(key)
            if call is not None and part.id and call.call_id:
                call = None
        if call is None:
            call = remote_call(part, self._run_id, self._filenames)
            if call is None:
                return None
            self._calls[key] = call
            self._open.append(call)
        if part.id and not call.call_id:
            call.call_id = part.id
            self._calls_by_id[part.id] = call
        return call

    def _without_id(self, part: ToolCallPart) -> RemoteFunctionCall | None:
        """The first call without an id that can be this one."""
        name = part.function.name if part.function is not None else None
        for call in self._open:
            if (
                isinstance(call, RemoteFunctionCall)
                and not (call.call or call.call_id)
                and call.name == name
            ):
                return call
        return None

    def _finish(
        self, out: Out, call: RemoteCall, status: ItemStatus, part: ToolCallPart | None
    ) -> None:
        if call in self._open:
            self._open.remove(call)
            call.close(out, status, part)
