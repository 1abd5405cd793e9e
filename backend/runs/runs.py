"""The commands that change a thread. Each takes effect once per id, and most start a run."""

import time
from collections.abc import Awaitable
from dataclasses import replace
from typing import Literal

from backend.config.configuration import Configuration
from backend.config.settings import Settings
from backend.domain.errors import AppError, InvalidRequest, NotFound, RunActive
from backend.domain.events import ItemAdded, RunStarted, ThreadUpdated
from backend.domain.ids import CommandId, ItemId, OwnerId, RunId, ThreadId, new_run_id
from backend.domain.items import Run
from backend.domain.locale import locale_tag
from backend.domain.time_zone import time_zone
from backend.files.files import Files
from backend.live.registry import Threads, no_such_thread
from backend.live.thread_log import ThreadLog
from backend.mcp.hosted import HostedServers
from backend.runs.active import ActiveRuns
from backend.runs.beginnings import Begin, after_edit, after_message, retried
from backend.runs.context_lengths import ContextLengths
from backend.runs.decisions import Answer
from backend.runs.deps import Answering, RunDeps
from backend.runs.new_message import NewMessage, Wishes
from backend.runs.refusals import Refusals
from backend.runs.remote_runs import RemoteRuns
from backend.runs.state import RunState
from backend.runs.titles import Titles, first_words
from backend.runs.waiting_runs import WaitingRuns
from backend.store.batch import Batch, StoredCommand
from backend.store.store import Store
from backend.store.writer import Writer
from backend.tools.tool import ToolSource
from backend.waiting import Detached
from backend.watching.watch import Watch


class Runs:
    """Every command raises `RunActive`, `NotFound`, `InvalidRequest`, `TooManyRuns` or
    `StoreUnavailable` without changing anything."""

    def __init__(
        self,
        configuration: Configuration,
        answering: Answering,
        tools: tuple[ToolSource, ...],
        servers: HostedServers,
        files: Files,
        store: Store,
        writer: Writer,
        threads: Threads,
        watch: Watch,
    ) -> None:
        self._configuration = configuration
        self._answering = answering
        self._tools = tools
        self._servers = servers
        self._files = files
        self._store = store
        self._writer = writer
        self._threads = threads
        self._watch = watch
        self._lengths = ContextLengths()
        self._titles = Titles(answering, threads)
        self.active = ActiveRuns(self._deps, self._titles.improve)
        self._remote = RemoteRuns(answering, store)
        self.waiting = WaitingRuns(tools, store, writer, threads, self.active, self._remote)
        self._settling = Detached(AppError)
        self._refusals = Refusals(store, writer, threads, self.active)

    async def send(
        self, owner: OwnerId, live: ThreadLog | None, command_id: CommandId, message: NewMessage
    ) -> tuple[StoredCommand, ThreadLog]:
        """Add a user message and start its run.

        Returns what was done and its thread, which is a new one if `live` is None.
        """
        place = live or self._threads.new(owner, first_words(message.text))

        async def begun() -> StoredCommand:
            message.check(self._settings.max_message_chars)
            files = await self._files.attachable(message.file_ids, owner)
            begin = after_message(
                message.text, tuple(file.attachment for file in files), message.contexts
            )
            return await self._begin(owner, place, command_id, begin, message.wishes)

        done = await self._once(owner, command_id, begun())
        return done, await self._thread_of(done, owner, place)

    async def edit(
        self,
        owner: OwnerId,
        live: ThreadLog,
        command_id: CommandId,
        item_id: ItemId,
        message: NewMessage,
    ) -> StoredCommand:
        """Replace a message on the path and start a run after it."""
        message.check(self._settings.max_message_chars)
        begin = self._begin(
            owner, live, command_id, after_edit(item_id, message.text), message.wishes, leaves=True
        )
        return await self._once(owner, command_id, begin)

    async def retry(
        self,
        owner: OwnerId,
        live: ThreadLog,
        command_id: CommandId,
        run_id: RunId,
        wishes: Wishes,
    ) -> StoredCommand:
        """Start the last run of the path again, with its parameters unless others are wished for."""
        former = live.transcript.runs.get(run_id)
        if wishes.parameters is None and former is not None:
            wishes = replace(wishes, parameters=former.overrides)
        begin = self._begin(owner, live, command_id, retried(run_id), wishes)
        return await self._once(owner, command_id, begin)

    async def resolve(
        self, owner: OwnerId, live: ThreadLog, command_id: CommandId, answer: Answer
    ) -> StoredCommand:
        """Decide on calls that wait for somebody. Also raises `AlreadyAnswered` and `NotWaiting`."""
        work = self.waiting.resolve(owner, live, command_id, answer)
        return await self._once(owner, command_id, work)

    async def switch(
        self, owner: OwnerId, live: ThreadLog, command_id: CommandId, head_id: ItemId
    ) -> StoredCommand:
        """Switch to the newest path through an item."""
        return await self._once(owner, command_id, self._switch(owner, live, command_id, head_id))

    async def _switch(
        self, owner: OwnerId, live: ThreadLog, command_id: CommandId, head_id: ItemId
    ) -> StoredCommand:
        async with live.lock:
            _check_free(live)
            await self._writer.flush()
            stored = await self._store.threads.get(live.id, through=head_id)
            if stored is None:
                raise NotFound("There is no such item on this thread.")
            transcript = stored.transcript()
            transcript.seq = live.transcript.seq + 1
            done = StoredCommand(live.id, transcript.head_id, None)
            batch = Batch(threads={live.id: (owner, stored.thread, transcript.seq)})
            live.check_here()
            known = await self._writer.command(owner, command_id, done, batch)
            live.check_here()
            if known is None:
                live.replace(transcript)
        return known or done

    async def cancel(
        self, owner: OwnerId, live: ThreadLog, command_id: CommandId, run_id: RunId
    ) -> StoredCommand:
        """Stop a run of this thread. Does nothing if the run has ended."""
        return await self._once(owner, command_id, self._cancel(owner, live, command_id, run_id))

    async def _cancel(
        self, owner: OwnerId, live: ThreadLog, command_id: CommandId, run_id: RunId
    ) -> StoredCommand:
        done = StoredCommand(live.id, None, run_id)
        if run_id not in live.transcript.runs:
            raise NotFound("There is no such run on this thread.")
        # Stored with the command, so that no other process continues what was told to stop.
        live.check_here()
        self.active.ask_to_stop(run_id)
        known = await self._writer.command(owner, command_id, done, Batch())
        live.check_here()
        if known is None:
            self.active.stop(run_id)
            async with live.lock:
                if live.active_run is not None and live.active_run.id == run_id:
                    await self.waiting.end(live)
        return known or done

    async def check_assistant(self, assistant_id: str) -> None:
        """Raises `InvalidRequest` for an assistant that is unknown, and `UpstreamError`."""
        if not await self._answering.knows(assistant_id):
            raise InvalidRequest(
                f"There is no assistant {assistant_id[:64]!r}. Choose another one, or leave "
                "assistant_id out for the default one.",
                field="assistant_id",
                code="assistant_missing",
            )

    async def stop(self, live: ThreadLog) -> None:
        """Stop what runs on the thread. What waits there for somebody waits on."""
        run = live.active_run
        if run is not None and not run.is_parked:
            self.active.ask_to_stop(run.id)
            self.active.stop(run.id)

    @property
    def _settings(self) -> Settings:
        return self._configuration.settings

    def _deps(self) -> RunDeps:
        return RunDeps(
            self._settings,
            self._answering,
            self._tools,
            self._servers,
            self._files,
            self._store,
            self._writer,
            self._settle,
            self._lengths,
            self._watch,
            self._threads.may_act,
        )

    def _settle(
        self,
        owner: OwnerId,
        thread_id: ThreadId,
        item_id: ItemId,
        decision: Literal["allow", "expire"],
    ) -> None:
        self._settling.start(self.waiting.settle(owner, thread_id, item_id, decision))

    async def close(self, grace_s: float) -> None:
        """Wait `grace_s` seconds for active runs to end, then let go of the rest."""
        await self._settling.join()
        await self.active.close(grace_s)
        await self._lengths.close()
        await self._titles.close()
        await self._refusals.close()
        await self._remote.close()

    async def _once(
        self, owner: OwnerId, command_id: CommandId, work: Awaitable[StoredCommand]
    ) -> StoredCommand:
        """Returns what the command did, now or before.

        Its own transaction finds out whether it was done before. What is refused is looked up, too:
        the command may itself be the reason, as where the active run is its own.
        """
        try:
            return await work
        except AppError:
            known = await self._store.commands.find(owner, command_id)
            if known is None:
                raise
            return known

    async def _begin(
        self,
        owner: OwnerId,
        live: ThreadLog,
        command_id: CommandId,
        begin: Begin,
        wishes: Wishes,
        *,
        leaves: bool = False,
    ) -> StoredCommand:
        """Returns what was done now, or earlier under the same id.

        `leaves` says that a run that waits for somebody is left, and so ends.
        """
        async with live.lock:
            _check_free(live, leaves)
            if wishes.assistant_id not in (None, live.thread.assistant_id):
                await self.check_assistant(wishes.assistant_id)
            self.active.check_room()
            run = Run(
                id=new_run_id(),
                thread_id=live.id,
                upstream=self._answering.upstream_name(),
                overrides=wishes.parameters,
                created_at=time.time(),
            )
            beginning = begin(live.transcript, run)
            if live.active_run is not None:
                if known := await self._store.commands.find(owner, command_id):
                    return known
                await self.waiting.end(live)
            run = run.model_copy(update={"parent_id": beginning.parent_id})
            thread = live.thread.model_copy(
                update={
                    "head_id": beginning.parent_id,
                    "updated_at": run.created_at,
                    "assistant_id": wishes.assistant_id or live.thread.assistant_id,
                    **wishes.of_thread(),
                }
            )
            done = StoredCommand(live.id, beginning.parent_id, run.id)
            state = RunState(
                boundary=beginning.parent_id,
                timezone=time_zone(wishes.timezone).key,
                locale=locale_tag(wishes.locale),
                model=thread.model,
                instructions=thread.instructions,
                max_rounds=self._settings.max_tool_rounds,
            )
            batch = Batch(
                # Numbered as if the events below had happened: after a crash, a thread that has
                # items is not at its beginning.
                threads={live.id: (owner, thread, live.transcript.seq + 1)},
                runs={run.id: run},
                states={run.id: (live.id, state)},
            )
            message = beginning.message
            if message is not None:
                batch.items[message.id] = (live.id, message)
                batch.attached = {file.file_id: (live.id, owner) for file in message.files}
            live.check_here()
            with self.active.reserved():
                known = await self._writer.command(owner, command_id, done, batch)
            live.check_here()
            if known is not None:
                return known
            self._threads.keep(live)
            if message is not None:
                live.append(ItemAdded(item=message, command_id=command_id), stored=True)
            live.append(ThreadUpdated(thread=thread), stored=True)
            live.append(RunStarted(run=run), stored=True)
            self.active.start(run, live, state)
        return done

    async def _thread_of(
        self, known: StoredCommand, owner: OwnerId, live: ThreadLog | None
    ) -> ThreadLog:
        if known.thread_id is None:
            raise InvalidRequest("This command id was used for something else.", field="id")
        if live is not None and live.id == known.thread_id:
            return live
        return await self._threads.get(known.thread_id, owner)


def _check_free(live: ThreadLog, leaves: bool = False) -> None:
    if live.deleted:
        raise no_such_thread()
    run = live.active_run
    if run is not None and not (leaves and run.is_parked):
        raise RunActive(run.id, waits=run.is_parked)
