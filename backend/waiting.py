"""Waiting for what can only be asked about, and for tasks to end."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def poll(
    ask: Callable[[], Awaitable[T | None]],
    *,
    within_s: float,
    first_pause_s: float,
    longest_pause_s: float,
) -> T:
    """Returns the first result of `ask` that is not None. Raises `TimeoutError`.

    The pause between two questions doubles until it is `longest_pause_s`.
    """
    pause_s = first_pause_s
    async with asyncio.timeout(within_s):
        while (result := await ask()) is None:
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, longest_pause_s)
    return result


async def cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel the tasks and wait until all have ended, however they end."""
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
