"""The REST API of usage: what chats took, by day and model, and what one chat did.

The days are those of all visitors: there is one key and one bill, and whoever may open `/setup` may
change the key. They tell numbers alone, no titles; `mine` leaves out those of others.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from starlette.requests import Request

from backend.domain.errors import InvalidRequest, NotFound
from backend.domain.ids import ThreadId
from backend.domain.items import TERMINAL_STATUSES
from backend.domain.time_zone import time_zone
from backend.domain.usage import Cost, Usage
from backend.http.framework.api import endpoint
from backend.http.security.identity import owner_of
from backend.http.usage_models import (
    ThreadUsage,
    UsageQuery,
    UsageReport,
    Used,
    UsedByModel,
    UsedInDay,
)
from backend.live.registry import no_such_thread
from backend.store.listing import Listing
from backend.store.rows import QUARTER_S
from backend.store.threads import ThreadRows
from backend.store.usage import UsageRows
from backend.store.writer import Writer

DAYS = 30
"""Of a report that is asked for without a beginning."""

Key = TypeVar("Key", bound=Hashable)


class UsageApi:
    def __init__(
        self, usage: UsageRows, threads: ThreadRows, listing: Listing, writer: Writer
    ) -> None:
        self._usage = usage
        self._threads = threads
        self._listing = listing
        self._writer = writer

    @endpoint("GET", "/api/usage", "Read what chats took, by day and model")
    async def get_usage(self, request: Request, query: UsageQuery) -> UsageReport:
        """Counts every run that ended, also those of chats that were deleted since."""
        zone = time_zone(query.timezone)
        if zone.key != query.timezone:
            raise InvalidRequest("There is no such time zone.", field="timezone")
        until = query.until or datetime.now(zone).date()
        try:
            since = query.since or until - timedelta(days=DAYS - 1)
            start, end = _quarter(since, zone), _quarter(until + timedelta(days=1), zone)
        except OverflowError:
            raise InvalidRequest("These days are too far away.", field="from") from None
        if since > until:
            raise InvalidRequest("The first day is after the last one.", field="from")
        await self._writer.flush()
        owner = owner_of(request) if query.mine else None
        sums: _Sums[tuple[date, str, str]] = _Sums()
        for row in await self._usage.between(start, end, owner):
            usage = Usage(
                input_tokens=row.input_tokens,
                cached_tokens=row.cached_tokens,
                output_tokens=row.output_tokens,
                reasoning_tokens=row.reasoning_tokens,
                total_tokens=row.input_tokens + row.output_tokens,
            )
            cost = Cost(amount=row.cost, currency=row.currency) if row.currency else None
            day = datetime.fromtimestamp(row.quarter * QUARTER_S, zone).date()
            sums.add((day, row.upstream, row.model), row.runs, usage, cost)
        days = [
            UsedInDay(day=day, upstream=upstream, model=model, **dict(used))
            for (day, upstream, model), used in sums.each()
        ]
        return UsageReport(
            first_day=since,
            last_day=until,
            timezone=zone.key,
            days=tuple(sorted(days, key=lambda each: (-each.day.toordinal(), each.model))),
            total=sums.total(),
        )

    @endpoint(
        "GET", "/api/threads/{thread_id}/usage", "Read what a thread took", errors=(NotFound,)
    )
    async def get_thread_usage(self, request: Request, thread_id: str) -> ThreadUsage:
        """An imported thread tells what it took elsewhere."""
        await self._writer.flush()
        found = await self._listing.find(owner_of(request), ThreadId(thread_id))
        if found is None:
            raise no_such_thread()
        sums: _Sums[tuple[str, str]] = _Sums()
        active_s, last = 0.0, None
        for run in await self._threads.all_runs(found.thread.id):
            if run.status in TERMINAL_STATUSES:
                sums.add((run.upstream, run.model or ""), 1, run.usage or Usage(), run.cost)
                last = run
                active_s += run.active_s or (run.finished_at or run.created_at) - run.created_at
        models = [
            UsedByModel(upstream=upstream, model=model, **dict(used))
            for (upstream, model), used in sums.each()
        ]
        total = sums.total()
        return ThreadUsage(models=tuple(models), total=total, active_s=active_s, last=last)


@dataclass(slots=True)
class _Sum:
    runs: int = 0
    usage: Usage = field(default_factory=Usage)
    costs: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, runs: int, usage: Usage, costs: Iterable[Cost]) -> None:
        self.runs += runs
        self.usage += usage
        for cost in costs:
            self.costs[cost.currency] += cost.amount

    def used(self) -> Used:
        costs = (Cost(amount=amount, currency=name) for name, amount in sorted(self.costs.items()))
        return Used(runs=self.runs, usage=self.usage, costs=tuple(costs))


class _Sums(Generic[Key]):
    """Sums by a key, in the order in which keys came."""

    def __init__(self) -> None:
        self._sums: dict[Key, _Sum] = defaultdict(_Sum)
        self._total = _Sum()

    def add(self, key: Key, runs: int, usage: Usage, cost: Cost | None) -> None:
        costs = (cost,) if cost is not None else ()
        for summed in (self._sums[key], self._total):
            summed.add(runs, usage, costs)

    def each(self) -> Iterator[tuple[Key, Used]]:
        return ((key, summed.used()) for key, summed in self._sums.items())

    def total(self) -> Used:
        return self._total.used()


def _quarter(day: date, zone: ZoneInfo) -> int:
    """Returns the quarter with which a day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() // QUARTER_S)
