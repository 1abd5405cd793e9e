"""axe-core finds nothing on chat and setup: on desktop and phone, in both themes."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from backend.domain.items import RunError
from backend.upstreams.demo import DemoUpstream, answers
from backend.upstreams.events import RunEnded
from tests.e2e.every_item import one_of_each
from tests.e2e.visitor import DESKTOP, PHONE, SETTLED, Enter, Visit, Visitor
from tests.paths import ROOT
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message, partial_message
from tests.thorough import thorough

AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
# Without `preload`, which reads style sheets again for rules that are not in force.
LOOK = """axe.run(document, {
  iframes: false, resultTypes: ['violations'], selectors: false, preload: false,
}).then(({violations}) => violations)"""
EVERY_THEME = "EVERY_THEME" in os.environ


async def violations(visitor: Visitor, *sizes: dict[str, int]) -> list[str]:
    """In each size, and in one theme or both: the rule, what it says, and where.

    A desktop is light and a phone is dark, unless `EVERY_THEME` asks for all. From here on the
    page is without motion: colours on their way to another theme have no contrast.
    """
    if not await visitor.evaluate("'axe' in window"):
        await visitor.evaluate(AXE.read_text("utf-8") + "; 0")
    found: list[str] = []
    for size in sizes or (DESKTOP, PHONE):
        await visitor.page.set_viewport_size(size)  # type: ignore[arg-type]
        own = "light" if size is DESKTOP else "dark"
        for scheme in ("light", "dark") if EVERY_THEME else (own,):
            await visitor.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            await visitor.evaluate(SETTLED)
            report: list[dict[str, Any]] = await visitor.evaluate(LOOK)
            found += [
                f"{scheme} {size['width']} px: {rule['id']}: {node['failureSummary']} {node['html']}"
                for rule in report
                for node in rule["nodes"]
            ]
    return found


async def test_an_empty_chat(visit: Visit, enter: Enter, tmp_path: Path) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url, reduced_motion="reduce")
    await expect(visitor.page.get_by_text("This is the demo")).to_be_visible()

    assert await violations(visitor) == []


async def test_a_chat_with_one_of_everything(visit: Visit, enter: Enter, tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*calls(("get_weather", '{"location": "Oslo", "dates": []}'))],
                    [*message(answers.markdown("all")), COMPLETED])  # fmt: skip
    upstream.script([*one_of_each("Something", url="https://example.com/"),
                     RunEnded("failed", RunError(code="upstream_auth", message="No."))])  # fmt: skip
    upstream.script([*partial_message("A half "), asyncio.Event()])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, reduced_motion="reduce")
    visitor.forgive(r"status of 404 .*/api/files/Something/content")
    await visitor.ask("Everything, please")
    await visitor.until_answered()
    await visitor.ask("And the rest")
    await visitor.until_answered(2)
    await visitor.unfold_all()
    await visitor.ask("Go on")
    await expect(visitor.answer).to_contain_text("A half")
    await visitor.ask("Wait")
    await expect(visitor.pending).to_be_visible()

    assert await violations(visitor) == []


async def test_branches_and_what_changes_them(visit: Visit, enter: Enter, tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    for answer in ("One.", "Two.", "Three."):
        upstream.script([*message(answer), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, reduced_motion="reduce")
    await visitor.ask("Say something")
    await visitor.until_answered()
    await visitor.button("Regenerate").click()
    await expect(visitor.versions("2 of 2")).to_be_visible()
    await visitor.ask("And more")
    await visitor.until_answered(2)
    await visitor.page.locator(".message--user").first.hover()
    await visitor.button("Edit").first.click()

    assert await violations(visitor) == []


@pytest.mark.parametrize("size", [thorough(DESKTOP, id="beside"), pytest.param(PHONE, id="drawer")])
async def test_the_sidebar_with_its_menu_and_a_notice(
    visit: Visit, enter: Enter, tmp_path: Path, size: dict[str, int]
) -> None:
    upstream = ScriptedUpstream()
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, reduced_motion="reduce", viewport=size)
    for question in ("Oslo", "Lima", "Rome"):
        upstream.script([*message("Yes."), COMPLETED])
        await visitor.go("/chat")
        await visitor.ask(question)
        await visitor.until_answered()
    if size is PHONE:
        await visitor.page.get_by_role("button", name="Chats").click()
    await visitor.choose("Oslo", "Pin")
    await visitor.choose("Lima", "Delete")
    await expect(visitor.toast).to_contain_text("Chat deleted.")
    assert await violations(visitor, size) == []

    await visitor.sidebar.get_by_role("button", name="Options of Oslo").click()
    assert await violations(visitor, size) == []
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.sidebar.get_by_role("textbox", name="Title")).to_be_focused()
    assert await violations(visitor, size) == []
    await visitor.page.keyboard.press("Escape")
    await visitor.sidebar.get_by_role("searchbox").fill("rome")
    await expect(visitor.titles).to_have_text(["Rome"])
    assert await violations(visitor, size) == []


async def test_setup(visit: Visit, enter: Enter, tmp_path: Path) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url, "/setup", reduced_motion="reduce")
    await visitor.button("Save key").click()
    await expect(visitor.page.get_by_text("Paste a key first.")).to_be_visible()
    approvals = visitor.page.get_by_role("region", name="4. Approvals")
    await expect(approvals.get_by_label("save_note")).to_be_visible()

    assert await violations(visitor) == []
