"""The focus is never lost: whatever goes that had it, a keyboard goes on from a place near by."""

import asyncio
from pathlib import Path

from playwright.async_api import Locator, expect

from backend.domain.items import RunError
from backend.upstreams.demo import DemoUpstream
from backend.upstreams.events import RunEnded
from tests.e2e.samples import text
from tests.e2e.visitor import Enter, Visit
from tests.patience import PATIENCE_S
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, message, partial_message

FAILED = RunEnded("failed", RunError(code="upstream_broken", message="It broke. Try again."))


async def press(control: Locator, key: str = "Enter") -> None:
    await control.focus()
    await control.press(key)


async def test_stop_retry_edit_and_a_cancelled_edit_leave_it_in_the_chat(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*partial_message("Half "), asyncio.Event()])
    upstream.script([*partial_message("Half "), FAILED])
    upstream.script([*message("A whole answer."), COMPLETED])
    upstream.script([*message("Another."), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.ask("Tell me")
    await expect(visitor.answer).to_contain_text("Half")

    # A button that was just put under a double click on Send takes no press yet, and Enter in an
    # empty composer does nothing.
    await visitor.stop.focus()
    async with asyncio.timeout(PATIENCE_S):
        while await visitor.stop.count():
            await visitor.page.keyboard.press("Enter")
    await visitor.until_answered()
    await expect(visitor.composer).to_be_focused()

    await press(visitor.button("Try again"))
    await expect(visitor.page.locator(".run-end--error")).to_be_visible()
    await expect(visitor.composer).to_be_focused()
    await press(visitor.button("Try again"))
    await expect(visitor.answer).to_contain_text("A whole answer.")
    await expect(visitor.composer).to_be_focused()

    edit = visitor.page.locator(".message__edit")
    await press(edit)
    await expect(visitor.editor).to_be_focused()
    await visitor.page.keyboard.press("Escape")
    await expect(edit).to_be_focused()
    await press(edit)
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.answer).to_contain_text("Another.")
    await expect(visitor.composer).to_be_focused()


async def test_a_message_that_waits_and_a_file_leave_it_in_the_chat(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*partial_message("Half "), asyncio.Event()])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.ask("Tell me")
    await expect(visitor.answer).to_contain_text("Half")
    await visitor.ask("And more")
    await press(visitor.pending.get_by_role("button", name="Remove"))
    await expect(visitor.pending).to_have_count(0)
    await expect(visitor.composer).to_be_focused()

    await visitor.attach(text("a.txt"))
    await expect(visitor.chips).to_have_count(1)
    await press(visitor.button("Remove a.txt"))
    await expect(visitor.chips).to_have_count(0)
    await expect(visitor.button("Attach files")).to_be_focused()


async def test_notices_menus_dialogs_and_deleted_chats_leave_it_near_by(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url)
    page = visitor.page
    await press(visitor.button("Hide this notice"))
    await expect(visitor.composer).to_be_focused()

    await visitor.ask("What can you do?")
    await visitor.until_answered()
    options = visitor.sidebar.get_by_role("button", name="Options of")
    await press(options)
    await expect(page.get_by_role("menu")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(options).to_be_focused()

    find = visitor.button("Find")
    await press(find)
    await expect(page.get_by_role("combobox", name="Find")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(find).to_be_focused()

    await press(options)
    await page.keyboard.press("End")
    await page.keyboard.press("Enter")
    await expect(visitor.titles).to_have_count(0)
    await expect(page).to_have_url(server.url + "/chat")
    await expect(visitor.composer).to_be_focused()

    undo = visitor.toast.get_by_role("button", name="Undo")
    await press(undo)
    await expect(visitor.titles).to_have_count(1)
    await expect(visitor.composer).to_be_focused()


async def test_what_goes_with_its_control_leaves_it_in_the_part_around(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url, "/setup")
    await visitor.unfold()
    section = visitor.page.get_by_role("region", name="2. API key")
    save = section.get_by_role("button", name="Save key")
    await save.focus()

    # As a section does once it is drawn anew without this control.
    await save.evaluate("element => element.remove()")

    await expect(section).to_be_focused()
    await (
        visitor.page.get_by_role("link", name="Chats")
        .or_(visitor.page.get_by_role("link", name="New chat"))
        .first.focus()
    )
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.composer).to_be_focused()
