"""Rows of the tables from values, and values from rows.

Whatever a row holds, its thread can be listed, opened, exported and deleted.
"""

import asyncio
import logging
import time
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from backend.domain.events import Thread
from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import CommandId, ItemId, OwnerId, RunId, ThreadId
from backend.domain.items import ITEM, OPEN_STATUSES, AssistantMessage, Item, Run, UserMessage
from backend.domain.parts import TextPart
from backend.domain.thread_outline import YEAR_10000
from backend.domain.tool_calls import tool_of
from backend.domain.usage import Usage

log = logging.getLogger(__name__)

MUCH = 200_000
"""Characters of items, which take some milliseconds to be made."""
QUARTER_S = 900
UNREADABLE = "This message cannot be read any more: it is damaged in the database."


def thread_row(owner: OwnerId, thread: Thread, seq: int) -> dict[str, Any]:
    return {
        "id": thread.id,
        "owner": owner,
        "title": thread.title,
        "head_id": thread.head_id,
        "seq": seq,
        "created_at": thread.created_at,
        "updated_at": thread.updated_at,
        "pinned": thread.pinned,
        "assistant_id": thread.assistant_id,
        "model": thread.model,
        "instructions": thread.instructions,
    }


def thread_of(row: Any) -> Thread:
    """Returns the thread that a row of `threads` holds."""
    return Thread(
        id=row.id,
        title=row.title,
        head_id=row.head_id,
        pinned=row.pinned,
        assistant_id=row.assistant_id,
        model=row.model,
        instructions=row.instructions,
        created_at=_time(row.created_at),
        updated_at=_time(row.updated_at),
    )


def run_row(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "thread_id": run.thread_id,
        "status": run.status,
        "created_at": run.created_at,
        "body": run.model_dump_json(),
        "expires_at": run.expires_at,
        "rated_at": run.feedback.at if run.feedback is not None else None,
    }


def usage_row(owner: OwnerId, run: Run) -> dict[str, Any]:
    used, cost = run.usage or Usage(), run.cost
    return {
        "run_id": run.id,
        "owner": owner,
        "quarter": int((run.finished_at or run.created_at) // QUARTER_S),
        "upstream": run.upstream,
        "model": run.model or "",
        **used.model_dump(exclude={"total_tokens"}),
        "cost": cost.amount if cost is not None else 0.0,
        "currency": cost.currency if cost is not None else None,
    }


def round_row(run_id: RunId, number: int, body: FrozenModel) -> dict[str, Any]:
    return {"run_id": run_id, "number": number, "body": body.model_dump_json()}


def item_row(thread_id: ThreadId, item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "thread_id": thread_id,
        "parent_id": item.parent_id,
        "run_id": item.run_id,
        "type": item.type,
        "status": item.status,
        "created_at": item.created_at,
        "body": item.model_dump_json(),
        "tool": tool_of(item),
    }


async def items_of(rows: Iterable[Any]) -> tuple[Item, ...]:
    """Returns the items that rows of `items` hold, made in a thread where they are much."""
    rows = list(rows)

    def made() -> tuple[Item, ...]:
        return tuple(map(_item_of, rows))

    return made() if sum(len(row.body) for row in rows) < MUCH else await asyncio.to_thread(made)


def _item_of(row: Any) -> Item:
    """An item that cannot be read is one that says so, since others go on from it."""
    try:
        return ITEM.validate_json(row.body)
    except ValidationError as error:
        log.error(
            "The item %s cannot be read: %s", row.id, error.errors(include_input=False)[0]["msg"]
        )
        return AssistantMessage(
            id=row.id,
            parent_id=row.parent_id,
            run_id=row.run_id,
            created_at=_time(row.created_at),
            status="incomplete",
            content=(TextPart(text=UNREADABLE),),
        )


def run_of(body: str) -> Run | None:
    """Returns the run, or None where it cannot be read."""
    try:
        return Run.model_validate_json(body)
    except ValidationError as error:
        log.error("A run cannot be read: %s", error.errors(include_input=False)[0]["msg"])
        return None


def _time(at: object) -> float:
    """A damaged one is the beginning of 1970: nothing else in its row is worse for it."""
    return float(at) if isinstance(at, int | float) and 0 <= at < YEAR_10000 else 0.0


def text_rows(
    titles: Iterable[tuple[ThreadId, str]], items: Iterable[tuple[ThreadId, Item]]
) -> list[dict[str, Any]]:
    """Returns the rows of `texts` for titles and finished messages."""
    rows = [{"source": id, "thread_id": id, "text": title} for id, title in titles]
    for thread_id, item in items:
        if (
            isinstance(item, (UserMessage, AssistantMessage))
            and item.status not in OPEN_STATUSES
            and item.text
        ):
            rows.append({"source": item.id, "thread_id": thread_id, "text": item.text})
    return rows


def command_row(
    owner: OwnerId,
    command_id: CommandId,
    thread_id: ThreadId | None,
    item_id: ItemId | None,
    run_id: RunId | None,
) -> dict[str, Any]:
    return {
        "owner": owner,
        "id": command_id,
        "thread_id": thread_id,
        "item_id": item_id,
        "run_id": run_id,
        "created_at": time.time(),
    }
