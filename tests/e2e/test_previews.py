"""Code that is shown as the page it makes, in a frame that can reach nothing."""

import asyncio
from pathlib import Path

from playwright.async_api import FrameLocator, expect

from tests.e2e.hostile_app import witness
from tests.e2e.test_accessibility import violations
from tests.e2e.visitor import PHONE, Enter, Visit, Visitor
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, message

BUTTON = "<button onclick=\"this.textContent = 'Pressed'\">Press me</button>"


def fence(language: str, code: str) -> str:
    return f"```{language}\n{code}\n```\n\n"


async def answered(
    visit: Visit, enter: Enter, folder: Path, text: str, **options: object
) -> Visitor:
    """A visitor who has got this answer."""
    upstream = ScriptedUpstream()
    upstream.script([*message(text), COMPLETED])
    server = await enter(running(folder, upstream))
    visitor = await visit(server.url, **options)
    await visitor.ask("Show me")
    await visitor.until_answered()
    return visitor


def preview(visitor: Visitor, language: str = "html") -> FrameLocator:
    return visitor.page.frame_locator(f"iframe[title='Preview of {language}']")


async def test_a_page_runs_in_its_preview_once_the_reader_asks_and_until_then_is_code(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    page = f"<h1>Clock</h1>{BUTTON}<script>document.querySelector('h1').append(' at 9')</script>"
    visitor = await answered(visit, enter, tmp_path, fence("html", page))
    frames = visitor.page.locator("iframe")
    await expect(visitor.answer.get_by_role("group", name="html code")).to_be_visible()
    await visitor.button("Preview").click()
    await expect(preview(visitor).get_by_role("heading")).to_have_text("Clock at 9")
    await expect(visitor.answer.get_by_role("group", name="html code")).to_be_hidden()
    await preview(visitor).get_by_role("button").click()
    await expect(preview(visitor).get_by_role("button")).to_have_text("Pressed")
    assert await violations(visitor) == []

    await visitor.button("Show code").click()
    await expect(frames).to_have_count(0)
    await expect(visitor.answer.get_by_role("group", name="html code")).to_be_visible()
    # It is never run by itself.
    await visitor.button("Preview").click()
    await expect(preview(visitor).get_by_role("heading")).to_have_text("Clock at 9")
    await visitor.page.reload()
    await expect(visitor.button("Preview")).to_be_visible()
    await expect(frames).to_have_count(0)


async def test_a_preview_is_opened_used_and_closed_by_keyboard_and_is_as_high_as_it_needs(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    code = fence("html", BUTTON) + fence("htm", "<p style='height: 9000px'>Long</p>")
    visitor = await answered(visit, enter, tmp_path, code, viewport=PHONE)
    toggle = visitor.button("Preview").first
    await toggle.focus()
    await visitor.page.keyboard.press("Enter")
    inner = preview(visitor).get_by_role("button")
    await expect(inner).to_be_visible()
    # Past the buttons that download and copy.
    for _ in range(3):
        await visitor.page.keyboard.press("Tab")
    await visitor.page.keyboard.press("Enter")
    await expect(inner).to_have_text("Pressed")
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.page.locator("iframe")).to_have_count(0)
    await expect(visitor.button("Preview").first).to_be_focused()

    await toggle.click()
    await visitor.button("Preview").click()
    await expect(preview(visitor, "htm").get_by_text("Long")).to_be_attached()
    frames = visitor.page.locator("iframe")
    small, large = frames.first, frames.last
    await expect(small).to_have_css("height", "64px")
    await expect(large).to_have_css("height", f"{round(PHONE['height'] * 0.7)}px")
    assert await visitor.sideways_px() == 0


async def test_a_preview_stays_as_it_is_while_its_answer_goes_on_and_when_that_ends(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    before, after = asyncio.Event(), asyncio.Event()
    code = f"1. See\n\n   ```html\n   {BUTTON}\n   ```\n"
    begin, first, second, third, end = message(code, "\n   and on", "\n2. The end.")
    upstream = ScriptedUpstream()
    upstream.script([begin, first, before, second, after, third, end, COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.ask("Show me")
    await visitor.button("Preview").click()
    inner = preview(visitor).get_by_role("button")
    await inner.click()
    before.set()
    await expect(visitor.answer).to_contain_text("and on")
    await expect(inner).to_have_text("Pressed")
    after.set()
    await visitor.until_answered()
    await expect(visitor.answer).to_contain_text("The end.")
    await expect(inner).to_have_text("Pressed")


async def test_a_drawing_and_markdown_are_previewed_too(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    drawing = "<svg viewBox='0 0 9 9'><circle r='9'/><text id='t'>Round</text></svg>"
    text = "# Plan\n\nBring `tea`, [not this](javascript:alert(1)).\n\n<script>alert(1)</script>"
    visitor = await answered(
        visit, enter, tmp_path, fence("svg", drawing) + fence("markdown", text)
    )
    await visitor.button("Preview").first.click()
    await expect(preview(visitor, "svg").locator("circle")).to_be_visible()
    await visitor.button("Preview").click()
    shown = visitor.page.get_by_role("region", name="Preview of Markdown")
    await expect(shown.get_by_role("heading", name="Plan")).to_be_visible()
    await expect(shown.get_by_role("link")).to_have_count(0)
    await expect(shown).to_contain_text("<script>alert(1)</script>")
    assert await violations(visitor) == []


ATTEMPTS = """<ul></ul><script>
const tell = (what, how) => {
  const line = document.createElement('li');
  line.textContent = `${what}: ${how}`;
  document.querySelector('ul').append(line);
};
const attempt = (what, act) => {
  try { tell(what, act() === null ? 'nothing' : 'DONE'); } catch (error) { tell(what, error.name); }
};
attempt('chat', () => parent.document);
attempt('cookie', () => document.cookie);
attempt('storage', () => localStorage);
attempt('top', () => { top.location = '/setup?pwned'; return null; });
attempt('popup', () => open('/pwned'));
attempt('dialog', () => { alert('pwned'); return null; });
attempt('eval of the policy', () => new Worker('data:text/javascript,1'));
fetch('/api/session').then(() => tell('fetch', 'DONE'), () => tell('fetch', 'refused'));
const picture = new Image();
picture.onload = () => tell('picture', 'DONE');
picture.onerror = () => tell('picture', 'refused');
picture.src = '/api/session?pwned';
const form = document.createElement('form');
form.action = '/pwned';
document.body.append(form);
form.submit();
</script>"""


async def test_a_preview_reaches_nothing(visit: Visit, enter: Enter, tmp_path: Path) -> None:
    visitor = await answered(visit, enter, tmp_path, fence("html", ATTEMPTS))
    visitor.forgive("Refused|Unsafe|Blocked|Ignored call|violates|^console: CSP: ")
    address = visitor.page.url
    await visitor.button("Preview").click()
    lines = preview(visitor).get_by_role("listitem")
    await expect(lines).to_have_count(9)
    told = sorted(await lines.all_inner_texts())
    assert told == [
        "chat: SecurityError",
        "cookie: SecurityError",
        "dialog: nothing",
        "eval of the policy: DONE",
        "fetch: refused",
        "picture: refused",
        "popup: nothing",
        "storage: SecurityError",
        "top: SecurityError",
    ]
    assert visitor.page.url == address
    assert len(visitor.context.pages) == 1
    # The fixture looks for requests and dialogs.


async def test_a_preview_that_leads_its_frame_elsewhere_is_closed_and_tells_nobody(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    other = await enter(witness())
    codes = [
        fence(
            "html", f"<script>onload = () => setTimeout(() => location.href = '{target}')</script>"
        )
        for target in (f"{other.url}/?secret", "/login")
    ]
    visitor = await answered(visit, enter, tmp_path, "".join(codes))
    visitor.forgive(r"status of 404 .*chrome-error", r"Framing ", "/login", "^console: CSP: ")
    said = visitor.answer.get_by_text("closed, because it tried to go to another page")
    for number in (1, 2):
        await visitor.button("Preview").nth(number - 1).click()
        await expect(said).to_have_count(number)
        await expect(visitor.page.locator("iframe")).to_have_count(0)
    assert other.seen == []
