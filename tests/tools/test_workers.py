"""Worker threads are limited in number, and one that hangs occupies its place."""

import asyncio
import threading

import pytest

from backend.tools.workers import Workers
from tests.patience import PATIENCE_S


async def test_a_thread_that_hangs_keeps_its_place_until_it_returns() -> None:
    workers = Workers(limit=1)
    release, second_ran = threading.Event(), threading.Event()
    order: list[str] = []

    def hang() -> None:
        release.wait(PATIENCE_S)
        order.append("first")

    def run_second() -> None:
        order.append("second")
        second_ran.set()

    abandoned = asyncio.create_task(workers.run(hang, "hang"))
    await asyncio.sleep(0)
    abandoned.cancel()
    with pytest.raises(asyncio.CancelledError):
        await abandoned
    second = asyncio.create_task(workers.run(run_second, "second"))
    await asyncio.sleep(0)

    # Without a limit the second would run now, while the first still hangs.
    assert not await asyncio.to_thread(second_ran.wait, 0.05)
    release.set()
    await asyncio.wait_for(second, PATIENCE_S)
    assert order == ["first", "second"]


async def test_what_the_work_raises_comes_out_and_the_thread_does_not_hold_up_the_exit() -> None:
    workers = Workers(limit=2)

    def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await workers.run(fail, "fail")
    assert await workers.run(lambda: threading.current_thread().daemon, "daemon")
