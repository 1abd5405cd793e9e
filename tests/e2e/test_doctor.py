"""The check-up on `/setup`."""

from pathlib import Path

import httpx2
import pytest
from playwright.async_api import ViewportSize, expect

from backend.doctor import local_servers
from tests.doctor.model_server import MODEL, ModelServer
from tests.e2e.configured import configured
from tests.e2e.visitor import DESKTOP, PHONE, Enter, Visit
from tests.thorough import thorough
from tests.upstreams.loopback import upstream_server


@pytest.mark.parametrize(
    "viewport", [thorough(DESKTOP, id="desktop"), pytest.param(PHONE, id="phone")]
)
async def test_it_finds_a_server_on_this_machine_which_one_click_chooses_and_checks(
    visit: Visit,
    enter: Enter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    viewport: ViewportSize,
) -> None:
    server = ModelServer(key=None, sees=False)
    upstream = await enter(upstream_server(server.answer))
    port = httpx2.URL(upstream.base_url).port
    monkeypatch.setattr(local_servers, "USUAL_PORTS", {"Ollama": port})
    url = await enter(configured(tmp_path, f"MODEL={MODEL}\n"))
    visitor = await visit(url, "/setup", viewport=viewport)
    await visitor.unfold()
    doctor = visitor.page.get_by_role("region", name="Check-up")
    checks = doctor.get_by_role("list", name="Checks").get_by_role("listitem")

    await doctor.get_by_role("button", name="Check now").click()
    await expect(doctor.get_by_role("status").first).to_have_text("All is well.")
    await expect(checks.filter(has_text="Functions")).to_contain_text("Works")
    await expect(checks.filter(has_text="Pictures")).to_contain_text("Not tried")

    await doctor.get_by_role("button", name="Use Ollama").click()
    await expect(doctor.get_by_role("status").first).to_contain_text("1 thing to take note of.")
    await expect(doctor.get_by_text("In use")).to_be_visible()
    await expect(checks).to_have_count(7)
    await expect(checks.first).to_contain_text(f"{upstream.base_url} speaks the Responses API.")
    pictures = checks.filter(has_text="Pictures")
    await expect(pictures).to_contain_text("Take note")
    await expect(pictures).to_contain_text("choose a model that sees them")
    await expect(doctor.get_by_role("button", name="Check now")).to_be_focused()
    await expect(visitor.page.get_by_label("Base URL")).to_have_value(upstream.base_url)
    assert await visitor.sideways_px() == 0
