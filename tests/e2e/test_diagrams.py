"""Mermaid, drawn out of sight in a sealed frame and shown as a picture."""

import asyncio
from pathlib import Path

from playwright.async_api import expect

from tests.e2e.hostile_app import witness
from tests.e2e.test_accessibility import violations
from tests.e2e.test_previews import answered, fence
from tests.e2e.visitor import PHONE, SETTLED, Enter, Visit, Visitor
from tests.patience import PATIENCE_S
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, message

TEA = """flowchart LR
  accTitle: How tea is made
  water[Boil water] --> hot{Hot?}
  hot -->|yes| pour[Pour]
  hot -->|no| water"""
HOSTILE = """%%{init: {"securityLevel": "loose", "theme": "base", "htmlLabels": true,
  "themeCSS": "* { background: url(ELSEWHERE/style) }"}}%%
flowchart TD
  a["<img src='ELSEWHERE/picture' onerror='top.__pwned=1'>"] --> b["<script>top.__pwned=1</script>"]
  b --> c["<iframe src='ELSEWHERE/frame'></iframe>"]
  click a "javascript:top.__pwned=1"
  click b call top.__pwned()
  click c href "ELSEWHERE/click" _top"""


async def test_a_diagram_is_drawn_once_its_code_is_complete_and_its_source_is_kept(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    gate = asyncio.Event()
    begin, first, second, end = message(f"Tea:\n\n```mermaid\n{TEA}", "\n```\n\nDone.")
    upstream = ScriptedUpstream()
    upstream.script([begin, first, gate, second, end, COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, permissions=["clipboard-read", "clipboard-write"])
    await visitor.ask("Tea?")
    code = visitor.answer.get_by_role("group", name="mermaid code")
    await expect(code).to_contain_text("|no| water")
    picture = visitor.answer.get_by_role("img", name="How tea is made")
    await expect(picture).to_have_count(0)
    gate.set()
    await expect(picture).to_be_visible()
    await expect(code).to_be_hidden()
    size = await picture.evaluate("(one) => [one.naturalWidth > 200, one.height > 40]")
    assert size == [True, True]
    await visitor.until_answered()

    await visitor.answer.get_by_role("button", name="Copy").click()
    await visitor.until_copied(TEA)
    await visitor.answer.get_by_role("button", name="Show code").click()
    await expect(code).to_be_visible()
    await expect(picture).to_be_hidden()
    await visitor.answer.get_by_role("button", name="Show diagram").press("Enter")
    await expect(picture).to_be_visible()
    assert await violations(visitor) == []
    await visitor.page.reload()
    await expect(picture).to_be_visible()


async def test_a_diagram_follows_the_theme_and_is_enlarged_on_a_phone(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    wide = "flowchart LR\n  " + " --> ".join(f"step{number}" for number in range(20))
    visitor = await answered(visit, enter, tmp_path, fence("mermaid", wide), viewport=PHONE)
    picture = visitor.answer.get_by_role("img", name="Diagram")
    await expect(picture).to_be_visible()
    assert await visitor.sideways_px() == 0
    light = await picture.get_attribute("src")
    assert await brightness(visitor) > 200
    await visitor.page.emulate_media(color_scheme="dark")
    await expect(picture).not_to_have_attribute("src", str(light))
    async with asyncio.timeout(PATIENCE_S):
        while await brightness(visitor) > 60:
            await visitor.evaluate(SETTLED)
    await visitor.answer.get_by_role("button", name="Diagram", exact=True).click()
    await expect(visitor.page.get_by_role("dialog").get_by_role("img")).to_be_visible()


async def test_what_is_no_diagram_stays_code_below_what_the_parser_says(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    wrong = fence("mermaid", "flowchart LR\n  a -->") + fence("mermaid", "nonsense") + "So."
    visitor = await answered(visit, enter, tmp_path, wrong + "\n\n" + fence("mermaid", TEA))
    await expect(visitor.answer.get_by_text("Parse error on line 3")).to_be_visible()
    await expect(visitor.answer.get_by_text("No diagram type detected")).to_be_visible()
    await expect(visitor.answer.get_by_role("group", name="mermaid code")).to_have_count(2)
    # It has not kept the next one from being drawn.
    await expect(visitor.answer.get_by_role("img", name="How tea is made")).to_be_visible()
    assert await violations(visitor) == []


async def test_no_script_link_or_address_of_a_diagram_does_anything(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    plain = "sequenceDiagram\n  a->>b: <img src=x onerror=top.__pwned=1>\n  link a: x @ ELSEWHERE"
    other = await enter(witness())
    code = fence("mermaid", HOSTILE) + fence("mermaid", plain)
    visitor = await answered(visit, enter, tmp_path, code.replace("ELSEWHERE", other.url))
    # What was refused; that nothing was sent, the witness tells.
    visitor.forgive(
        "^console: CSP: ", "violates the following Content", f"^request: GET {other.url}"
    )
    pictures = visitor.answer.get_by_role("img", name="Diagram")
    await expect(pictures).to_have_count(2)
    for number in range(2):
        await pictures.nth(number).dblclick()
        dialog = visitor.page.get_by_role("dialog")
        await expect(dialog).to_be_visible()
        await visitor.page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
    assert await visitor.evaluate("window.__pwned ?? null") is None
    assert visitor.page.url.startswith(f"{visitor.url}/chat/")
    assert len(visitor.context.pages) == 1
    assert other.seen == []


async def brightness(visitor: Visitor) -> int:
    """Of the upper left corner of the diagram, from 0 to 255."""
    script = """(async () => {
      const [picture] = document.querySelectorAll('.md-diagram img');
      await picture.decode();
      const canvas = new OffscreenCanvas(4, 4).getContext('2d');
      canvas.drawImage(picture, 0, 0);
      return canvas.getImageData(0, 0, 1, 1).data[0];
    })()"""
    return int(await visitor.evaluate(script))
