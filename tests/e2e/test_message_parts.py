"""An answer of texts, pictures and files, on a phone."""

import asyncio
from base64 import b64encode
from pathlib import Path

import pytest
from playwright.async_api import expect

from backend.domain.ids import new_item_id
from backend.domain.items import AssistantMessage
from backend.domain.parts import ImagePart, TextPart
from backend.upstreams.demo.picture import WIDTH, hills
from backend.upstreams.events import ItemChanged, ItemFinished, ItemStarted, TextDelta
from tests.e2e.test_accessibility import violations
from tests.e2e.test_layout import too_wide
from tests.e2e.visitor import PHONE, Enter, Visit, Visitor
from tests.running import running
from tests.scripted import COMPLETED, Round, ScriptedUpstream
from tests.thorough import thorough

SVG = b64encode(b'<svg xmlns="http://www.w3.org/2000/svg"/>').decode()
BEFORE, AFTER = "Here are the **hills**:", "And what *else*?"
CONTENT = (
    TextPart(text=BEFORE),
    hills(),
    ImagePart(url=f"data:image/svg+xml;base64,{SVG}", name="hills.svg"),
    TextPart(text=AFTER),
)


def parts_in_turn(drawn: asyncio.Event) -> Round:
    item = AssistantMessage(id=new_item_id(), created_at=1)
    return [
        ItemStarted(item),
        TextDelta(item.id, "text", BEFORE),
        ItemChanged(item.model_copy(update={"content": CONTENT[:2]})),
        ItemChanged(item.model_copy(update={"content": CONTENT[:3]})),
        drawn,
        TextDelta(item.id, "text", AFTER, 3),
        ItemFinished(item.model_copy(update={"content": CONTENT, "status": "completed"})),
        COMPLETED,
    ]


@pytest.mark.parametrize("scheme", [thorough("light"), "dark"])
async def test_an_answer_shows_its_pictures_and_files_where_they_stand(
    visit: Visit, enter: Enter, tmp_path: Path, scheme: str
) -> None:
    drawn = asyncio.Event()
    upstream = ScriptedUpstream()
    upstream.script(parts_in_turn(drawn))
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(
        server.url,
        viewport=PHONE,
        color_scheme=scheme,
        reduced_motion="reduce",
        permissions=["clipboard-read", "clipboard-write"],
    )
    await visitor.ask("Draw something")
    picture = visitor.answer.get_by_role("img", name="hills.png")
    await expect(picture).to_have_js_property("naturalWidth", WIDTH)
    await expect(visitor.stop).to_be_visible()
    await expect(visitor.answer).not_to_contain_text("else")
    drawn.set()
    await visitor.until_answered()
    announced = visitor.page.locator("[role=status]").get_by_text("Picture: hills.png")
    await expect(announced).to_be_attached()
    await stands(visitor)
    await visitor.page.reload()
    await stands(visitor)

    await visitor.page.get_by_role("button", name="Copy").last.click()
    await visitor.until_copied(f"{BEFORE}\n\n{AFTER}")
    await visitor.answer.get_by_role("button", name="hills.png").click()
    dialog = visitor.page.get_by_role("dialog", name="hills.png")
    await expect(dialog.get_by_role("img", name="hills.png")).to_be_visible()
    await expect(dialog.get_by_role("link", name="Download")).to_be_visible()


async def stands(visitor: Visitor) -> None:
    """Every part is there, in its place, and fits."""
    parts = visitor.answer.locator(".message-parts > *")
    await expect(parts).to_have_count(4)
    await expect(parts.nth(0)).to_have_text("Here are the hills:")
    await expect(parts.nth(1).get_by_role("img", name="hills.png")).to_be_visible()
    file = visitor.answer.get_by_role("link", name="hills.svg")
    await expect(file).to_contain_text("bytes")
    await expect(file).to_have_attribute("download", "hills.svg")
    await expect(parts.nth(3)).to_have_text("And what else?")
    assert await visitor.sideways_px() == 0
    assert await too_wide(visitor) == []
    assert await violations(visitor) == []
