"""A thread of a thousand items opens at once, is read from end to start, and costs no more to grow."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from tests.e2e.long_thread import imported
from tests.e2e.visitor import DESKTOP, PHONE, Enter, Visit
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
  return { text: message.textContent, top: message.getBoundingClientRect().top };
})()"""

SOME_FRAMES = """new Promise((done) => {
  const pass = (left) => left === 0 ? done() : requestAnimationFrame(() => pass(left - 1));
  pass(10);
})"""

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


@pytest.mark.parametrize(
    "viewport", [thorough(DESKTOP, id="desktop"), pytest.param(PHONE, id="phone")]
)
async def test_a_chat_is_read_back_from_its_end_to_its_start_and_changed_there(
    visit: Visit, enter: Enter, tmp_path: Path, viewport: dict[str, int]
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("Said instead"), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, viewport=viewport)
    asked, answer = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        asked.set()
        await answer.wait()
        await route.continue_()

    await visitor.page.route("**/items?before=*", hold)
    await visitor.go(await imported(visitor, 240))
    await expect(visitor.answer).to_contain_text("Answer 119:")
    note = visitor.page.get_by_text("Earlier messages come as you scroll up")
    await expect(note).to_be_attached()

    # What comes above does not move what is read.
    announced = visitor.page.locator(".chat > [role=status]")
    async with asyncio.timeout(PATIENCE_S):
        while not asked.is_set():
            await visitor.evaluate(f"{SCROLL_TOP} = 0, {SOME_FRAMES}")
    before = await visitor.evaluate(IN_VIEW)
    answer.set()
    await expect(announced).to_contain_text("Earlier messages were added above.")
    await visitor.evaluate(SOME_FRAMES)
    after = await visitor.evaluate(IN_VIEW)
    assert after["text"] == before["text"]
    assert after["top"] == pytest.approx(before["top"], abs=2)

    # To the very beginning.
    await visitor.scroller.focus()
    await visitor.page.keyboard.press("Home")
    await expect(visitor.questions.first).to_have_text("Question 0?")
    await expect(visitor.questions.first).to_be_in_viewport()
    await expect(note).to_be_hidden()

    # A message up there is edited, and the way back to the first branch leads to where it was.
    await visitor.edit("Question 1?", "Something else?")
    await expect(visitor.answer).to_contain_text("Said instead")
    await visitor.until_idle()
    await expect(visitor.questions).to_have_text(["Question 0?", "Something else?"])
    await visitor.versions("2 of 2").get_by_role("button", name="Previous version").click()
    await expect(visitor.versions("1 of 2")).to_be_in_viewport()
    await expect(visitor.questions.nth(1)).to_have_text("Question 1?")
    await expect(visitor.questions.nth(1)).to_be_in_viewport()


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
