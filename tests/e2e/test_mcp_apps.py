"""Apps of MCP servers, from the first letter of their calls to what they keep."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import FrameLocator, Page, expect

from backend.upstreams.events import TextDelta
from tests.e2e.test_accessibility import violations
from tests.e2e.test_layout import too_wide
from tests.e2e.visitor import NARROW, Enter, Visit, Visitor
from tests.mcp.servers import DEMO, McpApp, mcp_app, python
from tests.scripted import COMPLETED, calls, message

ASKED = ("demo__packing_list", '{"where": "Oslo", "days": 4}')


@asynccontextmanager
async def packing(tmp_path: Path) -> AsyncIterator[McpApp]:
    async with mcp_app(tmp_path, {"demo": DEMO}) as app:
        await app.until("demo", "ready")
        yield app


def packing_list(page: Page) -> FrameLocator:
    return page.frame_locator("dialog[aria-label='App: Packing list'] iframe").last


async def shown(visit: Visit, app: McpApp) -> Visitor:
    """A visitor who has asked for the list, and sees it."""
    app.script(ASKED)
    visitor = await visit(app.server.url)
    await visitor.ask("What shall I pack?")
    await visitor.until_answered()
    await expect(packing_list(visitor.page).get_by_text("Socks for 4 days")).to_be_visible()
    return visitor


async def test_an_app_follows_the_arguments_as_they_arrive_then_the_result(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    app = await enter(packing(tmp_path))
    arrived = asyncio.Event()
    started, delta, required = calls(ASKED)
    assert isinstance(delta, TextDelta)
    first, rest = (
        TextDelta(delta.item_id, "arguments", text) for text in ('{"where": "Os', 'lo", "days": 4}')
    )
    app.upstream.script([started, first, arrived, rest, required], [*message("Here."), COMPLETED])
    visitor = await visit(app.server.url)
    await visitor.ask("What shall I pack?")
    await expect(packing_list(visitor.page).get_by_role("heading")).to_have_text("Packing for Os")
    await expect(packing_list(visitor.page).get_by_role("checkbox")).to_have_count(0)
    arrived.set()
    await expect(packing_list(visitor.page).get_by_role("heading")).to_have_text("Packing for Oslo")
    await expect(packing_list(visitor.page).get_by_text("Socks for 4 days")).to_be_visible()
    await visitor.until_answered()
    # It was never loaded anew, and its card needs no other view.
    await expect(visitor.page.locator("iframe")).to_have_count(1)
    await expect(visitor.page.locator(".tool-header")).to_have_attribute("aria-expanded", "false")


WITHOUT = """
from mcp.server import MCPServer
from mcp_types import ToolAnnotations

server = MCPServer("clock")

@server.tool(
    meta={"ui": {"resourceUri": "ui://clock/gone.html"}},
    annotations=ToolAnnotations(read_only_hint=True),
)
def now() -> str:
    "Tell the time."
    return "Noon"

server.run()
"""


async def test_the_card_of_a_call_whose_app_is_gone_is_open_with_the_reason(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    app = await enter(mcp_app(tmp_path, {"clock": python(WITHOUT)}))
    await app.until("clock", "ready")
    app.script(("clock__now", "{}"))
    visitor = await visit(app.server.url)
    visitor.forgive(r"status of 409 .*/api/apps/")
    await visitor.ask("What is the time?")
    await visitor.until_answered()
    call = visitor.page.get_by_role("group", name="Tool call: clock · now")
    for _ in range(2):
        await expect(call).to_contain_text("The app of this call cannot be shown.")
        await expect(call.get_by_text("Its app cannot be shown:")).to_be_visible()
        await expect(call.get_by_text("Noon")).to_be_visible()
        await expect(visitor.page.get_by_role("dialog")).to_have_count(0)
        await visitor.page.reload()
    assert await violations(visitor) == []


async def test_an_app_reads_calls_and_saves_what_the_reader_allows(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    app = await enter(packing(tmp_path))
    visitor = await shown(visit, app)
    page, list_ = visitor.page, packing_list(visitor.page)
    await list_.get_by_role("button", name="One more thing").click()
    await expect(page.get_by_text("The app wants to run demo__one_more with:")).to_be_visible()
    await visitor.button("Run it whenever the app asks").click()
    await expect(list_.get_by_text("Added: Umbrella")).to_be_visible()
    await list_.get_by_role("button", name="One more thing").click()
    await expect(list_.get_by_text("Added: Sunglasses")).to_be_visible()

    await list_.get_by_role("button", name="Tips").click()
    await expect(page.get_by_text("demo://packing/tips")).to_be_visible()
    await visitor.button("Don’t").click()
    await expect(list_.get_by_text("The reader refused.")).to_be_visible()
    await list_.get_by_role("button", name="Tips").click()
    await visitor.button("Read it").click()
    await expect(list_.get_by_text("Roll what is soft.")).to_be_visible()

    await list_.get_by_role("checkbox", name="Passport").check()
    await list_.get_by_role("button", name="Save the list").click()
    await expect(page.get_by_text("packing-list.txt, ")).to_be_visible()
    async with page.expect_download() as saving:
        await visitor.page.get_by_role("button", name="Save", exact=True).click()
    saved = await saving.value
    assert saved.suggested_filename == "packing-list.txt"
    assert (await saved.path()).read_text().startswith("Packed for Oslo: Passport. Still missing:")
    await expect(list_.get_by_text("Saved.")).to_be_visible()

    # What it told the model waits above the composer.
    told = page.get_by_role("list", name="What apps tell the assistant")
    await expect(told).to_contain_text("Packed for Oslo: Passport.")
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    assert await too_wide(visitor) == []
    assert await violations(visitor) == []


async def test_an_app_is_told_of_theme_language_size_and_mode_as_they_change(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    page_of_app = f"<!doctype html><pre></pre><script>{LISTENING}</script>"
    server = CHANGES.replace("PAGE", json.dumps(page_of_app))
    app = await enter(mcp_app(tmp_path, {"mirror": python(server)}))
    await app.until("mirror", "ready")
    app.script(("mirror__show", "{}"))
    visitor = await visit(app.server.url)
    await visitor.ask("Show.")
    await visitor.until_answered()
    page = visitor.page
    told = page.frame_locator("dialog iframe").locator("pre")

    async def tells(**fields: object) -> None:
        for name, value in fields.items():
            await expect(told).to_contain_text(f'"{name}":{json.dumps(value)}')

    await tells(theme="light", locale="en-US", displayMode="inline", name="show")
    await tells(maxHeight=640)
    await page.emulate_media(color_scheme="dark")
    await tells(theme="dark")
    await visitor.evaluate(
        "Object.defineProperty(navigator, 'language', { value: 'nb-NO' });"
        "window.dispatchEvent(new Event('languagechange'))"
    )
    await tells(locale="nb-NO")
    await page.set_viewport_size({"width": 900, "height": 500})
    await tells(maxHeight=400)
    await page.get_by_role("button", name="Enlarge").click()
    await tells(displayMode="fullscreen")
    await page.keyboard.press("Escape")
    await tells(displayMode="inline")
    await page.get_by_role("button", name="Close the app").click()
    await expect(page.get_by_text("You closed the app.")).to_be_visible()
    await expect(page.locator("iframe")).to_have_count(0)


LISTENING = """
const post = (message) => parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
let context = {};
const merge = (changed) => {
  context = { ...context, ...changed, styles: undefined };
  document.querySelector("pre").textContent = JSON.stringify(context);
};
addEventListener("message", ({ data }) => {
  if (data.id === 1) {
    merge(data.result.hostContext);
    post({ method: "ui/notifications/initialized" });
  }
  if (data.method === "ui/notifications/host-context-changed") merge(data.params);
  if (data.method === "ui/resource-teardown") post({ id: data.id, result: {} });
});
post({ id: 1, method: "ui/initialize", params: { appInfo: { name: "a", version: "1" } } });
"""

CHANGES = """
from mcp.server import MCPServer
from mcp_types import ToolAnnotations

server = MCPServer("mirror")

@server.resource("ui://mirror/app.html", mime_type="text/html;profile=mcp-app")
def page() -> str:
    return PAGE

@server.tool(meta={"ui": {"resourceUri": "ui://mirror/app.html"}},
             annotations=ToolAnnotations(read_only_hint=True))
def show() -> str:
    "Show."
    return "Shown."

server.run()
"""


async def test_an_app_is_tried_by_hand_where_no_chat_is(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    app = await enter(packing(tmp_path))
    visitor = await visit(app.server.url, "/tools/demo__packing_list")
    page, list_ = visitor.page, packing_list(visitor.page)
    await page.get_by_role("textbox", name="Where").fill("Oslo")
    await visitor.button("Run").click()
    await expect(list_.get_by_text("Socks for 3 days")).to_be_visible()
    await list_.get_by_role("checkbox", name="Passport").check()
    await expect(
        page.get_by_text(
            "In a chat the app Packing list tells the model: Packed for Oslo: Passport."
        )
    ).to_be_visible()
    await list_.get_by_role("button", name="Tips").click()
    await visitor.button("Read it").click()
    await expect(list_.get_by_text("Roll what is soft.")).to_be_visible()
    await list_.get_by_role("button", name="One more thing").click()
    await visitor.button("Run it whenever the app asks").click()
    await expect(list_.get_by_text("Only in a chat a widget calls demo__one_more.")).to_be_visible()
    assert await violations(visitor) == []
