"""Sizes, themes, and what stays in view."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from backend.upstreams.demo import answers
from backend.upstreams.events import RunEnded
from tests.e2e.every_item import one_of_each
from tests.e2e.visitor import NARROW, Enter, Visit, Visitor
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message
from tests.thorough import thorough

WEEK = [f"2099-01-{day:02}" for day in range(1, 8)]
LONG_WORD = "Donaudampfschifffahrtsgesellschaft" * 6
BACKGROUND = "getComputedStyle(document.body).backgroundColor"
FIRST_PAINT = """new Promise((done) => {
  new PerformanceObserver(done).observe({type: 'paint', buffered: true});
})"""
FROM_END = "(box => box.scrollHeight - box.clientHeight - box.scrollTop)"
SCROLLER = "document.querySelector('.chat__scroller')"


async def test_a_chat_at_360_px_does_not_scroll_sideways(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*calls(("get_weather", '{"location": "Oslo", "dates": []}'))],
                    [*message(answers.markdown("all")), COMPLETED])  # fmt: skip
    upstream.script([*one_of_each(LONG_WORD, url=f"https://example.com/{LONG_WORD}"),
                     RunEnded("failed")])  # fmt: skip
    upstream.script([asyncio.Event()])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, viewport=NARROW, has_touch=True)
    assert await visitor.sideways_px() == 0

    await visitor.ask("Everything, please")
    await visitor.until_answered()
    await visitor.ask(LONG_WORD)
    await visitor.until_answered(2)
    await visitor.unfold_all()
    await visitor.ask(f"https://example.com/{LONG_WORD}")
    await visitor.ask(LONG_WORD)
    await expect(visitor.pending).to_have_count(1)

    assert await visitor.sideways_px() == 0
    assert await too_wide(visitor) == []


async def test_the_drawer_and_a_changed_message_fit_into_360_px(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message(LONG_WORD), COMPLETED])
    upstream.script([*message(LONG_WORD), RunEnded("failed")])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, viewport=NARROW, has_touch=True)
    await visitor.ask(LONG_WORD)
    await visitor.until_answered()
    await visitor.button("Regenerate").click()
    await expect(visitor.button("Try again")).to_be_visible()
    await expect(visitor.versions("2 of 2")).to_be_visible()
    await visitor.button("Edit").click()
    assert await visitor.sideways_px() == 0
    assert await too_wide(visitor) == []

    await visitor.page.get_by_role("button", name="Chats").click()
    await expect(visitor.titles).to_have_count(1)
    await visitor.sidebar.get_by_role("button", name="Options of").click()
    await expect(visitor.page.get_by_role("menu")).to_be_in_viewport(ratio=1)
    assert await visitor.sideways_px() == 0
    assert await too_wide(visitor, "#sidebar") == []


async def too_wide(visitor: Visitor, root: str = "main") -> list[str]:
    """Elements that reach beyond the right edge, but for those in a box that scrolls or cuts."""
    found: list[str] = await visitor.evaluate(
        """((root) => {
          const beyond = (element) => element.getBoundingClientRect().right > innerWidth + 1;
          const boxed = (element) => {
            for (let box = element; !box.matches(root); box = box.parentElement) {
              if (getComputedStyle(box).overflowX !== 'visible' && !beyond(box)) return true;
            }
            return false;
          };
          return [...document.querySelectorAll(`${root} *`)]
            .filter((element) => element.checkVisibility() && beyond(element) && !boxed(element))
            .map((element) => element.outerHTML.slice(0, 120));
        })"""
        f"({root!r})"
    )
    return found


async def test_setup_at_360_px_does_not_scroll_sideways(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, ScriptedUpstream()))
    visitor = await visit(server.url, "/setup", viewport=NARROW, has_touch=True)
    await visitor.unfold()
    approvals = visitor.page.get_by_role("region", name="4. Approvals")
    await expect(approvals.get_by_label("get_weather")).to_be_visible()

    assert await visitor.sideways_px() == 0
    assert await too_wide(visitor) == []


@pytest.mark.parametrize("scheme", [thorough("light"), "dark"])
async def test_the_theme_follows_the_system_until_one_is_chosen_and_the_choice_is_remembered(
    visit: Visit, enter: Enter, tmp_path: Path, scheme: str
) -> None:
    server = await enter(running(tmp_path, ScriptedUpstream()))
    visitor = await visit(server.url, color_scheme=scheme)
    by_system = await visitor.evaluate(BACKGROUND)
    other = {"light": "dark", "dark": "light"}[scheme]

    toggle = visitor.page.get_by_role("button", name="Theme:")
    while await toggle.text_content() != f"Theme: {other}":
        await toggle.click()

    chosen = await visitor.evaluate(BACKGROUND)
    assert chosen != by_system
    await visitor.page.reload()
    await expect(toggle).to_have_text(f"Theme: {other}")
    assert await visitor.evaluate(BACKGROUND) == chosen
    await visitor.page.emulate_media(color_scheme=other)  # type: ignore[arg-type]
    assert await visitor.evaluate(BACKGROUND) == chosen


@pytest.mark.parametrize("theme", ["light", thorough("dark")])
async def test_the_stored_theme_is_there_from_the_first_paint_on(
    visit: Visit, enter: Enter, tmp_path: Path, theme: str
) -> None:
    server = await enter(running(tmp_path, ScriptedUpstream()))
    visitor = await visit(server.url, color_scheme={"light": "dark", "dark": "light"}[theme])
    await expect(visitor.composer).to_be_visible()
    await visitor.evaluate(f"localStorage.setItem('runstream.theme', '{theme}')")
    painted = asyncio.Event()

    async def hold(route: Route) -> None:
        await painted.wait()
        await route.continue_()

    await visitor.page.route("**/assets/index-*.js", hold)
    await visitor.page.reload(wait_until="commit")
    await visitor.evaluate(FIRST_PAINT)
    color = await visitor.evaluate(BACKGROUND)
    frame = await visitor.evaluate(
        "document.querySelector(`meta[name=theme-color][data-theme=${document.documentElement.dataset.theme}]`)"
        ".content"
    )
    painted.set()
    await expect(visitor.page.get_by_role("button", name=f"Theme: {theme}")).to_be_visible()

    assert color == {"light": "rgb(250, 249, 247)", "dark": "rgb(19, 21, 23)"}[theme]
    assert "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", color)) == frame
    frames = "document.querySelectorAll('meta[name=theme-color]')"
    in_force = await visitor.evaluate(
        f"[...{frames}].filter((meta) => matchMedia(meta.media).matches).map((meta) => meta.content)"
    )
    assert in_force == [frame]


async def from_end(visitor: Visitor) -> float:
    """Pixels below what is in view."""
    return float(await visitor.evaluate(f"{FROM_END}({SCROLLER})"))


async def test_a_question_stays_at_the_top_until_the_reader_goes_to_the_end_of_its_answer(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    paragraphs = [
        f"Paragraph {number}. " + "Words and words. " * 30 + "\n\n" for number in range(24)
    ]
    streamed = message(*paragraphs)
    more, most, rest = asyncio.Event(), asyncio.Event(), asyncio.Event()
    upstream.script([*streamed[:9], more, *streamed[9:13], most, *streamed[13:17], rest,
                     *streamed[17:], COMPLETED])  # fmt: skip
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    jump = visitor.button("Jump to latest")
    await visitor.ask("A long story")

    await expect(visitor.page.get_by_text("Paragraph 7.")).to_be_attached()
    await expect(visitor.questions.last).to_be_in_viewport()
    await expect(visitor.page.get_by_text("Paragraph 7.")).not_to_be_in_viewport()
    await expect(jump).to_be_visible()
    top = await visitor.evaluate(f"{SCROLLER}.scrollTop")
    more.set()
    await expect(visitor.page.get_by_text("Paragraph 11.")).to_be_attached()
    assert await visitor.evaluate(f"{SCROLLER}.scrollTop") == top

    await jump.click()
    await expect(visitor.page.get_by_text("Paragraph 11.")).to_be_in_viewport()
    await expect(jump).to_be_hidden()
    await expect(visitor.composer).to_be_focused()
    most.set()
    await expect(visitor.page.get_by_text("Paragraph 15.")).to_be_in_viewport()
    assert await from_end(visitor) <= 2

    await visitor.scroller.hover()
    await visitor.page.mouse.wheel(0, -900)
    await expect(jump).to_be_visible()
    await visitor.page.mouse.wheel(0, 5_000)
    await expect(jump).to_be_hidden()
    rest.set()
    await expect(visitor.transcript.get_by_text("Paragraph 23.")).to_be_in_viewport()

    # To the setup page and back, the place is kept.
    await visitor.until_answered()
    await visitor.scroller.hover()
    await visitor.page.mouse.wheel(0, -1_500)
    await expect(jump).to_be_visible()
    top = await visitor.evaluate(f"{SCROLLER}.scrollTop")
    await visitor.page.get_by_role("link", name="Setup").click()
    await expect(visitor.page.get_by_role("heading", name="Setup")).to_be_visible()
    await visitor.page.go_back()
    await expect(visitor.transcript.get_by_text("Paragraph 23.")).to_be_attached()
    assert await visitor.evaluate(f"{SCROLLER}.scrollTop") == pytest.approx(top, abs=2)


async def test_the_page_keeps_the_place_of_a_reader_whose_answer_ends_elsewhere(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message(*["Line.\n\n"] * 80), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.ask("A long story")
    await visitor.until_answered()

    await visitor.page.reload()

    await visitor.until_answered()
    await expect(visitor.answer.get_by_text("Line.").last).to_be_in_viewport()
    assert await from_end(visitor) <= 2


async def test_nothing_but_the_chat_itself_scrolls(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    for _ in range(3):
        upstream.script([*message(*["Line.\n\n"] * 40), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    for number in range(1, 4):
        await visitor.ask("A long story")
        await visitor.until_answered(number)

    await visitor.evaluate(f"{SCROLLER}.scrollTo(0, 0)")

    around = "[document.documentElement, document.body, document.querySelector('.stage')]"
    assert await visitor.evaluate(f"{around}.map((box) => box.scrollHeight - box.clientHeight)") == [0, 0, 0]  # fmt: skip
