"""Drives one run: performs what its state machine asks for, and may stop and start anywhere."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from typing import assert_never

from backend.domain.assistant import Assistant
from backend.domain.errors import AppError, UpstreamError
from backend.domain.events import ItemDone, RunUpdated, ThreadUpdated
from backend.domain.ids import ItemId
from backend.domain.items import PARKED, Item, Run, ToolCallBase
from backend.domain.parts import ImagePart
from backend.domain.time_zone import time_zone
from backend.knowledge.run_files import collect_run_files
from backend.live.thread_log import ThreadLog
from backend.runs.answer_size import AnswerSize
from backend.runs.approvals import Approvals
from backend.runs.decisions import decision_on
from backend.runs.deps import RunDeps
from backend.runs.endings import (
    close_run,
    failed,
    internal_error,
    no_ending,
    timed_out,
)
from backend.runs.engine import (
    Ask,
    Call,
    CallAnswered,
    CallsRequired,
    CancelRemote,
    Cut,
    Decision,
    Detached,
    Effects,
    End,
    Event,
    Flush,
    Park,
    Remarked,
    RemoteNamed,
    Resume,
    Rewind,
    RoundEnded,
    RoundFailed,
    Started,
    StopAsked,
    step,
)
from backend.runs.remote_threads import RemoteThreadSync
from backend.runs.run_items import RunItems
from backend.runs.run_tools import RunTools
from backend.runs.state import OpenCall, RemoteRun, RunState, changed_rounds
from backend.runs.tool_calls import ToolCalls
from backend.store.policies import NO_POLICIES
from backend.upstreams.base import ResumableSession, Upstream, UpstreamSession
from backend.upstreams.events import (
    Remark,
    RemoteState,
    RunEnded,
    ToolCall,
    ToolCallsRequired,
    UpstreamEvent,
)
from backend.upstreams.hosting import hosted_tools
from backend.upstreams.request import AnsweredRound, RunRequest, ToolOutput

log = logging.getLogger(__name__)

REMOTE_CANCEL_TIMEOUT_S = 5.0


class RunDriver:
    """The work on one run. `drive` is the body of the run's own task."""

    def __init__(self, run: Run, live: ThreadLog, state: RunState, deps: RunDeps) -> None:
        self.run = run
        self.began = False
        self.stopped: RunEnded | None = None
        """How the run ends if it is cancelled. None: a cancelled task only lets go of it."""
        self._live = live
        self._state = state
        self._deps = deps
        self._active_before_s = state.active_s
        self._since = time.monotonic()
        self._session: UpstreamSession | None = None
        self._group: asyncio.TaskGroup | None = None
        """The calls that are under way."""
        self._after_calls: Effects = ()
        self._size = AnswerSize(deps.settings.max_answer_chars)

    async def drive(self) -> None:
        """Work until the run has ended or parked. Cancelling raises `CancelledError`; see `conclude` for
        what else may be raised."""
        self.began = True
        limit_s = self._deps.settings.run_timeout_s
        deadline = asyncio.timeout(limit_s - self._active_before_s)
        try:
            async with deadline:
                await self._work()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            # Else something within the run cancelled itself, and nobody the run.
            if task is not None and task.cancelling():
                await self._perform(self._step(self._cancellation()))
            raise
        except AppError as error:
            await self._perform(self._step(Cut(failed(error))))
        except Exception as error:
            if isinstance(error, TimeoutError) and deadline.expired():
                await self._perform(self._step(Cut(timed_out(limit_s))))
                return
            log.exception("Run %s failed", self.run.id)
            await self._perform(self._step(Cut(internal_error())))

    def abandon(self) -> None:
        """Do what cancelling does, for a task that was cancelled before its first step."""
        for effect in self._step(self._cancellation()):
            if isinstance(effect, End):
                self._end(effect.ended)

    def conclude(self, error: BaseException | None) -> None:
        """End the run if its task, which is over, left it active. `error` is what ended the task."""
        run = self._live.active_run
        if run is None or run.id != self.run.id or run.is_parked:
            return
        log.critical("The task of run %s died", run.id, exc_info=error)
        self._end(replace(self.stopped or internal_error(), usage=self._state.usage))

    def go_on(self) -> None:
        """Begin the calls that somebody has allowed by now, if others are under way.

        Else the run comes to them by itself, before it parks.
        """
        if self._group is None or not self._state.at("begun"):
            return
        for decision in self._decisions():
            effects = self._step(decision)
            if effects:
                self._group.create_task(self._begin_late(effects))

    def ask_to_stop(self) -> None:
        """Have the run end as stopped even if this process does not come to it."""
        self._step(StopAsked())

    def _cancellation(self) -> Event:
        return Cut(self.stopped) if self.stopped is not None else Detached()

    async def _work(self) -> None:
        upstream = await self._deps.answering.upstream()
        place = upstream.name, upstream.base_url
        assistant = self._state.assistant
        if assistant is None or self._state.place != place:
            assistant = await self._choose(upstream)
        self.run = self.run.model_copy(
            update={
                "upstream": upstream.name,
                "model": assistant.model or None,
                "assistant_id": assistant.id,
                "assistant_name": assistant.name,
                "parameters": assistant.parameters if assistant.parameters.given() else None,
            }
        )
        self._upstream = upstream
        self._assistant = assistant
        self._remote_thread = RemoteThreadSync(self._deps.store, self._live, upstream)
        self._tools = RunTools(self._deps.tools, assistant, hosted_tools(upstream))
        self._calls = ToolCalls(
            self._live, self.run.id, self._state.timezone, self._state.locale, self._tools
        )
        effects = self._step(Started(place, assistant, self._decisions()))
        while effects:
            effects = await self._perform(effects)

    async def _choose(self, upstream: Upstream) -> Assistant:
        """Returns the assistant of the thread, with the parameters of the message."""
        live = self._live
        choice = await self._deps.answering.choose(upstream, live.thread.assistant_id)
        if choice.note is not None:
            self._step(Remarked(choice.note))
        if choice.is_gone:
            thread = live.thread.model_copy(update={"assistant_id": None})
            live.append(ThreadUpdated(thread=thread))
        parameters = choice.assistant.parameters.overridden_by(self.run.overrides)
        return replace(choice.assistant, parameters=parameters)

    def _step(self, event: Event) -> Effects:
        before = self._state
        self._state, effects = step(before, event)
        if self._state.phase != "ended":
            active_s = self._active_before_s + time.monotonic() - self._since
            self._state = self._state.model_copy(update={"active_s": active_s})
            self._deps.writer.record_state(
                self._live.id, self.run.id, self._state, changed_rounds(before, self._state)
            )
        return effects

    async def _perform(self, effects: Effects) -> Effects:
        """Perform the effects in order, then all calls at once. Returns what follows from them."""
        calls = [effect.call for effect in effects if isinstance(effect, Call)]
        for call in calls:
            self._calls.begin(call)
        following: Effects = ()
        for effect in effects:
            match effect:
                case Flush():
                    await self._deps.writer.flush()
                case Rewind(boundary):
                    self._rewind(boundary)
                case Ask(outputs):
                    following = self._step(await self._ask(outputs))
                case Resume(remote):
                    following = self._step(await self._resume(remote))
                case CancelRemote():
                    await self._cancel_remote()
                case End(ended):
                    try:
                        await self._settle(ended)
                    finally:
                        self._end(ended)
                case Park():
                    following = await self._park()
                case Call():
                    pass
                case _:
                    assert_never(effect)
        return await self._call_all(calls) if calls else following

    # Rounds

    async def _ask(self, outputs: tuple[ToolOutput, ...] | None) -> Event:
        if outputs is None or self._session is None:
            self._session, outputs = await self._open(self._state.boundary), None
        return await self._round(self._session.next(self._with_paths(outputs)))

    def _with_paths(self, outputs: tuple[ToolOutput, ...] | None) -> tuple[ToolOutput, ...] | None:
        """Returns outputs that say where the bytes of their pictures are."""
        if outputs is None:
            return None
        return tuple(
            replace(
                output,
                paths={
                    part.file_id: self._deps.files.path(part.file_id)
                    for part in output.parts
                    if isinstance(part, ImagePart) and part.file_id is not None
                },
            )
            for output in outputs
        )

    async def _resume(self, remote: RemoteRun) -> Event:
        self._session = session = await self._open(remote.after)
        if not isinstance(session, ResumableSession):
            return RoundFailed(no_ending())
        return await self._round(session.resume(remote.state))

    async def _open(self, through: ItemId) -> UpstreamSession:
        """Returns a session that begins after this item, and knows what follows it when told."""
        request = await self._request(through)
        repeated = self._items_after(through)
        self._items = RunItems(
            self._live, self.run.id, self._upstream, self._tools, self._deps.files, repeated
        )
        return self._upstream.session(request)

    async def _round(self, stream: AsyncGenerator[UpstreamEvent]) -> Event:
        required: ToolCallsRequired | None = None
        try:
            async with aclosing(stream) as events:
                async for event in events:
                    match event:
                        case Remark(note):
                            self._step(Remarked(note))
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
        calls = await self._open_calls(required.calls)
        return CallsRequired(calls, required.native, required.usage)

    async def _remote_named(self, told: RemoteState) -> None:
        remote = RemoteRun(after=self._head_id, state=told.run)
        await self._perform(self._step(RemoteNamed(remote)))
        if told.thread_id is not None:
            await self._remote_thread.follow(told.thread_id)

    async def _open_calls(self, calls: Sequence[ToolCall]) -> tuple[OpenCall, ...]:
        """Show what some of the calls wait for. Nothing may be awaited before the next step, so that
        both are stored together."""
        live, deps = self._live, self._deps
        policies = await deps.store.policies.of(live.owner, live.id) if calls else NO_POLICIES
        approvals = Approvals(policies, deps.settings.action_timeout_s)
        return tuple(self._open_call(call, approvals) for call in calls)

    def _open_call(self, call: ToolCall, approvals: Approvals) -> OpenCall:
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
        if action is None or self._state.output_of(opened.item_id) is not None:
            return opened
        self._calls.ask(opened, action)
        by_rule = action.resolution is not None and not call.hosted
        return opened if by_rule else opened.model_copy(update={"stage": "waiting"})

    async def _request(self, through: ItemId) -> RunRequest:
        """The request of a session that begins after this item."""
        deps, live = self._deps, self._live
        rest = self._items_after(through)
        path = live.transcript.items
        history = path[: len(path) - len(rest)]
        await self._remote_thread.find(history)
        known = {item.id for item in history[:-1]}
        return RunRequest(
            thread_id=live.id,
            run_id=self.run.id,
            history=history,
            assistant=self._assistant,
            functions=self._tools.specs(),
            now=datetime.now(UTC).astimezone(time_zone(self._state.timezone)),
            files=await collect_run_files(
                deps.files, self._upstream, self._assistant, live.owner, live.id, history
            ),
            remote_thread_id=self._remote_thread.remote_id,
            rounds=tuple(
                AnsweredRound(
                    done.after,
                    tuple(ToolCall(c.item_id, c.call_id, c.name, c.arguments) for c in done.calls),
                    tuple(ToolOutput(c.call_id, c.output or ()) for c in done.calls),
                    done.native,
                )
                for done in self._state.rounds
                if done.after in known
            ),
        )

    # The thread

    @property
    def _head_id(self) -> ItemId:
        head_id = self._live.transcript.head_id
        assert head_id is not None
        return head_id

    def _items_after(self, item_id: ItemId) -> tuple[Item, ...]:
        items = self._live.transcript.items
        place = next(place for place, item in enumerate(items, 1) if item.id == item_id)
        return items[place:]

    def _rewind(self, boundary: ItemId) -> None:
        """Take the path back. What was said since stays as a branch that nothing leads to."""
        if self._head_id == boundary:
            return
        for item in self._live.open_items(self.run.id):
            self._live.append(ItemDone(item=item.model_copy(update={"status": "incomplete"})))
        thread = self._live.thread.model_copy(update={"head_id": boundary})
        self._live.append(ThreadUpdated(thread=thread))

    async def _call_all(self, calls: Sequence[OpenCall]) -> Effects:
        self._after_calls = ()
        async with asyncio.TaskGroup() as self._group:
            for call in calls:
                self._group.create_task(self._call(call))
            self.go_on()
        self._group = None
        return self._after_calls

    async def _call(self, call: OpenCall) -> None:
        output = await self._calls.run(call)
        self._after_calls += self._step(CallAnswered(call.item_id, output, self._head_id))

    async def _begin_late(self, effects: Effects) -> None:
        """Make calls that were allowed while others were under way."""
        calls = [effect.call for effect in effects if isinstance(effect, Call)]
        for call in calls:
            self._calls.begin(call)
        await self._deps.writer.flush()
        for call in calls:
            await self._call(call)

    # Waiting for somebody

    def _decisions(self) -> tuple[Decision, ...]:
        """What was decided on waiting calls: their items tell, which were stored with it."""
        waiting = self._state.at("waiting")
        items = ((call, self._live.transcript.item(call.item_id)) for call in waiting)
        decided = (decision_on(call, item, self._head_id) for call, item in items)
        return tuple(decision for decision in decided if decision is not None)

    async def _park(self) -> Effects:
        """Let go of the run, unless somebody has decided on one of its calls by now."""
        # Whoever decides holds the lock until the items tell of it.
        async with self._live.lock:
            for decision in self._decisions():
                return self._step(decision)
            items = [self._live.transcript.item(call.item_id) for call in self._state.at("waiting")]
            actions = [item.required_action for item in items if isinstance(item, ToolCallBase)]
            expires_at = min(action.expires_at for action in actions if action is not None)
            self.run = self.run.model_copy(update={"status": PARKED, "expires_at": expires_at})
            self._live.append(RunUpdated(run=self.run))
        await self._deps.writer.flush()
        return ()

    # The end

    async def _settle(self, ended: RunEnded) -> None:
        """Before the ending is told, since the next message may follow at once."""
        if ended.status in ("completed", "incomplete"):
            await self._remote_thread.settle()

    def _end(self, ended: RunEnded) -> None:
        """Tell the ending, without waiting for anything."""
        self._deps.writer.record_state(self._live.id, self.run.id, None, {})
        self._deps.files.previews.drop_run(self.run.id)
        run = self.run.model_copy(update={"notes": self._state.notes})
        self.run = close_run(self._live, run, ended)

    async def _cancel_remote(self) -> None:
        if self._session is None:
            return
        try:
            async with asyncio.timeout(REMOTE_CANCEL_TIMEOUT_S):
                await self._session.cancel()
        except (AppError, TimeoutError) as error:
            log.warning("The upstream did not confirm that run %s stopped: %s", self.run.id, error)
