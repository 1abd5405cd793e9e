"""A long answer, as it stands on the page in the end."""

import re
from pathlib import Path

from playwright.async_api import expect

from backend.upstreams.demo import DemoUpstream
from tests.e2e.test_accessibility import violations
from tests.e2e.visitor import NARROW, Enter, Visit
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, message


async def test_code_has_a_language_colours_and_a_button_that_copies_it(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    code = 'def greet(name: str) -> str:\n    return f"Hello, {name}!"'
    upstream = ScriptedUpstream()
    upstream.script([*message("Here:\n\n```python\n", code, "\n```\n\nDone."), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, permissions=["clipboard-read", "clipboard-write"])
    await visitor.ask("Greet me")

    block = visitor.answer.locator(".md-code-block")
    await expect(block).to_contain_text("python")
    await expect(block.locator("pre span").first).to_be_visible()
    await block.get_by_role("button", name="Copy").click()

    await visitor.until_copied(code)
    await expect(block.get_by_role("button", name="Copy", exact=True)).to_be_visible()


async def test_code_is_copied_on_a_page_that_came_over_plain_http(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("```\nprint(42)\n```"), COMPLETED])
    server = await enter(running(tmp_path, upstream, allowed_hosts=("plain.test",)))
    visitor = await visit(server.url.replace("127.0.0.1", "plain.test"))
    visitor.forgive("Cross-Origin-Opener-Policy header has been ignored")
    assert await visitor.evaluate("navigator.clipboard === undefined")
    await visitor.ask("Print it")
    await visitor.until_answered()

    await visitor.answer.locator(".md-code-block").get_by_role("button", name="Copy").click()

    await visitor.composer.press("Control+V")
    await expect(visitor.composer).to_have_value("print(42)")


async def test_a_wide_table_scrolls_in_its_own_box_by_keyboard_too(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    cells = [f"column {number}" for number in range(12)]
    table = f"| {' | '.join(cells)} |\n|{'---|' * 12}\n| {' | '.join(cells)} |\n"
    upstream = ScriptedUpstream()
    upstream.script([*message(table), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, viewport=NARROW)
    await visitor.ask("A table")
    box = visitor.answer.get_by_role("group", name="Table")
    last = box.get_by_role("cell", name="column 11")
    await expect(last).not_to_be_in_viewport()

    await box.press("End")
    for _ in range(40):
        await box.press("ArrowRight")

    await expect(last).to_be_in_viewport()
    assert await visitor.sideways_px() == 0


async def test_links_open_elsewhere_and_tell_nothing_about_this_page(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    text = "See [the docs](https://example.com/docs) and ![a cat](https://example.com/cat.png)."
    upstream.script([*message(text), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.ask("Links")
    await visitor.until_answered()

    links = await visitor.answer.get_by_role("link").all()
    assert len(links) == 2
    for link in links:
        await expect(link).to_have_attribute("target", "_blank")
        await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await expect(visitor.answer.locator("img")).to_have_count(0)


async def test_the_demos_field_guide_shows_headings_tables_code_and_lists(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url)

    await visitor.button("A long answer").click()

    await visitor.until_answered()
    for role, least in (("heading", 5), ("table", 1), ("list", 3), ("code", 1)):
        one = visitor.answer.get_by_role(role).nth(least - 1)  # type: ignore[arg-type]
        await expect(one, role).to_be_attached()
    await expect(visitor.answer.locator(".md-code-block").nth(2)).to_be_attached()


WIDE = f"| {' | '.join(f'column {n}' for n in range(12))} |\n|{'---|' * 12}\n| {' | '.join('abcdefghijkl')} |\n"


async def test_a_shadow_tells_on_which_side_of_a_table_there_is_more(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message(f"{WIDE}\n| a |\n|---|\n| 1 |\n"), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, viewport=NARROW)
    await visitor.ask("Two tables")
    await visitor.until_answered()
    wide, small = await visitor.answer.locator(".md-table-frame").all()
    await expect(wide).to_have_class(re.compile("md-scrolls--after"))
    await expect(wide).not_to_have_class(re.compile("md-scrolls--before"))
    await expect(small).not_to_have_class(re.compile("md-scrolls--after"))

    await wide.get_by_role("group", name="Table").evaluate("box => box.scrollLeft = 5000")

    await expect(wide).to_have_class(re.compile("md-scrolls--before"))
    await expect(wide).not_to_have_class(re.compile("md-scrolls--after"))


async def test_tables_and_code_are_copied_and_saved(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    table = "| a | b |\n|---|---|\n| 1 | two, *three* |\n"
    upstream.script([*message(f"{table}\n```python\nprint(42)\n```\n"), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, permissions=["clipboard-read", "clipboard-write"])
    await visitor.ask("A table and code")
    await visitor.until_answered()
    block = visitor.answer.locator(".md-table-block")
    await block.get_by_role("button", name="Copy").click()
    await visitor.until_copied("a\tb\n1\ttwo, three")
    for button, name, content in (
        (block.get_by_role("button", name="Download as CSV"), "table.csv", 'a,b\r\n1,"two, three"'),
        (visitor.answer.get_by_role("button", name="Download", exact=True), "code.py", "print(42)"),
    ):
        async with visitor.page.expect_download() as saving:
            await button.click()
        download = await saving.value
        assert download.suggested_filename == name
        assert content in (await download.path()).read_bytes().decode("utf-8-sig")
    # What is selected and copied has no words of the buttons.
    await visitor.evaluate(
        "getSelection().selectAllChildren(document.querySelector('.message--assistant .md'))"
    )
    await visitor.page.keyboard.press("Control+C")
    await visitor.until_copied("a\tb\n1\ttwo, three\nprint(42)")


async def test_details_and_footnotes_work_by_keyboard(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    text = (
        "H<sub>2</sub>O[^1] and <kbd>Esc</kbd>\n\n<details><summary>More</summary>\n\n"
        "Hidden **text**.\n\n</details>\n\n[^1]: The note.\n"
    )
    upstream.script([*message(text), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.ask("More?")
    await visitor.until_answered()
    hidden = visitor.answer.get_by_text("Hidden text.")
    await expect(hidden).to_be_hidden()
    await visitor.answer.locator("summary").press("Enter")
    await expect(hidden).to_be_visible()

    reference = visitor.answer.get_by_role("button", name="Footnote 1", exact=True)
    await reference.press("Enter")
    await expect(visitor.answer.get_by_role("note")).to_be_focused()
    await visitor.answer.get_by_role("button", name="Footnote 1, back to the text").press("Enter")
    await expect(reference).to_be_focused()
    assert await violations(visitor) == []


async def test_a_link_to_a_view_of_this_page_opens_in_this_tab(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    server = await enter(running(tmp_path, upstream))
    upstream.script([*message(f"Go to [setup](/setup) or [there]({server.url}/tools)."), COMPLETED])
    visitor = await visit(server.url)
    await visitor.ask("Where?")
    await visitor.until_answered()
    await visitor.evaluate("window.isSame = true")
    for name, path in (("setup", "/setup"), ("there", "/tools")):
        await visitor.answer.get_by_role("link", name=name).click()
        await visitor.page.wait_for_url(f"{server.url}{path}")
        await visitor.page.go_back()
        await expect(visitor.answer).to_be_visible()
    assert await visitor.evaluate("window.isSame")
    assert len(visitor.context.pages) == 1
