"""Pictures of an MCP server: on `/setup`, called in a chat, and with its app."""

import json
from pathlib import Path

from playwright.async_api import Page, expect

from tests.e2e.picture import take
from tests.e2e.upstream_screenshots import say, unfold_section
from tests.paths import ROOT

DEMO = {"command": "python", "args": ["-m", "backend.mcp_demo"], "cwd": str(ROOT)}
ENTRY = json.dumps({"mcpServers": {"demo": DEMO}})


async def take_mcp(page: Page, url: str, pictures: Path, name: str) -> None:
    await page.goto(url + "/setup")
    section = page.get_by_role("region", name="7. MCP servers")
    await unfold_section(section)
    server = section.get_by_role("listitem", name="demo")
    await expect(server).to_contain_text("Ready")
    await server.locator("summary").first.click()
    await section.evaluate("(section) => section.scrollIntoView()")
    await take(page, pictures, "mcp-setup", name)

    await page.goto(url + "/chat")
    await say(page, 'demo__save_note text="Take the early train"')
    await page.get_by_role("button", name="Allow once").click()
    await expect(page.get_by_role("log").get_by_text("Told by the demo")).to_be_visible()
    await say(page, "demo__count to=10 pause_s=2")
    await expect(page.get_by_text("1 of 10")).to_be_visible()
    await page.locator(".chat__scroller").hover()
    await page.mouse.wheel(0, -300)
    await take(page, pictures, "mcp-call", name)
    await page.get_by_role("button", name="Stop").click()

    await page.goto(url + "/chat")
    await say(page, "a packing list for 4 days in Oslo")
    await expect(page.get_by_role("log").get_by_text("Told by the demo")).to_be_visible()
    app = page.frame_locator("dialog iframe")
    for thing in ("Passport", "Charger"):
        await app.get_by_role("checkbox", name=thing).check()
    # Its buttons are in view, and so is what it tells.
    await page.locator("dialog").evaluate("(app) => app.scrollIntoView({block: 'end'})")
    await expect(page.get_by_role("list", name="What apps tell the assistant")).to_be_visible()
    await take(page, pictures, "mcp-app", name)
