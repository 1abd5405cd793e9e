"""Everything without a mouse, and through an input method."""

import asyncio
from pathlib import Path

from playwright.async_api import expect

from backend.upstreams.demo import DemoUpstream
from tests.e2e.visitor import PHONE, Enter, Visit
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
    for _ in range(17):
        await visitor.page.keyboard.press("Tab")
        order.append((await visitor.evaluate(FOCUSED)).strip())

    assert order[:6] == ["Chats", "Runstream", "Find", "Tools", "Setup", "Theme: auto"]
    assert order[6:9] == ["New chat", "thread-search", "Import a chat"]
    assert order[9:12] == ["Connect a model", "Hide this notice", "Chat"]
    assert [text.startswith(start) for text, start in zip(
        order[12:15], ["Weather in two places", "A long answer", "What it can do"], strict=True
    )] == [True] * 3  # fmt: skip
    assert order[15:] == ["Attach files", "composer-input"]


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
    is_focused = "button => button === document.activeElement"
    for _ in range(9):
        await keyboard.press("Shift+Tab")
        if await card.evaluate(is_focused):
            break
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


async def test_the_palette_leads_to_commands_chats_settings_and_tools(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("Oak and elm."), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    page, keyboard = visitor.page, visitor.page.keyboard
    await visitor.ask("Which trees?")
    await visitor.until_answered()
    chat = page.url
    found = page.get_by_role("listbox", name="Found").get_by_role("option")
    marked = page.locator(".palette [aria-selected=true]")

    async def find(words: str) -> None:
        await keyboard.press("Control+K")
        await expect(page.get_by_role("combobox", name="Find")).to_be_focused()
        await keyboard.type(words)

    await find("code interp")
    await expect(marked).to_have_text("Code interpreter")
    await keyboard.press("Enter")
    section = page.get_by_role("region", name="6. Code interpreter")
    await expect(section.locator(":focus")).to_have_count(1)

    await find("elm")
    await expect(found).to_have_count(1)
    await keyboard.press("Enter")
    await expect(page).to_have_url(chat)

    await find("get_weather")
    await expect(marked).to_contain_text("get_weather")
    await keyboard.press("Enter")
    await expect(page).to_have_url(f"{server.url}/tools/get_weather")

    await find("")
    await keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await keyboard.press("Control+Shift+O")
    await expect(page).to_have_url(f"{server.url}/chat")


async def test_every_key_of_a_chat_does_what_the_list_of_keys_says(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("Oak and elm."), COMPLETED])
    upstream.script([asyncio.Event()])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, permissions=["clipboard-read", "clipboard-write"])
    page, keyboard = visitor.page, visitor.page.keyboard
    await visitor.ask("Which trees?")
    await visitor.until_answered()

    await keyboard.press("Control+Shift+C")
    await visitor.until_copied("Oak and elm.")
    await keyboard.press("ArrowUp")
    await expect(visitor.editor).to_be_focused()
    await keyboard.press("Escape")
    await expect(visitor.editor).to_have_count(0)

    # Characters are keys only outside fields.
    await keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await expect(page.get_by_role("dialog").locator("dt")).to_have_count(7)
    await keyboard.press("Escape")
    await keyboard.press("/")
    await expect(visitor.composer).to_be_focused()
    await keyboard.type("/?")
    await expect(visitor.composer).to_have_value("/?")

    await visitor.ask("And shrubs?")
    await expect(visitor.stop).to_be_visible()
    await keyboard.press("Escape")
    await expect(visitor.transcript.get_by_text("Stopped.")).to_be_visible()
    await expect(visitor.composer).to_be_focused()


async def test_on_a_touch_screen_enter_begins_a_line(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url, viewport=PHONE, has_touch=True)
    await visitor.composer.fill("One")
    await visitor.composer.press("Enter")
    await visitor.page.keyboard.type("two")
    await expect(visitor.composer).to_have_value("One\ntwo")
    await visitor.button("Send message").tap()
    await expect(visitor.page.locator(".message--user p")).to_have_text("One\ntwo")
