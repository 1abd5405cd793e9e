"""One walk through all that the page has, in each way that somebody may look at it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import expect

from backend.domain.usage import Usage
from backend.upstreams.events import RunEnded
from tests.e2e.test_accessibility import violations
from tests.e2e.test_layout import too_wide
from tests.e2e.test_previews import fence
from tests.e2e.visitor import DESKTOP, PHONE, Enter, Visit, Visitor
from tests.running import running
from tests.scripted import ScriptedUpstream, calls, message

pytestmark = pytest.mark.thorough

ZOOMED: Final = {"width": 320, "height": 256}
"""A window of 1280 by 1024 at 400 %."""
USAGE: Final = Usage(input_tokens=12_000, output_tokens=345, total_tokens=12_345)
MIRRORED: Final = "document.documentElement.dir = 'rtl'"

ANSWER: Final = (
    "# مرحبا بالعالم\n\nالمساحة $a^2 + b^2 = c^2$ و **مهم** و `code`، ثم:\n\n"
    "$$\\int_0^1 x^2 \\, dx = \\frac{1}{3}$$\n\n"
    "| الاسم | القيمة | السعر | الكمية | الملاحظات الطويلة جدا |\n|---|---|---|---|---|\n"
    "| سعر | ١٢ | 34 | 56 | نص طويل في خلية واحدة من هذا الجدول |\n\n"
    "H<sub>2</sub>O وضغط <kbd>Ctrl</kbd>، وحاشية[^1].\n\n[^1]: نص الحاشية.\n\n"
    "<details><summary>المزيد</summary>\n\nما كان مطويا.\n\n</details>\n\n"
    + fence("python", "print('a line of code that is longer than a phone is wide', 1234567890)")
    + fence("html", "<h1 dir=rtl>مرحبا</h1>")
    + fence("mermaid", "flowchart LR\n  a[بداية] --> b[نهاية]")
    + "> اقتباس\n\n- عنصر أول\n- ٤٥\n\n- [x] منجز\n"
)


async def stops(visitor: Visitor, *, mirrored: bool, is_narrow: bool) -> AsyncIterator[str]:
    """Go through the page, by keyboard where there is a key; at each stop, its name."""
    page, keys = visitor.page, visitor.page.keyboard

    async def go(path: str) -> None:
        await visitor.go(path)
        if mirrored:
            await visitor.evaluate(MIRRORED)

    async def press(name: str, role: Any = "button") -> None:
        await page.get_by_role(role, name=name).last.press("Enter")

    async def leave() -> None:
        await keys.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)

    if mirrored:
        await visitor.evaluate(MIRRORED)
    await expect(visitor.composer).to_be_visible()
    yield "an empty chat"
    await visitor.ask("كيف الحال في أوسلو؟")
    await visitor.until_answered()
    yield "an answer"
    await visitor.unfold_all()
    await press("Preview")
    await expect(page.locator("iframe[title='Preview of html']")).to_be_visible()
    await expect(page.get_by_role("img", name="Diagram")).to_be_visible()
    yield "everything unfolded"
    await press("12,345")
    yield "its facts"
    await press("Good answer")
    await press("Add a comment")
    await expect(page.get_by_role("dialog")).to_be_visible()
    yield "a comment"
    await leave()
    for name in ("Model", "Instructions"):
        await press(name)
        await expect(page.get_by_role("dialog")).to_be_visible()
        yield name
        await leave()
    await page.locator(".message--user").hover()
    await press("Edit")
    yield "a message that is edited"
    await keys.press("Escape")
    await keys.press("Control+K")
    await expect(page.get_by_role("option").first).to_be_visible()
    yield "the palette"
    await leave()
    await page.locator("main").focus()
    await keys.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    yield "the keys"
    await leave()
    if is_narrow:
        await press("Chats")
    await press("Options of", "button")
    await page.get_by_role("menuitem", name="Share…").press("Enter")
    await expect(page.get_by_role("dialog").last).to_be_visible()
    await press("Make a link")
    await expect(page.get_by_role("textbox", name="Link")).to_be_focused()
    yield "a link to the chat"
    await go("/setup")
    await visitor.unfold()
    await expect(page.get_by_role("region", name="4. Approvals")).to_be_visible()
    yield "setup"
    await go("/tools")
    await expect(page.get_by_role("link", name="get_weather")).to_be_visible()
    yield "tools"
    await go("/tools/get_weather")
    await expect(page.get_by_text("Run it by hand")).to_be_visible()
    yield "a tool"


@pytest.mark.parametrize("size", [DESKTOP, PHONE, ZOOMED], ids=["desktop", "phone", "400 %"])
@pytest.mark.parametrize("way", ["arabic", "mirrored", "forced colours"])
async def test_everything_fits_and_axe_finds_nothing(
    visit: Visit, enter: Enter, tmp_path: Path, size: dict[str, int], way: str
) -> None:
    upstream = ScriptedUpstream()
    weather = "get_weather", json.dumps({"location": "أوسلو", "dates": []})
    upstream.script(calls(weather, weather), [*message(ANSWER), RunEnded("completed", usage=USAGE)])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(
        server.url,
        viewport=size,
        locale="ar-EG" if way == "arabic" else "en-US",
        forced_colors="active" if way == "forced colours" else "none",
        reduced_motion="reduce",
    )
    faults = []
    async for stop in stops(visitor, mirrored=way == "mirrored", is_narrow=size is not DESKTOP):
        if sideways := await visitor.sideways_px():
            faults.append(f"{stop}: {sideways} px too wide")
        faults += [f"{stop}: beyond the edge: {each}" for each in await too_wide(visitor)]
        if way != "forced colours":
            faults += [f"{stop}: {each}" for each in await violations(visitor, size)]
    assert faults == []
