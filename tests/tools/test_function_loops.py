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
from backend.tools.function_loops import MAX_BLOCKED
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


async def test_the_file_of_a_function_that_blocks_for_ever_gets_a_new_loop() -> None:
    release = threading.Event()

    @function(timeout_s=0.05)
    async def block() -> str:
        """Block."""
        release.wait(PATIENCE_S)
        return "never told"

    @function
    async def elsewhere() -> str:
        """Answer."""
        return "well"

    async with toolbox_of(block, healthy, of_another_file(elsewhere)) as toolbox:
        try:
            for _ in range(MAX_BLOCKED - 1):
                assert (await call(toolbox, block)).error == "block took longer than 0.05 s."
            assert value_of((await call(toolbox, healthy)).outputs) == "well"
            await call(toolbox, block)
            refused = await call(toolbox, healthy)
            assert "8 calls of this file's functions block a thread" in (refused.error or "")
            assert value_of((await call(toolbox, elsewhere)).outputs) == "well"
        finally:
            release.set()


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
