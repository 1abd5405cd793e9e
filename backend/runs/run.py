"""Drives one run: rounds of the upstream, tool calls between them, exactly one ending."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from backend.config.settings import Settings
from backend.domain.assistant import Assistant
from backend.domain.errors import AppError
from backend.domain.ids import ItemId
from backend.domain.items import Item, Run
from backend.files.files import Files
from backend.knowledge.run_files import collect_run_files
from backend.live.live import LiveThread
from backend.runs.endings import (
    close_run,
    failed,
    internal_error,
    interrupted,
    no_ending,
    stopped,
    timed_out,
    too_many_rounds,
)
from backend.runs.function_calls import FunctionCalls
from backend.runs.remote_threads import RemoteThreadSync
from backend.runs.resume_mapper import ResumeMapper
from backend.runs.run_items import RunItems
from backend.store.batch import RemoteRun
from backend.store.store import Store
from backend.store.writer import Writer
from backend.tools.builtin import Builtin, BuiltinContext, builtins_of
from backend.tools.toolbox import Toolbox
from backend.upstreams.base import ResumableSession, Upstream, UpstreamSession
from backend.upstreams.events import (
    RemoteState,
    RunEnded,
    ToolCall,
    ToolCallsRequired,
    UpstreamEvent,
)
from backend.upstreams.hosting import hosted_tools
from backend.upstreams.request import RunRequest, ToolOutput

log = logging.getLogger(__name__)

REMOTE_CANCEL_TIMEOUT_S = 5.0


class Answering(Protocol):
    """The upstream and assistant in use. An `AppError` that these raise ends the run."""

    def upstream_name(self) -> str: ...
    async def upstream(self) -> Upstream: ...
    async def assistant(self, upstream: Upstream) -> Assistant: ...


@dataclass(frozen=True, slots=True)
class RunDeps:
    """What every run needs."""

    settings: Settings
    answering: Answering
    toolbox: Toolbox
    builtins: tuple[Builtin, ...]
    files: Files
    store: Store
    writer: Writer


class RunTask:
    """The work on one run. `execute` is the body of the run's own task."""

    def __init__(
        self,
        run: Run,
        live: LiveThread,
        timezone: str,
        deps: RunDeps,
        left: RemoteRun | None = None,
    ) -> None:
        self.run = run
        self._live = live
        self._timezone = timezone
        self._deps = deps
        self._session: UpstreamSession | None = None
        self._left = left
        """What a former process left of the run, until the round that it was in has ended."""
        self._mapper = ResumeMapper(self._items_after(left.after)) if left is not None else None
        self.stopped = False
        """Whether somebody asked the run to stop; else a cancelled task was interrupted."""

    async def execute(self) -> None:
        """Run to the end. Raises only `CancelledError`, after the ending was told."""
        try:
            async with asyncio.timeout(self._deps.settings.run_timeout_s):
                ended = await self._answer()
        except asyncio.CancelledError:
            self.finish(stopped() if self.stopped else interrupted())
            await self._cancel_remote()
            raise
        except TimeoutError:
            self.finish(timed_out(self._deps.settings.run_timeout_s))
            await self._cancel_remote()
        except AppError as error:
            self.finish(failed(error) if self._left is None else interrupted())
            await self._cancel_remote()
        except Exception:
            log.exception("Run %s failed", self.run.id)
            self.finish(internal_error())
            await self._cancel_remote()
        else:
            self.finish(ended)

    def finish(self, ended: RunEnded) -> None:
        """Close what is open and tell the ending, without waiting for anything."""
        self.run = close_run(self._live, self.run, ended)

    async def _answer(self) -> RunEnded:
        deps, live = self._deps, self._live
        upstream = await deps.answering.upstream()
        assistant = await deps.answering.assistant(upstream)
        self.run = self.run.model_copy(
            update={"upstream": upstream.name, "model": assistant.model or None}
        )
        builtins = builtins_of(deps.builtins, assistant, hosted_tools(upstream))
        items = RunItems(live, self.run.id, upstream, builtins, deps.files)
        remote_thread = RemoteThreadSync(deps.store, live, upstream)
        request = await self._request(upstream, assistant, items, remote_thread)
        session = upstream.session(request)
        if self._left is None:
            events = session.next(None)
        elif isinstance(session, ResumableSession) and _is_from(self._left, upstream):
            events = session.resume(self._left.state)
        else:
            return interrupted()
        self._session = session
        ended = await self._rounds(session, events, items, remote_thread)
        # Before the ending is told, since the next message may follow at once.
        await remote_thread.settle(ended)
        return ended

    async def _request(
        self,
        upstream: Upstream,
        assistant: Assistant,
        items: RunItems,
        remote_thread: RemoteThreadSync,
    ) -> RunRequest:
        deps, live = self._deps, self._live
        history = live.transcript.items
        if self._left is not None:
            history = history[: len(history) - len(self._items_after(self._left.after))]
        await remote_thread.find(history)
        names = assistant.function_names()
        functions = tuple(spec for spec in deps.toolbox.specs() if spec.name in names)
        return RunRequest(
            thread_id=live.id,
            run_id=self.run.id,
            history=history,
            assistant=assistant,
            functions=(*items.builtin_calls.offered(), *functions),
            now=datetime.now(UTC).astimezone(ZoneInfo(self._timezone)),
            files=await collect_run_files(
                deps.files, upstream, assistant, live.owner, live.id, history
            ),
            remote_thread_id=remote_thread.remote_id,
        )

    def _items_after(self, item_id: ItemId | None) -> tuple[Item, ...]:
        """All items of the run where that one is not on the path."""
        items = self._live.transcript.items
        ids = [item.id for item in items]
        start = self.run.parent_id if item_id not in ids else item_id
        return items[ids.index(start) + 1 :] if start in ids else ()

    # Rounds

    async def _rounds(
        self,
        session: UpstreamSession,
        events: AsyncGenerator[UpstreamEvent],
        items: RunItems,
        remote_thread: RemoteThreadSync,
    ) -> RunEnded:
        functions = FunctionCalls(self._deps.toolbox, self._live, self.run.id, self._timezone)
        for _ in range(self._deps.settings.max_tool_rounds + 1):
            last = await self._round(events, items, remote_thread)
            self._left = self._mapper = None
            if isinstance(last, RunEnded):
                return last
            # What is needed to go on is stored before anything happens outside.
            await self._deps.writer.flush()
            outputs = await self._call_all(last.calls, items, functions)
            # And what was made outside is, before the upstream hears of it.
            await self._deps.writer.flush()
            events = session.next(outputs)
        return too_many_rounds(self._deps.settings.max_tool_rounds)

    async def _round(
        self,
        stream: AsyncGenerator[UpstreamEvent],
        items: RunItems,
        remote_thread: RemoteThreadSync,
    ) -> ToolCallsRequired | RunEnded:
        async with aclosing(stream) as events:
            async for foreign in events:
                event = self._mapper.map(foreign) if self._mapper is not None else foreign
                match event:
                    case None:
                        pass
                    case ToolCallsRequired() | RunEnded():
                        return event
                    case RemoteState():
                        await self._record_remote(event, remote_thread)
                    case _:
                        await items.emit(event)
        return no_ending()

    async def _record_remote(self, state: RemoteState, remote_thread: RemoteThreadSync) -> None:
        if self._left is None or self._left.state != state.run:
            after = self._live.transcript.head_id
            remote = RemoteRun(*remote_thread.place, after, state.run)
            self._deps.writer.record_remote(self.run.id, remote)
            await self._deps.writer.flush()
        if state.thread_id is not None:
            await remote_thread.follow(state.thread_id)

    async def _call_all(
        self, calls: Sequence[ToolCall], items: RunItems, functions: FunctionCalls
    ) -> tuple[ToolOutput, ...]:
        """The outputs of all calls of a round, which run at once."""
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(
                    items.builtin_calls.run(call, self._builtin_context(call))
                    if items.builtin_calls.has(call)
                    else functions.run(call)
                )
                for call in calls
            ]
        return tuple(task.result() for task in tasks)

    def _builtin_context(self, call: ToolCall) -> BuiltinContext:
        items = self._live.transcript.items
        place = next(index for index, item in enumerate(items) if item.id == call.item_id)
        return BuiltinContext(self._live.owner, self._live.id, self.run.id, items[:place])

    async def _cancel_remote(self) -> None:
        if self._session is None:
            return
        try:
            async with asyncio.timeout(REMOTE_CANCEL_TIMEOUT_S):
                await self._session.cancel()
        except (AppError, TimeoutError) as error:
            log.warning("The upstream did not confirm that run %s stopped: %s", self.run.id, error)


def _is_from(left: RemoteRun, upstream: Upstream) -> bool:
    return (left.upstream, left.base_url) == (upstream.name, upstream.base_url)
