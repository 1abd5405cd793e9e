"""The chat for those who set their own colours, print it, enlarge it or write from right to left."""

import asyncio
from pathlib import Path

import pypdfium2
import pytest
from playwright.async_api import Locator, expect

from backend.upstreams.demo import DemoUpstream
from tests.e2e.test_accessibility import violations
from tests.e2e.test_layout import too_wide
from tests.e2e.test_scripts import ANSWER as ARABIC
from tests.e2e.visitor import DESKTOP, PHONE, SETTLED, Enter, Visit, Visitor
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, message, partial_message
from tests.thorough import thorough

ZOOMED = {"width": 320, "height": 256}
"""A window of 1280 by 1024 at 400 %. https://www.w3.org/WAI/WCAG22/Understanding/reflow"""

sizes = pytest.mark.parametrize(
    "size", [thorough(DESKTOP, id="desktop"), pytest.param(PHONE, id="phone")]
)


async def style(part: Locator, *properties: str) -> list[str]:
    """Of the part as it is painted."""
    found: list[str] = await part.evaluate(
        "(element, names) => names.map((name) => getComputedStyle(element)[name])", properties
    )
    return found


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        thorough(DESKTOP, "light"),
        (PHONE, "dark"),
        thorough(DESKTOP, "dark"),
        thorough(PHONE, "light"),
    ],
)
async def test_with_forced_colours_nothing_is_told_by_a_background_alone(
    visit: Visit, enter: Enter, tmp_path: Path, size: dict[str, int], scheme: str
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("Yes."), COMPLETED])
    upstream.script([*partial_message("Half "), asyncio.Event()])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(
        server.url,
        viewport=size,
        color_scheme=scheme,
        forced_colors="active",
        reduced_motion="reduce",
    )
    page = visitor.page
    await visitor.ask("Is it?")
    await visitor.until_answered()
    [canvas, ink] = await style(page.locator("body"), "backgroundColor", "color")

    [outline, color] = await style(visitor.questions.first, "outlineStyle", "outlineColor")
    assert (outline, color) == ("solid", ink)
    box = page.locator(".composer__box")
    [width] = await style(box, "outlineWidth")
    assert width == "3px"
    await visitor.composer.fill("More")
    [fill, arrow] = await style(visitor.button("Send message"), "backgroundColor", "color")
    assert fill not in (canvas, arrow)
    assert await violations(visitor, size) == []
    await page.emulate_media(forced_colors="active", color_scheme=scheme)  # type: ignore[arg-type]
    await visitor.composer.press("Control+Enter")
    await expect(visitor.stop).to_be_visible()
    [fill] = await style(visitor.stop, "backgroundColor")
    assert fill != canvas

    if size is PHONE:
        await page.get_by_role("button", name="Chats").click()
    current = visitor.sidebar.locator(".thread__link[aria-current]")
    [width, bar] = await style(current, "borderInlineStartWidth", "borderInlineStartColor")
    assert width == "4px"
    assert bar != canvas
    running_dot = visitor.sidebar.locator(".thread__running")
    if await running_dot.is_visible():
        assert (await style(running_dot, "backgroundColor"))[0] != canvas
    await visitor.go("/setup")
    setup = page.get_by_role("link", name="Setup", exact=True)
    tools = page.get_by_role("link", name="Tools", exact=True)
    assert await style(setup, "borderTopWidth") != await style(tools, "borderTopWidth")


async def test_a_print_is_the_whole_chat_and_nothing_of_the_page_around_it(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    long_line = "words = 'and more words'; " * 12 + "END_OF_THE_LINE"
    upstream.script([*message(
        "It begins.\n\n" + "A paragraph of many words. " * 400
        + f"\n\n```python\n{long_line}\n```\n\n"
        + "<details><summary>More</summary>\n\nWhat was folded.\n\n</details>\n\n"
        + "A [link](https://example.com/there) and [setup](/setup).\n\nIt ends."
    ), COMPLETED])  # fmt: skip
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, color_scheme="dark", reduced_motion="reduce")
    await visitor.ask("A long answer, please")
    await visitor.until_answered()
    folded = visitor.answer.locator("details")
    await expect(folded).not_to_have_attribute("open", "")

    document = pypdfium2.PdfDocument(await visitor.page.pdf())

    pages = [page.get_textpage().get_text_range() for page in document]
    background = document[0].render().to_numpy()[0, 0].tolist()
    document.close()
    told = " ".join(" ".join(pages).split())
    assert len(pages) > 1
    for words in (
        "A long answer, please",
        "It begins.",
        "END_OF_THE_LINE",
        "What was folded.",
        "link (https://example.com/there)",
        "It ends.",
    ):
        assert words in told
    for chrome in ("Send", "Search chats", "Import a chat", "Enter sends", "Copy", "(/setup)"):
        assert chrome not in told
    assert set(background[:3]) == {255}
    await expect(folded).not_to_have_attribute("open", "")


async def test_a_print_of_a_long_chat_begins_with_its_first_words(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, reduced_motion="reduce")
    for number in range(1, 21):
        upstream.script([*message("A line of the answer.\n\n" * 12), COMPLETED])
        await visitor.ask(f"Question {number}.")
        await visitor.until_answered(number)
    await visitor.page.reload()
    await expect(visitor.questions.last).to_be_visible()

    document = pypdfium2.PdfDocument(await visitor.page.pdf())

    first = document[0].get_textpage().get_text_range()
    document.close()
    assert "Question 1." in first


@pytest.mark.parametrize("scheme", [thorough("light"), "dark"])
async def test_at_400_percent_there_is_room_to_read_and_to_write(
    visit: Visit, enter: Enter, tmp_path: Path, scheme: str
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url, viewport=ZOOMED, color_scheme=scheme, reduced_motion="reduce")
    await visitor.ask("Show me a table")
    await visitor.until_answered()
    await expect(visitor.button("Hide this notice")).to_be_visible()
    assert await room_px(visitor) >= 0.45 * ZOOMED["height"]

    await visitor.button("Hide this notice").click()
    assert await room_px(visitor) >= 0.6 * ZOOMED["height"]
    await visitor.composer.fill("One line\nand another\nand a third\nand one more")
    assert await room_px(visitor) >= 0.4 * ZOOMED["height"]
    await expect(visitor.composer).to_be_in_viewport(ratio=1)
    await expect(visitor.button("Send message")).to_be_in_viewport(ratio=1)
    assert await visitor.sideways_px() == 0
    assert await too_wide(visitor) == []

    await visitor.page.get_by_role("button", name="Chats").click()
    await visitor.sidebar.get_by_role("button", name="Options of").click()
    for item in await visitor.page.get_by_role("menuitem").all():
        await item.focus()
        await expect(item).to_be_in_viewport(ratio=1)
    await visitor.page.keyboard.press("Escape")
    await visitor.page.keyboard.press("Escape")
    await visitor.page.keyboard.press("Control+K")
    await expect(visitor.page.get_by_role("combobox", name="Find")).to_be_in_viewport(ratio=1)
    await expect(visitor.page.get_by_role("option").first).to_be_in_viewport()
    await visitor.page.keyboard.press("Escape")
    assert await violations(visitor, ZOOMED) == []


async def room_px(visitor: Visitor) -> float:
    await visitor.evaluate(SETTLED)
    box = await visitor.scroller.bounding_box()
    assert box is not None
    return box["height"]


@sizes
async def test_a_page_from_right_to_left_is_the_mirror_of_the_other(
    visit: Visit, enter: Enter, tmp_path: Path, size: dict[str, int]
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message(ARABIC), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, viewport=size, reduced_motion="reduce")
    await visitor.evaluate("document.documentElement.dir = 'rtl'")
    await visitor.composer.fill("كيف الحال؟")
    await visitor.composer.press("Control+Enter")
    await visitor.until_answered()

    clip = await visitor.button("Attach files").bounding_box()
    send = await visitor.page.locator(".composer__buttons").bounding_box()
    bubble = await visitor.questions.bounding_box()
    assert clip is not None
    assert send is not None
    assert bubble is not None
    assert clip["x"] > send["x"]
    assert bubble["x"] < size["width"] / 2 or size is PHONE
    assert await visitor.sideways_px() == 0
    assert await violations(visitor, size) == []
    if size is PHONE:
        await visitor.page.get_by_role("button", name="Chats").click()
    await visitor.sidebar.get_by_role("button", name="Options of").click()
    await expect(visitor.page.get_by_role("menu")).to_be_in_viewport(ratio=1)
    await visitor.page.keyboard.press("Escape")
    search = visitor.sidebar.get_by_role("searchbox")
    await search.fill("كيف")
    await expect(search).to_have_css("direction", "rtl")
    await visitor.go("/setup#assistant")
    await visitor.unfold()
    for name in ("Name", "Instructions"):
        field = visitor.page.get_by_role("textbox", name=name, exact=True).first
        await field.fill("كيف الحال؟")
        await expect(field).to_have_css("direction", "rtl")


async def test_the_notice_of_the_demo_is_one_line_of_a_phone(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url, viewport=PHONE)
    notice = visitor.page.get_by_text("This is the demo, not an AI.")
    await expect(notice).to_be_visible()
    heights = await notice.evaluate(
        "p => [p.offsetHeight, parseFloat(getComputedStyle(p).lineHeight)]"
    )
    assert heights[0] < 2 * heights[1]


async def test_the_page_one_is_on_and_the_one_under_the_pointer_look_different(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url, "/setup", reduced_motion="reduce")
    tools = visitor.page.get_by_role("link", name="Tools", exact=True)
    setup = visitor.page.get_by_role("link", name="Setup", exact=True)
    plain = await style(tools, "backgroundColor", "color")
    await tools.hover()
    await visitor.evaluate(SETTLED)
    under = await style(tools, "backgroundColor", "color")
    current = await style(setup, "backgroundColor", "color")
    assert len({*map(tuple, (plain, under, current))}) == 3
