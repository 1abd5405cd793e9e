"""From the demo to a real upstream, by hand on `/setup`, and the same chat goes on."""

import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values
from playwright.async_api import expect

from tests.e2e.configured import configured
from tests.e2e.responses_server import KEY, MODEL, ResponsesServer
from tests.e2e.test_accessibility import violations
from tests.e2e.visitor import PHONE, Enter, Visit, Visitor
from tests.thorough import thorough
from tests.upstreams.assistants.runs import Call, Round, Say
from tests.upstreams.assistants.server import assistants_server
from tests.upstreams.loopback import upstream_server

REFUSED = r"Failed to load resource: the server responded with a status of 401"


async def set_up(visitor: Visitor, base_url: str) -> None:
    """Choose the server, give a wrong key, then the right one, then create the assistant."""
    page = visitor.page
    upstream = page.get_by_role("region", name="Upstream")
    await upstream.get_by_label("Base URL").fill(base_url)
    await upstream.get_by_role("button", name="Save upstream").click()
    await expect(upstream.get_by_role("status")).to_contain_text("Saved")

    key = page.get_by_role("region", name="API key")
    await key.get_by_label("API key", exact=True).fill("sk-wrong-key-9999")
    await key.get_by_role("button", name="Save key").click()
    await expect(key.locator(".setup-error")).to_contain_text("The upstream refuses this key.")
    await expect(key.get_by_label("API key", exact=True)).to_be_focused()
    await expect(page.get_by_text("sk-wrong")).to_have_count(0)
    await key.get_by_label("API key", exact=True).fill(KEY)
    await key.get_by_role("button", name="Save key").click()
    await expect(key.get_by_role("status")).to_contain_text("The key works and is stored.")
    await expect(key.get_by_text("A key is set: …" + KEY[-4:])).to_be_visible()
    await expect(key.get_by_label("API key", exact=True)).to_have_value("")

    assistant = page.get_by_role("region", name="Assistant")
    await expect(assistant.get_by_text("The upstream lists")).to_be_visible()
    await assistant.get_by_label("Model").fill(MODEL)
    await assistant.get_by_role("button", name="Create assistant").click()
    await expect(assistant.get_by_role("status")).to_contain_text("The assistant is saved")
    await expect(page.get_by_role("heading", name="Ready to chat")).to_be_visible()


def env_of(folder: Path) -> dict[str, str | None]:
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    return dotenv_values(folder / ".env")


async def test_a_chat_begun_in_the_demo_goes_on_with_a_model_once_it_is_set_up(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    model = ResponsesServer()
    upstream = await enter(upstream_server(model.answer))
    url = await enter(configured(tmp_path))
    visitor = await visit(url)
    visitor.forgive(REFUSED)
    await visitor.ask("What can you do?")
    await visitor.until_answered()
    thread = visitor.page.url

    await visitor.page.get_by_role("link", name="Connect a model").click()
    await set_up(visitor, upstream.base_url)
    await visitor.page.go_back()
    await expect(visitor.page).to_have_url(thread)
    await visitor.ask("How is the weather?")

    await visitor.until_answered(2)
    await expect(visitor.answer).to_contain_text("It is fine in Bergen.")
    await expect(visitor.page.get_by_role("group", name="Weather in Bergen")).to_be_visible()
    await expect(visitor.page.locator(".demo-banner")).to_be_hidden()
    history = [part.get("role") for part in model.asked[0]["input"]]
    assert history == ["user", "assistant", "user"]
    env = env_of(tmp_path)
    assert env["OPENAI_API_KEY"] == KEY
    assert env["OPENAI_BASE_URL"] == upstream.base_url
    assert str(env["ASSISTANT_ID"]).startswith("asst_local_")
    await visitor.ask("How many?")
    await expect(visitor.answer).to_contain_text("You have written 3 messages.")


@pytest.mark.parametrize("path", ["/", thorough("/chat")])
async def test_a_real_upstream_without_a_key_leads_to_setup_which_says_what_is_missing(
    visit: Visit, enter: Enter, tmp_path: Path, path: str
) -> None:
    url = await enter(configured(tmp_path, "UPSTREAM=responses\n"))
    visitor = await visit(url, path)

    await expect(visitor.page).to_have_url(url + "/setup")
    await expect(visitor.page.get_by_role("heading", name="Before you can chat")).to_be_visible()
    await expect(visitor.page.get_by_role("link", name="Set an API key")).to_be_visible()
    await visitor.page.get_by_role("link", name="Create an assistant").click()
    await expect(visitor.page.locator("#setup-assistant-title")).to_be_focused()


async def test_a_chat_link_leads_to_setup_while_the_assistant_is_missing(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    model = ResponsesServer()
    upstream = await enter(upstream_server(model.answer))
    env = f"OPENAI_BASE_URL={upstream.base_url}\nOPENAI_API_KEY={KEY}\n"
    url = await enter(configured(tmp_path, env))
    visitor = await visit(url, "/setup")
    await expect(visitor.page.get_by_role("link", name="Create an assistant")).to_be_visible()

    await visitor.page.get_by_role("link", name="New chat").click()

    await expect(visitor.page).to_have_url(url + "/setup")
    await expect(visitor.page.get_by_role("link", name="Set an API key")).to_have_count(0)


async def test_on_a_phone_setup_is_a_list_of_sections_that_unfold_by_key_and_by_link(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    url = await enter(configured(tmp_path, "UPSTREAM=responses\n"))
    visitor = await visit(url, "/setup", viewport=PHONE, reduced_motion="reduce")
    page = visitor.page
    upstream, key, assistant = (
        page.get_by_role("region", name=name) for name in ("Upstream", "API key", "Assistants")
    )
    # What is missing stands open, what is done does not.
    await expect(key.get_by_label("API key", exact=True)).to_be_visible()
    await expect(assistant.get_by_label("Model")).to_be_visible()
    await expect(upstream.get_by_label("Base URL")).to_be_hidden()
    assert await violations(visitor, PHONE) == []

    await page.get_by_role("heading", name="2. API key").click()
    await expect(key.get_by_label("API key", exact=True)).to_be_hidden()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(upstream.get_by_label("Base URL")).to_be_visible()
    await upstream.get_by_label("Demo").check()
    await upstream.get_by_role("button", name="Save upstream").click()
    await expect(page.get_by_role("heading", name="The demo is ready")).to_be_visible()

    await visitor.go("/setup")
    await expect(page.get_by_role("heading", name="The demo is ready")).to_be_visible()
    content = page.locator(".setup-content")
    assert await content.evaluate("(element) => element.offsetHeight") < 1_500
    await page.get_by_role("link", name="save an API key").click()
    await expect(key.get_by_label("API key", exact=True)).to_be_visible()
    await expect(page.locator("#setup-key-title")).to_be_focused()
    await visitor.go("/setup#approvals")
    await expect(page.locator("#setup-approvals").get_by_label("save_note")).to_be_visible()


async def test_a_base_url_that_leads_nowhere_is_saved_and_told_beside_it(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    url = await enter(configured(tmp_path, "UPSTREAM=demo\n"))
    visitor = await visit(url, "/setup")
    visitor.forgive("status of 400")
    upstream = visitor.page.get_by_role("region", name="Upstream")
    await upstream.get_by_label("Responses API").check()
    await upstream.get_by_label("Base URL").fill("http://127.0.0.1:9/v1")
    await upstream.get_by_role("button", name="Save upstream").click()
    status = upstream.get_by_role("status")
    await expect(status).to_contain_text("Saved")
    await expect(status).to_contain_text("Nothing answers at http://127.0.0.1:9/v1.")

    await upstream.get_by_label("Base URL").fill("127.0.0.1:9")
    await upstream.get_by_role("button", name="Save upstream").click()
    wrong = "The base URL must begin with http:// or https://."
    await expect(upstream.locator(".setup-error").last).to_have_text(wrong)


async def test_a_key_can_be_removed_after_a_question(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    url = await enter(configured(tmp_path, f"UPSTREAM=demo\nOPENAI_API_KEY={KEY}\n"))
    visitor = await visit(url, "/setup")
    await visitor.button("Remove key…").click()
    await visitor.button("Keep it").click()
    await visitor.button("Remove key…").click()
    await visitor.button("Remove it").click()

    await expect(visitor.page.get_by_text("The key is removed.")).to_be_visible()
    assert "OPENAI_API_KEY" not in env_of(tmp_path)


async def test_a_server_of_the_assistants_api_is_found_out_and_holds_the_assistant(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    rounds: list[Round] = [
        (Call("get_weather", location="Bergen", dates=[]),),
        (Say("It is fine in Bergen."),),
    ]
    server = await enter(assistants_server([rounds], key=KEY))
    url = await enter(configured(tmp_path))
    visitor = await visit(url, "/setup")
    visitor.forgive(REFUSED)
    await set_up(visitor, server.base_url)

    await visitor.page.get_by_role("link", name="Start chatting").click()
    await visitor.ask("How is the weather?")
    await visitor.until_answered()

    await expect(visitor.answer).to_contain_text("It is fine in Bergen.")
    await expect(visitor.page.get_by_role("group", name="Weather in Bergen")).to_be_visible()
    assert env_of(tmp_path)["ASSISTANT_ID"] in server.assistants
    [thread] = server.threads.values()
    assert ("user", "How is the weather?") in thread.texts
