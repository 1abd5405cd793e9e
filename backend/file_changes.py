"""Tells of changes of files, without missing any."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path

from watchfiles import Change, awatch

Changes = set[tuple[Change, str]]


async def file_changes(
    *folders: Path, watch_filter: Callable[[Change, str], bool], recursive: bool = True
) -> AsyncGenerator[Changes]:
    """Yields changes as they come and, at most five seconds from now, one set that may be empty.

    `awatch` begins to watch only when it is asked for the first change, and is silent about those
    before. Whoever reads the files again at the first set, empty or not, has missed none.
    """
    is_first = True
    watched = awatch(
        *folders, watch_filter=watch_filter, recursive=recursive, yield_on_timeout=True
    )
    async with aclosing(watched):
        async for changes in watched:
            if changes or is_first:
                yield changes
            is_first = False
