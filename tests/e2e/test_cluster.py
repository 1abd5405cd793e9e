"""A chat behind nginx, of which the process is killed that works on it."""

import re

import pytest
from playwright.async_api import expect

from tests.deploy.cluster import cluster
from tests.e2e.visitor import DESKTOP, PHONE, Enter, Visit

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_a_chat_whose_process_is_killed_goes_on_in_the_same_tab(
    visit: Visit, enter: Enter, size: dict[str, int]
) -> None:
    running = await enter(cluster(DEMO_DELTAS_PER_S="20"))
    visitor = await visit(running.url, viewport=size)
    visitor.forgive("WebSocket", "status of 50[24]")
    await visitor.ask("Show me markdown")
    await expect(visitor.answer).to_contain_text(re.compile(".{200}", re.DOTALL))
    await visitor.evaluate("window.isTheSame = true")
    thread_id = visitor.page.url.rsplit("/", 1)[-1]

    running.home(thread_id).kill()

    await visitor.until_answered()
    await expect(visitor.answer).to_contain_text("Told by the demo")
    await expect(visitor.connection).to_be_hidden()
    assert await visitor.evaluate("window.isTheSame")
    await visitor.page.reload()
    await expect(visitor.answer).to_contain_text("Told by the demo")
    await expect(visitor.questions).to_have_count(1)
