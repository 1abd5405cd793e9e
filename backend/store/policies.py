"""Whether somebody is asked before a call of a tool."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeVar

from sqlalchemy import Connection, Delete, delete, select

from backend.domain.action import ApprovalPolicy, Scope
from backend.domain.errors import StoreUnavailable
from backend.domain.ids import OwnerId, ThreadId
from backend.store.database import Database
from backend.store.schema import threads, tool_policies
from backend.store.upserts import Upserts
from backend.waiting import Detached

T = TypeVar("T")

_BySubject = dict[str, dict[str, ApprovalPolicy]]

SERVER: Final = ""
"""The subject of the policies that hold for all."""


class Policies(NamedTuple):
    """By the names of tools."""

    server: Mapping[str, ApprovalPolicy]
    """In place of what the tools declare."""
    allowed: Mapping[str, Scope]
    """What the visitor allowed for good, and where."""


NO_POLICIES: Final = Policies({}, {})


class Grant(NamedTuple):
    """A tool that a visitor allowed for good, everywhere or on one thread."""

    tool: str
    thread_id: ThreadId | None
    title: str | None
    """The thread's."""


class PolicyRows:
    """Raises `StoreUnavailable`.

    All are kept in memory, since each round begins with some.
    """

    def __init__(self, database: Database, upsert: Upserts) -> None:
        self._database = database
        self._upsert = upsert
        self._known: _BySubject | None = None
        self._changes = 0
        self._changing = Detached(StoreUnavailable)

    async def of(self, owner: OwnerId, thread_id: ThreadId) -> Policies:
        """Returns what holds for a thread."""
        known = await self._all()
        everywhere: dict[str, Scope] = dict.fromkeys(known.get(owner, ()), "everywhere")
        on_thread: dict[str, Scope] = dict.fromkeys(known.get(thread_id, ()), "thread")
        return Policies(known.get(SERVER, {}), everywhere | on_thread)

    async def server(self) -> Mapping[str, ApprovalPolicy]:
        """Returns the policies that hold for all."""
        return (await self._all()).get(SERVER, {})

    def forget(self) -> None:
        """Read all anew when they are asked for again, since some may have changed."""
        self._changes += 1
        self._known = None

    async def _all(self) -> _BySubject:
        if (known := self._known) is not None:
            return known
        changes, found = self._changes, _BySubject()
        async with self._database.read() as connection:
            for row in await connection.execute(select(tool_policies)):
                found.setdefault(row.subject, {})[row.tool] = row.policy
        if changes == self._changes:
            self._known = found
        return found

    async def set_for_all(self, tool: str, policy: ApprovalPolicy | None) -> None:
        """None means what the tool declares."""

        def change(connection: Connection) -> None:
            if policy is None:
                connection.execute(_one(SERVER, tool))
            else:
                row = {"subject": SERVER, "tool": tool, "policy": policy}
                self._upsert(connection, tool_policies, [row])

        await self._changing.run(self._change(change))

    async def grants(self, owner: OwnerId) -> tuple[Grant, ...]:
        """Returns what the owner allowed for good, sorted, but for deleted threads."""
        of_thread = (
            (threads.c.id == tool_policies.c.subject)
            & (threads.c.owner == owner)
            & threads.c.deleted_at.is_(None)
        )
        wanted = (
            select(tool_policies.c.tool, threads.c.id, threads.c.title)
            .select_from(tool_policies.outerjoin(threads, of_thread))
            .where((tool_policies.c.subject == owner) | threads.c.id.is_not(None))
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(wanted)).all()
        found = (Grant(row.tool, row.id, row.title) for row in rows)
        return tuple(sorted(found, key=lambda grant: (grant.tool, grant.thread_id or "")))

    async def revoke(self, subject: OwnerId | ThreadId, tool: str) -> bool:
        """Returns whether the tool was allowed for good."""
        gone = _one(subject, tool)
        return await self._changing.run(
            self._change(lambda connection: connection.execute(gone).rowcount > 0)
        )

    async def _change(self, work: Callable[[Connection], T]) -> T:
        try:
            return await self._database.transaction(work)
        finally:
            self.forget()


def _one(subject: str, tool: str) -> Delete:
    return delete(tool_policies).where(
        tool_policies.c.subject == subject, tool_policies.c.tool == tool
    )
