"""Paths through the items of a thread, from the root to a head, and the forks on them."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import CTE, exists, false, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.domain.ids import ItemId, ThreadId
from backend.domain.items import Fork, Item, UserMessage
from backend.store.rows import items_of
from backend.store.schema import items


async def path_to(
    connection: AsyncConnection,
    thread_id: ThreadId,
    head_id: ItemId | None,
    last: int | None = None,
) -> tuple[Item, ...]:
    """Returns the items from the root to `head_id`, or so many at the end of them."""
    path = _upwards(thread_id, head_id, last)
    rows = await connection.execute(
        select(items).join(path, path.c.id == items.c.id).order_by(path.c.distance.desc())
    )
    return await items_of(rows)


async def end_of_path(
    connection: AsyncConnection, thread_id: ThreadId, head_id: ItemId | None, least: int
) -> tuple[tuple[Item, ...], ItemId | None]:
    """Returns at least so many items up to `head_id`, if there are, from a user message on.

    With them the first one's id, if the path goes on before it.
    """
    path: list[Item] = []
    while True:
        some = await path_to(connection, thread_id, path[0].parent_id if path else head_id, least)
        path[:0] = some
        start = _question(path, least)
        if start is not None and path[start].parent_id is not None:
            return tuple(path[start:]), path[start].id
        if len(some) < least or path[0].parent_id is None:
            return tuple(path), None


def _question(path: Sequence[Item], least: int) -> int | None:
    """Returns the place of the last user message that at least so many items begin with."""
    places = range(len(path) - least, -1, -1)
    return next((place for place in places if isinstance(path[place], UserMessage)), None)


async def forks_at(
    connection: AsyncConnection,
    thread_id: ThreadId,
    path: Sequence[Item],
    end: ItemId | None = None,
) -> tuple[Fork, ...]:
    """Returns the forks before the items of a part of a path, and the one after its `end`."""
    places = [item.parent_id for item in path] + ([end] if end is not None else [])
    found = await connection.execute(
        select(items.c.id, items.c.parent_id)
        .where(
            items.c.thread_id == thread_id,
            or_(
                items.c.parent_id.in_([place for place in places if place is not None]),
                items.c.parent_id.is_(None) if None in places else false(),
            ),
        )
        .order_by(items.c.created_at, items.c.id)
    )
    children: dict[ItemId | None, list[ItemId]] = defaultdict(list)
    for row in found:
        children[row.parent_id].append(row.id)
    on_path = {item.id for item in path}
    return tuple(
        Fork(parent_id=place, item_ids=tuple(children[place]))
        for place in places
        if not on_path.issuperset(children[place])
    )


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


def _upwards(thread_id: ThreadId, head_id: ItemId | None, last: int | None = None) -> CTE:
    head = (
        select(items.c.id, items.c.parent_id, literal(0).label("distance"))
        .where(items.c.id == head_id, items.c.thread_id == thread_id)
        .cte("path", recursive=True)
    )
    parent = select(items.c.id, items.c.parent_id, head.c.distance + 1).join(
        head, items.c.id == head.c.parent_id
    )
    return head.union_all(parent if last is None else parent.where(head.c.distance < last - 1))
