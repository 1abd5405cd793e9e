"""The README's pictures: `python -m tests.e2e.screenshots`, or `make screenshots`.

The real app with the demo and sample weather, in a browser whose size, zone and clock are fixed.
"""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, Page, expect

from tests.e2e.chromium import built_page, chromium
from tests.e2e.configured import configured
from tests.e2e.visitor import DESKTOP, PHONE
from tests.readme import ROOT

PICTURES = ROOT / ".github" / "pictures"
QUESTION = "What's the weather in Oslo and Lima tomorrow?"


async def main() -> None:
    """Make all four, over what is there."""
    built_page()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        async with configured(Path(folder)) as url, chromium() as browser:
            for name in ("desktop", "phone"):
                page = await _page(browser, phone=name == "phone")
                await page.goto(url + "/chat")
                await _ask(page)
                await page.screenshot(path=PICTURES / f"chat-{name}.png")
                await page.goto(url + "/setup")
                await expect(page.get_by_role("heading", name="3. Assistant")).to_be_attached()
                await page.screenshot(path=PICTURES / f"setup-{name}.png")
                await page.context.close()


async def _page(browser: Browser, *, phone: bool) -> Page:
    context = await browser.new_context(
        viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
        color_scheme="dark" if phone else "light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/Oslo",
    )
    return await context.new_page()


async def _ask(page: Page) -> None:
    await page.get_by_role("textbox", name="Message", exact=True).fill(QUESTION)
    await page.keyboard.press("Enter")
    await expect(page.locator(".weather")).to_have_count(2)
    await expect(page.get_by_role("log").get_by_text("Told by the demo")).to_be_visible()
    await expect(page.locator(".thread__time", has_text="now")).to_have_count(1)
    await expect(page.locator(".thread__running:visible")).to_have_count(0)
    # From the question down: both cards are seen, the answer begins below them.
    scroller = page.locator(".chat__scroller")
    await scroller.hover()
    await page.mouse.wheel(0, -5_000)
    await expect(page.get_by_role("log").get_by_text(QUESTION)).to_be_in_viewport()
    await page.mouse.move(0, 0)


if __name__ == "__main__":
    asyncio.run(main())
