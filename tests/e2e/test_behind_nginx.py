"""The product off the laptop: behind a real nginx, with TLS, under a path, with a login."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.nginx import nginx
from tests.process import backend
from tests.thorough import thorough

ROOT_PATH = "/chat-app"
TOKEN = "correct-horse-battery-staple"
SETTINGS = {
    "ACCESS_TOKEN": TOKEN,
    "ALLOWED_HOSTS": "plain.test",
    "TRUSTED_PROXIES": "127.0.0.1",
    "ROOT_PATH": ROOT_PATH,
    "DEMO_DELTAS_PER_S": "0",
}


@pytest.mark.parametrize(
    "strips", [pytest.param(True, id="path stripped"), thorough(False, id="path kept")]
)
async def test_one_logs_in_chats_reloads_and_logs_out(
    tmp_path: Path, browser: Browser, strips: bool
) -> None:
    async with (
        backend(tmp_path, "--port", "0", settings=SETTINGS) as server,
    ):
        await server.started()
        async with nginx(tmp_path / "nginx", server.url, ROOT_PATH, strips=strips) as port:
            address = f"https://plain.test:{port}{ROOT_PATH}"
            context = await browser.new_context(ignore_https_errors=True)
            complaints: list[str] = []
            page = await context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on(
                "console",
                lambda message: complaints.append(message.text) if "Content Security" in message.text else None,
            )  # fmt: skip

            await page.goto(f"{address}/setup")
            await expect(page).to_have_url(f"{address}/login?next=/setup")
            await page.get_by_label("Access token").fill("not the token")
            await page.get_by_role("button", name="Log in").click()
            await expect(page.get_by_role("alert")).to_have_text(
                "This is not the access token of this server."
            )
            await page.get_by_label("Access token").fill(TOKEN)
            await page.keyboard.press("Enter")
            await expect(page).to_have_url(f"{address}/setup")

            [cookie] = await context.cookies()
            assert cookie.get("name", "").startswith("__Host-login_")
            assert (cookie.get("secure"), cookie.get("httpOnly")) == (True, True)

            await page.get_by_role("link", name="New chat").first.click()
            await page.get_by_role("textbox").first.fill("What can you do?")
            await page.keyboard.press("Enter")
            answer = page.locator(".message--assistant")
            await expect(answer).to_have_count(1)
            await expect(page).to_have_url(re.compile(re.escape(f"{address}/chat/thread_")))
            await page.reload()
            await expect(answer).to_have_count(1)

            await page.get_by_role("button", name="Log out").click()
            await page.get_by_role("menuitem", name="Log out", exact=True).click()
            await expect(page).to_have_url(f"{address}/login")
            await page.goto(f"{address}/chat")
            await expect(page).to_have_url(f"{address}/login?next=/chat")
            assert complaints == []
            await context.close()
        log = (tmp_path / "nginx" / "access.log").read_text()
        assert f"POST {ROOT_PATH}/login" in log
        assert TOKEN not in log
