"""What goes wrong at the upstream is told where it happened, with what to do, and one can go on."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.configured import configured
from tests.e2e.responses_server import KEY, ResponsesServer
from tests.e2e.visitor import Enter, Visit
from tests.thorough import thorough
from tests.upstreams.loopback import (
    CUT,
    Answer,
    error_answer,
    html_page,
    refused_base_url,
    sse,
    upstream_server,
)

CUT_STREAM = sse([{"type": "response.created", "response": {"id": "resp_1"}}, CUT])


async def create_assistant(visit: Visit, url: str) -> None:
    setup = await visit(url, "/setup")
    await setup.page.get_by_label("Model").fill("loopback-1")
    await setup.button("Create assistant").click()
    await expect(setup.page.get_by_role("heading", name="Ready to chat")).to_be_visible()


@pytest.mark.parametrize(
    ("ailment", "sentence", "mended_in_setup"),
    [
        (
            error_answer(401, f"Incorrect API key provided: {KEY}."),
            "did not accept the API key",
            True,
        ),
        thorough(
            error_answer(429, "Rate limit reached.", headers={"retry-after": "7"}),
            "Try again in 7 seconds.",
            False,
        ),
        thorough(error_answer(500, "The server had an error."), "500", False),
        thorough(html_page(), "instead of", False),
        (CUT_STREAM, "before the answer was complete", False),
    ],
    ids=["401", "429", "500", "html", "cut"],
)
async def test_a_failure_stands_below_its_message_until_the_run_is_tried_again(
    visit: Visit,
    enter: Enter,
    tmp_path: Path,
    ailment: Answer,
    sentence: str,
    mended_in_setup: bool,
) -> None:
    model = ResponsesServer()
    upstream = await enter(upstream_server(model.answer))
    env = f"UPSTREAM=responses\nOPENAI_BASE_URL={upstream.base_url}\nOPENAI_API_KEY={KEY}\n"
    url = await enter(configured(tmp_path, env))
    await create_assistant(visit, url)
    model.ailments.append(ailment)
    visitor = await visit(url)
    await visitor.ask("Hello")

    failure = visitor.transcript.locator(".run-end--error")
    await expect(failure).to_contain_text(sentence)
    await expect(failure.get_by_role("link", name="Open setup")).to_have_count(
        1 if mended_in_setup else 0
    )
    await expect(visitor.page.get_by_text(KEY)).to_have_count(0)
    await failure.get_by_role("button", name="Try again").click()

    await expect(visitor.answer).to_contain_text("You have written 1 message")
    await expect(failure).to_have_count(0)
    await expect(visitor.page.locator(".message--user")).to_have_count(1)


async def test_an_upstream_that_is_away_is_told_on_both_pages(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    env = f"UPSTREAM=responses\nOPENAI_BASE_URL={refused_base_url()}\nOPENAI_API_KEY={KEY}\n"
    url = await enter(configured(tmp_path, env))
    await create_assistant(visit, url)
    visitor = await visit(url)

    await visitor.ask("Hello")

    failure = visitor.transcript.locator(".run-end--error")
    await expect(failure).to_contain_text("Nothing answers at")
    await failure.get_by_role("link", name="Open setup").click()
    await expect(visitor.page).to_have_url(url + "/setup")
    await expect(visitor.page.get_by_text("The upstream did not list its models")).to_be_visible()


async def test_a_part_of_the_page_that_cannot_be_loaded_leaves_the_chat_and_offers_to_reload(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    visitor = await visit(await enter(configured(tmp_path)))
    visitor.forgive("Failed to load resource")
    await visitor.page.route("**/assets/setup-*.js", lambda route: route.abort())
    await visitor.page.get_by_role("link", name="Setup").click()
    await expect(visitor.page.get_by_text("This page could not be loaded.")).to_be_visible()
    await expect(visitor.page.get_by_role("textbox", name="Message")).to_be_visible()
    await visitor.page.unroute("**/assets/setup-*.js")
    await visitor.button("Reload").click()
    await expect(visitor.page.get_by_role("heading", name="Setup", exact=True)).to_be_visible()
