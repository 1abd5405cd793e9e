"""The page in the language that the browser prefers."""

import re
from pathlib import Path

from playwright.async_api import expect

from backend.upstreams.demo import DemoUpstream
from tests.e2e.test_accessibility import violations
from tests.e2e.visitor import DESKTOP, PHONE, Enter, Visit, Visitor
from tests.paths import ROOT
from tests.running import running

TABLES = sorted((ROOT / "frontend/src/strings/english").glob("*.ts"))

SAID_BY_SERVER = {"This is invented sample data, not a forecast."}
"""Its words stay English, and so do those of functions."""

SHOWN = """[
    document.body.innerText,
    ...[...document.querySelectorAll('[aria-label], [title], [placeholder]')].flatMap((element) =>
        ['aria-label', 'title', 'placeholder'].map((name) => element.getAttribute(name) ?? '')),
].join('\\n')"""


def english() -> set[str]:
    """The texts of the English tables that are of several words."""
    texts = {
        text for path in TABLES for text in re.findall(r"'([^'\n]+)'", path.read_text("utf-8"))
    }
    return {text.strip() for text in texts if re.search(r"[A-Za-z]{2}\W+[a-z]{2}", text)}


async def faults(visitor: Visitor) -> list[str]:
    """English words on the page, what does not fit, and what axe-core finds, at both sizes."""
    shown = {line.strip() for line in str(await visitor.evaluate(SHOWN)).split("\n")}
    found = [f"English: {text}" for text in english() & shown - SAID_BY_SERVER]
    for size in (DESKTOP, PHONE):
        await visitor.page.set_viewport_size(size)  # type: ignore[arg-type]
        if sideways := await visitor.sideways_px():
            found.append(f"{size['width']} px: {sideways} px too wide")
    return found + await violations(visitor)


async def test_a_german_browser_gets_a_german_page(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url, locale="de-DE", reduced_motion="reduce")
    assert len(english()) > 400
    found: list[str] = []
    await visitor.page.get_by_role("textbox", name="Nachricht", exact=True).fill("Weather in Oslo")
    await visitor.page.get_by_role("button", name="Nachricht senden").click()
    await visitor.until_answered()
    await visitor.unfold_all()
    await expect(visitor.page.get_by_role("group", name="Werkzeugaufruf: ")).to_be_visible()
    assert await visitor.evaluate("document.documentElement.lang") == "de-DE"
    found += await faults(visitor)

    await visitor.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    await visitor.page.keyboard.press("Control+k")
    await expect(visitor.page.get_by_placeholder("Chats, Befehle")).to_be_visible()
    await visitor.page.keyboard.press("Escape")
    await visitor.page.get_by_role("link", name="Werkzeuge").click()
    await visitor.page.get_by_role("link", name="get_weather").click()
    await expect(visitor.page.get_by_text("Von Hand ausführen")).to_be_visible()
    found += await faults(visitor)

    await visitor.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    await visitor.page.get_by_role("link", name="Einrichtung").click()
    await visitor.unfold()
    await expect(visitor.page.get_by_text("Die Demo ist bereit")).to_be_visible()
    found += await faults(visitor)

    assert found == []
