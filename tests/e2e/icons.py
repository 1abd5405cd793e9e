"""Draw the icons of the installed app anew, from `icon.svg`: `python -m tests.e2e.icons`."""

import asyncio
import re

from tests.e2e.chromium import chromium
from tests.paths import ROOT

ICONS = ROOT / "backend/http/install/icons"
SIZES = {
    "icon-192.png": (192, False),
    "icon-512.png": (512, False),
    "maskable-512.png": (512, True),
    "apple-touch-icon.png": (180, True),
}
"""The edge in pixels, and whether the system cuts the shape out: the drawing then keeps to the inner 80 %."""


def drawing(fills: bool) -> str:
    text = (ICONS / "icon.svg").read_text("utf-8")
    if not fills:
        return text
    text = re.sub(r' rx="\d+"', "", text)
    return text.replace("<g ", '<g transform="translate(3.2 3.2) scale(.8)" ')


async def draw() -> None:
    async with chromium() as browser:
        for name, (edge, fills) in SIZES.items():
            page = await browser.new_page(viewport={"width": edge, "height": edge})
            svg = drawing(fills).replace("<svg ", f'<svg width="{edge}" height="{edge}" ')
            await page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{svg}")
            await page.screenshot(path=ICONS / name, omit_background=True)
            await page.close()


if __name__ == "__main__":
    asyncio.run(draw())
