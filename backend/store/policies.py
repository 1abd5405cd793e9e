"""Whether somebody is asked before a call of a tool."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from sqlalchemy import Connection, Delete, bindparam, delete, select

from backend.domain.action import ApprovalPolicy, Scope
from backend.domain.ids import OwnerId, ThreadId
from backend.store.database import Database
from backend.store.schema import threads, tool_policies
from backend.store.upserts import Upserts

SERVER: Final = ""
"""The subject of the policies that hold for all."""

_OF: Final = select(tool_policies).where(
    tool_policies.c.subject.in_(bindparam("subjects", expanding=True))
)


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
    """Raises `StoreUnavailable`."""

    def __init__(self, database: Database, upsert: Upserts) -> None:
        self._database = database
        self._upsert = upsert

    async def of(self, owner: OwnerId, thread_id: ThreadId) -> Policies:
        """Returns what holds for a thread."""
        async with self._database.read() as connection:
            rows = await connection.execute(_OF, {"subjects": [SERVER, owner, thread_id]})
            found = rows.all()
        return Policies(
            {row.tool: row.policy for row in found if row.subject == SERVER},
            {row.tool: "everywhere" for row in found if row.subject == owner}
            | {row.tool: "thread" for row in found if row.subject == thread_id},
        )

    async def server(self) -> Mapping[str, ApprovalPolicy]:
        """Returns the policies that hold for all."""
        async with self._database.read() as connection:
            rows = await connection.execute(_OF, {"subjects": [SERVER]})
            return {row.tool: row.policy for row in rows}

    async def set_for_all(self, tool: str, policy: ApprovalPolicy | None) -> None:
        """None means what the tool declares."""

        def change(connection: Connection) -> None:
            if policy is None:
                connection.execute(_one(SERVER, tool))
            else:
                row = {"subject": SERVER, "tool": tool, "policy": policy}
                self._upsert(connection, tool_policies, [row])

        await self._database.transaction(change)

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
        return (await self._database.execute(_one(subject, tool))).rowcount > 0


def _one(subject: str, tool: str) -> Delete:
    return delete(tool_policies).where(
        tool_policies.c.subject == subject, tool_policies.c.tool == tool
    )
