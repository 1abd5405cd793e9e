"""A thread of a thousand items opens at once, is read from end to start, and costs no more to grow."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.long_thread import imported
from tests.e2e.visitor import Enter, Visit
from tests.patience import PATIENCE_S
from tests.running import running
from tests.scripted import COMPLETED, Gate, ScriptedUpstream, message
from tests.thorough import thorough

SCROLL_TOP = "document.querySelector('.chat__scroller').scrollTop"
IN_VIEW = """(() => {
  const view = document.querySelector('.chat__scroller').getBoundingClientRect();
  const middle = (view.top + view.bottom) / 2;
  const message = [...document.querySelectorAll('.message')]
    .find((element) => element.getBoundingClientRect().bottom > middle);
  return { text: message.innerText, top: message.getBoundingClientRect().top };
})()"""

WATCH = """(() => {
  const answer = [...document.querySelectorAll('.message--assistant')].at(-1);
  window.changes = { within: 0, elsewhere: [] };
  new MutationObserver((records) => {
    for (const { type, target, attributeName, oldValue } of records) {
      if (type === 'attributes' && target.getAttribute(attributeName) === oldValue) continue;
      if (answer.contains(target)) window.changes.within += 1;
      // A screen reader is told how the answer begins.
      else if (target.closest?.('[aria-live]')) continue;
      else window.changes.elsewhere.push(`${type} of ${target.outerHTML ?? target.data}`);
    }
  }).observe(document.querySelector('main'), {
    subtree: true, childList: true, characterData: true, attributes: true, attributeOldValue: true,
  });
})()"""


async def test_a_thousand_items_are_there_at_once_and_only_the_end_has_elements(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, ScriptedUpstream()))
    visitor = await visit(server.url)

    await visitor.go(await imported(visitor, 1_000))

    await expect(visitor.answer).to_contain_text("Answer 499:")
    await expect(visitor.answer).to_be_in_viewport()
    assert 0 < await visitor.page.locator(".message").count() < 100


async def test_what_was_said_before_comes_as_one_scrolls_and_nothing_jumps(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, ScriptedUpstream()))
    visitor = await visit(server.url)
    await visitor.go(await imported(visitor, 200))
    await expect(visitor.answer).to_contain_text("Answer 99:")
    await expect(visitor.answer).to_be_in_viewport()
    await visitor.scroller.hover()
    messages = visitor.page.locator(".message")
    shown = await messages.count()

    # To the top of what is there: more is put above it, and what is in view stays.
    before = await visitor.evaluate(f"{SCROLL_TOP} = 0, {IN_VIEW}")
    await expect(messages.nth(shown)).to_be_attached()
    after = await visitor.evaluate(IN_VIEW)
    assert after["text"] == before["text"]
    assert after["top"] == pytest.approx(before["top"], abs=2)

    await visitor.read_back(100)
    async with asyncio.timeout(PATIENCE_S):
        while await visitor.evaluate(SCROLL_TOP) > 0:
            await visitor.page.mouse.wheel(0, -50_000)
    await expect(visitor.questions.first).to_be_in_viewport()
    await expect(visitor.questions).to_have_text([f"Question {n}?" for n in range(100)])
    await visitor.button("Jump to latest").click()
    await expect(visitor.answer).to_be_in_viewport()


@pytest.mark.parametrize("items", [thorough(10), 1_000])
async def test_a_delta_changes_nothing_but_its_message(
    visit: Visit, enter: Enter, tmp_path: Path, items: int
) -> None:
    upstream = ScriptedUpstream()
    more, rest = Gate(0), Gate(0)
    begin, first, *words, end = message(*(f"word {number} " for number in range(40)))
    steps = [step for word in words for step in (more, word)]
    upstream.script([begin, first, *steps, rest, end, COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.go(await imported(visitor, items))
    await visitor.ask("Go on")
    await expect(visitor.answer).to_contain_text("word 0")

    await visitor.evaluate(WATCH)
    for number in range(1, 40):
        more.release()
        await expect(visitor.answer).to_contain_text(f"word {number}")
    changes = await visitor.evaluate("window.changes")
    rest.release()

    assert changes["elsewhere"] == []
    assert changes["within"] > 0
    await visitor.until_idle()
