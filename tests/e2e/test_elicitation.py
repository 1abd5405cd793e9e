"""What an MCP server asks in the middle of a call is answered on its card: by a form, or at an address."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests.e2e.configured import configured
from tests.e2e.test_accessibility import violations
from tests.e2e.visitor import DESKTOP, NARROW, Enter, Visit, Visitor
from tests.mcp.servers import DEMO
from tests.serving import serve
from tests.thorough import thorough


async def with_demo(enter: Enter, tmp_path: Path) -> str:
    (tmp_path / "mcp.json").write_text(json.dumps({"mcpServers": {"demo": DEMO}}))
    return await enter(configured(tmp_path, "UPSTREAM=demo\n"))


async def until_ready(visitor: Visitor) -> None:
    await visitor.unfold()
    page = visitor.page
    server = page.get_by_role("region", name="7. MCP servers").get_by_role("listitem", name="demo")
    await expect(server).to_contain_text("Ready")
    await page.get_by_role("link", name="New chat").click()


@pytest.mark.parametrize(
    "size", [thorough(DESKTOP, id="desktop"), pytest.param(NARROW, id="narrow")]
)
async def test_a_form_of_every_kind_of_field_is_filled_in(
    visit: Visit, enter: Enter, tmp_path: Path, size: dict[str, int]
) -> None:
    visitor = await visit(await with_demo(enter, tmp_path), "/setup", viewport=size)
    page = visitor.page
    await until_ready(visitor)
    await visitor.ask("demo__plan_trip")
    card = page.get_by_role("group", name="Question of demo")
    await expect(page.get_by_text("The MCP server demo asks.")).to_be_visible()
    await expect(card.get_by_label("Where to?")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert await violations(visitor) == []

    await page.reload()
    await card.get_by_label("Where to?").fill("Oslo")
    await card.get_by_label("by bike").check()
    await card.get_by_label("a camera").check()
    await card.get_by_role("button", name="Answer").click()
    await visitor.until_answered()
    await expect(page.get_by_text("3 days to Oslo by bike").first).to_be_attached()
    await expect(page.get_by_text("demo: Where shall the trip go?")).to_be_attached()


class Site:
    """Somewhere else, which knows who came."""

    def __init__(self) -> None:
        self.visits: list[dict[str, str]] = []

    async def page(self, request: Request) -> Response:
        self.visits.append(dict(request.headers))
        return HTMLResponse("<title>Elsewhere</title>")

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        async with serve(Starlette(routes=[Route("/start", self.page)])) as url:
            yield f"{url}/start"


async def test_an_address_is_shown_and_opened_by_a_click_alone(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    site = Site()
    async with site.served() as address:
        visitor = await visit(await with_demo(enter, tmp_path), "/setup")
        visitor.forgive(re.escape(address))
        page = visitor.page
        await until_ready(visitor)
        await visitor.ask(f"demo__open_page url={address}?for=me")
        card = page.get_by_role("group", name="Address of demo")
        await expect(card.locator(".action__address")).to_have_text(f"{address}?for=me")
        assert await violations(visitor) == []
        link = card.get_by_role("link", name="Open 127.0.0.1:")
        await link.hover()
        await link.focus()
        assert site.visits == []
        async with visitor.context.expect_page() as opening:
            await link.click()
        elsewhere = await opening.value
        await elsewhere.wait_for_load_state()
        assert await elsewhere.evaluate("window.opener") is None
        assert "referer" not in site.visits[0]
        await elsewhere.close()
        await card.get_by_role("button", name="I am done there").click()
        await visitor.until_answered()
        await expect(page.get_by_text("The user chose to accept.").first).to_be_attached()


async def test_by_hand_a_call_goes_on_with_the_answer(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    visitor = await visit(await with_demo(enter, tmp_path), "/setup")
    await until_ready(visitor)
    await visitor.go("/tools/demo__plan_trip")
    page = visitor.page
    await page.get_by_role("button", name="Run", exact=True).click()
    card = page.get_by_role("group", name="Question of demo")
    await card.get_by_label("Where to?").fill("Bergen")
    await card.get_by_role("button", name="Answer").click()
    await expect(page.get_by_text("3 days to Bergen by train").first).to_be_visible()
