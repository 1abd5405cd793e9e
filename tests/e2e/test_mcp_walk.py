"""An MCP server from its pasted configuration to its app, on a real server, and once more after a restart."""

import json
import signal
from pathlib import Path

from playwright.async_api import FrameLocator, expect

from tests.e2e.test_mcp import TOOLS
from tests.e2e.visitor import Visit, Visitor
from tests.mcp.servers import DEMO
from tests.ports import free_port
from tests.process import backend

PASTED = json.dumps({"mcpServers": {"demo": DEMO}}, indent=2)
SETTINGS = {"UPSTREAM": "demo", "DEMO_DELTAS_PER_S": "0"}


def packing_list(visitor: Visitor) -> FrameLocator:
    return visitor.page.frame_locator("dialog[aria-label='App: Packing list'] iframe").last


async def add_server(visitor: Visitor) -> None:
    section = visitor.page.get_by_role("region", name="7. MCP servers")
    await section.get_by_text("Add a server").click()
    await section.get_by_role("textbox", name="Configuration").fill(PASTED)
    await section.get_by_role("button", name="Add MCP server").click()
    server = section.get_by_role("listitem", name="demo")
    await expect(server).to_contain_text("Ready")
    await server.get_by_text(TOOLS).click()
    await expect(server).to_contain_text("Count slowly, and tell how far it is.")


async def use_server(visitor: Visitor, said: int) -> int:
    """Ask for all that its tools show, where so many messages were said before. Returns how many are now."""
    page = visitor.page
    await visitor.ask("demo__count to=100 pause_s=1")
    await expect(page.get_by_text(" of 100").last).to_be_visible()
    await visitor.stop.click()
    await visitor.until_answered(said + 1)

    await visitor.ask("count to 3")
    await visitor.until_answered(said + 2)
    await expect(visitor.answer).to_contain_text("Counted to 3.")

    await visitor.ask("demo__save_note text=Milk")
    approval = page.get_by_role("group", name="Approval of demo__save_note")
    await approval.get_by_role("button", name="Allow once").click()
    await visitor.until_answered(said + 3)
    await expect(page.get_by_text("Allowed by you.").last).to_be_visible()

    await visitor.ask("a packing list for 4 days in Oslo")
    await visitor.until_answered(said + 4)
    app = packing_list(visitor)
    await expect(app.get_by_text("Socks for 4 days")).to_be_visible()
    await app.get_by_role("checkbox", name="Passport").check()
    await app.get_by_role("button", name="One more thing").click()
    await visitor.page.get_by_role("button", name="Run it", exact=True).click()
    await expect(app.get_by_text("Added: Umbrella")).to_be_visible()
    await visitor.ask("hello")
    await visitor.until_answered(said + 5)
    await expect(visitor.answer).to_contain_text("Packed for Oslo: Passport.")
    return said + 5


async def test_a_pasted_server_is_seen_asked_allowed_and_its_app_used_and_all_again_after_a_restart(
    visit: Visit, tmp_path: Path
) -> None:
    options = ("--port", str(free_port()))
    async with backend(tmp_path, *options, settings=SETTINGS) as server:
        await server.started()
        visitor = await visit(server.url, "/setup")
        await add_server(visitor)
        await visitor.page.get_by_role("link", name="New chat").click()
        said = await use_server(visitor, 0)
        chat = visitor.page.url
        code, _ = await server.end(signal.SIGTERM)
        assert code == 0
    visitor.forgive("ERR_CONNECTION_REFUSED", "WebSocket connection to")
    async with backend(tmp_path, *options, settings=SETTINGS) as server:
        await server.started()
        await visitor.page.goto(chat)
        # The old app again, as it was when it came.
        app = packing_list(visitor)
        await expect(app.get_by_text("Socks for 4 days")).to_be_visible()
        await expect(app.get_by_role("checkbox", name="Passport")).not_to_be_checked()
        await expect(app.get_by_text("Umbrella")).to_have_count(0)
        await expect(visitor.page.get_by_text("Allowed by you.")).to_be_visible()
        await visitor.page.get_by_role("link", name="Setup", exact=True).click()
        listed = visitor.page.get_by_role("listitem", name="demo")
        await expect(listed).to_contain_text("Ready")
        await visitor.page.goto(chat)
        await use_server(visitor, said)
        await visitor.page.get_by_role("button", name="Enlarge").last.click()
        await expect(visitor.page.locator("dialog:modal")).to_have_count(1)
        await visitor.page.keyboard.press("Escape")
        await expect(visitor.page.locator("dialog:modal")).to_have_count(0)
