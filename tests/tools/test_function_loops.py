"""Async functions that block, hang or end their loop harm no other file's."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from backend.config.settings import Settings
from backend.domain.parts import value_of
from backend.tools.function import Function, ToolContext, function
from backend.tools.function_loops import MAX_BLOCKED, FunctionLoops
from backend.tools.toolbox import FunctionResult, Toolbox
from tests.patience import PATIENCE_S


@asynccontextmanager
async def toolbox_of(*functions: Function[..., Any], **limits: Any) -> AsyncIterator[Toolbox]:
    toolbox = Toolbox(functions, Settings(), **limits)
    try:
        yield toolbox
    finally:
        await toolbox.close()


async def call(toolbox: Toolbox, entry: Function[..., Any]) -> FunctionResult:
    return await toolbox.call(entry, "{}", toolbox.context("t", "r", "UTC"))


def of_another_file(entry: Function[..., Any]) -> Function[..., Any]:
    entry.implementation.__module__ = "another_file"
    return entry


@function
async def healthy() -> str:
    """Answer."""
    await asyncio.sleep(0)
    return "well"


async def test_a_function_that_blocks_its_loop_is_named_and_holds_up_no_other_file(
    caplog: pytest.LogCaptureFixture,
) -> None:
    release = threading.Event()

    @function
    async def block() -> str:
        """Block."""
        release.wait(PATIENCE_S)
        return "late"

    async with toolbox_of(of_another_file(block), healthy, timeout_s=PATIENCE_S) as toolbox:
        blocking = asyncio.create_task(call(toolbox, block))
        async with asyncio.timeout(PATIENCE_S):
            while "Function block blocks its event loop at " not in caplog.text:
                assert value_of((await call(toolbox, healthy)).outputs) == "well"
                await asyncio.sleep(0.05)
        again = asyncio.create_task(call(toolbox, block))
        release.set()
        assert value_of((await blocking).outputs) == "late"
        assert value_of((await again).outputs) == "late"


async def test_a_call_that_has_not_begun_behind_one_that_blocks_is_moved_and_made_once() -> None:
    blocks, release, made = threading.Event(), threading.Event(), []

    @function
    async def block() -> str:
        """Block."""
        blocks.set()
        release.wait(PATIENCE_S)
        return "late"

    @function
    async def behind() -> str:
        """Answer."""
        made.append("behind")
        return "well"

    async with toolbox_of(block, behind, timeout_s=PATIENCE_S) as toolbox:
        blocking = asyncio.create_task(call(toolbox, block))
        await asyncio.to_thread(blocks.wait, PATIENCE_S)
        calls = (call(toolbox, behind) for _ in range(3))
        results = await asyncio.gather(*calls)
        assert not blocking.done()
        release.set()
        assert value_of((await blocking).outputs) == "late"
    assert [value_of(result.outputs) for result in results] == ["well"] * 3
    assert made == ["behind"] * 3


async def test_the_file_of_a_function_that_blocks_for_ever_gets_a_new_loop() -> None:
    began, release = threading.Semaphore(0), threading.Event()

    @function(timeout_s=PATIENCE_S)
    async def block() -> str:
        """Block."""
        began.release()
        release.wait(PATIENCE_S)
        return "never told"

    async def stop_a_blocked_call() -> None:
        blocking = asyncio.create_task(call(toolbox, block))
        assert await asyncio.to_thread(began.acquire, timeout=PATIENCE_S)
        blocking.cancel()
        await asyncio.wait((blocking,))

    @function
    async def elsewhere() -> str:
        """Answer."""
        return "well"

    async with toolbox_of(block, healthy, of_another_file(elsewhere)) as toolbox:
        try:
            for _ in range(MAX_BLOCKED - 1):
                await stop_a_blocked_call()
            assert value_of((await call(toolbox, healthy)).outputs) == "well"
            await stop_a_blocked_call()
            refused = await call(toolbox, healthy)
            assert "8 calls of this file's functions block a thread" in (refused.error or "")
            assert value_of((await call(toolbox, elsewhere)).outputs) == "well"
        finally:
            release.set()


async def test_a_call_that_is_cancelled_before_it_begins_is_never_made() -> None:
    turns = [(threading.Event(), threading.Event()) for _ in range(2)]
    (first, end_first), (second, end_second) = turns
    made = []

    async def hold() -> None:
        for began, end in turns:
            began.set()
            end.wait(PATIENCE_S)
            await asyncio.sleep(0)

    async def work() -> None:
        made.append("work")

    async def last() -> None:
        made.append("last")

    loops = FunctionLoops(blocked_s=PATIENCE_S)
    holding = asyncio.create_task(loops.run(healthy, hold))
    await asyncio.to_thread(first.wait, PATIENCE_S)
    calling = asyncio.create_task(loops.run(healthy, work))
    await asyncio.sleep(0)
    # It is handed over between the turns, to begin after the second one.
    end_first.set()
    await asyncio.to_thread(second.wait, PATIENCE_S)
    calling.cancel()
    await asyncio.wait((calling,))
    end_second.set()
    await holding
    await loops.run(healthy, last)
    await loops.close()
    assert made == ["last"]


async def test_a_cancelled_function_has_cleaned_up_when_the_call_ends() -> None:
    began, cleaned = threading.Event(), []

    @function
    async def wait() -> None:
        """Wait."""
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.append(True)

    async with toolbox_of(wait) as toolbox:
        waiting = asyncio.create_task(call(toolbox, wait))
        await asyncio.to_thread(began.wait, PATIENCE_S)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert cleaned == [True]


async def test_a_function_that_exits_is_a_failure_and_its_file_goes_on() -> None:
    @function
    async def leave() -> None:
        """Leave."""
        raise SystemExit(3)

    async with toolbox_of(leave, healthy) as toolbox:
        assert "SystemExit(3)" in ((await call(toolbox, leave)).error or "")
        assert value_of((await call(toolbox, healthy)).outputs) == "well"


async def test_the_http_client_is_for_async_functions() -> None:
    @function
    async def get(context: ToolContext) -> bool:
        """Ask."""
        return context.http is context.http

    @function
    def get_in_a_thread(context: ToolContext) -> bool:
        """Ask."""
        return context.http is None

    async with toolbox_of(get, get_in_a_thread) as toolbox:
        assert value_of((await call(toolbox, get)).outputs) is True
        assert "is for `async def`" in ((await call(toolbox, get_in_a_thread)).error or "")
