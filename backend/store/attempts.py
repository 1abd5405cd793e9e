"""Wrong tries by address, counted for all processes that share a database."""

import asyncio
from typing import Final

from sqlalchemy import text

from backend.domain.errors import StoreUnavailable
from backend.store.database import Database

_FAILED: Final = text(
    """
    INSERT INTO attempts (key, tries, at) VALUES (:key, 1, clock_timestamp())
    ON CONFLICT (key) DO UPDATE SET
      at = clock_timestamp(),
      tries = 1 + greatest(
        0, attempts.tries - extract(epoch FROM clock_timestamp() - attempts.at) / :refill_s
      )
    RETURNING tries
    """
)
_OLD: Final = text("DELETE FROM attempts WHERE at < clock_timestamp() - interval '1 hour'")
_SWEEP_S: Final = 600.0


class AttemptRows:
    """Not for SQLite, where a process counts for itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def failed(self, key: str, refill_s: float) -> float:
        """Count a try. Returns how many there are, of which one is forgiven each `refill_s`. Raises
        `StoreUnavailable`."""
        parameters = {"key": key, "refill_s": refill_s}
        return await self._database.transaction(
            lambda connection: connection.execute(_FAILED, parameters).scalar_one()
        )

    async def sweep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_S)
            try:
                await self._database.execute(_OLD)
            except StoreUnavailable:
                continue
