"""A stranger opens the page, with nothing configured."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.async_api import expect

from backend.upstreams.demo import DemoUpstream
from tests.e2e.visitor import Enter, Visit
from tests.running import running

QUESTION = "What's the weather in Oslo and Lima tomorrow?"

SEEN_TEXTS = """
window.seen = new Set();
new MutationObserver(() => {
  const text = document.querySelector('.message--assistant')?.innerText;
  if (text) window.seen.add(text);
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


FIRST_REQUESTS = """new Promise((opened) => {
  const reads = ['session', 'threads', 'setup'].map((name) => fetch(`/api/${name}`));
  const socket = new WebSocket(`ws://${location.host}/ws`);
  socket.onmessage = async ({ data }) => {
    if (JSON.parse(data).type === 'hello') {
      socket.send(JSON.stringify({ type: 'message.send', id: 'first', text: 'Hello' }));
    } else if (JSON.parse(data).type === 'ack') {
      await Promise.all([...reads, fetch('/api/functions')]);
      opened(JSON.parse(data).thread_id);
    }
  };
})"""
"""All that a page asks for as it opens."""


def far_away() -> str:
    """A time zone whose date is not the date here, at any time of the day."""
    here = datetime.now().astimezone().date()
    zones = ("Pacific/Auckland", "Pacific/Kiritimati", "Pacific/Pago_Pago")
    return next(zone for zone in zones if datetime.now(ZoneInfo(zone)).date() != here)


async def test_a_first_visit_says_that_this_is_the_demo_and_offers_questions(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url, "/")

    await expect(visitor.page).to_have_url(server.url + "/chat")
    await expect(visitor.page.get_by_text("This is the demo")).to_be_visible()
    await expect(visitor.composer).to_be_visible()
    await visitor.page.get_by_role("link", name="Connect a model").click()
    await expect(visitor.page).to_have_url(server.url + "/setup")
    await expect(visitor.page.get_by_role("heading", name="The demo is ready")).to_be_visible()
    await visitor.page.get_by_role("link", name="Start chatting").click()
    await visitor.button("What it can do").click()

    await visitor.until_answered()
    await expect(visitor.answer).to_contain_text("a script that runs offline")


async def test_a_weather_question_streams_calls_and_shows_the_visitors_tomorrow(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    zone = far_away()
    tomorrow = datetime.now(ZoneInfo(zone)).date() + timedelta(days=1)
    server = await enter(running(tmp_path, DemoUpstream(50)))
    visitor = await visit(server.url, timezone_id=zone)
    await visitor.evaluate(SEEN_TEXTS)

    await visitor.ask(QUESTION)

    await visitor.until_answered()
    await expect(visitor.page).to_have_url(re.compile(r"/chat/thread_\w+$"))
    await expect(visitor.tool_call("get_weather")).to_have_count(2)
    for place, card in zip(
        ("Oslo", "Lima"), await visitor.tool_call("get_weather").all(), strict=True
    ):
        widget = card.get_by_role("group", name=f"Weather in {place}")
        await expect(widget.get_by_text("Sample data", exact=True)).to_be_visible()
        await expect(widget.locator("time")).to_have_attribute("datetime", tomorrow.isoformat())
        await expect(card.get_by_role("button")).to_be_hidden()
    await visitor.button("Used get_weather 2 times").click()
    for card in await visitor.tool_call("get_weather").all():
        await expect(card.get_by_role("button")).to_contain_text("Completed")
    await expect(visitor.answer).to_contain_text("Oslo")
    await expect(visitor.answer).to_contain_text("Lima")
    assert len(await visitor.evaluate("[...window.seen]")) > 1


async def test_a_page_without_a_cookie_such_as_vite_serves_makes_one_visitor_of_its_requests(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url, "/healthz")
    visitor.forgive("request: GET .*/healthz$")
    assert await visitor.context.cookies() == []

    thread_id = await visitor.evaluate(FIRST_REQUESTS)

    await visitor.go(f"/chat/{thread_id}")
    await visitor.until_answered()
    assert len(await visitor.context.cookies()) == 1
