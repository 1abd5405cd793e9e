"""One run: rounds of the upstream, tool calls between them, exactly one ending."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, assert_never
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from backend.assistant import FILE_SEARCH, Assistant
from backend.errors import AppError
from backend.files.copies import files_for_run
from backend.files.files import Files
from backend.ids import ItemId
from backend.runs.adoption import Adoption
from backend.runs.builtin_calls import BuiltinCalls
from backend.runs.citations import Citations
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
from backend.runs.foreign_files import ForeignFiles
from backend.settings import Settings
from backend.store.store import RemoteRun, RemoteThread, Store
from backend.store.writer import Writer
from backend.threads.events import (
    ItemAdded,
    ItemAnnotated,
    ItemDone,
    ItemUpdated,
)
from backend.threads.items import (
    OPEN_STATUSES,
    AssistantMessage,
    FunctionCall,
    Item,
    ItemStatus,
    Run,
    UserMessage,
)
from backend.threads.live import LiveThread
from backend.tools.builtin import Builtin, BuiltinContext, builtins_of
from backend.tools.toolbox import Toolbox
from backend.upstreams.base import (
    Annotated,
    ItemChanged,
    ItemFinished,
    ItemStarted,
    Marked,
    RemoteState,
    ResumableSession,
    RunEnded,
    RunRequest,
    TextDelta,
    ToolCall,
    ToolCallsRequired,
    ToolOutput,
    Upstream,
    UpstreamEvent,
    UpstreamSession,
    hosted_tools,
    hosts_files,
)

log = logging.getLogger(__name__)

REMOTE_CANCEL_TIMEOUT_S = 5.0


class Answering(Protocol):
    """Who answers now. What is awaited may raise `AppError`, which ends the run with its sentence."""

    def upstream_name(self) -> str: ...
    async def upstream(self) -> Upstream: ...
    async def assistant(self, upstream: Upstream) -> Assistant: ...


@dataclass(frozen=True, slots=True)
class RunParts:
    """What every run works with."""

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
        parts: RunParts,
        left: RemoteRun | None = None,
    ) -> None:
        self.run = run
        self._live = live
        self._timezone = timezone
        self._parts = parts
        self._builtin_calls = BuiltinCalls({}, live)
        self._citations = Citations(live, searched_here=False)
        self._foreign_files: ForeignFiles | None = None
        self._session: UpstreamSession | None = None
        self._upstream: Upstream | None = None
        self._remote_id: str | None = None
        self._unsynced_id: str | None = None
        self._left = left
        """What a former process left of the run, until the round that it was in has ended."""
        self._adoption = Adoption(self._items_after(left.after)) if left is not None else None
        self.stopped = False
        """Whether somebody asked the run to stop; else a cancelled task was interrupted."""

    async def execute(self) -> None:
        """Run to the end. Raises only `CancelledError`, after the ending was told."""
        try:
            async with asyncio.timeout(self._parts.settings.run_timeout_s):
                ended = await self._rounds()
                # Before the ending is told, since the next message may follow at once.
                await self._mark_synced(ended)
        except asyncio.CancelledError:
            self.finish(stopped() if self.stopped else interrupted())
            await self._cancel_remote()
            raise
        except TimeoutError:
            self.finish(timed_out(self._parts.settings.run_timeout_s))
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

    async def _rounds(self) -> RunEnded:
        request = await self._request()
        assert self._upstream is not None
        session = self._upstream.session(request)
        if self._left is None:
            self._session = session
            events = session.next(None)
        elif isinstance(session, ResumableSession) and self._is_from_here(self._left):
            self._session = session
            events = session.resume(self._left.state)
        else:
            return interrupted()
        for _ in range(self._parts.settings.max_tool_rounds + 1):
            last = await self._round(events)
            self._left = self._adoption = None
            if isinstance(last, RunEnded):
                return last
            # What is needed to go on is stored before anything happens outside.
            await self._parts.writer.flush()
            outputs = await self._call_all(last.calls)
            # And what was made outside is, before the upstream hears of it.
            await self._parts.writer.flush()
            events = session.next(outputs)
        return too_many_rounds(self._parts.settings.max_tool_rounds)

    def _is_from_here(self, left: RemoteRun) -> bool:
        upstream = self._upstream
        return upstream is not None and (left.upstream, left.base_url) == (
            upstream.name,
            upstream.base_url,
        )

    async def _request(self) -> RunRequest:
        parts = self._parts
        self._upstream = upstream = await parts.answering.upstream()
        assistant = await parts.answering.assistant(upstream)
        self.run = self.run.model_copy(
            update={"upstream": upstream.name, "model": assistant.model or None}
        )
        history = self._live.transcript.items
        if self._left is not None:
            history = history[: len(history) - len(self._items_after(self._left.after))]
        remote = None
        if upstream.holds_assistants:
            remote = await parts.store.remote_thread(
                self._live.id, upstream.name, upstream.base_url
            )
        if remote is not None and _mirrors(remote, history):
            self._remote_id = remote.remote_id
        builtins = builtins_of(parts.builtins, assistant, hosted_tools(upstream))
        self._builtin_calls = BuiltinCalls(builtins, self._live)
        self._citations = Citations(self._live, searched_here=FILE_SEARCH in builtins)
        self._foreign_files = ForeignFiles(
            parts.files, hosts_files(upstream), self._live.owner, self._live.id
        )
        names = assistant.function_names()
        functions = tuple(spec for spec in parts.toolbox.specs() if spec.name in names)
        return RunRequest(
            thread_id=self._live.id,
            run_id=self.run.id,
            history=history,
            assistant=assistant,
            functions=(*self._builtin_calls.offered(), *functions),
            now=datetime.now(UTC).astimezone(ZoneInfo(self._timezone)),
            files=await files_for_run(
                parts.files, upstream, assistant, self._live.owner, self._live.id, history
            ),
            remote_thread_id=self._remote_id,
        )

    def _items_after(self, item_id: ItemId | None) -> tuple[Item, ...]:
        """All items of the run where that one is not on the path."""
        items = self._live.transcript.items
        ids = [item.id for item in items]
        start = self.run.parent_id if item_id not in ids else item_id
        return items[ids.index(start) + 1 :] if start in ids else ()

    async def _round(self, stream: AsyncGenerator[UpstreamEvent]) -> ToolCallsRequired | RunEnded:
        async with aclosing(stream) as events:
            async for told in events:
                event = self._adoption.event(told) if self._adoption is not None else told
                if event is None:
                    continue
                if isinstance(event, (ToolCallsRequired, RunEnded)):
                    return event
                for shown in self._citations.shown(self._builtin_calls.shown(event)):
                    await self._take(shown)
        return no_ending()

    async def _take(self, event: UpstreamEvent) -> None:
        live = self._live
        match event:
            case TextDelta():
                if event.delta:
                    live.emit_delta(event.item_id, event.field, event.delta, event.index)
            case ItemStarted():
                parent = live.transcript.head_id
                item = event.item.model_copy(update={"parent_id": parent, "run_id": self.run.id})
                live.emit(ItemAdded(item=item))
            case ItemChanged():
                live.emit(ItemUpdated(item=await self._placed(event)))
            case Annotated():
                assert self._foreign_files is not None
                annotation = await self._foreign_files.linked(event.annotation, event.container_id)
                if annotation is not None:
                    annotation = self._citations.with_passage(annotation)
                    live.emit(ItemAnnotated(item_id=event.item_id, annotation=annotation))
            case ItemFinished():
                live.emit(ItemDone(item=await self._placed(event)))
                if event.native is not None:
                    self._parts.writer.record_native(event.item.id, event.native)
            case RemoteState():
                await self._record_remote(event)
                # From here on the remote thread says more than ours, until the run has ended well.
                if event.thread_id is not None and event.thread_id != self._unsynced_id:
                    self._remote_id = self._unsynced_id = event.thread_id
                    await self._save_remote_thread(synced=None)
            case Marked():
                raise AssertionError("became an annotation, or nothing")
            case ToolCallsRequired() | RunEnded():
                raise AssertionError("ends the round")
            case _:
                assert_never(event)

    async def _record_remote(self, state: RemoteState) -> None:
        if self._left is not None and self._left.state == state.run:
            return
        assert self._upstream is not None
        after = self._live.transcript.head_id
        remote = RemoteRun(self._upstream.name, self._upstream.base_url, after, state.run)
        self._parts.writer.record_remote(self.run.id, remote)
        await self._parts.writer.flush()

    async def _placed(self, event: ItemChanged | ItemFinished) -> Item:
        known = self._live.transcript.item(event.item.id)
        assert self._foreign_files is not None
        item = await self._foreign_files.kept(event.item, event.container_id)
        if isinstance(item, AssistantMessage):
            annotations = tuple(map(self._citations.with_passage, item.annotations))
            item = item.model_copy(update={"annotations": annotations})
        return item.model_copy(update={"parent_id": known.parent_id, "run_id": known.run_id})

    # Tools

    async def _call_all(self, calls: Sequence[ToolCall]) -> tuple[ToolOutput, ...]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._call(call)) for call in calls]
        return tuple(task.result() for task in tasks)

    async def _call(self, call: ToolCall) -> ToolOutput:
        if self._builtin_calls.has(call):
            return await self._builtin_calls.run(call, self._builtin_context(call))
        known = self._function_call(call.item_id)
        if known.status not in OPEN_STATUSES:
            # Of a run that was picked up again: it was answered before.
            return ToolOutput(call.call_id, _text(known.output))
        self._update_call(call.item_id, status="running", arguments=call.arguments)
        toolbox = self._parts.toolbox
        context = toolbox.context(self._live.id, self.run.id, self._timezone)
        result = await toolbox.call(call.name, call.arguments, context)
        item = self._function_call(call.item_id).model_copy(
            update={
                "status": "failed" if result.error else "completed",
                "output": result.output,
                "error": result.error,
                "duration_ms": round(result.duration_ms, 1),
            }
        )
        self._live.emit(ItemDone(item=item))
        return ToolOutput(call.call_id, _text(result.output))

    def _builtin_context(self, call: ToolCall) -> BuiltinContext:
        items = self._live.transcript.items
        place = next(index for index, item in enumerate(items) if item.id == call.item_id)
        return BuiltinContext(self._live.owner, self._live.id, self.run.id, items[:place])

    def _update_call(self, item_id: ItemId, *, status: ItemStatus, arguments: str) -> None:
        item = self._function_call(item_id)
        changes = {"status": status, "arguments": arguments}
        self._live.emit(ItemUpdated(item=item.model_copy(update=changes)))

    def _function_call(self, item_id: ItemId) -> FunctionCall:
        item = self._live.transcript.item(item_id)
        assert isinstance(item, FunctionCall)
        return item

    # The end

    def finish(self, ended: RunEnded) -> None:
        """Close what is open and tell the ending, without waiting for anything."""
        self.run = close_run(self._live, self.run, ended)

    async def _cancel_remote(self) -> None:
        if self._session is None:
            return
        try:
            async with asyncio.timeout(REMOTE_CANCEL_TIMEOUT_S):
                await self._session.cancel()
        except (AppError, TimeoutError) as error:
            log.warning("The upstream did not confirm that run %s stopped: %s", self.run.id, error)

    async def _mark_synced(self, ended: RunEnded) -> None:
        if self._remote_id is not None and ended.status in ("completed", "incomplete"):
            try:
                await self._save_remote_thread(synced=self._live.transcript.head_id)
            except AppError as error:
                log.warning("The next run will replay the history: %s", error)

    async def _save_remote_thread(self, synced: ItemId | None) -> None:
        if self._upstream is None or self._remote_id is None:
            return
        await self._parts.store.save_remote_thread(
            self._live.id,
            self._upstream.name,
            self._upstream.base_url,
            RemoteThread(self._remote_id, synced),
        )


def _mirrors(remote: RemoteThread, history: Sequence[Item]) -> bool:
    """Whether the remote thread says what ours says up to the message that is new."""
    said = history[-1]
    return (
        isinstance(said, UserMessage)
        and said.parent_id is not None
        and remote.synced_item_id == said.parent_id
    )


def _text(output: JsonValue) -> str:
    return output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
