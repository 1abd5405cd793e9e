"""What runs took, in sums."""

from typing import Final, NamedTuple

from sqlalchemy import func, select

from backend.domain.ids import OwnerId
from backend.store import schema
from backend.store.database import Database

_COUNTS: Final = ("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens", "cost")


class UsedInQuarter(NamedTuple):
    """What runs of one model took that ended in the same quarter of an hour, at prices in one
    currency, or without a price."""

    quarter: int
    upstream: str
    model: str
    currency: str | None
    runs: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    reasoning_tokens: int
    cost: float


class UsageRows:
    """Raises `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def between(
        self, start: int, end: int, owner: OwnerId | None = None
    ) -> tuple[UsedInQuarter, ...]:
        """Those of quarters from `start` to before `end`: of an owner, or of all."""
        rows = schema.usage.c
        place = (rows.quarter, rows.upstream, rows.model, rows.currency)
        sums = (func.sum(rows[name]) for name in _COUNTS)
        wanted = (
            select(*place, func.count(), *sums)
            .where(rows.quarter >= start, rows.quarter < end)
            .group_by(*place)
        )
        if owner is not None:
            wanted = wanted.where(rows.owner == owner)
        async with self._database.read() as connection:
            found = (await connection.execute(wanted)).all()
        return tuple(UsedInQuarter(*row) for row in found)
