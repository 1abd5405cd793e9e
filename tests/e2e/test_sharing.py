"""A link to a chat: made by keyboard, read by another visitor without a cookie, and revoked."""

import re
from pathlib import Path

from playwright.async_api import expect

from backend.upstreams.events import ItemFinished, ItemStarted
from tests.e2e.every_item import one_of_each
from tests.e2e.payloads import PAYLOADS
from tests.e2e.samples import png
from tests.e2e.test_accessibility import violations
from tests.e2e.test_xss import CLICK_ALL, DANGEROUS
from tests.e2e.visitor import DESKTOP, PHONE, Enter, Visit, Visitor
from tests.rest import rest
from tests.running import running
from tests.scripted import COMPLETED, Round, ScriptedUpstream, calls, message
from tests.search.visitor import visiting

OWN_PICTURES = DANGEROUS.replace(
    "/api/files/[\\\\w-]+/content", "/shared/[\\\\w-]+/files/[\\\\w-]+"
)


async def open_dialog(visitor: Visitor) -> None:
    """By keyboard alone."""
    await visitor.page.get_by_role("button", name="Options of").press("Enter")
    await visitor.page.get_by_role("menuitem", name="Share…").press("Enter")


async def test_a_link_is_made_copied_read_elsewhere_and_revoked(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script(calls(("get_weather", '{"location": "Oslo", "dates": []}')),
                    [*message("It is **cold**."), COMPLETED])  # fmt: skip
    upstream.script([*message("It stays so."), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, permissions=["clipboard-read", "clipboard-write"])
    await visitor.ask("How is Oslo?")
    await visitor.until_answered()
    await open_dialog(visitor)
    dialog = visitor.page.get_by_role("dialog", name="Share “How is Oslo?”")
    await expect(dialog).to_contain_text("Later messages are not in it")
    await expect(dialog.get_by_text("There are no links to this chat.")).to_be_visible()
    await dialog.get_by_label("Good for").select_option("7 days")
    await dialog.get_by_role("button", name="Make a link").press("Enter")
    address = dialog.get_by_role("textbox", name="Link")
    await expect(address).to_be_focused()
    url = await address.input_value()
    await dialog.get_by_role("button", name="Copy").press("Enter")
    await visitor.until_copied(url)
    revoke = dialog.get_by_role("button", name="Revoke")
    await expect(revoke).to_have_count(1)
    assert await violations(visitor) == []
    await visitor.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.page.get_by_role("button", name="Options of")).to_be_focused()
    await visitor.ask("And tomorrow?")
    await visitor.until_answered(2)

    reader = await visit(server.url, url.removeprefix(server.url))
    page = reader.page
    await expect(page.get_by_role("heading", name="How is Oslo?")).to_be_visible()
    await expect(page.get_by_text("It is cold.")).to_be_visible()
    await expect(page.get_by_text("tomorrow")).to_have_count(0)
    await page.get_by_text("get_weather").press("Enter")
    await expect(page.get_by_text("temperature").first).to_be_visible()
    assert await violations(reader) == []
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert await reader.sideways_px() == 0
    assert await reader.context.cookies() == []

    await open_dialog(visitor)
    await revoke.press("Enter")
    await expect(dialog.get_by_text("There are no links to this chat.")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Make a link")).to_be_focused()
    reader.forgive("status of 404")
    await page.reload()
    await expect(page.get_by_role("heading", name="This link leads nowhere")).to_be_visible()
    assert await violations(reader) == []


async def test_on_a_phone_and_over_plain_http_a_link_is_copied_too(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("Yes."), COMPLETED])
    server = await enter(running(tmp_path, upstream, allowed_hosts=("plain.test",)))
    address = server.url.replace("127.0.0.1", "plain.test")
    visitor = await visit(address, viewport=PHONE)
    visitor.forgive("Cross-Origin-Opener-Policy header has been ignored")
    await visitor.ask("Is it?")
    await visitor.until_answered()
    await visitor.page.get_by_role("button", name="Chats").press("Enter")
    await open_dialog(visitor)
    dialog = visitor.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Make a link").press("Enter")
    link = dialog.get_by_role("textbox", name="Link")
    await expect(link).to_have_value(re.compile(re.escape(f"{address}/shared/")))
    url = await link.input_value()
    await dialog.get_by_role("button", name="Copy", exact=True).click()
    await expect(dialog.get_by_role("button", name="Copied")).to_be_visible()
    assert await visitor.sideways_px() == 0
    await visitor.page.keyboard.press("Escape")
    await visitor.page.keyboard.press("Escape")
    await visitor.composer.press("Control+V")
    await expect(visitor.composer).to_have_value(url)


async def test_no_payload_does_anything_on_a_shared_page(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    server = await enter(running(tmp_path, upstream))
    owner = await enter(visiting(server))
    files = [("file", (f"{payload}.png", png(8, 8))) for payload in PAYLOADS[::5]]
    uploaded = await owner.http.post("/api/files?purpose=attachment", files=files)
    file_ids = [file["id"] for file in uploaded.json()["files"]]
    assert len(file_ids) == len(files)
    socket = await enter(owner.socket())
    for number, payload in enumerate(PAYLOADS):
        upstream.script([*whole(one_of_each(payload)), COMPLETED])
        await socket.say(payload, id=f"cmd {number}", file_ids=[] if number else file_ids)
        await socket.until_run_ends()
    assert socket.transcript.thread is not None
    path = f"/api/threads/{socket.transcript.thread.id}"
    urls = []
    for payload in ("</title>" + PAYLOADS[0], PAYLOADS[27]):
        (await owner.http.patch(path, json={"title": payload})).raise_for_status()
        urls.append((await owner.http.post(f"{path}/shares", json={})).json()["url"])

    reader = await visit(server.url, "/shared/style.css")
    for url in urls:
        await reader.page.goto(url)
        await expect(reader.page.locator("figure img")).to_have_count(len(files))
        await expect(reader.page.locator(".item--user")).to_have_count(len(PAYLOADS))
        await reader.evaluate(
            "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
        )
        await reader.evaluate(CLICK_ALL.replace("[role=log]", "main"))
        assert await reader.evaluate(OWN_PICTURES.replace("[role=log]", "main")) == []
        assert await reader.evaluate("document.scripts.length") == 0
        assert await reader.evaluate("window.__pwned ?? null") is None
    assert len(reader.context.pages) == 1
    # The fixture looks for dialogs, requests, violations and console errors.
    async with rest(server.url) as stranger:
        for file_id in file_ids:
            picture = await stranger.get(f"{urls[0]}/files/{file_id}")
            assert (picture.content, picture.headers["content-type"]) == (png(8, 8), "image/png")


def whole(steps: Round) -> Round:
    """Without the pieces in which text arrives."""
    return [step for step in steps if isinstance(step, ItemStarted | ItemFinished)]
