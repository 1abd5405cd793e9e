"""A search of tools in a chat, and a server that runs at the upstream, as the page shows them."""

import json
from pathlib import Path

from playwright.async_api import expect

from tests.e2e.configured import configured
from tests.e2e.test_accessibility import violations
from tests.e2e.test_hosted_tools import app_over, look
from tests.e2e.test_layout import too_wide
from tests.e2e.visitor import PHONE, Enter, Visit
from tests.mcp.servers import demo_over_http

TOKEN = "tok-planted-1234567890"


async def test_the_card_of_a_search_shows_what_was_found_which_can_be_called_then(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    async with demo_over_http() as server:
        (tmp_path / "mcp.json").write_text(json.dumps({"mcpServers": {"demo": {"url": server}}}))
        url = await enter(configured(tmp_path, "UPSTREAM=demo\nMCP_TOOLS_TOLD=0\n"))
        visitor = await visit(url, "/setup", viewport=PHONE)
        await visitor.unfold()
        page = visitor.page
        shown = page.get_by_role("listitem", name="demo", exact=True)
        await expect(shown).to_contain_text("Ready")
        await page.goto(url)
        await visitor.ask("find a tool for adding numbers")
        await visitor.until_answered()
        found = page.locator(".found-tool").first
        await expect(found).to_contain_text("demo__add")
        await expect(found).to_contain_text("Add two numbers.")
        await look(visitor, "found-tools")
        assert await too_wide(visitor) == []
        assert await violations(visitor) == []
        await visitor.ask("demo__add a=1 b=2")
        await visitor.until_answered(2)
        await expect(page.get_by_text("demo · add").first).to_be_visible()


async def test_a_server_is_said_to_run_at_the_upstream_and_here_again(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    async with demo_over_http() as server:
        entry = {"url": server, "headers": {"Authorization": f"Bearer {TOKEN}"}}
        (tmp_path / "mcp.json").write_text(json.dumps({"mcpServers": {"wiki": entry}}))
        url = await enter(app_over(tmp_path))
        visitor = await visit(url, "/setup", viewport=PHONE)
        await visitor.unfold()
        shown = visitor.page.get_by_role("listitem", name="wiki", exact=True)
        await expect(shown).to_contain_text("Ready")
        place = shown.get_by_role("checkbox", name="instead of here")
        await expect(place).not_to_be_checked()
        await expect(shown).to_contain_text("secrets included; no other upstream is.")
        await place.focus()
        await visitor.page.keyboard.press("Space")
        section = visitor.page.get_by_role("region", name="7. MCP servers")
        await expect(section).to_contain_text("wiki runs at 127.0.0.1")
        await expect(place).to_be_checked()
        assert "hostedBy" in (tmp_path / "mcp.json").read_text()
        await look(visitor, "run-there")
        assert await too_wide(visitor) == []
        assert await violations(visitor) == []
        assert TOKEN not in await visitor.page.content()
        await place.uncheck()
        await expect(section).to_contain_text("wiki runs here.")
        assert "hostedBy" not in (tmp_path / "mcp.json").read_text()
