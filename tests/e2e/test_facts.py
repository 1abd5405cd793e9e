"""What answers took, as the page tells it: on the answer, in the chat and on `/setup`."""

import re
from pathlib import Path

from playwright.async_api import expect

from backend.domain.usage import Usage
from backend.upstreams.events import RunEnded
from tests.e2e.configured import configured
from tests.e2e.responses_server import KEY, MODEL, ResponsesServer
from tests.e2e.test_accessibility import violations
from tests.e2e.visitor import DESKTOP, PHONE, Enter, Visit
from tests.rest import rest
from tests.running import running
from tests.scripted import ScriptedUpstream, message
from tests.upstreams.loopback import upstream_server
from tests.upstreams.test_context import LONG, SmallModel

USAGE = Usage(
    input_tokens=12_000,
    cached_tokens=10_000,
    output_tokens=345,
    reasoning_tokens=45,
    total_tokens=12_345,
)


async def test_an_answer_tells_its_facts_by_keyboard_on_both_screens(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream(name="scripted")
    upstream.script([*message("Cold."), RunEnded("completed", usage=USAGE)])
    server = await enter(running(tmp_path, upstream))
    http = await enter(rest(server.url))
    assistant = {"name": "Ada", "model": "a-model"}
    (await http.put("/api/setup/assistant", json=assistant)).raise_for_status()
    visitor = await visit(server.url, reduced_motion="reduce")
    await visitor.ask("How is Oslo?")
    await visitor.until_answered()
    line = visitor.page.get_by_role("button", name="12,345 tokens")
    await line.press("Enter")
    facts = visitor.page.locator(".answer-end .facts")
    for size in (DESKTOP, PHONE):
        await visitor.page.set_viewport_size(size)  # type: ignore[arg-type]
        await expect(facts).to_contain_text("12,000 tokens (10,000 cached)")
        await expect(facts).to_contain_text("345 tokens (45 reasoning)")
        await expect(facts.get_by_text("45 reasoning")).to_be_in_viewport()
    assert await violations(visitor) == []
    await line.press("Enter")
    await expect(facts).to_have_count(0)
    await visitor.page.reload()
    await expect(line).to_be_visible()


async def test_usage_and_costs_are_told_by_day_and_by_chat(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    prices = '{"loopback-*": {"input": 200, "output": 1000, "currency": "EUR"}}'
    model = ResponsesServer()
    server = await enter(upstream_server(model.answer))
    url = await enter(
        configured(
            tmp_path,
            f"UPSTREAM=responses\nOPENAI_API_KEY={KEY}\nOPENAI_BASE_URL={server.base_url}\n"
            f"PRICES='{prices}'\n",
        )
    )
    http = await enter(rest(url))
    assistant = {"name": "Ada", "model": MODEL}
    (await http.put("/api/setup/assistant", json=assistant)).raise_for_status()
    visitor = await visit(url, reduced_motion="reduce")
    page = visitor.page
    await visitor.ask("Hello.")
    await visitor.until_answered()
    await expect(page.get_by_role("button", name="€0.0046")).to_contain_text("loopback-1 · ")

    options = page.get_by_role("button", name="Options of")
    await options.focus()
    await options.press("Enter")
    await page.get_by_role("menuitem", name="Usage").press("Enter")
    dialog = page.get_by_role("dialog")
    row = dialog.get_by_role("row", name=MODEL)
    await expect(row).to_contain_text("€0.0046")
    assert await violations(visitor) == []
    await page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(options).to_be_focused()

    await visitor.go("/setup")
    await visitor.unfold()
    section = page.get_by_role("region", name="9. Usage", exact=True)
    row = section.get_by_role("row", name=MODEL)
    await expect(row.get_by_role("cell")).to_have_text(
        [re.compile(r"20\d\d"), "1", "3 ", "4 ", "€0.0046"]
    )
    assert await violations(visitor) == []
    await section.get_by_label("From").fill("2020-01-01")
    await section.get_by_label("To").fill("2020-01-02")
    await expect(section.get_by_text("There were no answers")).to_be_visible()
    await section.get_by_label("From").fill("2020-01-03")
    await expect(section.get_by_text("The first day is after the last one")).to_be_visible()
    visitor.forgive("status of 400")
    await section.get_by_label("To").fill("")
    await section.get_by_label("Whose chats").select_option("Mine alone")
    await expect(row).to_be_visible()


async def test_a_full_context_is_told_by_the_composer_and_the_oldest_messages_are_left_out(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    model = SmallModel(model={"max_model_len": 3_000})
    server = await enter(upstream_server(model.answer))
    url = await enter(
        configured(
            tmp_path,
            f"UPSTREAM=chat_completions\nOPENAI_API_KEY={KEY}\nOPENAI_BASE_URL={server.base_url}\n",
        )
    )
    http = await enter(rest(url))
    assistant = {"name": "Ada", "model": "small-1"}
    (await http.put("/api/setup/assistant", json=assistant)).raise_for_status()
    visitor = await visit(url, reduced_motion="reduce")
    page = visitor.page
    gauge = page.get_by_role("button", name=re.compile(r"Context \d+ % full"))
    await visitor.ask(f"First: {LONG}")
    await visitor.until_answered()
    await expect(gauge).to_be_hidden()
    await visitor.ask(f"Second: {LONG}")
    await visitor.until_answered(2)
    await expect(gauge).to_be_visible()
    assert await violations(visitor) == []
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await expect(gauge).to_be_in_viewport()
    await gauge.focus()
    await gauge.press("Enter")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text(re.compile(r"Context.* of 3,000 tokens \(7\d %\)"))
    await page.keyboard.press("Escape")
    await expect(gauge).to_be_focused()
    for number in (3, 4):
        await visitor.ask(f"Another one: {LONG}")
        await visitor.until_answered(number)
    note = page.locator(".answer-end__notes").last
    await expect(note).to_contain_text("its oldest messages were left out")
    await expect(page.locator(".message--user").first).to_contain_text("First: ")
    await page.reload()
    await expect(note).to_contain_text("its oldest messages were left out")
    await expect(gauge).to_be_visible()
