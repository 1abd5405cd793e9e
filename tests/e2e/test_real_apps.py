"""Two of the apps that the extension's authors publish, drawn and used: `make test-mcp` installs them."""

from pathlib import Path

import pytest
from playwright.async_api import FrameLocator, expect

from tests.e2e.visitor import Enter, Visit, Visitor
from tests.mcp.real_servers import are_installed, program
from tests.mcp.servers import mcp_app

pytestmark = pytest.mark.skipif(not are_installed(), reason="make test-mcp installs them")

NOISE = ("CSP: script-src eval", "exception: The reader refused.")
"""Their library tries whether it may compile code at run time, and goes on where it may not; the clock does
not catch that its reader refuses."""

DRAWN = """
(canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
  .some((value, place) => place % 4 === 3 && value > 0)
"""
"""Whether anything is on a canvas."""


async def called(visit: Visit, enter: Enter, folder: Path, name: str, tool: str) -> Visitor:
    """A visitor who sees the app of a tool, called by a script of the model."""
    entry = {"command": program(name), "args": ["--stdio"]}
    app = await enter(mcp_app(folder, {"real": entry}))
    await app.until("real", "ready")
    await app.http.put(f"/api/functions/real__{tool}/approval", json={"approval": "never"})
    app.script((f"real__{tool}", "{}"))
    visitor = await visit(app.server.url)
    visitor.forgive(*NOISE)
    await visitor.ask("Show me.")
    await visitor.until_answered()
    return visitor


def frame(visitor: Visitor) -> FrameLocator:
    return visitor.page.frame_locator("dialog iframe")


async def test_the_budget_is_drawn_and_follows_its_sliders(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    visitor = await called(visit, enter, tmp_path, "mcp-budget-allocator-server", "get-budget-data")
    app = frame(visitor)
    status = app.locator("#status-bar")
    await expect(status).to_contain_text("$100,000")
    assert await app.locator("#budget-chart").evaluate(DRAWN)
    before = await status.inner_text()
    slider = app.get_by_role("slider").first
    await slider.focus()
    await slider.press("End")
    await expect(status).not_to_have_text(before)
    await visitor.page.reload()
    await expect(status).to_have_text(before)
    assert await app.locator("#budget-chart").evaluate(DRAWN)


async def test_the_clock_calls_its_server_and_sends_a_message_as_its_reader_allows(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    visitor = await called(visit, enter, tmp_path, "mcp-server-basic-vanillajs", "get-time")
    app, page = frame(visitor), visitor.page
    told = app.locator("#server-time")
    await expect(told).to_contain_text("T")
    before = await told.inner_text()
    await app.get_by_role("button", name="Get Server Time").click()
    await visitor.button("Run it whenever the app asks").click()
    await expect(told).not_to_have_text(before)

    await app.get_by_role("textbox").first.fill("What time is it in Lima?")
    await app.get_by_role("button", name="Send Message").click()
    await expect(page.get_by_text("The app wants to send this as your message:")).to_be_visible()
    await visitor.button("Edit first").click()
    await expect(visitor.composer).to_have_value("What time is it in Lima?")

    await app.get_by_role("button", name="Open Link").click()
    await expect(page.get_by_text("https://modelcontextprotocol.io/")).to_be_visible()
    await visitor.button("Don’t").click()
    assert visitor.context.pages == [page]
