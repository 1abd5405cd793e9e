"""Drives one run: performs what its state machine asks for, and may stop and start anywhere."""

import asyncio
import logging
import time
from dataclasses import replace
from typing import assert_never

from backend.config.prices import cost_of
from backend.domain.assistant import Assistant
from backend.domain.errors import AppError
from backend.domain.events import ItemDone, RunUpdated, ThreadUpdated
from backend.domain.ids import ItemId
from backend.domain.items import PARKED, Run, ToolCallBase
from backend.domain.start_screen import StartScreen
from backend.live.thread_log import ThreadLog
from backend.openai_client.reasons import MODEL_MISSING_CODE
from backend.runs.call_group import CallGroup
from backend.runs.decisions import decisions
from backend.runs.deps import RunDeps
from backend.runs.effects import (
    Ask,
    Call,
    CancelRemote,
    Effects,
    End,
    Flush,
    Park,
    Resume,
    Rewind,
)
from backend.runs.endings import close_run, failed, internal_error, timed_out
from backend.runs.engine import step
from backend.runs.events import (
    CallAnswered,
    CallAsked,
    Cut,
    Decision,
    Detached,
    Event,
    ModelGone,
    Remarked,
    RoundEnded,
    RoundFailed,
    Started,
    StopAsked,
)
from backend.runs.rounds import Rounds
from backend.runs.run_tools import RunTools
from backend.runs.state import OpenCall, RunState, changed_rounds
from backend.runs.tool_calls import Answered, Asked, ToolCalls
from backend.upstreams.base import Upstream
from backend.upstreams.events import RunEnded
from backend.upstreams.hosting import holds_assistants, hosted_tools, mcp_host
from backend.upstreams.request import ToolOutput
from backend.watching.steps import Working

log = logging.getLogger(__name__)


class RunDriver:
    """The work on one run. `drive` is the body of the run's own task."""

    def __init__(self, run: Run, live: ThreadLog, state: RunState, deps: RunDeps) -> None:
        self.run = run
        self.began = False
        self.lost = False
        """Whether another process works on the run by now: nothing is told or stored any more."""
        self.stopped: RunEnded | None = None
        """How the run ends if it is cancelled. None: a cancelled task only lets go of it."""
        self._live = live
        self._state = state
        self._deps = deps
        self._active_before_s = state.active_s
        self._since = time.monotonic()
        self._rounds: Rounds | None = None
        """None until it is known who answers."""
        self._has_spoken = bool(state.active_s)
        """Or has begun in another task, which cannot be told from here."""

    async def drive(self) -> None:
        """Work until the run has ended or parked. Cancelling raises `CancelledError`; see `conclude` for
        what else may be raised."""
        self.began = True
        with self._deps.watch.during(Working(self._live.id, self.run.id)):
            await self._drive()

    async def _drive(self) -> None:
        limit_s = self._deps.settings.run_timeout_s
        deadline = asyncio.timeout(limit_s - self._active_before_s)
        try:
            async with deadline:
                await self._work()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            # Else something within the run cancelled itself, and nobody the run.
            if task is not None and task.cancelling():
                await self._tell(self._cancellation())
            raise
        except AppError as error:
            await self._tell(Cut(failed(error)))
        except Exception as error:
            if isinstance(error, TimeoutError) and deadline.expired():
                await self._tell(Cut(timed_out(limit_s)))
                return
            log.exception("Run %s failed", self.run.id)
            await self._tell(Cut(internal_error()))

    def abandon(self) -> None:
        """Do what cancelling does, for a task that was cancelled before its first step."""
        if self.lost:
            return
        for effect in self._step(self._cancellation()):
            if isinstance(effect, End):
                self._end(effect.ended)

    def conclude(self, error: BaseException | None) -> None:
        """End the run if its task, which is over, left it active. `error` is what ended the task."""
        run = self._live.active_run
        if self.lost or run is None or run.id != self.run.id or run.is_parked:
            return
        log.critical("The task of run %s died", run.id, exc_info=error)
        self._end(replace(self.stopped or internal_error(), usage=self._state.usage))

    def go_on(self) -> None:
        """Begin the calls that somebody has allowed by now, if others are under way.

        Else the run comes to them by itself, before it parks.
        """
        if not self._state.at("begun"):
            return
        for decision in self._decisions():
            for effect in self._step(decision):
                if isinstance(effect, Call):
                    self._group.add(effect.calls)

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
                "assistant_id": assistant.id,
                "assistant_name": assistant.name,
                "parameters": assistant.parameters if assistant.parameters.given() else None,
            }
        )
        model = self._state.model
        self._set_model(model or assistant.model)
        run_id, live, deps = self.run.id, self._live, self._deps
        state, timeout_s = self._state, deps.settings.action_timeout_s
        # An upstream that keeps assistants tells its models of their tools itself.
        is_told_here = holds_assistants(upstream) is None
        tools = RunTools(
            deps.tools,
            assistant,
            hosted_tools(upstream) | deps.servers.names(mcp_host(upstream)),
            told=deps.settings.mcp_tools_told if is_told_here else None,
            history=lambda: live.transcript.items,
        )
        calls = ToolCalls(
            live,
            run_id,
            state.timezone,
            state.locale,
            tools,
            timeout_s,
            deps.settle,
            deps.watch,
        )
        self._group = CallGroup(calls, self._stored, self._answered)
        self._rounds = Rounds(
            run_id, live, upstream, assistant, model, tools, calls, deps, self._tell, self._spoke
        )
        effects = self._step(Started(place, assistant, self._decisions()))
        while effects:
            effects = await self._perform(effects)

    def _spoke(self) -> None:
        """The upstream sends the first text of a session."""
        if not self._has_spoken:
            self._has_spoken = True
            self._deps.watch.spoke(self.run.upstream, time.monotonic() - self._since)

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
        # Its start screen would be stored at each step.
        return replace(choice.assistant, parameters=parameters, start=StartScreen())

    def _step(self, event: Event) -> Effects:
        before = self._state
        self._state, effects = step(before, event)
        if self._state.phase != "ended":
            self._state = self._state.model_copy(update={"active_s": self._active_s})
            self._live.record_state(self.run.id, self._state, changed_rounds(before, self._state))
        return effects

    async def _stored(self) -> None:
        """All that is shown is stored, and a call may be made."""
        await self._deps.writer.flush()
        await self._deps.may_act()

    async def _tell(self, event: Event) -> None:
        if not self.lost:
            await self._perform(self._step(event))

    async def _perform(self, effects: Effects) -> Effects:
        """Perform the effects in order. Returns what follows from them."""
        following: Effects = ()
        rounds = self._rounds
        for effect in effects:
            match effect:
                case Flush():
                    await self._deps.writer.flush()
                case Rewind(boundary):
                    self._rewind(boundary)
                case Ask(outputs):
                    assert rounds is not None
                    following = self._step(await self._ask(rounds, outputs))
                case Resume(remote):
                    assert rounds is not None
                    following = self._step(await rounds.resume(self._state, remote))
                case Call(calls):
                    following = await self._group.run(calls, self.go_on)
                case Park():
                    following = await self._park()
                case CancelRemote():
                    if rounds is not None:
                        await rounds.cancel()
                case End(ended):
                    try:
                        # The next message may follow at once.
                        if rounds is not None and ended.status in ("completed", "incomplete"):
                            await rounds.settle()
                    finally:
                        self._end(ended)
                case _:
                    assert_never(effect)
        return following

    async def _ask(self, rounds: Rounds, outputs: tuple[ToolOutput, ...] | None) -> Event:
        """Ask for a round, once more of the assistant's own model where the chosen one is gone."""
        event = await rounds.ask(self._state, outputs)
        gone, assistant = self._state.model, self._state.assistant
        if gone is None or assistant is None or assistant.model == gone:
            return event
        if not _lacks_model(event) or self._head_id != self._state.boundary:
            return event
        own = f", {assistant.model}," if assistant.model else ""
        self._step(
            ModelGone(
                f"The model that was chosen for this chat, {gone}, is not there. The assistant’s "
                f"own{own} answers from now on."
            )
        )
        self._set_model(assistant.model)
        thread = self._live.thread
        if thread.model == gone:
            self._live.append(ThreadUpdated(thread=thread.model_copy(update={"model": None})))
        return await rounds.without_model(self._state)

    def _set_model(self, model: str) -> None:
        told = {"model": model or self._deps.settings.model}
        self.run = self.run.model_copy(update=told)

    def _rewind(self, boundary: ItemId) -> None:
        """Take the path back. What was said since stays as a branch that nothing leads to."""
        if self._head_id == boundary:
            return
        for item in self._live.open_items(self.run.id):
            self._live.append(ItemDone(item=item.model_copy(update={"status": "incomplete"})))
        thread = self._live.thread.model_copy(update={"head_id": boundary})
        self._live.append(ThreadUpdated(thread=thread))

    def _answered(self, call: OpenCall, answered: Answered) -> Effects:
        if isinstance(answered, Asked):
            return self._step(CallAsked(call.item_id, answered.keeps))
        return self._step(CallAnswered(call.item_id, answered, self._head_id))

    @property
    def _head_id(self) -> ItemId:
        head_id = self._live.transcript.head_id
        assert head_id is not None
        return head_id

    def _decisions(self) -> tuple[Decision, ...]:
        return decisions(self._state.at("waiting"), self._live.transcript)

    async def _park(self) -> Effects:
        """Let go of the run, unless somebody has decided on one of its calls by now."""
        # Whoever decides holds the lock until the items tell of it.
        async with self._live.lock:
            for decision in self._decisions():
                return self._step(decision)
            items = [self._live.transcript.item(call.item_id) for call in self._state.at("waiting")]
            actions = [item.required_action for item in items if isinstance(item, ToolCallBase)]
            expires_at = min(action.expires_at for action in actions if action is not None)
            waiting = {"status": PARKED, "expires_at": expires_at}
            self.run = self.run.model_copy(update=waiting | self._facts)
            self._live.append(RunUpdated(run=self.run))
        await self._deps.writer.flush()
        return ()

    def _end(self, ended: RunEnded) -> None:
        """Tell the ending, without waiting for anything."""
        for source in self._deps.tools:
            source.let_go(self.run.id)
        self._deps.files.previews.drop_run(self.run.id)
        run = self.run.model_copy(update=self._facts)
        self.run = close_run(self._live, run, ended)

    @property
    def _active_s(self) -> float:
        return self._active_before_s + time.monotonic() - self._since

    @property
    def _facts(self) -> dict[str, object]:
        """What the run tells of itself."""
        usage = self._state.usage
        window = self._rounds.window if self._rounds is not None else None
        if window is not None and not window.is_ours:
            window = None
        return {
            "notes": self._state.notes,
            "usage": usage,
            "cost": cost_of(usage, self.run.model, self._deps.settings.prices),
            "context_tokens": self._state.context_tokens if window is not None else None,
            "context_length": window.length if window is not None else None,
            "active_s": round(self._active_s, 3),
        }


def _lacks_model(event: Event) -> bool:
    """Whether a round failed because there is no such model."""
    ended = event.ended if isinstance(event, RoundEnded | RoundFailed) else None
    return ended is not None and ended.error is not None and ended.error.code == MODEL_MISSING_CODE
