"""Keeps a process from writing to threads that are at home elsewhere by now. PostgreSQL alone."""

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import Connection, text

from backend.domain.errors import Elsewhere
from backend.domain.ids import ThreadId, new_node_id

WHERE: Final = text("""
  SELECT homes.thread_id, nodes.address FROM homes JOIN nodes ON nodes.id = homes.node_id
  WHERE homes.thread_id = ANY(:thread_ids) AND nodes.id <> :node_id
    AND nodes.expires_at > clock_timestamp()
""")
"""Which other living nodes are at home on threads."""
_BEGIN: Final = text("INSERT INTO homes (thread_id, node_id, tenure) VALUES (:id, :node_id, 1)")
_HELD: Final = text("""
  SELECT thread_id, tenure FROM homes WHERE thread_id = ANY(:thread_ids) AND node_id = :node_id
  ORDER BY thread_id FOR SHARE
""")

Tenures = Mapping[ThreadId, int]
"""By thread; 0 for a new one that is not stored yet."""


class NotHere(Exception):
    """Threads of a transaction are not at home here any more. It has changed nothing."""

    def __init__(self, lost: Mapping[ThreadId, Elsewhere]) -> None:
        super().__init__(f"{len(lost)} threads are not at home here any more")
        self.lost = lost


class Fence:
    """The homes of this process, as far as it knows, which each transaction compares with the truth.

    So a process that was stopped or cut off, and does not know yet that it has lost its homes,
    writes nothing to their threads. The rows are locked until the transaction ends: whoever takes a
    home sees all that its former process has stored.
    """

    def __init__(self) -> None:
        self.node_id = new_node_id()
        self.address = ""
        """Where other processes reach this one."""
        self.tenures: dict[ThreadId, int] = {}

    def of(self, thread_ids: Iterable[ThreadId]) -> Tenures:
        """Ask before anything is awaited: a home that is lost and taken again is another one."""
        tenures = self.tenures
        return {each: tenures[each] for each in thread_ids if each in tenures}

    def check(
        self, connection: Connection, thread_ids: Iterable[ThreadId], expected: Tenures
    ) -> None:
        """Begin the transaction with this. New threads are at home here with it. Raises `NotHere`."""
        ids = list(thread_ids)
        if not ids:
            return
        new = [each for each in ids if expected.get(each) == 0]
        if new:
            connection.execute(_BEGIN, [{"id": each, "node_id": self.node_id} for each in new])
        found = connection.execute(_HELD, {"thread_ids": ids, "node_id": self.node_id})
        held = {row.thread_id: row.tenure for row in found} | dict.fromkeys(new, 0)
        if lost := [each for each in ids if each not in held or held[each] != expected.get(each)]:
            rows = connection.execute(WHERE, {"thread_ids": lost, "node_id": self.node_id})
            addresses = {row.thread_id: row.address for row in rows}
            raise NotHere(
                {each: Elsewhere(addresses.get(each, self.address), each) for each in lost}
            )

    def begun(self, expected: Tenures) -> None:
        """New threads among these are stored."""
        for thread_id, tenure in expected.items():
            if tenure == 0 and self.tenures.get(thread_id) == 0:
                self.tenures[thread_id] = 1
