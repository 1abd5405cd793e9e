"""The pictures of the README: `python -m tests.e2e.screenshots [app] [upstreams] [widgets] [mcp] [slots]`,
or `make screenshots`.

The real app with the demo, sample weather and the sandbox, in a browser whose size, zone and clock
are fixed.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, Page, expect

from tests.e2e.chromium import built_page, chromium
from tests.e2e.configured import configured
from tests.e2e.mcp_screenshots import ENTRY, take_mcp
from tests.e2e.picture import take
from tests.e2e.test_recipe import served
from tests.e2e.test_slots import harbour
from tests.e2e.test_widgets import SHOWN
from tests.e2e.upstream_screenshots import say, take_doctor, take_hosted
from tests.e2e.visitor import DESKTOP, PHONE
from tests.e2e.widget_screenshots import take_waiting, take_widgets, take_workbench
from tests.functions_readme import offered
from tests.paths import ROOT
from tests.search_eval.corpus import make_documents

PICTURES = ROOT / ".github" / "pictures"
PREPARED_MS = 120_000
QUESTION = "What's the weather in Oslo and Lima tomorrow?"


async def main(wanted: list[str]) -> None:
    """Make those of these groups, or all, over what is there."""
    built_page()
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with chromium() as browser:
        for group in wanted or GROUPS:
            await GROUPS[group](browser)


async def _app(browser: Browser) -> None:
    with TemporaryDirectory() as folder:
        async with configured(Path(folder), code_interpreter="auto") as url:
            for name in SIZES:
                page = await _page(browser, name)
                await page.goto(url + "/chat")
                await _ask(page)
                await take(page, PICTURES, "chat", name)
                await page.goto(url + "/setup")
                await expect(page.get_by_role("heading", name="3. Assistant")).to_be_attached()
                await take(page, PICTURES, "setup", name)
                await page.context.close()
            manual = Path(folder) / "manuals"
            manual.mkdir()
            make_documents(manual)
            page = await _page(browser, "desktop")
            await _cite(page, url, manual / "kettle-manual.pdf")
            await take(page, PICTURES, "document", "desktop")
            await _plot(page, url)
            await take(page, PICTURES, "code", "desktop")
            await page.context.close()


async def _upstreams(browser: Browser) -> None:
    for name in SIZES:
        for group in (take_hosted, take_doctor):
            with TemporaryDirectory() as folder:
                page = await _page(browser, name)
                await group(page, Path(folder), PICTURES, name)
                await page.context.close()


async def _widgets(browser: Browser) -> None:
    for name in SIZES:
        with TemporaryDirectory() as folder, offered(Path(folder) / "more", shown=SHOWN):
            async with configured(Path(folder)) as url:
                page = await _page(browser, name)
                await take_widgets(page, url, Path(folder), PICTURES, name)
                await take_waiting(page, url, PICTURES, name)
                await take_workbench(page, url, PICTURES, name)
                await page.context.close()


async def _mcp(browser: Browser) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "mcp.json").write_text(ENTRY)
        os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        async with configured(Path(folder), demo_deltas_per_s=0) as url:
            for name in (*SIZES, "dark"):
                page = await _page(browser, name)
                await take_mcp(page, url, PICTURES, name)
                await page.context.close()


async def _slots(browser: Browser) -> None:
    with TemporaryDirectory() as folder:
        async with served(await harbour(Path(folder))) as url:
            page = await _page(browser, "desktop")
            await page.set_viewport_size({"width": 1280, "height": 1120})
            await page.goto(url + "/chat")
            await say(page, "What's the weather in Oslo?")
            # A card folds once its call has ended.
            await expect(page.get_by_role("link", name="Ask the harbour master")).to_be_visible()
            await page.get_by_role("button", name="get_weather", expanded=False).click()
            await expect(page.get_by_text("It has answered.")).to_be_visible()
            await expect(page.get_by_text("Your chats will be listed here.")).to_be_hidden()
            await take(page, PICTURES, "slots", "desktop")
            await page.context.close()


SIZES = ("desktop", "phone")
GROUPS: dict[str, Callable[[Browser], Awaitable[None]]] = {
    "app": _app,
    "upstreams": _upstreams,
    "widgets": _widgets,
    "mcp": _mcp,
    "slots": _slots,
}


async def _page(browser: Browser, name: str) -> Page:
    """A new page: `desktop` is light; `dark`, of the same size, and `phone` are dark."""
    context = await browser.new_context(
        viewport=PHONE if name == "phone" else DESKTOP,  # type: ignore[arg-type]
        color_scheme="light" if name == "desktop" else "dark",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/Oslo",
    )
    return await context.new_page()


async def _cite(page: Page, url: str, manual: Path) -> None:
    """The page of a document that an answer rests on."""
    await page.goto(url + "/chat")
    async with page.expect_file_chooser() as choosing:
        await page.get_by_role("button", name="Attach files").click()
    await (await choosing.value).set_files(manual)
    await say(page, "How often do I descale the kettle in hard-water areas?")
    await page.get_by_role("log").get_by_role("button", name="Source 1").click()
    await expect(page.locator("dialog mark").first).to_be_in_viewport()


async def _plot(page: Page, url: str) -> None:
    """What code drew and wrote, from its figure down."""
    await page.goto(url + "/setup")
    mark = page.get_by_role("region", name="Code interpreter").locator(".setup-mark")
    await expect(mark).to_have_text("Ready", timeout=PREPARED_MS)
    await page.goto(url + "/chat")
    await say(page, "plot sin(x)")
    await expect(page.get_by_role("log").get_by_text("Told by the demo")).to_be_visible()
    await say(page, "a CSV of it")
    await expect(page.get_by_role("log").get_by_text("Told by the demo")).to_have_count(2)
    await page.set_viewport_size({"width": 1280, "height": 1000})
    await page.locator(".picture").evaluate("(picture) => picture.scrollIntoView()")


async def _ask(page: Page) -> None:
    await say(page, QUESTION)
    await expect(page.locator(".weather")).to_have_count(2)
    await expect(page.get_by_role("log").get_by_text("Told by the demo")).to_be_visible()
    await expect(page.locator(".thread__time", has_text="now")).to_have_count(1)
    await expect(page.locator(".thread__running:visible")).to_have_count(0)
    # From the question down: both cards are seen, the answer begins below them.
    scroller = page.locator(".chat__scroller")
    await scroller.hover()
    await page.mouse.wheel(0, -5_000)
    await expect(page.get_by_role("log").get_by_text(QUESTION)).to_be_in_viewport()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
