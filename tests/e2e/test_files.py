"""Files: attached to messages, and known to the assistant."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

from playwright.async_api import expect

from backend.domain.items import UserMessage
from tests.e2e.samples import pdf, picture, sample, text
from tests.e2e.test_accessibility import violations
from tests.e2e.test_layout import too_wide
from tests.e2e.visitor import NARROW, Enter, Visit, Visitor
from tests.e2e.wire import wire
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, message

REFUSED = r"Failed to load resource: the server responded with a status of 4\d\d"
CUT = r"ERR_CONNECTION|ERR_EMPTY_RESPONSE|WebSocket connection|ERR_NETWORK"


async def known(visitor: Visitor, purpose: str = "attachment") -> list[dict[str, Any]]:
    """What the server has."""
    answer = await visitor.context.request.get(f"{visitor.url}/api/files?purpose={purpose}")
    files: list[dict[str, Any]] = (await answer.json())["files"]
    return files


async def test_files_that_were_not_sent_are_there_again_after_a_look_elsewhere(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("Two files."), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.attach(picture("plot.png"), text("notes.txt"))
    offer = "Say what to do, or just send: “What is in these files?”"
    await expect(visitor.page.get_by_text(offer)).to_be_visible()
    await expect(visitor.page.locator(".chip[data-stage=done]")).to_have_count(2)
    await visitor.page.get_by_role("link", name="Setup").click()
    await expect(visitor.page.get_by_role("heading", name="Setup", exact=True)).to_be_visible()
    await visitor.page.go_back()
    await expect(visitor.chips).to_have_count(2)
    await visitor.page.reload()
    await expect(visitor.chips.locator("img")).to_have_js_property("naturalWidth", 320)
    await visitor.page.get_by_role("button", name="Send message").click()
    await visitor.until_answered()
    await expect(visitor.chips).to_have_count(0)
    asked = upstream.sessions[0].request.history[-1]
    assert isinstance(asked, UserMessage)
    assert asked.text == "What is in these files?"
    assert [file.name for file in asked.files] == ["plot.png", "notes.txt"]


async def test_files_go_with_a_message_and_come_back_with_it(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("A gradient."), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.attach(
        picture("plot.png"), sample("rain.csv", b"city,mm\nOslo,763\n", "text/csv")
    )
    await expect(visitor.chips).to_have_count(2)
    offer = "Say what to do, or just send: “What is in these files?”"
    await expect(visitor.page.get_by_text(offer)).to_be_visible()

    await visitor.ask("What is this?")
    await visitor.until_answered()

    await expect(visitor.chips).to_have_count(0)
    asked = upstream.sessions[0].request.history[-1]
    assert isinstance(asked, UserMessage)
    assert [(file.name, file.media_type) for file in asked.files] == [
        ("plot.png", "image/png"),
        ("rain.csv", "text/csv"),
    ]
    for again in (False, True):
        if again:
            await visitor.page.reload()
        question = visitor.page.locator(".message--user")
        await expect(question.get_by_role("button", name="plot.png")).to_be_visible()
        image = question.get_by_role("img", name="plot.png")
        await expect(image).to_have_js_property("naturalWidth", 320)
        link = question.get_by_role("link", name="rain.csv")
        await expect(link).to_contain_text("CSV, 17 bytes")
        async with visitor.page.expect_download() as downloading:
            await link.click()
        download = await downloading.value
        assert download.suggested_filename == "rain.csv"
        assert Path(await download.path()).read_bytes() == b"city,mm\nOslo,763\n"


async def test_a_picture_is_looked_at_in_large_and_left_again_by_keyboard(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("A gradient."), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, reduced_motion="reduce")
    await visitor.attach(picture("plot.png"))
    await expect(visitor.chips.get_by_role("img")).to_have_count(0)  # The name is beside it.
    await visitor.ask("What is this?")
    await visitor.until_answered()

    button = visitor.page.get_by_role("button", name="plot.png")
    await button.press("Enter")
    dialog = visitor.page.get_by_role("dialog", name="plot.png")
    await expect(dialog.get_by_role("img", name="plot.png")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    assert await violations(visitor) == []

    await visitor.page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(button).to_be_focused()


HAND_OVER = """(() => {
  const data = new DataTransfer();
  data.items.add(new File(['dropped'], 'dropped.txt', {type: 'text/plain'}));
  data.items.add(new File(['too'], 'too.md'));
  const fire = (target, event) => document.querySelector(target).dispatchEvent(event);
  const drag = (type) => fire('.composer', new DragEvent(type,
    {bubbles: true, cancelable: true, dataTransfer: data}));
  const paste = new ClipboardEvent('paste', {bubbles: true, cancelable: true, clipboardData: data});
  return WAY;
})()"""


async def test_files_can_be_dropped_on_the_chat_and_pasted(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, ScriptedUpstream()))
    visitor = await visit(server.url)
    over = visitor.page.get_by_text("Drop files to attach them")

    await visitor.evaluate(HAND_OVER.replace("WAY", "drag('dragenter')"))
    await expect(over).to_be_visible()
    # False says that the page takes it, and the browser need not.
    taken = await visitor.evaluate(HAND_OVER.replace("WAY", "[drag('dragover'), drag('drop')]"))
    assert taken == [False, False]
    await expect(over).to_be_hidden()
    await expect(visitor.chips).to_contain_text(["dropped.txt", "too.md"])
    await expect(visitor.composer).to_be_focused()

    await visitor.evaluate(HAND_OVER.replace("WAY", "fire('textarea', paste)"))
    await expect(visitor.page.locator('.chip[data-stage="done"]')).to_have_count(4)
    assert sorted(file["name"] for file in await known(visitor)) == [
        "dropped.txt",
        "dropped.txt",
        "too.md",
        "too.md",
    ]


async def test_a_slow_upload_shows_how_far_it_is_holds_the_message_back_and_can_be_cancelled(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("Read."), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    between = await enter(wire(server.url))
    visitor = await visit(between.url)
    visitor.forgive(r"ERR_ABORTED")
    await visitor.attach(text("short.txt"))
    await expect(visitor.chips).to_have_attribute("data-stage", "done")
    between.stem()
    (tmp_path / "long.txt").write_text("It rained in Oslo.\n" * 500_000)
    await visitor.attach(tmp_path / "long.txt")

    long = visitor.chips.nth(1)
    await expect(long).to_contain_text(re.compile(r"\d+ % of 9\.1 MB"))
    await expect(long.get_by_role("progressbar")).to_be_visible()
    await visitor.ask("Read this")
    await expect(visitor.button("Send")).to_be_disabled()
    await expect(visitor.page.locator(".message--user")).to_have_count(0)
    await expect(
        visitor.page.get_by_text("Your message will be sent when its files are uploaded.")
    ).to_be_visible()

    is_upload = lambda request: request.method == "POST"  # noqa: E731
    async with visitor.page.expect_event("requestfailed", is_upload) as failing:
        await visitor.button("Cancel long.txt").click()
    assert (await failing.value).failure == "net::ERR_ABORTED"
    between.release()
    await visitor.until_answered()
    assert [file["name"] for file in await known(visitor)] == ["short.txt"]


async def test_what_is_not_supported_is_refused_by_the_page_or_else_by_the_server(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("Read."), COMPLETED])
    server = await enter(running(tmp_path, upstream, max_file_bytes=1_000))
    visitor = await visit(server.url)
    visitor.forgive(REFUSED)
    await visitor.attach(
        text("large.txt", "x" * 2_000),
        sample("tool.exe", b"MZ\0\3"),
        sample("empty.txt", b""),
        sample("no-picture.png", b"It is text.", "image/png"),
        text("fine.txt"),
    )

    await expect(visitor.chips).to_have_count(5)
    for number, reason in enumerate(
        (
            "The file is too large: 2.0 KB. The limit is 1000 bytes.",
            "tool.exe is of a type that is not accepted.",
            "The file is empty.",
            "no-picture.png has the extension of a picture, but is not",
        )
    ):
        await expect(visitor.chips.nth(number)).to_contain_text(reason)
    await visitor.ask("Read this")
    await expect(visitor.page.locator(".message--user")).to_have_count(0)
    for name in ("large.txt", "tool.exe", "empty.txt", "no-picture.png"):
        await visitor.button(f"Remove {name}").click()
    await visitor.ask("Read this")
    await visitor.until_answered()
    await expect(visitor.page.get_by_role("link", name="fine.txt")).to_be_visible()


async def test_an_upload_that_the_network_broke_off_is_tried_again(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("Read."), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    between = await enter(wire(server.url))
    visitor = await visit(between.url)
    visitor.forgive(CUT)
    await visitor.attach(text("before.txt"))
    await expect(visitor.chips).to_have_attribute("data-stage", "done")
    await between.cut()

    await visitor.attach(text("notes.txt"))
    await expect(visitor.chips.nth(1)).to_contain_text("The upload was interrupted.")
    await between.mend()
    await visitor.try_now()
    await visitor.button("Try notes.txt again").click()
    await expect(visitor.chips.nth(1)).to_have_attribute("data-stage", "done")
    await visitor.ask("Read this")
    await visitor.until_answered()

    asked = upstream.sessions[0].request.history[-1]
    assert isinstance(asked, UserMessage)
    assert [file.name for file in asked.files] == ["before.txt", "notes.txt"]


async def test_a_message_in_the_outbox_keeps_its_files_over_a_reload(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    go_on = asyncio.Event()
    upstream.script([go_on, *message("First."), COMPLETED])
    upstream.script([*message("Second."), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.ask("Think long")
    await expect(visitor.stop).to_be_visible()
    await visitor.attach(text("notes.txt"))
    await expect(visitor.chips).to_have_attribute("data-stage", "done")
    await visitor.ask("And read this")
    await expect(visitor.pending.get_by_role("link", name="notes.txt")).to_be_visible()

    await visitor.page.reload()
    await expect(visitor.pending.get_by_role("link", name="notes.txt")).to_be_visible()
    go_on.set()
    await visitor.until_answered(2)

    asked = upstream.sessions[1].request.history[-1]
    assert isinstance(asked, UserMessage)
    assert [file.name for file in asked.files] == ["notes.txt"]


async def test_the_paper_clip_and_the_chips_work_without_a_mouse_and_are_named(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, ScriptedUpstream()))
    visitor = await visit(server.url, reduced_motion="reduce")
    visitor.forgive(REFUSED)
    async with visitor.page.expect_file_chooser() as choosing:
        # Keys alone may overtake the word to the page that its choosers are awaited here.
        await visitor.button("Attach files").press("Enter")
    chooser = await choosing.value
    assert chooser.is_multiple()
    await chooser.set_files([text("notes.txt"), picture(), sample("tool.exe", b"MZ\0\3")])
    await expect(visitor.chips).to_have_count(3)
    await expect(visitor.chips.nth(2)).to_have_attribute("data-stage", "failed")
    await expect(visitor.chips.nth(1)).to_have_attribute("data-stage", "done")

    assert await violations(visitor) == []
    await visitor.button("Remove tool.exe").press("Enter")
    await expect(visitor.chips).to_have_count(2)
    await expect(visitor.button("Attach files")).to_be_focused()


# Knowledge


async def add(visitor: Visitor, *files: Any) -> None:
    async with visitor.page.expect_file_chooser() as choosing:
        await visitor.button("Add files…").click()
    await (await choosing.value).set_files(files)


async def test_knowledge_is_added_read_by_itself_and_removed(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, ScriptedUpstream()))
    visitor = await visit(server.url, "/setup", reduced_motion="reduce")
    panel = visitor.page.get_by_role("region", name="5. Files")
    await expect(panel.get_by_text("There are no files yet.")).to_be_visible()
    await expect(panel.get_by_text("They are kept and read on this server.")).to_be_visible()

    visitor.forgive(REFUSED)
    await add(
        visitor,
        pdf("rules.pdf", "Page one.", "Thirty days of leave."),
        sample("broken.pdf", b"%PDF-1.4 and nothing more", "application/pdf"),
        text("notes.txt"),
        sample("tool.exe", b"MZ\0\3"),
        picture(),
    )
    row = panel.get_by_role("listitem")
    await expect(row.filter(has_text="rules.pdf")).to_contain_text("Ready")
    await expect(row.filter(has_text="notes.txt")).to_contain_text("Ready")
    await expect(row.filter(has_text="broken.pdf")).to_contain_text("damaged or no PDF")
    await expect(row.filter(has_text="tool.exe")).to_contain_text("is not accepted")
    await expect(row.filter(has_text="plot.png")).to_contain_text("Attach it to a message instead.")
    assert await violations(visitor) == []

    await visitor.button("Remove tool.exe").click()
    await visitor.button("Remove plot.png").click()
    await visitor.button("Read broken.pdf again").click()
    await expect(row.filter(has_text="broken.pdf")).to_contain_text("damaged or no PDF")
    await visitor.button("Delete broken.pdf").click()
    await expect(row).to_have_count(2)
    assert len(await known(visitor, "knowledge")) == 2

    await visitor.button("Delete all…").click()
    await expect(visitor.button("Keep them")).to_be_focused()
    await visitor.button("Keep them").click()
    await visitor.button("Delete all…").click()
    await panel.get_by_role("button", name="Delete all", exact=True).click()
    await expect(panel.get_by_text("There are no files yet.")).to_be_visible()
    await expect(visitor.button("Add files…")).to_be_focused()
    assert await known(visitor, "knowledge") == []


async def test_many_files_come_page_by_page_newest_first(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, ScriptedUpstream()))
    visitor = await visit(server.url, "/setup")
    for first in range(0, 60, 10):
        part = [text(f"file-{number:02}.txt") for number in range(first, first + 10)]
        await add(visitor, *part)
        await expect(
            visitor.page.get_by_role("link", name=f"file-{first + 9:02}.txt")
        ).to_be_visible()
    await expect(visitor.page.locator('.setup-row[data-status="sending"]')).to_have_count(0)

    await visitor.page.reload()
    rows = visitor.page.get_by_role("region", name="5. Files").get_by_role("listitem")
    await expect(rows).to_have_count(50)
    await expect(rows.first).to_contain_text("file-5")
    await visitor.button("Show more").click()
    await expect(rows).to_have_count(60)
    await expect(visitor.button("Show more")).to_be_hidden()


async def test_files_at_360_px_do_not_scroll_sideways(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("Read."), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    long = "Donaudampfschifffahrtsgesellschaft" * 5
    visitor = await visit(server.url, "/setup", viewport=NARROW, has_touch=True)
    await visitor.unfold()
    await add(visitor, text(f"{long}.txt"))
    await expect(visitor.page.get_by_text("Ready")).to_be_visible()
    assert await visitor.sideways_px() == 0
    assert await too_wide(visitor) == []

    await visitor.go("/chat")
    await visitor.attach(text(f"{long}.txt"), picture(f"{long}.png", 1600, 900))
    await expect(visitor.chips.nth(1)).to_have_attribute("data-stage", "done")
    assert await visitor.sideways_px() == 0
    assert await too_wide(visitor) == []
    await visitor.ask("Read this")
    await visitor.until_answered()
    await expect(visitor.page.locator(".picture")).to_be_visible()
    assert await visitor.sideways_px() == 0
    assert await too_wide(visitor) == []


async def test_two_files_of_one_name_and_names_that_play_tricks(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("Read."), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    reversed_name = "invoice\u202etxt.exe.txt"
    await visitor.attach(text("same.txt", "one"), text("same.txt", "two"), text(reversed_name))
    await visitor.ask("Read these")
    await visitor.until_answered()

    await expect(visitor.page.get_by_role("link", name="same.txt")).to_have_count(2)
    names = json.dumps([file["name"] for file in await known(visitor)], ensure_ascii=False)
    assert "\u202e" not in names
