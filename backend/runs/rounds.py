"""The rounds that a run asks of its upstream: what it is told, and what becomes of its answer."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from backend.domain.assistant import Assistant
from backend.domain.errors import AppError, UpstreamError
from backend.domain.ids import ItemId, RunId
from backend.domain.items import Item
from backend.domain.parts import ImagePart
from backend.domain.time_zone import time_zone
from backend.knowledge.run_files import collect_run_files
from backend.live.thread_log import ThreadLog
from backend.runs.answer_size import AnswerSize
from backend.runs.approvals import Approvals
from backend.runs.context_window import LEFT_OUT_NOTE, ContextWindow
from backend.runs.deps import RunDeps
from backend.runs.endings import failed, no_ending
from backend.runs.events import CallsRequired, Event, Remarked, RemoteNamed, RoundEnded, RoundFailed
from backend.runs.remote_threads import RemoteThreadSync
from backend.runs.run_items import RunItems
from backend.runs.run_tools import RunTools
from backend.runs.state import OpenCall, RemoteRun, RunState
from backend.runs.tool_calls import ToolCalls
from backend.upstreams.base import ResumableSession, Upstream, UpstreamSession
from backend.upstreams.events import (
    Remark,
    RemoteState,
    RunEnded,
    ToolCall,
    ToolCallsRequired,
    UpstreamEvent,
)
from backend.upstreams.hosting import mcp_host
from backend.upstreams.request import AnsweredRound, RunRequest, ToolOutput
from backend.watching.steps import Asking

log = logging.getLogger(__name__)

REMOTE_CANCEL_TIMEOUT_S = 5.0

Tell = Callable[[Event], Awaitable[None]]
"""Tells the run's state machine what happens during a round."""


class Rounds:
    """For one run and process. `ask` and `resume` return how the round ended.

    `model` is asked for in place of the assistant's own.
    """

    def __init__(
        self,
        run_id: RunId,
        live: ThreadLog,
        upstream: Upstream,
        assistant: Assistant,
        model: str | None,
        tools: RunTools,
        calls: ToolCalls,
        deps: RunDeps,
        tell: Tell,
        spoke: Callable[[], None],
    ) -> None:
        """`spoke` is called when the upstream sends the first text of a session."""
        self._run_id = run_id
        self._live = live
        self._upstream = upstream
        self._assistant = assistant
        self._model = model
        self._tools = tools
        self._calls = calls
        self._deps = deps
        self._tell = tell
        self._spoke = spoke
        self._remote_thread = RemoteThreadSync(deps.store, live, upstream)
        self._size = AnswerSize(deps.settings.max_answer_chars)
        self.window = self._new_window()
        self._session: UpstreamSession | None = None
        self._found: tuple[str, ...] = ()

    @property
    def _answering(self) -> Assistant:
        return replace(self._assistant, model=self._model or self._assistant.model)

    def _new_window(self) -> ContextWindow:
        deps = self._deps
        return ContextWindow(deps.lengths, self._upstream, self._answering, deps.settings)

    async def ask(self, state: RunState, outputs: tuple[ToolOutput, ...] | None) -> Event:
        """Ask for the next round, and again with less of the chat where that was too much."""
        event = await self._asked(state, outputs)
        while self._live.transcript.head_id == state.boundary and self.window.shrinks(
            event, self._live.transcript.items
        ):
            event = await self._asked(state, None)
        await self.window.settle()
        return event

    async def _asked(self, state: RunState, outputs: tuple[ToolOutput, ...] | None) -> Event:
        """Ask in the open session if there are outputs, else in a new one, as where the model has
        found tools, of which a session hears when it is opened."""
        if outputs is None or self._session is None or self._found != self._tools.found():
            self._session = await self._open(state.boundary, state)
            return await self._round(self._session.next(None), state)
        outputs = tuple(map(self._with_paths, outputs))
        return await self._round(self._session.next(outputs), state)

    async def resume(self, state: RunState, remote: RemoteRun) -> Event:
        """Have the upstream repeat its run in a new session."""
        self._session = session = await self._open(remote.after, state)
        if not isinstance(session, ResumableSession):
            return RoundFailed(no_ending())
        return await self._round(session.resume(remote.state), state)

    async def without_model(self, state: RunState) -> Event:
        """Ask for the round again, of the assistant's own model: the one that was chosen is gone."""
        self._model = None
        self.window = self._new_window()
        await self._remote_thread.leave()
        return await self.ask(state, None)

    async def cancel(self) -> None:
        """Stop the run at the upstream, if this process has a session with it."""
        if self._session is None:
            return
        try:
            async with asyncio.timeout(REMOTE_CANCEL_TIMEOUT_S):
                await self._session.cancel()
        except (AppError, TimeoutError) as error:
            log.warning("The upstream did not confirm that run %s stopped: %s", self._run_id, error)

    async def settle(self) -> None:
        """Mark the upstream's thread as in step with ours, now that the run has completed."""
        await self._remote_thread.settle()

    def _with_paths(self, output: ToolOutput) -> ToolOutput:
        """Returns an output with the bytes of its pictures."""
        contents = {
            part.file_id: partial(self._deps.files.read_bytes, part.file_id)
            for part in output.parts
            if isinstance(part, ImagePart) and part.file_id is not None
        }
        return replace(output, contents=contents)

    async def _open(self, through: ItemId, state: RunState) -> UpstreamSession:
        """Returns a session that begins after this item, and knows what follows it when told."""
        deps, live = self._deps, self._live
        path = live.transcript.items
        begin = next(place for place, item in enumerate(path, 1) if item.id == through)
        history, repeated = path[:begin], path[begin:]
        await self._remote_thread.find(history)
        files = await collect_run_files(
            deps.files, self._upstream, self._assistant, live.owner, live.id, history
        )
        approvals = await self._approvals()
        asks = approvals.asks
        hosting = await deps.servers.of(
            self._assistant, mcp_host(self._upstream), approvals.policies.server
        )
        for note in hosting.notes:
            await self._tell(Remarked(note))
        self._found = self._tools.found()
        self._items = RunItems(
            live,
            self._run_id,
            self._upstream,
            self._tools,
            deps.files,
            asks,
            self._spoke,
            repeated,
        )
        told = await self.window.fit(history, self._tools.specs(), state.instructions)
        if self.window.left_out:
            await self._tell(Remarked(LEFT_OUT_NOTE))
        return self._upstream.session(
            RunRequest(
                thread_id=live.id,
                run_id=self._run_id,
                history=told,
                assistant=self._answering,
                functions=self._tools.specs(),
                now=datetime.now(UTC).astimezone(time_zone(state.timezone)),
                files=files,
                remote_thread_id=self._remote_thread.remote_id,
                model=self._model,
                instructions=state.instructions,
                servers=hosting.servers,
                rounds=_answered(state, history),
            )
        )

    async def _round(self, stream: AsyncGenerator[UpstreamEvent], state: RunState) -> Event:
        step = Asking(self._upstream.name)
        with self._deps.watch.during(step):
            event = await self._read(stream, state)
            if isinstance(event, RoundEnded | RoundFailed) and event.ended.error is not None:
                step.error = event.ended.error.code
        return event

    async def _read(self, stream: AsyncGenerator[UpstreamEvent], state: RunState) -> Event:
        required: ToolCallsRequired | None = None
        try:
            async with aclosing(stream) as events:
                async for event in events:
                    match event:
                        case Remark(note):
                            await self._tell(Remarked(note))
                        case RemoteState():
                            await self._remote_named(event)
                        case ToolCallsRequired():
                            self._size.count(event)
                            self._items.end_round()
                            required = event
                            break
                        case RunEnded():
                            return RoundEnded(event)
                        case _:
                            self._size.count(event)
                            await self._items.emit(event)
        except UpstreamError as error:
            return RoundFailed(failed(error))
        if required is None:
            return RoundFailed(no_ending())
        calls = await self._open_calls(required.calls, state)
        return CallsRequired(calls, required.native, required.usage)

    async def _remote_named(self, told: RemoteState) -> None:
        head_id = self._live.transcript.head_id
        assert head_id is not None
        await self._tell(RemoteNamed(RemoteRun(after=head_id, state=told.run)))
        if told.thread_id is not None:
            await self._remote_thread.follow(told.thread_id)

    async def _open_calls(self, calls: Sequence[ToolCall], state: RunState) -> tuple[OpenCall, ...]:
        """Show what some of the calls wait for. Nothing may be awaited before the next step, so that
        both are stored together."""
        approvals = await self._approvals()
        return tuple(self._open_call(call, approvals, state) for call in calls)

    async def _approvals(self) -> Approvals:
        live, deps = self._live, self._deps
        policies = await deps.store.policies.of(live.owner, live.id)
        return Approvals(policies, deps.settings.action_timeout_s)

    def _open_call(self, call: ToolCall, approvals: Approvals, state: RunState) -> OpenCall:
        tool = self._tools[call.name]
        opened = OpenCall(
            item_id=self._items.stored_id(call.item_id),
            call_id=call.call_id,
            name=call.name,
            arguments=call.arguments,
            repeatable=tool.repeatable,
            stage="free",
            hosted=call.hosted,
        )
        action = approvals.action(call, tool)
        if action is None or state.output_of(opened.item_id) is not None:
            return opened
        self._calls.ask(opened, action)
        by_rule = action.resolution is not None and not call.hosted
        return opened if by_rule else opened.model_copy(update={"stage": "waiting"})


def _answered(state: RunState, history: Sequence[Item]) -> tuple[AnsweredRound, ...]:
    """Returns the rounds that were asked for after an item of the history."""
    known = {item.id for item in history[:-1]}
    return tuple(
        AnsweredRound(
            done.after,
            tuple(ToolCall(c.item_id, c.call_id, c.name, c.arguments) for c in done.calls),
            tuple(ToolOutput(c.call_id, c.output or ()) for c in done.calls),
            done.native,
        )
        for done in state.rounds
        if done.after in known
    )
