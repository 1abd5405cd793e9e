"""How a picture is taken, and which are dark."""

from pathlib import Path

from playwright.async_api import Locator, Page

DARK = frozenset({"doctor", "question", "search", "widget-chart", "widget-table"})
"""On a desktop. Those of phones are."""


async def take(
    page: Page, pictures: Path, what: str, name: str, part: Locator | None = None
) -> None:
    """Take `what-name.png`: the view, or a part of the page. The pointer is out of the way."""
    if name == "desktop":
        await page.emulate_media(color_scheme="dark" if what in DARK else "light")
    await page.mouse.move(0, 0)
    await (part or page).screenshot(path=pictures / f"{what}-{name}.png")
