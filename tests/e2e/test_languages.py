"""The page in the language that the browser prefers."""

from pathlib import Path

from playwright.async_api import expect

from backend.upstreams.demo import DemoUpstream
from tests.e2e.visitor import Enter, Visit
from tests.running import running


async def test_a_german_browser_gets_a_german_page(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url, locale="de-DE", reduced_motion="reduce")

    await expect(visitor.page.get_by_role("textbox", name="Nachricht")).to_be_visible()
    assert await visitor.evaluate("document.documentElement.lang") == "de-DE"
