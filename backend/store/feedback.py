"""The SQL of what people think of answers. It is kept in the runs that made these."""

from typing import NamedTuple

from sqlalchemy import Connection, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.domain.feedback import Feedback
from backend.domain.ids import ItemId, RunId, ThreadId
from backend.domain.items import TERMINAL_STATUSES, Item, Run, UserMessage
from backend.store.database import Database
from backend.store.rows import items_of, run_of, run_row
from backend.store.schema import items, runs, threads


class FeedbackPlace(NamedTuple):
    """Where a page of the list ends."""

    rated_at: float
    id: RunId


class RatedRun(NamedTuple):
    run: Run
    question: UserMessage | None
    """None where the run answers nothing."""
    answer: tuple[Item, ...]
    """All items that the run made, in order."""


class FeedbackRows:
    """Raises `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rate(self, thread_id: ThreadId, run_id: RunId, feedback: Feedback | None) -> bool:
        """Keep it with the run, in place of what was there. False if no such run has ended."""

        def rate(connection: Connection) -> bool:
            this = (runs.c.id == run_id) & (runs.c.thread_id == thread_id)
            body = connection.execute(select(runs.c.body).where(this)).scalar_one_or_none()
            run = run_of(body) if body is not None else None
            if run is None or run.status not in TERMINAL_STATUSES:
                return False
            rated = run_row(run.model_copy(update={"feedback": feedback}))
            connection.execute(update(runs).where(this).values(rated))
            return True

        return await self._database.transaction_for(thread_id, rate)

    async def page(self, limit: int, after: FeedbackPlace | None = None) -> tuple[RatedRun, ...]:
        """Returns rated runs of all owners, those rated longest ago first, but for those of deleted
        threads."""
        place = (runs.c.rated_at, runs.c.id)
        wanted = (
            select(runs.c.body)
            .join(threads, threads.c.id == runs.c.thread_id)
            .where(runs.c.rated_at.is_not(None), threads.c.deleted_at.is_(None))
            .order_by(*place)
            .limit(limit)
        )
        if after is not None:
            wanted = wanted.where(tuple_(*place) > tuple_(*after))
        async with self._database.read() as connection:
            bodies = (await connection.execute(wanted)).scalars().all()
            found = [run for body in bodies if (run := run_of(body)) is not None]
            return tuple([await _with_items(connection, run) for run in found])


async def _with_items(connection: AsyncConnection, run: Run) -> RatedRun:
    asked = run.parent_id
    question: Item | None = None
    while asked is not None and not isinstance(question, UserMessage):
        question = await _item(connection, asked)
        asked = question.parent_id if question is not None else None
    rows = await connection.execute(
        select(items).where(items.c.thread_id == run.thread_id, items.c.run_id == run.id)
    )
    following = {item.parent_id: item for item in await items_of(rows)}
    answer: list[Item] = []
    last = run.parent_id
    while (item := following.pop(last, None)) is not None:
        answer.append(item)
        last = item.id
    return RatedRun(run, question if isinstance(question, UserMessage) else None, tuple(answer))


async def _item(connection: AsyncConnection, item_id: ItemId) -> Item | None:
    rows = await connection.execute(select(items).where(items.c.id == item_id))
    return next(iter(await items_of(rows)), None)
