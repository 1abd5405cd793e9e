"""Everything without a mouse, and through an input method."""

from pathlib import Path

from playwright.async_api import expect

from backend.upstreams.demo import DemoUpstream
from tests.e2e.visitor import Enter, Visit
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message

FOCUSED = """(() => {
  const element = document.activeElement;
  return element.getAttribute('aria-label') ?? element.id ?? element.textContent;
})() || document.activeElement.textContent"""


async def test_tab_leads_through_the_page_in_reading_order(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url)
    await expect(visitor.page.get_by_text("This is the demo")).to_be_visible()
    await expect(visitor.composer).to_be_focused()
    await visitor.page.locator(".skip-link").focus()

    order = []
    for _ in range(14):
        await visitor.page.keyboard.press("Tab")
        order.append((await visitor.evaluate(FOCUSED)).strip())

    assert order[:4] == ["Chats", "Runstream", "Setup", "Theme: auto"]
    assert order[4:7] == ["New chat", "thread-search", "Import a chat"]
    assert order[7:9] == ["Connect a model", "Chat"]
    assert [text.startswith(start) for text, start in zip(
        order[9:12], ["Weather in two places", "A long answer", "What it can do"], strict=True
    )] == [True] * 3  # fmt: skip
    assert order[12:] == ["Attach files", "composer-input"]


async def test_the_skip_link_leads_past_the_header(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url, "/setup")
    skip = visitor.page.get_by_role("link", name="Skip to the content")
    await skip.focus()
    await expect(skip).to_be_in_viewport()

    await skip.press("Enter")

    await expect(visitor.page.locator("main")).to_be_focused()
    assert visitor.page.url == server.url + "/setup"


async def test_enter_sends_and_shift_enter_begins_a_line(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*calls(("get_weather", '{"location": "Oslo", "dates": []}'))],
                    [*message("Fine."), COMPLETED])  # fmt: skip
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    keyboard = visitor.page.keyboard
    height_px = "document.querySelector('textarea').offsetHeight"
    height = await visitor.evaluate(height_px)

    await keyboard.type("First line")
    await keyboard.press("Shift+Enter")
    await keyboard.type("second line")
    assert await visitor.evaluate(height_px) > height
    await keyboard.press("Enter")

    await expect(visitor.page.locator(".message--user p")).to_have_text("First line\nsecond line")
    await visitor.until_answered()
    await expect(visitor.composer).to_be_focused()
    await expect(visitor.composer).to_have_value("")
    await keyboard.press("Enter")
    await expect(visitor.page.locator(".message--user")).to_have_count(1)

    card = visitor.tool_call("get_weather").get_by_role("button")
    await expect(card).to_have_attribute("aria-expanded", "false")
    for _ in range(5):
        await keyboard.press("Shift+Tab")
    await expect(card).to_be_focused()
    await keyboard.press("Enter")
    await expect(card).to_have_attribute("aria-expanded", "true")
    await expect(visitor.page.get_by_label("Arguments of get_weather")).to_contain_text("Oslo")


async def test_enter_that_ends_a_composition_does_not_send(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("はい"), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    method = await visitor.context.new_cdp_session(visitor.page)
    await visitor.composer.focus()

    await method.send(
        "Input.imeSetComposition", {"text": "にほん", "selectionStart": 3, "selectionEnd": 3}
    )
    taken_key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    await method.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **taken_key})
    await method.send("Input.dispatchKeyEvent", {"type": "keyUp", **taken_key})
    await method.send("Input.insertText", {"text": "日本"})
    await expect(visitor.composer).to_have_value("日本")
    await expect(visitor.page.locator(".message--user")).to_have_count(0)
    await visitor.page.keyboard.press("Enter")

    await expect(visitor.page.locator(".message--user p")).to_have_text("日本")
    await visitor.until_answered()
    assert len(upstream.sessions) == 1
