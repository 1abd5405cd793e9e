"""A reader says what is thought of an answer, by keyboard and by touch."""

import json
from pathlib import Path

from playwright.async_api import Page, expect

from tests.e2e.test_accessibility import violations
from tests.e2e.visitor import PHONE, Enter, Visit
from tests.rest import rest
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, message


async def expect_thumbs(page: Page, *, up: bool, down: bool) -> None:
    for name, pressed in (("Good answer", up), ("Bad answer", down)):
        thumb = page.get_by_role("button", name=name)
        await expect(thumb).to_have_attribute("aria-pressed", str(pressed).lower())


async def test_thumbs_and_a_comment_are_kept_shown_in_other_tabs_and_taken_back(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("Four."), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, reduced_motion="reduce")
    page = visitor.page
    await visitor.ask("Two and two?")
    await visitor.until_answered()
    await expect_thumbs(page, up=False, down=False)
    other = await visitor.new_tab(page.url.removeprefix(server.url))

    up = page.get_by_role("button", name="Good answer")
    await up.focus()
    await page.keyboard.press("Enter")
    await expect_thumbs(page, up=True, down=False)
    await expect(up).to_be_focused()
    await expect_thumbs(other.page, up=True, down=False)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect_thumbs(other.page, up=False, down=True)

    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Add a comment")).to_be_focused()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Your comment on this answer")
    await expect(dialog).to_contain_text("Whoever runs this server can read it")
    await page.keyboard.type("It is five.")
    await page.keyboard.press("Control+Enter")
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("button", name="Edit comment")).to_be_focused()
    assert await violations(visitor) == []

    await page.reload()
    await expect_thumbs(page, up=False, down=True)
    comment = page.get_by_role("button", name="Edit comment")
    await expect(comment).to_have_attribute("title", "It is five.")
    http = await enter(rest(server.url))
    [rated] = map(json.loads, (await http.get("/api/feedback")).text.splitlines())
    assert (rated["question"], rated["answer"]) == ("Two and two?", "Four.")
    assert rated["run"]["feedback"]["comment"] == "It is five."

    await page.get_by_role("button", name="Bad answer").click()
    await expect_thumbs(page, up=False, down=False)
    await expect(comment).to_be_hidden()
    await expect_thumbs(other.page, up=False, down=False)
    assert (await http.get("/api/feedback")).text == ""


async def test_on_a_phone_all_of_it_is_in_reach_and_a_failure_is_told(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("Four."), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, viewport=PHONE, has_touch=True, reduced_motion="reduce")
    page = visitor.page
    await visitor.ask("Two and two?")
    await visitor.until_answered()
    await page.get_by_role("button", name="Bad answer").tap()
    await expect(page.get_by_role("button", name="Add a comment")).to_be_in_viewport(ratio=1)
    assert await visitor.sideways_px() == 0
    assert await violations(visitor, PHONE) == []

    visitor.forgive("status of 503", "ERR_FAILED")
    await page.route("**/feedback", lambda route: route.abort())
    await page.get_by_role("button", name="Good answer").tap()
    await expect(page.get_by_text("The server does not answer")).to_be_visible()
    await expect_thumbs(page, up=False, down=True)
    await page.unroute("**/feedback")
    await page.get_by_role("button", name="Good answer").tap()
    await expect_thumbs(page, up=True, down=False)
    await expect(page.get_by_text("The server does not answer")).to_be_hidden()
