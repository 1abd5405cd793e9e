"""A run belongs to the server: it is stopped on purpose only, and every tab sees the same."""

import asyncio
from pathlib import Path

from playwright.async_api import expect

from tests.e2e.visitor import Enter, Visit, Visitor
from tests.patience import PATIENCE_S
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message, partial_message

WEATHER_IN_OSLO = ("get_weather", '{"location": "Oslo", "dates": []}')
NEVER = asyncio.Event()


async def stop_run(visitor: Visitor) -> None:
    """The page takes a click just after sending for a double click: it is clicked until it counts."""
    async with asyncio.timeout(PATIENCE_S):
        while not await visitor.transcript.get_by_text("Stopped.").is_visible():
            await visitor.evaluate("document.querySelector('[title=Stop]').click()")


async def test_stop_keeps_the_partial_text_and_says_that_it_was_stopped(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*partial_message("One, ", "two, "), NEVER])
    upstream.script([*message("Three."), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.ask("Count")
    await expect(visitor.answer).to_contain_text("One, two,")

    await stop_run(visitor)

    await visitor.until_idle()
    await expect(visitor.answer).to_contain_text("One, two,")
    assert upstream.sessions[0].cancelled == 1
    await visitor.page.reload()
    await expect(visitor.transcript.get_by_text("Stopped.")).to_be_visible()
    await expect(visitor.answer).to_contain_text("One, two,")
    await visitor.ask("Go on")
    await expect(visitor.answer).to_contain_text("Three.")


async def test_a_page_reloaded_in_the_middle_of_a_run_shows_the_same_as_one_that_was_not(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    halfway, end = asyncio.Event(), asyncio.Event()
    text = [
        "# Oslo\n\nIt is ",
        "**co",
        "ld**:\n\n| day | °C",
        " |\n|---|---|\n| 1 | -3 |\n",
        "\nBye.",
    ]
    whole = message(*text)
    upstream.script(
        [*calls(WEATHER_IN_OSLO)],
        [*whole[:3], halfway, *whole[3:5], end, *whole[5:], COMPLETED],
    )
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.ask("How is Oslo?")
    await expect(visitor.answer).to_contain_text("It is")
    reader = await visitor.new_tab("/chat/" + visitor.page.url.rsplit("/", 1)[1])
    await expect(reader.answer).to_contain_text("It is")

    await reader.page.reload()
    halfway.set()
    await expect(reader.answer).to_contain_text("cold")
    await reader.page.reload()
    await expect(reader.answer).to_contain_text("cold")
    end.set()

    for tab in (visitor, reader):
        await expect(tab.answer).to_contain_text("Bye.")
        await tab.until_idle()
        await expect(tab.page.get_by_role("group", name="Weather in Oslo")).to_be_visible()
    assert await reader.shown() == await visitor.shown()
    assert await reader.answer.inner_html() == await visitor.answer.inner_html()


async def test_two_tabs_see_the_same_and_either_can_send_and_stop(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("Hello there."), COMPLETED])
    upstream.script([*partial_message("One, "), NEVER])
    server = await enter(running(tmp_path, upstream))
    first = await visit(server.url)
    await first.ask("Hello")
    await first.until_answered()
    second = await first.new_tab("/chat/" + first.page.url.rsplit("/", 1)[1])
    await expect(second.answer).to_contain_text("Hello there.")

    await second.ask("Count")
    await expect(first.answer).to_contain_text("One,")
    await stop_run(first)

    for tab in (first, second):
        await expect(tab.transcript.get_by_text("Stopped.")).to_be_visible()
        await tab.until_idle()
    assert await first.shown() == await second.shown()


async def test_a_message_sent_during_a_run_waits_survives_a_reload_and_goes_out_once(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    go_on = asyncio.Event()
    upstream.script([*partial_message("First "), go_on, *message("answer."), COMPLETED])
    upstream.script([*message("Second answer."), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.ask("First question")
    await expect(visitor.answer).to_contain_text("First")
    await visitor.ask("Second question")
    await expect(visitor.pending).to_contain_text("Waiting")

    await visitor.page.reload()
    await expect(visitor.pending).to_contain_text("Second question")
    await expect(visitor.pending).to_contain_text("Waiting")
    go_on.set()

    await expect(visitor.answer).to_contain_text("Second answer.")
    await expect(visitor.pending).to_have_count(0)
    await visitor.page.reload()
    await visitor.until_answered(2)
    await expect(visitor.transcript.get_by_text("Second question")).to_have_count(1)
    assert len(upstream.sessions) == 2


async def test_a_waiting_message_can_be_taken_back(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    go_on = asyncio.Event()
    upstream.script([*partial_message("First "), go_on, COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.ask("First question")
    await expect(visitor.answer).to_contain_text("First")
    await visitor.ask("Never mind")

    await visitor.pending.get_by_role("button", name="Remove").click()
    go_on.set()

    await visitor.until_answered(1)
    await expect(visitor.transcript).not_to_contain_text("Never mind")
    assert len(upstream.sessions) == 1
