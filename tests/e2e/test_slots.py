"""The README of the slots, followed literally in a copy of the project."""

import asyncio
import re
from pathlib import Path

from playwright.async_api import expect

from tests.e2e.test_recipe import copy_of_the_project, done, served
from tests.e2e.visitor import Enter, Visit
from tests.paths import ROOT
from tests.readme import file_block

README = ROOT / "frontend/src/slots/README.md"
OWN = "frontend/src/own"
FILES = tuple(
    f"{OWN}/{name}"
    for name in (
        "answer_row.ts",
        "logo.svg",
        "slots.ts",
        "start_screen.ts",
        "tokens.css",
        "tool_body.ts",
    )
)


async def harbour(folder: Path) -> Path:
    """A copy of the project, in `folder`, with the files of the README, its page built."""
    copy = folder / "copy"
    copy.mkdir()
    await copy_of_the_project(copy)
    (copy / OWN).mkdir()
    for name in FILES:
        (copy / name).write_text(file_block(name, README), "utf-8")
    vite = copy / "frontend/node_modules/.bin/vite"
    await done(vite, "build", "--logLevel", "warn", cwd=copy / "frontend")
    return copy


async def test_a_copy_has_its_own_name_logo_colours_screens_and_no_file_of_the_core_changes(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    copy = await harbour(tmp_path)
    status = await done("git", "status", "--porcelain", "--untracked-files=all", cwd=copy)
    assert sorted(status.splitlines()) == [f"?? {name}" for name in FILES]
    bin = copy / "frontend/node_modules/.bin"
    await asyncio.gather(
        done(bin / "tsc", "--noEmit", cwd=copy / "frontend"),
        done(bin / "biome", "lint", "src/own", cwd=copy / "frontend"),
    )
    url = await enter(served(copy))
    visitor = await visit(url)
    page = visitor.page

    await expect(page).to_have_title("New chat · Harbour desk")
    await expect(page.locator("link[rel=icon]")).to_have_attribute("href", ICON)
    brand = page.get_by_role("link", name="Harbour desk", exact=True)
    assert await brand.locator("img").evaluate("(logo) => logo.naturalWidth > 0 && logo.width") > 20
    assert await page.locator("body").evaluate("(body) => getComputedStyle(body).fontFamily") == (
        'Georgia, "Times New Roman", serif'
    )
    await expect(page.get_by_role("heading", name="Welcome to the harbour")).to_be_visible()
    await page.get_by_role("button", name="What's the weather in Oslo?").click()
    await visitor.until_answered()

    await expect(page.get_by_role("heading", name="Welcome to the harbour")).to_be_hidden()
    await visitor.unfold_all()
    await expect(visitor.transcript.get_by_text("It has answered.")).to_be_visible()
    await expect(visitor.transcript.get_by_text("Arguments", exact=True)).to_have_count(0)
    ask = visitor.transcript.get_by_role("link", name="Ask the harbour master")
    await expect(ask).to_have_attribute("href", "mailto:desk@harbour.example")
    await expect(visitor.transcript.get_by_role("button", name="Regenerate")).to_be_visible()
    await expect(page).to_have_title("Weather in Oslo · Harbour desk")


ICON = re.compile(r"/assets/logo-[\w-]+\.svg$")
