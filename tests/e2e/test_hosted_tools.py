"""What a server of the Responses API runs itself, in the page: pictures, searches, and all the rest."""

import asyncio
import base64
import os
import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from playwright.async_api import expect

from backend.domain.hosted_tool import EVERY_HOSTED_TOOL
from tests.e2e.configured import configured
from tests.e2e.test_accessibility import violations
from tests.e2e.test_layout import too_wide
from tests.e2e.visitor import DESKTOP, PHONE, Enter, Visit, Visitor
from tests.rest import rest
from tests.upstreams.loopback import Answer, upstream_server
from tests.upstreams.responses.chatting import ASSISTANT, ScriptedModel, message
from tests.upstreams.responses.sdk_types import ITEMS, Maker
from tests.upstreams.responses.test_hosted_tools import done, response

PICTURES = os.environ.get("PICTURES")
"""A folder for pictures of what is tested here, to look at."""


@asynccontextmanager
async def app_over(folder: Path, *answers: Answer) -> AsyncIterator[str]:
    """The base URL of the app over a model that gives these answers."""
    model = ScriptedModel(answers)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(upstream_server(model.answer))
        env = (
            f"UPSTREAM=responses\nOPENAI_API_KEY=sk-loopback-1\nOPENAI_BASE_URL={server.base_url}\n"
        )
        env += f"HOSTED_TOOLS={','.join(sorted(EVERY_HOSTED_TOOL))}\n"
        url = await stack.enter_async_context(configured(folder, env))
        http = await stack.enter_async_context(rest(url))
        assistant = ASSISTANT | {"tools": ["image_generation", "web_search"]}
        (await http.put("/api/setup/assistant", json=assistant)).raise_for_status()
        yield url


def drawing(red: int, green: int, blue: int) -> str:
    """A square of one colour, as a PNG in base64."""
    size = 256
    rows = (b"\0" + bytes((red, green, blue)) * size) * size

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack("!I", zlib.crc32(kind + data))
        return struct.pack("!I", len(data)) + kind + data + checksum

    header = struct.pack("!IIBBBBB", size, size, 8, 2, 0, 0, 0)
    png = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + png).decode()


async def look(visitor: Visitor, name: str) -> None:
    for size in (DESKTOP, PHONE) if PICTURES else ():
        await visitor.page.set_viewport_size(size)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            await visitor.page.emulate_media(color_scheme=scheme)
            path = Path(PICTURES or "", f"{name}-{size['width']}-{scheme}.png")
            await visitor.page.screenshot(path=path, full_page=True)


async def test_a_picture_a_search_and_an_unknown_item(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    looked = asyncio.Event()
    image = {"id": "ig_1", "type": "image_generation_call", "status": "in_progress"}
    partial = {
        "type": "response.image_generation_call.partial_image",
        "item_id": "ig_1",
        "output_index": 0,
        "partial_image_index": 0,
        "partial_image_b64": drawing(170, 190, 200),
    }
    finished = image | {
        "status": "completed",
        "result": drawing(20, 90, 160),
        "revised_prompt": "A harbour at low tide, painted in the blue of the evening",
    }
    sources = [{"type": "url", "url": f"https://tides.example/{port}"} for port in ("oslo", "lima")]
    search = {"type": "search", "query": "high water in Oslo", "sources": sources}
    opened = {"type": "open_page", "url": "https://tides.example/oslo"}
    text = "High water is at noon."
    cited = {
        "type": "url_citation",
        "url": "https://tides.example/oslo",
        "title": "Tides of Oslo",
        "start_index": 17,
        "end_index": 21,
    }
    said = [{"type": "output_text", "text": text, "annotations": [cited]}]
    url = await enter(
        app_over(
            tmp_path,
            response(
                {"type": "response.output_item.added", "output_index": 0, "item": image},
                partial,
                looked,
                done(finished),
            ),
            response(
                done({"id": "ws_1", "type": "web_search_call", "action": search}),
                done({"id": "ws_2", "type": "web_search_call", "action": opened}, 1),
                done({"id": "sp_1", "type": "sparkle_call", "glitter": "much"}, 2),
                done({"id": "msg_1", "type": "message", "content": said}, 3),
            ),
            response(),
        )
    )
    visitor = await visit(url, reduced_motion="reduce")
    await visitor.ask("Draw a harbour")
    card = visitor.tool_call("Image generation")
    preview = card.get_by_alt_text("An unfinished picture")
    await expect(preview).to_be_visible()
    await expect(preview).to_have_js_property("naturalWidth", 256)
    await look(visitor, "preview")
    looked.set()
    picture = card.get_by_role("img", name="A harbour at low tide")
    await expect(picture).to_have_js_property("naturalWidth", 256)
    await expect(preview).to_be_hidden()
    link = card.get_by_role("link")
    await expect(link).to_have_attribute("download", "a-harbour-at-low-tide-painted.png")
    await visitor.until_idle()
    await visitor.ask("And the tides?")
    await visitor.until_answered(2)
    await visitor.unfold_all()
    searches = visitor.tool_call("Web search")
    await expect(searches.first.get_by_role("link")).to_have_count(2)
    await expect(searches.last).to_contain_text("opened https://tides.example/oslo")
    await expect(visitor.tool_call("Sparkle")).to_contain_text('"glitter": "much"')
    await expect(visitor.answer.get_by_role("link", name="Tides of Oslo")).to_have_count(1)
    await visitor.ask("And nothing?")
    await expect(visitor.transcript).to_contain_text("ended its answer without")
    await expect(visitor.button("Try again")).to_be_visible()
    await look(visitor, "hosted")
    assert await violations(visitor) == []
    assert await too_wide(visitor) == []


async def test_every_item_of_the_sdk_has_a_card(visit: Visit, enter: Enter, tmp_path: Path) -> None:
    makers = (Maker(full=False), Maker(full=True))
    sent = [maker.make(model) for maker in makers for model in ITEMS.values()]
    events = [done(item, index) for index, item in enumerate(sent)]
    url = await enter(app_over(tmp_path, response(*events), message("That was all.")))
    visitor = await visit(url, reduced_motion="reduce")
    await visitor.ask("One of everything")
    await visitor.page.get_by_role("button", name="Deny…").click()
    await visitor.page.get_by_role("button", name="Deny", exact=True).click()
    await expect(visitor.transcript).to_contain_text("That was all.")
    await visitor.until_idle()
    cards = visitor.transcript.locator(".tool")
    await expect(cards).to_have_count(2 * len(ITEMS.keys() - {"message", "reasoning"}))
    titles = set(await cards.locator(".tool-name").all_text_contents())
    assert titles >= {
        "Web search",
        "File search",
        "Image generation",
        "Code interpreter",
        "Computer",
        "Program",
        "Compaction",
        "Additional tools",
        "Tool search",
        "MCP approval response",
        "shell",
        "apply_patch",
    }
    assert all(title.strip() for title in titles)
    await look(visitor, "everything")
    await visitor.unfold_all()
    assert await too_wide(visitor) == []
