"""Resources and prompts of MCP servers, for a message: found, looked at and used by keyboard alone."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from backend.domain.items import UserMessage
from tests.e2e.test_accessibility import violations
from tests.e2e.test_layout import too_wide
from tests.e2e.visitor import DESKTOP, NARROW, PHONE, Enter, Visit, Visitor
from tests.mcp.servers import DEMO
from tests.mcp.test_offers import offering
from tests.running import Running, running
from tests.scripted import COMPLETED, ScriptedUpstream, message
from tests.thorough import thorough

SIZES = pytest.mark.parametrize(
    "size",
    [
        thorough(DESKTOP, id="desktop"),
        pytest.param(PHONE, id="phone"),
    ],
)
REFUSED = r"Failed to load resource: the server responded with a status of \d{3}"


@asynccontextmanager
async def with_servers(
    folder: Path, upstream: ScriptedUpstream, **servers: Any
) -> AsyncIterator[Running]:
    (folder / "mcp.json").write_text(json.dumps({"mcpServers": servers}))
    async with running(folder, upstream) as server:
        yield server


async def attaching(visitor: Visitor) -> Locator:
    """Opens the dialog with the resources of servers, by keyboard."""
    clip = visitor.button("Attach files")
    await expect(clip).to_have_attribute("aria-haspopup", "menu")
    await clip.focus()
    await visitor.page.keyboard.press("Enter")
    items = visitor.page.get_by_role("menuitem")
    await expect(items.filter(has_text="Upload files")).to_be_focused()
    for item in await items.all():
        await expect(item).to_be_in_viewport(ratio=1)
    await visitor.page.keyboard.press("ArrowDown")
    await visitor.page.keyboard.press("Enter")
    dialog = visitor.page.get_by_role("dialog", name="Attach from a server")
    await expect(dialog.get_by_role("searchbox", name="Search resources")).to_be_focused()
    return dialog


@SIZES
async def test_a_resource_is_found_looked_at_and_attached(
    visit: Visit, enter: Enter, tmp_path: Path, size: dict[str, int]
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("Four metres."), COMPLETED])
    server = await enter(with_servers(tmp_path, upstream, demo=DEMO))
    visitor = await visit(server.url, viewport=size, reduced_motion="reduce")
    keys = visitor.page.keyboard
    dialog = await attaching(visitor)
    await expect(dialog.get_by_role("button", name="The flag of the harbour")).to_be_visible()
    assert await violations(visitor, size) == []
    await keys.type("harbour guide")
    await expect(dialog.get_by_role("listitem")).to_have_count(1)
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await expect(dialog.get_by_role("region", name="Beginning of demo · guide.md")).to_contain_text(
        "The basin is 4 m deep at low tide."
    )
    await expect(dialog.get_by_role("button", name="Attach", exact=True)).to_be_focused()
    assert await violations(visitor, size) == []
    assert await visitor.sideways_px() == 0
    await keys.press("Enter")
    await expect(dialog).to_have_count(0)
    await expect(visitor.composer).to_be_focused()
    await expect(visitor.chips).to_contain_text("demo · guide.md")

    await visitor.page.reload()
    await expect(visitor.chips).to_contain_text("demo · guide.md")
    await visitor.ask("How deep is it?")
    await visitor.until_answered()
    asked = upstream.sessions[0].request.history[-1]
    assert isinstance(asked, UserMessage)
    assert [file.origin for file in asked.files] == ["demo · demo://guide"]
    await visitor.page.reload()
    file = visitor.page.get_by_role("link", name="demo · guide.md")
    await expect(file).to_contain_text("from demo · demo://guide")


@SIZES
async def test_a_template_is_filled_in_with_what_the_server_suggests(
    visit: Visit, enter: Enter, tmp_path: Path, size: dict[str, int]
) -> None:
    server = await enter(with_servers(tmp_path, ScriptedUpstream(), demo=DEMO))
    visitor = await visit(server.url, viewport=size, reduced_motion="reduce")
    visitor.forgive(REFUSED)
    keys = visitor.page.keyboard
    dialog = await attaching(visitor)
    await keys.type("tides")
    await expect(dialog.get_by_role("listitem")).to_have_count(1)
    await keys.press("ArrowDown")
    await keys.press("Enter")
    place = dialog.get_by_role("textbox", name="Place")
    await expect(place).to_be_focused()
    await keys.type("br")
    options = dialog.get_by_role("option")
    await expect(options).to_have_text(["Brest", "Bristol"])
    assert await violations(visitor, size) == []
    await keys.press("ArrowUp")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await keys.press("Escape")
    await expect(options).to_have_count(0)
    await keys.type("e")
    await expect(options).to_have_text(["Brest"])
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await expect(place).to_have_value("Brest")
    await keys.press("Enter")
    await expect(dialog).to_contain_text("High water at Brest in France: 03:40 and 16:05.")
    await expect(dialog).to_contain_text("demo · demo://tides/Brest")
    await keys.press("Tab")
    await keys.press("Enter")
    await place.fill("Rome")
    await keys.press("Enter")
    await expect(dialog.get_by_role("alert")).to_contain_text("demo://tides/Rome")
    await keys.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(visitor.button("Attach files")).to_be_focused()


@SIZES
async def test_a_prompt_is_chosen_filled_in_and_edited_before_it_is_sent(
    visit: Visit, enter: Enter, tmp_path: Path, size: dict[str, int]
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("At four."), COMPLETED])
    server = await enter(with_servers(tmp_path, upstream, demo=DEMO))
    visitor = await visit(server.url, viewport=size, reduced_motion="reduce")
    page, keys = visitor.page, visitor.page.keyboard
    await expect(visitor.button("Attach files")).to_have_attribute("aria-haspopup", "menu")
    await visitor.composer.focus()
    await keys.type("/")
    options = page.get_by_role("option")
    await expect(options).to_contain_text(["demo · explain", "demo · arrival"])
    await expect(options.first).to_have_attribute("aria-selected", "true")
    assert await violations(visitor, size) == []
    await keys.press("Escape")
    await expect(options).to_have_count(0)
    await expect(visitor.composer).to_have_value("/")
    await keys.type("arr")
    await expect(options).to_contain_text(["Plan to come in"])
    await keys.press("Enter")
    dialog = page.get_by_role("dialog", name="demo · Plan to come in")
    place = dialog.get_by_role("textbox", name="Place")
    await expect(place).to_be_focused()
    await expect(options).to_have_count(4)
    await keys.press("Escape")
    await expect(options).to_have_count(0)
    await keys.press("Enter")
    await expect(dialog.get_by_text("This is needed.")).to_be_visible()
    await keys.type("ber")
    await expect(options).to_have_text(["Bergen"])
    assert await violations(visitor, size) == []
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await keys.press("Enter")
    await expect(dialog).to_have_count(0)
    await expect(visitor.composer).to_be_focused()
    await expect(visitor.composer).to_have_value(
        re.compile(r"come in at Bergen\?.*4\.2 m\.$", re.S)
    )
    await expect(visitor.chips).to_contain_text("demo · guide.md")
    await keys.type(" Thanks!")
    await keys.press("Enter")
    await visitor.until_answered()
    asked = upstream.sessions[0].request.history[-1]
    assert isinstance(asked, UserMessage)
    assert asked.text.endswith("She draws 4.2 m. Thanks!")
    assert [file.name for file in asked.files] == ["demo · guide.md"]


async def test_a_message_that_begins_with_a_slash_and_names_no_prompt_is_sent_as_it_is(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    for _ in range(2):
        upstream.script([*message("Yes."), COMPLETED])
    server = await enter(with_servers(tmp_path, upstream, demo=DEMO))
    visitor = await visit(server.url)
    await expect(visitor.button("Attach files")).to_have_attribute("aria-haspopup", "menu")
    await visitor.composer.press_sequentially("/etc/hosts names what?")
    await expect(visitor.page.get_by_role("option")).to_have_count(0)
    await visitor.composer.press("Enter")
    await visitor.until_answered()
    await visitor.composer.press_sequentially("/exp")
    await expect(visitor.page.get_by_role("option")).to_have_count(1)
    await visitor.composer.press("Escape")
    await visitor.composer.press("Enter")
    await visitor.until_answered(2)
    await expect(visitor.questions).to_have_text(["/etc/hosts names what?", "/exp"])


async def test_a_prompt_from_the_menu_is_put_below_what_is_written(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(with_servers(tmp_path, ScriptedUpstream(), web=offering()))
    visitor = await visit(server.url)
    keys = visitor.page.keyboard
    await visitor.composer.fill("Look at this.")
    await expect(visitor.button("Attach files")).to_have_attribute("aria-haspopup", "menu")
    await visitor.button("Attach files").click()
    await visitor.page.get_by_role("menuitem", name="A prompt").click()
    await expect(visitor.page.get_by_role("option")).to_contain_text(["web · first"])
    await keys.press("Enter")
    await expect(visitor.composer).to_have_value("Look at this.\n\nNot x.\n\nThe plan <gone://>")
    await expect(visitor.chips).to_contain_text("web · home-ada-plan.md")
    await visitor.button("Remove web · home-ada-plan.md").click()
    await expect(visitor.chips).to_have_count(0)


async def test_files_of_the_own_disk_need_no_menu_where_no_server_offers_anything(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(with_servers(tmp_path, ScriptedUpstream(), web=offering("none")))
    visitor = await visit(server.url)
    async with visitor.page.expect_file_chooser():
        await visitor.button("Attach files").click()
    await visitor.composer.press_sequentially("/")
    await expect(visitor.page.get_by_role("option")).to_have_count(0)


async def test_many_resources_come_page_by_page_and_a_server_that_is_away_is_named(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    lost = {"command": "no-such-program"}
    server = await enter(
        with_servers(tmp_path, ScriptedUpstream(), web=offering("many"), lost=lost)
    )
    visitor = await visit(server.url, viewport=NARROW, reduced_motion="reduce")
    dialog = await attaching(visitor)
    entries = dialog.get_by_role("list", name="Resources").get_by_role("listitem")
    await expect(dialog).to_contain_text("250 entries")
    await expect(entries).to_have_count(50)
    await expect(dialog).to_contain_text("The MCP server lost is not connected")
    await dialog.get_by_role("button", name="Show more").click()
    await expect(entries).to_have_count(100)
    await expect(entries.nth(50).get_by_role("button")).to_be_focused()
    assert await violations(visitor, NARROW) == []
    assert await too_wide(visitor) == []
    await dialog.get_by_role("searchbox").fill("number 249")
    await expect(entries).to_have_count(1)
    await dialog.get_by_role("searchbox").fill("nothing like this")
    await expect(dialog).to_contain_text("Nothing has these words.")
