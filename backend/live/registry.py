"""Open threads by id: loaded once, forgotten when idle and many.

A thread is loaded where it is at home. Loading includes recovering: a run that was stored as active is
gone with the process that worked on it, and goes on or ends before anybody may use its thread. There is
no other way to open one, so that no run is left over.

For readers the end of a long path is enough. The rest is loaded for whoever does more than read.
"""

import asyncio
import time
from collections import OrderedDict
from typing import Protocol
from weakref import WeakValueDictionary

from backend.domain.errors import Elsewhere, NotFound, StoreUnavailable
from backend.domain.events import Thread
from backend.domain.ids import OwnerId, ThreadId, new_thread_id
from backend.domain.transcript import Transcript
from backend.homes.base import Homes
from backend.live.thread_log import ThreadLog
from backend.store.store import Store
from backend.store.threads import StoredThread
from backend.store.writer import Writer

KEEP_IDLE = 64
LOOK_AT = 4
"""Threads that are looked at for each one opened: more than one, so that idle ones dwindle."""


LOOKED_AT_ITEMS = 100
"""At least so many at the end of a path are loaded for readers."""


class Recovery(Protocol):
    """What becomes of runs whose process is gone."""

    async def thread(self, stored: StoredThread) -> None:
        """Go on with the active run of a thread and keep the thread, or end the run."""

    async def held(self, live: ThreadLog) -> None:
        """Give up what calls asked that ended with their process."""


def no_such_thread() -> NotFound:
    return NotFound("There is no such thread here. Start a new chat.")


class Threads:
    """Opens threads: one `ThreadLog` for each id."""

    def __init__(self, store: Store, writer: Writer, homes: Homes) -> None:
        self._homes = homes
        self._store = store
        self._writer = writer
        self._open: OrderedDict[ThreadId, ThreadLog] = OrderedDict()
        self._loading: dict[ThreadId, asyncio.Task[ThreadLog | None]] = {}
        self._new: WeakValueDictionary[ThreadId, ThreadLog] = WeakValueDictionary()
        """Those that are not kept yet."""
        self.recovery: Recovery | None = None

    async def get(self, thread_id: ThreadId, owner: OwnerId) -> ThreadLog:
        """The thread, if it is the owner's. Raises `NotFound` otherwise, whoever's it is, and
        `Elsewhere` where it is at home on another process."""
        live = await self._find(thread_id, owner, least=None)
        await self.complete(live)
        return live

    async def look(
        self, thread_id: ThreadId, owner: OwnerId, least: int = LOOKED_AT_ITEMS
    ) -> ThreadLog:
        """The same for readers, who see at least so many items at the end of the path.

        The path may begin later, see `Transcript.before`. `complete` it before an event is appended.
        """
        return await self._find(thread_id, owner, least)

    async def complete(self, live: ThreadLog) -> None:
        """Load the older part of the path, if it is not here."""
        if live.transcript.before is None:
            return
        async with live.filling:
            before = live.transcript.before
            if before is not None:
                older = await self._store.threads.older(live.id, before)
                if older is not None:
                    live.fill(older)

    async def come(self, thread_id: ThreadId, least: int | None = None) -> ThreadLog | None:
        """Have the thread open, whoever's it is and deleted or not."""
        live = self._open.get(thread_id)
        return live if live is not None else await self._load(thread_id, least)

    def new(self, owner: OwnerId, title: str) -> ThreadLog:
        """A thread that nothing is stored of yet; see `keep`."""
        now = time.time()
        thread = Thread(id=new_thread_id(), title=title, created_at=now, updated_at=now)
        self._homes.begin(thread.id)
        live = self._new[thread.id] = ThreadLog(owner, Transcript(thread=thread), self._writer)
        return live

    def keep(self, live: ThreadLog) -> None:
        """From now on `get` finds it."""
        self._new.pop(live.id, None)
        self._open[live.id] = live
        self._forget_idle()

    async def restored(self, thread_id: ThreadId) -> None:
        """The thread is not deleted any more. Raises `Elsewhere`."""
        live = await self.come(thread_id, LOOKED_AT_ITEMS)
        if live is not None:
            live.deleted = False

    def find(self, thread_id: ThreadId) -> ThreadLog | None:
        """The thread if it is open, whoever's it is and deleted or not."""
        return self._open.get(thread_id)

    def is_idle(self, thread_id: ThreadId) -> bool:
        """Whether nobody uses the thread, and all of it is stored."""
        if thread_id in self._loading or thread_id in self._new:
            return False
        live = self._open.get(thread_id)
        return (live is None or live.idle) and not self._writer.concerns(thread_id)

    def leave(self, there: Elsewhere, *, closing: bool) -> ThreadLog | None:
        """Forget a thread that is at home elsewhere by now. Returns it if it was open. `closing` says
        that its sockets are to be closed if anything runs on it."""
        live = self._open.pop(there.thread_id, None) or self._new.pop(there.thread_id, None)
        if live is not None:
            run = live.shown.active_run
            live.leave(there, closing=closing and run is not None and not run.is_parked)
        return live

    def wake_all(self) -> None:
        for live in tuple(self._open.values()):
            live.wake_all()

    async def may_act(self) -> None:
        """Return once this process knows that what is at home here still is."""
        await self._homes.may_act()

    async def _find(self, thread_id: ThreadId, owner: OwnerId, least: int | None) -> ThreadLog:
        if self._homes.silent:
            raise StoreUnavailable(self._homes.problem or "Try again.")
        live = await self.come(thread_id, least)
        if live is None or live.owner != owner or live.deleted:
            raise no_such_thread()
        self._open.move_to_end(thread_id)
        return live

    async def _load(self, thread_id: ThreadId, least: int | None) -> ThreadLog | None:
        """Loads each thread once, however many ask for it meanwhile."""
        task = self._loading.get(thread_id)
        if task is None:
            task = asyncio.create_task(self._from_store(thread_id, least))
            self._loading[thread_id] = task
            task.add_done_callback(lambda _: self._loading.pop(thread_id))
        return await asyncio.shield(task)

    async def _from_store(self, thread_id: ThreadId, least: int | None) -> ThreadLog | None:
        await self._homes.take(thread_id)
        await self._writer.flush(thread_id)
        rows = self._store.threads
        stored = await (rows.get(thread_id) if least is None else rows.end(thread_id, least))
        if stored is None:
            return None
        run = stored.transcript().active_run
        if run is not None and not run.is_parked and self.recovery is not None:
            if stored.before is not None:
                stored = await rows.get(thread_id) or stored
            await self.recovery.thread(stored)
            if (recovered := self._open.get(thread_id)) is not None:
                return recovered
            stored = await self._store.threads.get(thread_id)
            if stored is None:
                return None
        live = ThreadLog(stored.owner, stored.transcript(), self._writer)
        live.deleted = stored.deleted
        self.keep(live)
        if live.holds and self.recovery is not None:
            await self.complete(live)
            await self.recovery.held(live)
        if not self._homes.is_here(thread_id):
            # Lost meanwhile: this process was stopped for a while, or cut off.
            self.leave(Elsewhere("", thread_id), closing=False)
            raise StoreUnavailable("This chat is about to move to another process. Try again.")
        return live

    def _forget_idle(self) -> None:
        """Look at those that were asked for longest ago: a few, so that this stays O(1)."""
        for _ in range(LOOK_AT):
            if len(self._open) <= KEEP_IDLE:
                return
            thread_id, live = next(iter(self._open.items()))
            if live.idle:
                del self._open[thread_id]
            else:
                self._open.move_to_end(thread_id)
