import asyncio
import gc
import logging

import pytest

from backend.waiting import Detached, cancel, finish


@pytest.mark.parametrize(
    ("error", "logged"),
    [(LookupError("no such thread"), []), (ValueError("odd"), ["backend.waiting"])],
)
async def test_what_becomes_of_work_whose_caller_is_gone_is_logged_if_it_is_a_fault(
    caplog: pytest.LogCaptureFixture, error: Exception, logged: list[str]
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await go_on.wait()
        raise error

    detached = Detached(LookupError)
    caller = asyncio.create_task(detached.run(work()))
    await begun.wait()
    await cancel([caller])
    go_on.set()
    await detached.join()
    gc.collect()
    faults = [record.name for record in caplog.records if record.levelno >= logging.ERROR]
    assert faults == logged


async def test_work_that_has_to_be_done_is_done_however_often_its_caller_is_cancelled() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    done = False

    async def work() -> None:
        nonlocal done
        begun.set()
        await go_on.wait()
        done = True

    caller = asyncio.create_task(finish(work()))
    await begun.wait()
    for _ in range(3):
        caller.cancel()
        await asyncio.sleep(0)
    assert not caller.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert done
