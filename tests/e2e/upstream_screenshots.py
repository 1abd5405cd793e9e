"""Pictures of what an upstream brings: its own tools, an empty answer, effort, the doctor."""

from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Locator, Page, expect

from backend.doctor import local_servers
from backend.upstreams.demo.picture import hills
from tests.doctor.model_server import MODEL, ModelServer
from tests.e2e.configured import configured
from tests.e2e.picture import take
from tests.e2e.test_hosted_tools import app_over
from tests.e2e.visitor import DESKTOP
from tests.upstreams.loopback import Answer, upstream_server
from tests.upstreams.responses.test_hosted_tools import done, response

PORTS = ("oslo", "lima")
MESSAGE = "High water in Oslo is at noon, a little earlier than in Lima."


def drawn() -> Answer:
    _, _, data = (hills().url or "").partition(",")
    picture = {
        "id": "ig_1",
        "type": "image_generation_call",
        "status": "completed",
        "result": data,
        "revised_prompt": "A low sun over green hills, as a woodcut in few colours",
    }
    return response(done(picture))


def searched() -> Answer:
    sources = [{"type": "url", "url": f"https://tides.example/{port}"} for port in PORTS]
    action = {"type": "search", "query": "high water in Oslo and Lima", "sources": sources}
    cited = [
        {
            "type": "url_citation",
            "url": f"https://tides.example/{port}",
            "title": f"Tides of {port.title()}",
            "start_index": MESSAGE.index(port.title()),
            "end_index": MESSAGE.index(port.title()) + len(port),
        }
        for port in PORTS
    ]
    said = [{"type": "output_text", "text": MESSAGE, "annotations": cited}]
    return response(
        done({"id": "ws_1", "type": "web_search_call", "action": action}),
        done({"id": "msg_1", "type": "message", "content": said}, 1),
    )


def clicked() -> Answer:
    action = {"type": "click", "button": "left", "x": 120, "y": 48}
    return response(done({"id": "cu_1", "type": "computer_call", "call_id": "c", "action": action}))


async def take_hosted(page: Page, folder: Path, pictures: Path, name: str) -> None:
    """A generated picture, a search, then something that this server does not have, and nothing."""
    async with app_over(folder, drawn(), searched(), clicked(), response()) as url:
        await page.goto(url + "/chat")
        await say(page, "Draw me some hills")
        picture = page.get_by_role("img", name="A low sun")
        await expect(picture).to_have_js_property("naturalWidth", 640)
        await _idle(page)
        await _from_the_top(page, picture)
        await take(page, pictures, "image", name)
        await say(page, "When is high water in Oslo and in Lima?")
        await expect(page.get_by_role("log")).to_contain_text("at noon")
        await _idle(page)
        await _unfold(page, "Web search")
        await _from_the_top(page, page.get_by_text("When is high water"))
        await take(page, pictures, "search", name)
        await say(page, "Press the button for me")
        await expect(page.get_by_role("log")).to_contain_text("does not have")
        await _idle(page)
        await _unfold(page, "Computer")
        await say(page, "And now?")
        await expect(page.get_by_role("log")).to_contain_text("ended its answer without")
        await page.get_by_label("Effort", exact=True).select_option("high")
        await _from_the_top(page, page.get_by_text("Press the button"))
        await take(page, pictures, "nothing", name)


async def take_doctor(page: Page, folder: Path, pictures: Path, name: str) -> None:
    """The check-up of a model server on this machine."""
    server = ModelServer(key=None, sees=False)
    with pytest.MonkeyPatch.context() as patch:
        async with upstream_server(server.answer) as upstream:
            port = httpx2.URL(upstream.base_url).port
            patch.setattr(local_servers, "USUAL_PORTS", {"Ollama": port})
            async with configured(folder, f"MODEL={MODEL}\n") as url:
                await page.goto(url + "/setup")
                doctor = page.get_by_role("region", name="Check-up")
                await unfold_section(doctor)
                await doctor.get_by_role("button", name="Check now").click()
                await doctor.get_by_role("button", name="Use Ollama").click()
                await expect(doctor.get_by_text("In use")).to_be_visible()
                await expect(doctor.get_by_role("status").first).to_contain_text("take note of")
                # What lies outside of a scrolled view is not drawn.
                width = (page.viewport_size or DESKTOP)["width"]
                await page.set_viewport_size({"width": width, "height": 1_600})
                await take(page, pictures, "doctor", name, doctor)


async def unfold_section(section: Locator) -> None:
    """Open a section of `/setup`, which a phone folds."""
    await section.locator("details").first.evaluate("(details) => { details.open = true; }")


async def say(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="Message", exact=True).fill(text)
    await page.keyboard.press("Enter")


async def _unfold(page: Page, card: str) -> None:
    button = page.get_by_role("log").get_by_role("button", name=card)
    if await button.get_attribute("aria-expanded") == "false":
        await button.click()


async def _idle(page: Page) -> None:
    await expect(page.locator(".thread__running:visible")).to_have_count(0)
    await expect(page.get_by_role("button", name="Stop", exact=True)).to_be_hidden()


async def _from_the_top(page: Page, first: Locator) -> None:
    await page.locator(".chat__scroller").hover()
    await page.mouse.wheel(0, -50)
    await first.evaluate("(element) => element.scrollIntoView()")
