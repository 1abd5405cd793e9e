"""Formulas on the page: typeset, copied as they were written, and never in the way of money."""

import asyncio
from pathlib import Path

from playwright.async_api import expect

from tests.e2e.test_accessibility import violations
from tests.e2e.visitor import PHONE, Enter, Visit
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, message

ANSWER = r"""The root is \(x_1 = \frac{-b}{2a}\), not $5 or $10.

\[
\sum_{i=1}^{n} i^2
\]

So $\mathbb{R}^n$ it **is**.
"""
COPIED = r"""The root is \(x_1 = \frac{-b}{2a}\), not $5 or $10.

\[
\sum_{i=1}^{n} i^2
\]
So $\mathbb{R}^n$ it is."""


async def test_formulas_are_typeset_and_copied_as_they_were_written(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message(ANSWER), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, permissions=["clipboard-read", "clipboard-write"])
    await visitor.ask("The root?")
    await visitor.until_answered()
    formulas = visitor.answer.locator("math")
    await expect(formulas).to_have_count(3)
    await expect(formulas.nth(1)).to_have_attribute("display", "block")
    assert "$5 or $10" in await visitor.answer.inner_text()

    await visitor.evaluate(
        "getSelection().selectAllChildren(document.querySelector('.message--assistant .md'))"
    )
    await visitor.page.keyboard.press("Control+C")
    await visitor.until_copied(COPIED)

    await visitor.page.reload()
    await expect(formulas).to_have_count(3)
    assert await violations(visitor) == []


async def test_a_wide_formula_scrolls_in_its_own_box_by_keyboard_too(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    sum_of_many = " + ".join(f"x_{{{number}}}" for number in range(60))
    upstream.script([*message(f"$${sum_of_many}$$"), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, viewport=PHONE)
    await visitor.ask("A sum")
    box = visitor.answer.get_by_role("group", name="Formula")
    await expect(box.locator("math")).to_be_visible()
    last = box.locator("msub").last
    await expect(last).not_to_be_in_viewport()
    for _ in range(60):
        await box.press("ArrowRight")
    await expect(last).to_be_in_viewport()
    assert await visitor.sideways_px() == 0


async def test_an_unfinished_formula_is_shown_as_written_until_its_end_comes(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    gate = asyncio.Event()
    begin, first, second, end = message("So \\(a_1 *b* c", "\\) is.")
    upstream = ScriptedUpstream()
    upstream.script([begin, first, gate, second, end, COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.ask("What is it?")
    await expect(visitor.answer).to_contain_text("So \\(a_1 *b* c")
    gate.set()
    await expect(visitor.answer.locator("math")).to_be_visible()
    await visitor.until_answered()
