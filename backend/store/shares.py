"""The SQL of shares: links with which anybody may read a thread up to one of its items."""

import hashlib
import secrets
import time
from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from backend.domain.errors import TooManyShares
from backend.domain.ids import ItemId, OwnerId, ShareId, ThreadId, new_share_id
from backend.store.database import Database
from backend.store.schema import shares, threads

MAX_OF_THREAD: Final = 100
TOKEN_BYTES: Final = 24


class Share(NamedTuple):
    id: ShareId
    head_id: ItemId
    """The last item that is shown."""
    created_at: float
    expires_at: float


class SharedThread(NamedTuple):
    id: ThreadId
    owner: OwnerId
    title: str
    head_id: ItemId
    expires_at: float


class ShareRows:
    """Raises `StoreUnavailable`. A share goes with its thread, and is hidden while that is deleted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, thread_id: ThreadId, head_id: ItemId, lasts_s: float) -> tuple[Share, str]:
        """Returns the share and its token, of which nothing but a hash is kept.

        Raises `TooManyShares`. Forgets shares that have expired.
        """
        now = time.time()
        share = Share(new_share_id(), head_id, now, now + lasts_s)
        token = secrets.token_urlsafe(TOKEN_BYTES)

        def add(connection: Connection) -> None:
            connection.execute(delete(shares).where(shares.c.expires_at <= now))
            of_thread = select(func.count()).where(shares.c.thread_id == thread_id)
            if connection.execute(of_thread).scalar_one() >= MAX_OF_THREAD:
                raise TooManyShares(f"A chat has {MAX_OF_THREAD} links at most. Revoke some.")
            row = share._asdict() | {"thread_id": thread_id, "token_hash": _hash(token)}
            connection.execute(insert(shares), row)

        await self._database.transaction(add)
        return share, token

    async def of_thread(self, thread_id: ThreadId) -> tuple[Share, ...]:
        """Returns those that have not expired, newest first."""
        wanted = (
            select(*(shares.c[name] for name in Share._fields))
            .where(shares.c.thread_id == thread_id, shares.c.expires_at > time.time())
            .order_by(shares.c.created_at.desc(), shares.c.id)
        )
        async with self._database.read() as connection:
            return tuple(Share(*row) for row in await connection.execute(wanted))

    async def revoke(self, thread_id: ThreadId, share_id: str) -> bool:
        """Returns whether there was such a share."""
        gone = delete(shares).where(shares.c.thread_id == thread_id, shares.c.id == share_id)
        return await self._database.transaction(
            lambda connection: connection.execute(gone).rowcount > 0
        )

    async def shared(self, token: str) -> SharedThread | None:
        """Returns what a token shows; None for one that is unknown, expired or revoked."""
        wanted = (
            select(
                threads.c.id,
                threads.c.owner,
                threads.c.title,
                shares.c.head_id,
                shares.c.expires_at,
            )
            .join(shares, shares.c.thread_id == threads.c.id)
            .where(shares.c.token_hash == _hash(token), shares.c.expires_at > time.time())
            .where(threads.c.deleted_at.is_(None))
        )
        async with self._database.read() as connection:
            found = (await connection.execute(wanted)).one_or_none()
        return SharedThread(*found) if found is not None else None


def _hash(token: str) -> str:
    """Plain SHA-256 will do: nobody finds out 192 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
