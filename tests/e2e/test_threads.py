"""The sidebar: what was said before is found, kept in order, carried off and brought back."""

import asyncio
import json
import re
from pathlib import Path

from playwright.async_api import expect

from tests.e2e.test_connection import CUT
from tests.e2e.visitor import DESKTOP, PHONE, Enter, Visit, Visitor
from tests.e2e.wire import wire
from tests.patience import PATIENCE_S
from tests.running import Running, running
from tests.scripted import COMPLETED, ScriptedUpstream, message, partial_message


async def chatted(visitor: Visitor, upstream: ScriptedUpstream, *questions: str) -> None:
    """A chat of its own for each of the questions, the last of which stays open."""
    for question in questions:
        upstream.script([*message(f"About {question}: yes."), COMPLETED])
        await visitor.sidebar.get_by_role("link", name="New chat").click()
        await visitor.ask(question)
        await visitor.until_answered()


async def served(enter: Enter, folder: Path) -> tuple[Running, ScriptedUpstream]:
    upstream = ScriptedUpstream()
    return await enter(running(folder, upstream)), upstream


async def test_a_chat_is_listed_with_its_first_message_and_can_be_gone_back_to(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server, upstream = await served(enter, tmp_path)
    visitor = await visit(server.url)
    await expect(visitor.sidebar).to_contain_text("Your chats will be listed here.")

    await chatted(visitor, upstream, "Oslo", "Lima")

    await expect(visitor.titles).to_have_text(["Lima", "Oslo"])
    current = visitor.sidebar.locator("[aria-current=page]")
    await expect(current).to_contain_text("Lima")
    await visitor.sidebar.get_by_role("link", name="Oslo").click()
    await expect(visitor.answer).to_contain_text("About Oslo: yes.")
    await expect(current).to_contain_text("Oslo")
    await expect(visitor.page).to_have_title("Oslo · Runstream")


async def test_a_new_title_stays_and_shows_in_every_tab(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server, upstream = await served(enter, tmp_path)
    visitor = await visit(server.url)
    await chatted(visitor, upstream, "Oslo")
    other = await visitor.new_tab("/chat/" + visitor.page.url.rsplit("/", 1)[1])
    await expect(other.titles).to_have_text(["Oslo"])

    await visitor.page.bring_to_front()
    await visitor.choose("Oslo", "Rename")
    await expect(visitor.sidebar.get_by_role("textbox", name="Title")).to_be_focused()
    await visitor.page.keyboard.type("Where I was born")
    await visitor.page.keyboard.press("Enter")

    for tab in (visitor, other):
        await expect(tab.titles).to_have_text(["Where I was born"])
        await expect(tab.page).to_have_title("Where I was born · Runstream")
    await visitor.page.reload()
    await expect(visitor.titles).to_have_text(["Where I was born"])


async def test_a_pinned_chat_stands_above_the_others(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server, upstream = await served(enter, tmp_path)
    visitor = await visit(server.url)
    await chatted(visitor, upstream, "Oslo", "Lima", "Rome")
    await expect(visitor.titles).to_have_text(["Rome", "Lima", "Oslo"])

    await visitor.choose("Oslo", "Pin")

    await expect(visitor.titles).to_have_text(["Oslo", "Rome", "Lima"])
    await expect(visitor.sidebar.get_by_role("list", name="Pinned")).to_have_text(
        re.compile("Oslo")
    )
    await visitor.page.reload()
    await visitor.choose("Oslo", "Unpin")
    await expect(visitor.titles).to_have_text(["Rome", "Lima", "Oslo"])


async def test_a_deleted_chat_is_gone_everywhere_and_comes_back_when_that_is_undone(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server, upstream = await served(enter, tmp_path)
    visitor = await visit(server.url)
    await chatted(visitor, upstream, "Oslo", "Lima")
    address = visitor.page.url
    other = await visitor.new_tab("/chat/" + address.rsplit("/", 1)[1])
    await expect(other.answer).to_contain_text("About Lima")

    await visitor.page.bring_to_front()  # A page behind another has one frame a second.
    await visitor.choose("Lima", "Delete")
    await visitor.toast.get_by_text("Chat deleted.").hover()  # It stays while one points at it.

    await expect(visitor.page).to_have_url(server.url + "/chat")
    for tab in (visitor, other):
        await expect(tab.titles).to_have_text(["Oslo"])
    await expect(other.page.get_by_role("heading", name="There is no such chat")).to_be_visible()
    await visitor.toast.get_by_role("button", name="Undo").click()
    await expect(visitor.page).to_have_url(address)
    for tab in (visitor, other):
        await expect(tab.answer).to_contain_text("About Lima")
        await expect(tab.titles).to_have_text(["Lima", "Oslo"])


async def test_words_are_found_in_titles_and_in_what_was_said(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server, upstream = await served(enter, tmp_path)
    visitor = await visit(server.url)
    upstream.script([*message("A fjord and a whale."), COMPLETED])
    await visitor.ask("Norway")
    await visitor.until_answered()
    await chatted(visitor, upstream, "Peru")
    search = visitor.sidebar.get_by_role("searchbox", name="Search chats")

    await search.fill("whale")
    await expect(visitor.titles).to_have_text(["Norway"])
    await expect(visitor.sidebar.locator("mark")).to_have_text("whale")
    await search.fill("nowhere")
    await expect(visitor.sidebar).to_contain_text("No chat matches these words.")
    await search.press("Escape")
    await expect(visitor.titles).to_have_text(["Peru", "Norway"])


async def test_a_chat_that_is_exported_can_be_imported_with_all_its_branches(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server, upstream = await served(enter, tmp_path)
    visitor = await visit(server.url, accept_downloads=True)
    await chatted(visitor, upstream, "Oslo")
    upstream.script([*message("Better."), COMPLETED])
    await visitor.button("Regenerate").click()
    await expect(visitor.answer).to_contain_text("Better.")
    await visitor.until_answered()

    async with visitor.page.expect_download() as markdown:
        await visitor.choose("Oslo", "Export as Markdown")
    async with visitor.page.expect_download() as exported:
        await visitor.choose("Oslo", "Export as JSON")
    text = Path(await (await markdown.value).path()).read_text()
    assert "Better." in text
    file = tmp_path / "chat.json"
    await (await exported.value).save_as(file)
    assert json.loads(file.read_text())["format"] == "runstream-thread"
    await visitor.choose("Oslo", "Delete")
    async with visitor.page.expect_file_chooser() as chooser:
        await visitor.button("Import a chat").click()
    await (await chooser.value).set_files(file)

    await expect(visitor.answer).to_contain_text("Better.")
    await expect(visitor.versions("2 of 2")).to_be_visible()
    await expect(visitor.titles).to_have_text(["Oslo"])
    await visitor.versions("2 of 2").get_by_role("button", name="Previous version").click()
    await expect(visitor.answer).to_contain_text("About Oslo: yes.")


NO_CHATS = (
    ("# Notes", "it is not JSON, or its end is missing"),
    ('{"a": 1}', "it is no exported chat"),
    ("[1]", "it is no exported chat"),
    (
        '{"thread": {"id": "t", "created_at": 0, "updated_at": 0}, "version": 9}',
        "of another version",
    ),
    (
        '{"thread": {"id": "t", "title": "", "head_id": "i", "created_at": 0, "updated_at": 0},'
        ' "items": [{"type": "song"}]}',
        "it is damaged",
    ),
)


async def test_a_file_that_is_no_chat_says_so_and_what_is_one(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server, _ = await served(enter, tmp_path)
    visitor = await visit(server.url)
    visitor.forgive("status of 4")
    for number, (content, why) in enumerate(NO_CHATS):
        file = tmp_path / f"other-{number}.json"
        file.write_text(content)
        async with visitor.page.expect_file_chooser() as chooser:
            await visitor.button("Import a chat").click()
        await (await chooser.value).set_files(file)

        await expect(visitor.toast).to_contain_text(f"“{file.name}” was not imported: ")
        await expect(visitor.toast).to_contain_text(why)
        await expect(visitor.toast).to_contain_text("“Export as JSON” in the menu of a chat")
        await expect(visitor.page).to_have_url(server.url + "/chat")


async def test_a_chat_in_the_background_shows_that_it_is_being_answered(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server, upstream = await served(enter, tmp_path)
    visitor = await visit(server.url)
    await chatted(visitor, upstream, "Oslo")
    go_on = asyncio.Event()
    upstream.script([*partial_message("Half "), go_on, COMPLETED])
    await visitor.sidebar.get_by_role("link", name="New chat").click()
    await visitor.ask("Lima")
    await expect(visitor.answer).to_contain_text("Half")
    other = await visitor.new_tab("/chat")
    running_mark = "An answer is being written"

    await visitor.sidebar.get_by_role("link", name="Oslo").click()
    for tab in (visitor, other):
        thread = tab.sidebar.locator(".thread", has_text="Lima")
        await expect(thread.get_by_text(running_mark)).to_be_attached()
        await expect(thread.locator(".thread__running")).to_be_visible()
    go_on.set()
    for tab in (visitor, other):
        await expect(tab.sidebar.locator(".thread__running:visible")).to_have_count(0)


async def test_more_chats_are_listed_as_one_scrolls(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server, upstream = await served(enter, tmp_path)
    visitor = await visit(server.url, accept_downloads=True)
    await chatted(visitor, upstream, "Oslo")
    async with visitor.page.expect_download() as download:
        await visitor.choose("Oslo", "Export as JSON")
    exported = json.loads(Path(await (await download.value).path()).read_text())
    for number in range(120):
        exported["thread"]["title"] = f"Chat {number}"
        answer = await visitor.context.request.post(
            server.url + "/api/threads", data=exported, headers={"Origin": server.url}
        )
        assert answer.status == 201
    await visitor.page.reload()
    await expect(visitor.titles).to_have_count(50)

    await visitor.sidebar.locator(".sidebar__scroller").hover()
    async with asyncio.timeout(PATIENCE_S):
        while await visitor.titles.count() < 121:
            await visitor.page.mouse.wheel(0, 3_000)
    await expect(visitor.titles).to_have_count(121)
    await visitor.titles.last.scroll_into_view_if_needed()
    await visitor.sidebar.get_by_role("button", name="Options of").last.click()
    await expect(visitor.page.get_by_role("menu")).to_be_in_viewport(ratio=1)


async def test_the_list_is_there_again_when_the_wire_is(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server, upstream = await served(enter, tmp_path)
    between = await enter(wire(server.url))
    visitor = await visit(between.url)
    visitor.forgive(CUT)
    await chatted(visitor, upstream, "Oslo")
    await expect(visitor.titles).to_have_text(["Oslo"])
    await between.cut()
    await expect(visitor.connection).to_contain_text("Connection lost")

    await visitor.choose("Oslo", "Rename")
    await expect(visitor.sidebar.get_by_role("textbox", name="Title")).to_be_focused()
    await visitor.page.keyboard.type("Norway")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.toast).to_contain_text("The server does not answer.")
    await between.mend()
    await visitor.try_now()

    await expect(visitor.titles).to_have_text(["Oslo"])
    await expect(visitor.sidebar.locator(".sidebar__note")).to_be_empty()


async def test_on_a_phone_the_sidebar_is_a_drawer_that_holds_the_focus(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server, upstream = await served(enter, tmp_path)
    visitor = await visit(server.url, viewport=PHONE)
    upstream.script([*message("Yes."), COMPLETED])
    await visitor.ask("Oslo")
    await visitor.until_answered()
    await expect(visitor.sidebar).to_be_hidden()
    toggle = visitor.page.get_by_role("button", name="Chats")

    await toggle.click()
    await expect(visitor.page.get_by_role("dialog", name="Chats")).to_be_visible()
    for _ in range(12):
        await visitor.page.keyboard.press("Tab")
        assert await visitor.evaluate(
            "document.activeElement === document.body"
            " || document.activeElement.closest('#sidebar') !== null"
        )
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.sidebar).to_be_hidden()
    await expect(toggle).to_be_focused()

    await toggle.click()
    await expect(visitor.page.get_by_role("dialog", name="Chats")).to_be_visible()
    await visitor.page.mouse.click(PHONE["width"] - 10, 400)
    await expect(visitor.sidebar).to_be_hidden()
    await toggle.click()
    await visitor.sidebar.get_by_role("link", name="Oslo").click()
    await expect(visitor.sidebar).to_be_hidden()
    await expect(visitor.composer).to_be_enabled()


async def test_beside_the_chat_it_stays_closed_until_it_is_opened(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server, _ = await served(enter, tmp_path)
    visitor = await visit(server.url)
    toggle = visitor.page.get_by_role("button", name="Chats")
    await expect(visitor.sidebar).to_be_visible()

    await toggle.click()
    await expect(visitor.sidebar).to_be_hidden()
    await visitor.page.reload()
    await expect(toggle).to_have_attribute("aria-expanded", "false")
    await expect(visitor.sidebar).to_be_hidden()
    await expect(visitor.page.get_by_role("link", name="New chat")).to_be_visible()
    await toggle.click()
    await expect(visitor.sidebar).to_be_visible()


async def test_the_list_and_its_menu_need_no_mouse(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server, upstream = await served(enter, tmp_path)
    visitor = await visit(server.url)
    await chatted(visitor, upstream, "Oslo", "Lima")
    await expect(visitor.titles).to_have_text(["Lima", "Oslo"])
    keyboard = visitor.page.keyboard
    await visitor.sidebar.get_by_role("searchbox").focus()

    await keyboard.press("Tab")
    await expect(visitor.sidebar.get_by_role("link", name="Lima")).to_be_focused()
    await keyboard.press("ArrowDown")
    await expect(visitor.sidebar.get_by_role("link", name="Oslo")).to_be_focused()
    await keyboard.press("Tab")
    await keyboard.press("Enter")
    await expect(visitor.page.get_by_role("menuitem", name="Rename")).to_be_focused()
    await keyboard.press("ArrowUp")
    await keyboard.press("Enter")
    await expect(visitor.toast).to_contain_text("Chat deleted.")
    await expect(visitor.titles).to_have_text(["Lima"])
    await expect(visitor.sidebar.get_by_role("link", name="Lima")).to_be_focused()


async def test_a_draft_stays_with_its_chat(visit: Visit, enter: Enter, tmp_path: Path) -> None:
    server, upstream = await served(enter, tmp_path)
    visitor = await visit(server.url)
    await chatted(visitor, upstream, "Oslo", "Lima")
    await visitor.composer.fill("Half a thought")

    await visitor.page.reload()
    await expect(visitor.composer).to_have_value("Half a thought")
    await visitor.sidebar.get_by_role("link", name="Oslo").click()
    await expect(visitor.answer).to_contain_text("About Oslo")
    await expect(visitor.composer).to_have_value("")
    await visitor.sidebar.get_by_role("link", name="Lima").click()
    await expect(visitor.composer).to_have_value("Half a thought")


async def test_a_notice_lies_above_a_composer_that_has_grown(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server, upstream = await served(enter, tmp_path)
    visitor = await visit(server.url)
    await chatted(visitor, upstream, "Oslo", "Lima")
    await visitor.composer.fill("line\n" * 12)
    await visitor.choose("Oslo", "Delete")
    await visitor.toast.get_by_role("button", name="Undo").focus()  # It stays meanwhile.
    for size in (DESKTOP, PHONE):
        await visitor.page.set_viewport_size({"width": size["width"], "height": size["height"]})
        await visitor.page.wait_for_function(
            """() => {
              const box = (selector) => document.querySelector(selector).getBoundingClientRect();
              return box('.toast__body').bottom <= box('.composer__box').top;
            }"""
        )
