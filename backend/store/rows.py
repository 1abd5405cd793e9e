"""Rows of the tables from values, and values from rows."""

import time
from collections.abc import Iterable
from typing import Any

from backend.domain.events import Thread
from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import CommandId, ItemId, OwnerId, RunId, ThreadId
from backend.domain.items import OPEN_STATUSES, AssistantMessage, Item, Run, UserMessage


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
    }


def thread_of(row: Any) -> Thread:
    """Returns the thread that a row of `threads` holds."""
    return Thread(
        id=row.id,
        title=row.title,
        head_id=row.head_id,
        pinned=row.pinned,
        assistant_id=row.assistant_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def run_row(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "thread_id": run.thread_id,
        "status": run.status,
        "created_at": run.created_at,
        "body": run.model_dump_json(),
        "expires_at": run.expires_at,
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
    }


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
