"""One browser for all browser tests; a context and a server of its own for each."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.e2e.chromium import built_page, chromium
from tests.e2e.visitor import Enter, Visit, Visitor, come

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser belongs to the event loop that started it: all these tests share one."""
    for item in items:
        if item.path.is_relative_to(HERE) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    built_page()
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def enter() -> AsyncIterator[Enter]:
    """Opens servers and the like, and closes them when all visitors are gone."""
    async with AsyncExitStack() as stack:
        yield stack.enter_async_context


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, enter: Enter) -> AsyncIterator[Visit]:
    """Makes visitors. When the test is over, none of them may have met a problem."""
    visitors: list[Visitor] = []

    async def visit(url: str, path: str = "/chat", **options: Any) -> Visitor:
        visitor = await come(browser, url, path, **options)
        visitors.append(visitor)
        return visitor

    yield visit
    for visitor in visitors:
        await visitor.context.close()
    assert [problem for visitor in visitors for problem in visitor.unforgiven()] == []
