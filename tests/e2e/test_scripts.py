"""Text that runs from right to left, or that reaches out of its line."""

from pathlib import Path

from playwright.async_api import Locator, expect

from tests.e2e.test_accessibility import violations
from tests.e2e.visitor import PHONE, Enter, Visit
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, message

ANSWER = """مرحبا **بالعالم**، مع `code` ورقم 123.

- عنصر أول
- ٤٥

| الاسم | القيمة |
|---|---|
| سعر | ١٢ |

> اقتباس

- An item
- عنصر ثانٍ

Mixed: שלום.
"""


async def starts_at_the_right(inner: Locator, outer: Locator) -> bool:
    """Whether what is written begins at the right edge of the box that it is in."""
    script = """element => {
      const range = document.createRange();
      range.selectNodeContents(element);
      const { left, right } = range.getBoundingClientRect();
      return [left, right];
    }"""
    left, right = await inner.evaluate(script)
    box = await outer.bounding_box()
    assert box is not None
    return bool(box["x"] + box["width"] - right < left - box["x"])


async def test_an_answer_from_right_to_left_lies_at_the_right(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message(ANSWER), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.composer.fill("كيف الحال؟")
    await expect(visitor.composer).to_have_css("direction", "rtl")
    await visitor.composer.press("Enter")
    await visitor.until_answered()

    await expect(visitor.questions.locator("p")).to_have_css("direction", "rtl")
    await expect(visitor.titles.first).to_have_css("direction", "rtl")
    body = visitor.answer.locator(".md")
    for name in (
        "p >> nth=0",
        "ul >> nth=0 >> li p >> nth=0",
        "ul >> nth=0 >> li p >> nth=1",
        "blockquote p",
    ):
        await expect(body.locator(name)).to_have_css("direction", "rtl")
        assert await starts_at_the_right(body.locator(name), body), name
    first, second = await body.get_by_role("columnheader").all()
    assert await starts_at_the_right(first, body)
    assert not await starts_at_the_right(second, body)
    await expect(body.locator("p code")).to_have_css("direction", "ltr")
    mixed = body.locator("ul").last
    await expect(mixed).to_have_css("direction", "ltr")
    assert not await starts_at_the_right(mixed.locator("li p").last, mixed), "beside its bullet"
    assert not await starts_at_the_right(body.locator(":scope > p").last, body)
    assert await visitor.sideways_px() == 0
    assert await violations(visitor, PHONE) == []


async def test_letters_with_stacks_of_marks_stay_in_their_line(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    stack = "Z" + "\u0351\u0319" * 40
    upstream = ScriptedUpstream()
    upstream.script([*message(f"above\n\n{stack}algo\n\nbelow"), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, permissions=["clipboard-read", "clipboard-write"])
    await visitor.ask(f"Why {stack}?")
    await visitor.until_answered()

    for text in (visitor.questions, visitor.answer.locator("p").nth(1)):
        box = text.locator(".stack")
        await expect(box).to_have_css("overflow", "clip")
        height = await box.evaluate("box => box.getBoundingClientRect().height")
        line = await box.evaluate("box => parseFloat(getComputedStyle(box).lineHeight)")
        assert height <= line + 1
    await visitor.page.locator(".message--user").hover()
    await visitor.page.locator(".message--user").get_by_role("button", name="Copy").click()
    await visitor.until_copied(f"Why {stack}?")
