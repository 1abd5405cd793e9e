"""Runs that wait for somebody: what is decided wakes them, on whatever process.

A decision is stored on the item of its call, in one transaction with its command. A process that
takes up the run reads it there.
"""

import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

from backend.domain.action import Action, ApprovalPolicy, Decider, Decision
from backend.domain.errors import AppError, InvalidRequest, NotFound
from backend.domain.events import ItemDone, ItemUpdated, RunUpdated
from backend.domain.ids import CommandId, ItemId, OwnerId, ThreadId
from backend.domain.items import OPEN_STATUSES, McpCall, Run, ToolCallBase, ToolItem
from backend.homes.base import Elsewhere
from backend.live.registry import Threads, no_such_thread
from backend.live.thread_log import ThreadLog
from backend.runs.active import ActiveRuns
from backend.runs.approvals import HOSTED_FORM
from backend.runs.decisions import (
    AlreadyAnswered,
    Answer,
    NotWaiting,
    answer_within,
    resolved,
    waiting_item,
)
from backend.runs.endings import close_run, interrupted, stopped
from backend.runs.remote_runs import RemoteRuns
from backend.runs.run_tools import tool_named
from backend.runs.state import RunState, load_state
from backend.store.batch import Batch, StoredCommand
from backend.store.store import Store
from backend.store.writer import Writer
from backend.tools.parameters import InvalidArguments
from backend.tools.tool import ToolSource

log = logging.getLogger(__name__)

TellOthers = Callable[[str, OwnerId | None], Awaitable[None]]


async def _nobody(tool: str, owner: OwnerId | None) -> None: ...


class WaitingRuns:
    """Changes nothing where it raises."""

    def __init__(
        self,
        tools: tuple[ToolSource, ...],
        store: Store,
        writer: Writer,
        threads: Threads,
        active: ActiveRuns,
        remote: RemoteRuns,
    ) -> None:
        self._tools = tools
        self._store = store
        self._writer = writer
        self._threads = threads
        self._active = active
        self._remote = remote
        self.tell_others: TellOthers = _nobody
        """Has other processes allow a tool on their threads."""

    async def resolve(
        self, owner: OwnerId, live: ThreadLog, command_id: CommandId, answer: Answer
    ) -> StoredCommand:
        """Decide on calls that wait. All of them are decided on, or none.

        What is allowed for good is allowed wherever else it waits, as far as there is room.
        """
        done = await self._resolve(owner, live, command_id, answer)
        if answer.scope == "everywhere":
            named = (item for item in live.transcript.items if item.id in answer.item_ids)
            actions = (item.required_action for item in named if isinstance(item, ToolCallBase))
            for tool in {action.tool for action in actions if action is not None}:
                await self.allow(tool, owner)
        return done

    async def allow(self, tool: str, owner: OwnerId | None) -> None:
        """Allow what waits of a tool on all threads of an owner, or of everybody, by policy."""
        if await self.allow_here(tool, owner):
            await self.tell_others(tool, owner)

    async def allow_here(self, tool: str, owner: OwnerId | None) -> bool:
        """As `allow`, but not on threads at home on other processes. Returns whether there are any."""
        others = False
        by: Decider = "rule" if owner is not None else "policy"
        for thread_id, of in await self._store.threads.waiting(owner):
            try:
                live = await self._threads.get(thread_id, of)
                ids = tuple(item.id for item, _ in _asking(live, tool))
                if ids:
                    answer = Answer(ids, "allow", by, "everywhere")
                    command_id = CommandId(f"rule_{secrets.token_hex(12)}")
                    await self._resolve(of, live, command_id, answer)
            except Elsewhere:
                others = True
            except AppError as error:
                log.info("%s is allowed, and waits on in %s: %s", tool, thread_id, error)
        return others

    async def _resolve(
        self, owner: OwnerId, live: ThreadLog, command_id: CommandId, answer: Answer
    ) -> StoredCommand:
        async with live.lock:
            if live.deleted:
                raise no_such_thread()
            state = await self._parked_state(live)
            items, policies = self._decided(owner, live, answer)
            run = live.active_run
            if run is None or any(item.run_id != run.id for item in items):
                raise NotWaiting("The run that waited for this has ended.")
            if state is not None:
                self._active.check_room()
                run = run.model_copy(update={"status": "in_progress", "expires_at": None})
            done = StoredCommand(live.id, items[0].id, run.id)
            batch = Batch(
                items={item.id: (live.id, item) for item in items},
                runs={run.id: run} if state is not None else {},
                policies=policies,
            )
            live.check_here()
            with self._active.reserved():
                known = await self._writer.command(owner, command_id, done, batch)
            live.check_here()
            if known is not None:
                return known
            self._tell(live, run, items)
            if state is None:
                self._active.go_on(run.id)
            else:
                live.append(RunUpdated(run=run))
                self._threads.keep(live)
                self._active.start(run, live, state)
        return done

    async def expire(self, live: ThreadLog, command_id: CommandId, now: float) -> None:
        """Give up what has been waited for until now."""
        run = live.active_run
        if run is None or not run.is_parked:
            return
        late = tuple(item.id for item, action in _waiting(live) if action.expires_at <= now)
        if late:
            await self.resolve(live.owner, live, command_id, Answer(late, "expire", "time"))

    async def settle(
        self,
        owner: OwnerId,
        thread_id: ThreadId,
        item_id: ItemId,
        decision: Decision,
        *,
        has_ended: bool = False,
    ) -> None:
        """Decide for who asked, unless somebody has decided by now."""
        answer = Answer((item_id,), decision, "asker", has_ended=has_ended)
        try:
            live = await self._threads.get(thread_id, owner)
            command_id = CommandId(f"asker_{secrets.token_hex(12)}")
            await self._resolve(owner, live, command_id, answer)
        except (AlreadyAnswered, NotWaiting, NotFound):
            pass
        except AppError as error:
            log.info("A question on %s waits on: %s", thread_id, error)

    async def let_go(self) -> None:
        """Give up what calls asked that ended with an earlier process."""
        for thread_id, owner in await self._store.threads.held():
            await self.let_go_of(await self._threads.get(thread_id, owner))

    async def let_go_of(self, live: ThreadLog) -> None:
        """Give up what calls of this thread asked that ended with an earlier process."""
        for item, action in tuple(_waiting(live)):
            if action.held:
                await self.settle(live.owner, live.id, item.id, "expire", has_ended=True)

    async def end(self, live: ThreadLog) -> None:
        """End the thread's run as stopped, if it is parked. The thread's lock is held."""
        run = live.active_run
        if run is None or not run.is_parked:
            return
        await self._active.end(run.id, stopped())
        if live.active_run == run:
            for source in self._tools:
                source.let_go(run.id)
            await self._remote.cancel(run.id)
            close_run(live, run, stopped())

    async def _parked_state(self, live: ThreadLog) -> RunState | None:
        """Returns the state of the thread's run if nobody works on it. One that is lost ends it."""
        if live.active_run is None or not live.active_run.is_parked:
            return None
        await self._active.let_go(live.active_run.id)
        run = live.active_run
        if run is None:
            return None
        stored = await self._store.threads.unfinished_run(run.id)
        state = load_state(stored.state, stored.rounds) if stored is not None else None
        if state is None:
            close_run(live, run, interrupted())
        return state

    def _decided(
        self, owner: OwnerId, live: ThreadLog, answer: Answer
    ) -> tuple[tuple[ToolItem, ...], dict[tuple[str, str], ApprovalPolicy]]:
        """Returns the items as they will be, and what is allowed for good."""
        if not answer.item_ids:
            raise InvalidRequest("Name the items that are decided on.", field="item_ids")
        present = {item.id: item for item in live.transcript.items}
        items: list[ToolItem] = []
        policies: dict[tuple[str, str], ApprovalPolicy] = {}
        subjects = {"thread": live.id, "everywhere": owner}
        for item_id in dict.fromkeys(answer.item_ids):
            item, action = waiting_item(present.get(item_id))
            parse = partial(self._parse, item, action)
            items.append(resolved(item, action, answer, parse, time.time()))
            if answer.scope != "once" and answer.by not in ("rule", "policy"):
                policies[subjects[answer.scope], action.tool] = "always_allow"
        named = {item.id for item in items}
        for tool in dict.fromkeys(tool for _, tool in policies):
            rule = Answer((), "allow", "rule", answer.scope)
            items += (
                resolved(item, action, rule, HOSTED_FORM.parse, time.time())
                for item, action in _asking(live, tool)
                if item.id not in named
            )
        return tuple(items), policies

    def _parse(self, item: ToolItem, action: Action, text: str) -> Any:
        """Returns changed arguments or an answer, as the tool takes them by now."""
        if action.within:
            return answer_within(action, text)
        if isinstance(item, McpCall):
            return HOSTED_FORM.parse(text)
        tool = tool_named(self._tools, action.tool)
        if tool is None:
            raise InvalidArguments(
                f"There is no function {action.tool!r} any more, so its arguments cannot be changed. "
                "Allow or deny the call as it is."
            )
        # The arguments that the model wrote need not fit any more; of a question they are the form.
        form = tool.form(action.arguments if action.kind == "question" else text)
        return form.parse(text)

    def _tell(self, live: ThreadLog, run: Run, items: tuple[ToolItem, ...]) -> None:
        ended = live.active_run is None or live.active_run.id != run.id
        for each in items:
            # What the end of the run said of an item counts.
            item = live.transcript.item(each.id) if ended else each
            is_open = item.status in OPEN_STATUSES
            live.append(ItemUpdated(item=item) if is_open else ItemDone(item=item))


def _waiting(live: ThreadLog) -> Iterator[tuple[ToolItem, Action]]:
    """Yields the calls that wait for somebody, and what for."""
    run = live.active_run
    for item in live.open_items(run.id) if run is not None else ():
        if isinstance(item, ToolItem) and item.status == "awaiting_approval":
            action = item.required_action
            if action is not None:
                yield item, action


def _asking(live: ThreadLog, tool: str) -> Iterator[tuple[ToolItem, Action]]:
    """Yields the calls of a tool that wait for an approval."""
    for item, action in _waiting(live):
        if (action.kind, action.tool) == ("approval", tool) and not action.within:
            yield item, action
