"""Paths through the items of a thread, from the root to a head, and the forks on them."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import CTE, exists, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.domain.ids import ItemId, ThreadId
from backend.domain.items import Fork, Item
from backend.store.rows import items_of
from backend.store.schema import items


async def path_to(
    connection: AsyncConnection, thread_id: ThreadId, head_id: ItemId | None
) -> tuple[Item, ...]:
    """Returns the items from the root to `head_id`."""
    path = _upwards(thread_id, head_id)
    rows = await connection.execute(
        select(items).join(path, path.c.id == items.c.id).order_by(path.c.distance.desc())
    )
    return await items_of(rows)


async def forks_of(
    connection: AsyncConnection, thread_id: ThreadId, path: Sequence[Item]
) -> tuple[Fork, ...]:
    """Returns the forks on a path, in the order of the path."""
    on_path = select(_upwards(thread_id, path[-1].id if path else None).c.id)
    hidden = await connection.execute(
        select(items.c.id, items.c.parent_id, items.c.created_at).where(
            items.c.thread_id == thread_id,
            items.c.id.not_in(on_path),
            or_(items.c.parent_id.in_(on_path), items.c.parent_id.is_(None)),
        )
    )
    children: dict[ItemId | None, list[tuple[float, ItemId]]] = defaultdict(list)
    for row in hidden:
        children[row.parent_id].append((row.created_at, row.id))
    for item in path:
        if item.parent_id in children:
            children[item.parent_id].append((item.created_at, item.id))
    places = (None, *(item.id for item in path))
    return tuple(
        Fork(parent_id=place, item_ids=tuple(id for _, id in sorted(children[place])))
        for place in places
        if place in children
    )


async def newest_end(
    connection: AsyncConnection, thread_id: ThreadId, item_id: ItemId
) -> ItemId | None:
    """Returns the newest leaf of the subtree below an item, or the item if it has no children."""
    below = (
        select(items.c.id, items.c.created_at)
        .where(items.c.id == item_id, items.c.thread_id == thread_id)
        .cte("below", recursive=True)
    )
    child = items.alias()
    below = below.union_all(
        select(child.c.id, child.c.created_at).where(
            child.c.thread_id == thread_id, child.c.parent_id == below.c.id
        )
    )
    is_end = ~exists().where(items.c.thread_id == thread_id, items.c.parent_id == below.c.id)
    newest = select(below.c.id).where(is_end).order_by(below.c.created_at.desc())
    found: ItemId | None = (await connection.execute(newest.limit(1))).scalar_one_or_none()
    return found


def _upwards(thread_id: ThreadId, head_id: ItemId | None) -> CTE:
    head = (
        select(items.c.id, items.c.parent_id, literal(0).label("distance"))
        .where(items.c.id == head_id, items.c.thread_id == thread_id)
        .cte("path", recursive=True)
    )
    return head.union_all(
        select(items.c.id, items.c.parent_id, head.c.distance + 1).join(
            head, items.c.id == head.c.parent_id
        )
    )
