"""The registry of active runs, and the two commands that start and stop them."""

import asyncio
import time
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from backend.configuration import Configuration
from backend.errors import AppError, InvalidRequest, NotFound, RunActive
from backend.files.files import Files
from backend.ids import CommandId, OwnerId, RunId, new_item_id, new_run_id
from backend.runs.endings import interrupted, stopped
from backend.runs.run import Answering, RunParts, RunTask
from backend.store.store import Batch, Store, StoredCommand
from backend.store.writer import Writer
from backend.threads.events import ItemAdded, RunStarted, ThreadUpdated
from backend.threads.items import TERMINAL_STATUSES, Run, UserMessage
from backend.threads.live import LiveThread
from backend.threads.registry import Threads
from backend.tools.builtin import Builtin
from backend.tools.toolbox import Toolbox

TITLE_LENGTH = 60


class TooManyRuns(AppError):
    code = "too_many_runs"
    status = 503
    retryable = True


@dataclass(frozen=True, slots=True)
class NewMessage:
    """What a user wrote, and the IANA name of the time zone they wrote it in."""

    text: str
    file_ids: tuple[str, ...] = ()
    timezone: str | None = None


class Runs:
    """Every run has its own task, owned here and by nobody's socket."""

    def __init__(
        self,
        configuration: Configuration,
        answering: Answering,
        toolbox: Toolbox,
        builtins: tuple[Builtin, ...],
        files: Files,
        store: Store,
        writer: Writer,
        threads: Threads,
    ) -> None:
        self._configuration = configuration
        self._answering = answering
        self._toolbox = toolbox
        self._builtins = builtins
        self._files = files
        self._store = store
        self._writer = writer
        self._threads = threads
        self._active: dict[RunId, tuple[RunTask, asyncio.Task[None]]] = {}

    async def send(
        self, owner: OwnerId, live: LiveThread | None, command_id: CommandId, message: NewMessage
    ) -> tuple[StoredCommand, LiveThread]:
        """Add a user message and start its run, once per command id.

        Answers what was done and the thread it was done on, a new one where `live` is None.
        Raises `RunActive`, `InvalidRequest`, `TooManyRuns` and `StoreUnavailable`, having
        changed nothing.
        """
        known = await self._store.command(owner, command_id)
        if known is not None:
            return known, await self._thread_of(known, owner, live)
        files = await self._files.attachable(message.file_ids, owner)
        if live is None:
            live = self._threads.new(owner, _title(message.text))
        async with live.lock:
            self._check(live, message)
            run = Run(
                id=new_run_id(),
                thread_id=live.id,
                upstream=self._answering.upstream_name(),
                created_at=time.time(),
            )
            item = UserMessage(
                id=new_item_id(),
                parent_id=live.transcript.head_id,
                run_id=run.id,
                status="completed",
                created_at=run.created_at,
                text=message.text,
                files=tuple(file.attachment for file in files),
            )
            thread = live.thread.model_copy(
                update={"head_id": item.id, "updated_at": run.created_at}
            )
            done = StoredCommand(live.id, item.id, run.id)
            batch = Batch(
                threads={live.id: (owner, thread, live.transcript.seq)},
                items={item.id: (live.id, item)},
                runs={run.id: run},
                attached={file.id: live.id for file in files},
            )
            known = await self._writer.command(owner, command_id, done, batch)
            if known is not None:
                return known, await self._thread_of(known, owner, live)
            self._threads.keep(live)
            live.emit(ItemAdded(item=item, command_id=command_id))
            live.emit(RunStarted(run=run))
            live.emit(ThreadUpdated(thread=thread))
            self._start(run, live, _zone(message.timezone))
        return done, live

    async def cancel(
        self, owner: OwnerId, live: LiveThread | None, command_id: CommandId, run_id: RunId
    ) -> StoredCommand:
        """Stop a run of this thread; harmless when it has ended. Raises `NotFound`."""
        if live is None or run_id not in live.transcript.runs:
            raise NotFound("There is no such run on this thread.")
        done = StoredCommand(live.id, None, run_id)
        known = await self._writer.command(owner, command_id, done, Batch())
        if known is not None:
            return known
        if run_id in self._active:
            work, task = self._active[run_id]
            if not work.stopped:
                work.stopped = True
                task.cancel()
        return done

    async def close(self, grace_s: float) -> None:
        """Give active runs `grace_s` seconds to end, then interrupt them."""
        tasks = [task for _, task in self._active.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, run: Run, live: LiveThread, timezone: str) -> None:
        parts = RunParts(
            self._configuration.settings,
            self._answering,
            self._toolbox,
            self._builtins,
            self._files,
            self._store,
            self._writer,
        )
        work = RunTask(run, live, timezone, parts)
        task = asyncio.create_task(work.execute(), name=run.id)
        self._active[run.id] = (work, task)
        task.add_done_callback(lambda _: self._ended(work))

    def _ended(self, work: RunTask) -> None:
        del self._active[work.run.id]
        # A task cancelled before its first step never ran a line, hence told no ending.
        if work.run.status not in TERMINAL_STATUSES:
            work.finish(stopped() if work.stopped else interrupted())

    async def _thread_of(
        self, known: StoredCommand, owner: OwnerId, live: LiveThread | None
    ) -> LiveThread:
        if known.thread_id is None:
            raise InvalidRequest("This command id was used for something else.", field="id")
        if live is not None and live.id == known.thread_id:
            return live
        return await self._threads.get(known.thread_id, owner)

    def _check(self, live: LiveThread, message: NewMessage) -> None:
        settings = self._configuration.settings
        if live.active_run is not None:
            raise RunActive(live.active_run.id)
        if len(self._active) >= settings.max_active_runs:
            raise TooManyRuns("The server is busy with other runs. Send again in a moment.")
        if len(message.text) > settings.max_message_chars:
            raise InvalidRequest(
                f"A message may have {settings.max_message_chars} characters, this one has"
                f" {len(message.text)}. Send it in parts.",
                field="text",
            )
        if not message.text.strip():
            raise InvalidRequest("The message is empty.", field="text")


def _title(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= TITLE_LENGTH:
        return line
    return line[:TITLE_LENGTH].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"


def _zone(name: str | None) -> str:
    """The name if it is a time zone that we know, else UTC."""
    try:
        return ZoneInfo(name).key if name else "UTC"
    except (KeyError, ValueError, OSError):
        return "UTC"
