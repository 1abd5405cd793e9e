"""Several processes on one PostgreSQL database: each thread is at home on one of them.

- A node renews its lease of four seconds every second, in a connection of its own that no other work
  can hold up. Times are the database's. The node's own clock decides one thing: when it has not
  renewed for three seconds it is silent, that is it tells nothing and begins no tool; after four it
  has lost all its homes, as others may have taken them by then.
- A home is taken in one statement, if it is free or its node is dead. Taking includes recovering,
  which `Threads` does as it loads the thread: there is no other way to take one.
- Whoever writes for threads compares their tenures first (`store.homes.Fence`), so that a node that
  was stopped or cut off writes nothing to threads that it has lost without knowing.
- What is lost is thrown away without a word: nothing of it is told or stored any more. The next home
  tells of the same run.
- Every node looks once a second for runs that nobody works on. Two nodes that look at once are shown
  others, mostly, and one of them gets each.
- A home is given back when its thread has been idle for a while, and all are when the process stops.
"""

import asyncio
import logging
import os
import random
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from backend import __version__
from backend.domain.errors import AppError, StoreUnavailable
from backend.domain.ids import ThreadId
from backend.homes.base import Elsewhere, Residents
from backend.homes.lease import Lease
from backend.store.fence import Fence
from backend.store.homes import HomeRows, Node
from backend.store.news import News
from backend.waiting import cancel

if TYPE_CHECKING:
    from psycopg import AsyncConnection

log = logging.getLogger(__name__)

MOVED: Final = "home"
"""News of homes that were taken or given back: of a thread, or of several where none is named."""
RENEW_S: Final = 1.0
RENEW_TIMEOUT_S: Final = 2.0
RECONNECT_S: Final = 0.25
OPEN_TIMEOUT_S: Final = 30.0
WATCH_S: Final = 0.1
LOOK_S: Final = 1.0
TAKE_AT_ONCE: Final = 20


class Shared:
    def __init__(
        self, rows: HomeRows, fence: Fence, news: News, lease: Lease, idle_s: float
    ) -> None:
        """A thread that nobody uses stays at home for `idle_s`: who comes back soon misses no event."""
        self._rows = rows
        self._fence = fence
        self._news = news
        self._lease = lease
        self._idle_s = idle_s
        self._residents: Residents | None = None
        self._idle_since: dict[ThreadId, float] = {}
        self._draining = False
        self._was_silent = False
        self._is_open = False
        self._look_now = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        news.on(MOVED, self._hear)

    @property
    def address(self) -> str:
        """Where other processes reach this one. Set it before `open`."""
        return self._fence.address

    @address.setter
    def address(self, address: str) -> None:
        self._fence.address = address

    @property
    def problem(self) -> str | None:
        if self._draining:
            return "This process is stopping. Try again: another one goes on."
        if self._lease.silent:
            return "This process cannot reach the database. Nothing was changed; try again."
        return None

    @property
    def silent(self) -> bool:
        return self._lease.silent

    async def open(self) -> None:
        """Raises `StoreUnavailable`."""
        renewing = asyncio.create_task(self._renew_for_ever(), name="lease")
        self._tasks = [renewing]
        self._tasks.append(asyncio.create_task(self._watch_for_ever(), name="lease watch"))
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                await self.may_act()
            self._is_open = True
        except TimeoutError:
            raise StoreUnavailable(
                "The database does not answer. Start again once it does."
            ) from None
        self._was_silent = False

    def welcome(self, residents: Residents) -> None:
        """From now on look for runs that nobody works on."""
        self._residents = residents
        self._tasks.append(asyncio.create_task(self._look_for_ever(), name="orphans"))

    async def drain(self) -> None:
        """Take no more homes, and give those back that nobody uses."""
        self._draining = True
        await self._give_back_idle(0.0)

    async def close(self) -> None:
        self._draining = True
        await cancel(self._tasks)
        tenures = {each: tenure for each, tenure in self._fence.tenures.items() if tenure}
        self._fence.tenures.clear()
        try:
            await self._rows.give_back(tenures)
            await self._rows.end()
            await self._news.tell(MOVED)
        except StoreUnavailable as error:
            log.warning("The homes of this process are free in some seconds: %s", error)

    async def take(self, thread_id: ThreadId) -> None:
        if self.is_here(thread_id):
            return
        if (problem := self.problem) is not None:
            raise StoreUnavailable(problem)
        tenure = await self._rows.take(thread_id)
        if tenure is not None:
            self._fence.tenures[thread_id] = tenure
        elif (address := await self.where(thread_id)) is not None:
            raise Elsewhere(address, thread_id)

    def is_here(self, thread_id: ThreadId) -> bool:
        return bool(self._fence.tenures.get(thread_id))

    def begin(self, thread_id: ThreadId) -> None:
        self._fence.tenures[thread_id] = 0

    async def where(self, thread_id: ThreadId) -> str | None:
        return (await self._rows.where([thread_id])).get(thread_id)

    def epoch(self, thread_id: ThreadId | None) -> str:
        tenure = self._fence.tenures.get(thread_id, 0) if thread_id is not None else 0
        return f"{tenure}.{self._fence.node_id[-6:]}"

    async def may_act(self) -> None:
        # A clock tells nobody.
        while self._lease.silent:  # noqa: ASYNC110
            await asyncio.sleep(WATCH_S)

    def lose(self, lost: Mapping[ThreadId, Elsewhere], *, closing: bool = False) -> None:
        """These are at home elsewhere by now."""
        for thread_id in lost:
            self._fence.tenures.pop(thread_id, None)
            self._idle_since.pop(thread_id, None)
        if self._residents is not None:
            self._residents.leave(lost, closing=closing)

    def _hear(self, about: str) -> None:
        if not about:
            self._look_now.set()

    # The lease

    async def _renew_for_ever(self) -> None:
        while True:
            try:
                async with await self._rows.connection() as connection:
                    await self._rows.forget_nodes(connection)
                    while True:
                        await self._renew(connection)
                        await asyncio.sleep(RENEW_S)
            except Exception as error:
                log.warning("The lease of this process was not renewed: %s", error)
            await asyncio.sleep(RECONNECT_S)

    async def _renew(self, connection: "AsyncConnection") -> None:
        asked_at = self._lease.now()
        node = Node(self.address, __version__, self._draining)
        # An answer that never comes must not be waited for, nor that to a cancellation.
        late = asyncio.get_running_loop().call_later(RENEW_TIMEOUT_S, _cut, connection)
        try:
            await self._rows.renew(connection, node)
        finally:
            late.cancel()
        self._watch()
        self._lease.renewed(asked_at)
        if self._was_silent and not self._lease.silent:
            self._was_silent = False
            if self._is_open:
                log.warning("This process has reached the database again")
            if self._residents is not None:
                self._residents.wake()

    async def _watch_for_ever(self) -> None:
        while True:
            self._watch()
            await asyncio.sleep(WATCH_S)

    def _watch(self) -> None:
        self._was_silent = self._was_silent or self._lease.silent
        tenures = self._fence.tenures
        if tenures and self._lease.over:
            log.warning("This process has lost its %d homes", len(tenures))
            self.lose({each: Elsewhere(self.address, each) for each in tenures}, closing=True)

    # What nobody works on, and what nobody uses

    async def _look_for_ever(self) -> None:
        while True:
            again = False
            try:
                if self.problem is None:
                    again = await self._look_for_orphans()
                    await self._give_back_idle(self._idle_s)
            except StoreUnavailable as error:
                log.info("No homes were looked for: %s", error)
            except Exception:
                log.exception("No homes were looked for")
            if not again:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_S * random.uniform(0.75, 1.25)):
                        await self._look_now.wait()
                self._look_now.clear()

    async def _look_for_orphans(self) -> bool:
        """Returns whether there may be more of them."""
        assert self._residents is not None
        if (room := self._residents.room()) <= 0:
            return False
        known = set(self._fence.tenures)
        orphans = await self._rows.orphans(min(room, TAKE_AT_ONCE))
        # Lost without knowing it.
        if lost := known.intersection(orphans):
            self.lose({each: Elsewhere(self.address, each) for each in lost})
        taken = 0
        for thread_id in orphans:
            try:
                await self._residents.come(thread_id)
                await self._news.tell(MOVED, thread_id)
                taken += 1
            except AppError as error:
                log.info("The run of %s is left to others: %s", thread_id, error)
        return taken > 0 and len(orphans) == TAKE_AT_ONCE

    async def _give_back_idle(self, idle_s: float) -> None:
        now = self._lease.now()
        for thread_id in tuple(self._fence.tenures):
            if self._residents is None or not self._residents.is_idle(thread_id):
                self._idle_since.pop(thread_id, None)
            else:
                self._idle_since.setdefault(thread_id, now)
        given = {
            each: self._fence.tenures[each]
            for each, since in self._idle_since.items()
            if now - since >= idle_s
        }
        if given:
            self.lose({each: Elsewhere(self.address, each) for each in given})
            await self._rows.give_back(given)


def _cut(connection: "AsyncConnection") -> None:
    """Have whoever waits for the connection hear that it is lost."""
    with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as shared:
        shared.shutdown(socket.SHUT_RDWR)
