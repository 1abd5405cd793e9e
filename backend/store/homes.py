"""The SQL of homes, and of the nodes, the processes that are at home there. PostgreSQL alone.

All times are the database's `clock_timestamp()`: the clock of a node decides nothing here. A node
whose row has expired, or is gone, is dead for all others.
"""

# ruff: noqa: S608 - it is put together from constants alone.

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import text

from backend.domain.ids import ThreadId
from backend.domain.items import PARKED
from backend.store.database import Database
from backend.store.fence import WHERE, Fence, Tenures
from backend.store.schema import IS_ACTIVE

if TYPE_CHECKING:
    from psycopg import AsyncConnection

LEASE_S: Final = 4.0

_ALIVE: Final = """EXISTS (
  SELECT 1 FROM nodes WHERE nodes.id = homes.node_id AND nodes.expires_at > clock_timestamp()
)"""
_TAKE: Final = text(f"""
  INSERT INTO homes (thread_id, node_id, tenure)
  SELECT threads.id, :node_id, 1 FROM threads WHERE threads.id = :thread_id
  ON CONFLICT (thread_id) DO UPDATE SET node_id = :node_id, tenure = homes.tenure + 1
  WHERE homes.node_id IS NULL OR homes.node_id = :node_id OR NOT {_ALIVE}
  RETURNING tenure
""")
_GIVE_BACK: Final = text("""
  UPDATE homes SET node_id = NULL
  FROM unnest(CAST(:thread_ids AS text[]), CAST(:tenures AS bigint[])) AS given (thread_id, tenure)
  WHERE homes.thread_id = given.thread_id AND homes.tenure = given.tenure
    AND homes.node_id = :node_id
""")
_ORPHANS: Final = text(f"""
  SELECT runs.thread_id FROM runs LEFT JOIN homes ON homes.thread_id = runs.thread_id
  WHERE runs.{IS_ACTIVE.text} AND (homes.thread_id IS NULL OR NOT {_ALIVE})
    AND (
      runs.status <> '{PARKED}' OR (
        homes.node_id IS NOT NULL AND EXISTS (
          SELECT 1 FROM items WHERE items.thread_id = runs.thread_id AND items.run_id = runs.id
            AND items.status = 'awaiting_approval' AND items.body LIKE '%"held"\\:true%'
        )
      )
    )
  ORDER BY random() LIMIT :limit
""")
_RENEW: Final = f"""
  INSERT INTO nodes (id, address, version, draining, expires_at)
  VALUES (%(id)s, %(address)s, %(version)s, %(draining)s,
    clock_timestamp() + interval '{LEASE_S} seconds')
  ON CONFLICT (id) DO UPDATE SET address = excluded.address, draining = excluded.draining,
    expires_at = excluded.expires_at
"""
_FORGET: Final = "DELETE FROM nodes WHERE expires_at < clock_timestamp() - interval '1 hour'"
_END: Final = text("DELETE FROM nodes WHERE id = :node_id")
ANY_NODE: Final = text("SELECT EXISTS (SELECT 1 FROM nodes WHERE expires_at > clock_timestamp())")
"""Whether any process uses the database."""


class Node(NamedTuple):
    address: str
    version: str
    draining: bool


class HomeRows:
    """Raises `StoreUnavailable`."""

    def __init__(self, database: Database, fence: Fence) -> None:
        self._database = database
        self._fence = fence

    async def connection(self) -> "AsyncConnection":
        """One for `renew`. Raises `psycopg.Error`."""
        return await self._database.own_connection()

    async def renew(self, connection: "AsyncConnection", node: Node) -> None:
        """This node lives `LEASE_S` seconds from now. Raises `psycopg.Error`."""
        await connection.execute(_RENEW, {"id": self._fence.node_id, **node._asdict()})

    async def forget_nodes(self, connection: "AsyncConnection") -> None:
        """Those that have been dead for long. Raises `psycopg.Error`."""
        await connection.execute(_FORGET)

    async def take(self, thread_id: ThreadId) -> int | None:
        """Be at home there from now on, if nobody is, or only a dead node. Returns the tenure.

        None where another node is at home, or there is no such thread.
        """
        asked = {"thread_id": thread_id, "node_id": self._fence.node_id}
        taken = await self._database.transaction(
            lambda connection: connection.execute(_TAKE, asked).scalar_one_or_none()
        )
        return int(taken) if taken is not None else None

    async def where(self, thread_ids: Sequence[ThreadId]) -> dict[ThreadId, str]:
        """Returns the addresses of other living nodes that are at home there."""
        asked = {"thread_ids": list(thread_ids), "node_id": self._fence.node_id}
        async with self._database.read() as connection:
            return {row.thread_id: row.address for row in await connection.execute(WHERE, asked)}

    async def give_back(self, tenures: Tenures) -> None:
        given = {"thread_ids": list(tenures), "tenures": list(tenures.values())}
        await self._database.execute(_GIVE_BACK, {**given, "node_id": self._fence.node_id})

    async def end(self) -> None:
        """This node is dead from now on."""
        await self._database.execute(_END, {"node_id": self._fence.node_id})

    async def orphans(self, limit: int) -> tuple[ThreadId, ...]:
        """Threads with a run that nobody works on, or a question whose asker is gone. Others that
        look at the same time are mostly shown others."""
        async with self._database.read() as connection:
            return tuple(await connection.scalars(_ORPHANS, {"limit": limit}))
