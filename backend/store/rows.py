"""Rows of the tables, made from our values."""

import time
from collections.abc import Mapping
from typing import Any

from backend.ids import CommandId, ItemId, OwnerId, RunId, ThreadId
from backend.threads.events import Thread
from backend.threads.items import Item, Run


def thread_row(owner: OwnerId, thread: Thread, seq: int) -> dict[str, Any]:
    return {
        "id": thread.id,
        "owner": owner,
        "title": thread.title,
        "head_id": thread.head_id,
        "seq": seq,
        "created_at": thread.created_at,
        "updated_at": thread.updated_at,
    }


def run_row(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "thread_id": run.thread_id,
        "status": run.status,
        "created_at": run.created_at,
        "body": run.model_dump_json(),
    }


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


def path_to(items: Mapping[ItemId, Item], head_id: ItemId | None) -> tuple[Item, ...]:
    """The items from the root to `head_id`."""
    path: list[Item] = []
    at = head_id
    while at is not None and at in items:
        path.append(items[at])
        at = items[at].parent_id
    return tuple(reversed(path))
