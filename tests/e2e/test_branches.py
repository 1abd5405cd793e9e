"""Changing one's mind: nothing that was said is lost, and every way leads back."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.test_connection import CUT
from tests.e2e.test_runs import NEVER, WEATHER_IN_OSLO, stop_run
from tests.e2e.visitor import Enter, Visit, Visitor
from tests.e2e.wire import wire
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message, partial_message


def script(upstream: ScriptedUpstream, *answers: str) -> None:
    for answer in answers:
        upstream.script([*message(answer), COMPLETED])


async def regenerate(visitor: Visitor) -> None:
    await visitor.button("Regenerate").click()


async def test_an_edited_message_is_answered_anew_and_arrows_lead_back_in_every_tab(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    script(upstream, "Cold.", "In winter.", "Warm.", "Always.")
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.ask("How is Oslo?")
    await visitor.until_answered()
    await visitor.ask("When?")
    await visitor.until_answered(2)
    reader = await visitor.new_tab("/chat/" + visitor.page.url.rsplit("/", 1)[1])

    await visitor.edit("How is Oslo?", "How is Lima?")

    await visitor.until_answered()
    await expect(visitor.questions).to_have_text(["How is Lima?"])
    await expect(visitor.answer).to_contain_text("Warm.")
    await visitor.ask("And when?")
    await visitor.until_answered(2)
    await visitor.versions("2 of 2").get_by_role("button", name="Previous version").click()
    for tab in (visitor, reader):
        await expect(tab.questions).to_have_text(["How is Oslo?", "When?"])
        await expect(tab.answer).to_contain_text("In winter.")
        await expect(tab.versions("1 of 2")).to_be_visible()
    await reader.page.reload()
    await reader.versions("1 of 2").get_by_role("button", name="Next version").click()
    for tab in (visitor, reader):
        await expect(tab.questions).to_have_text(["How is Lima?", "And when?"])
        await expect(tab.answer).to_contain_text("Always.")
    assert [session.request.history[-1].text for session in upstream.sessions] == [  # type: ignore[union-attr]
        "How is Oslo?", "When?", "How is Lima?", "And when?"]  # fmt: skip


async def test_the_last_answer_can_be_asked_for_again_and_all_answers_stay(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    script(upstream, "One.", "Two.", "Three.")
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.ask("Say something")
    await visitor.until_answered()

    await regenerate(visitor)
    await expect(visitor.answer).to_contain_text("Two.")
    await regenerate(visitor)

    await expect(visitor.answer).to_contain_text("Three.")
    await expect(visitor.page.locator(".message--assistant")).to_have_count(1)
    await visitor.versions("3 of 3").get_by_role("button", name="Previous version").click()
    await expect(visitor.answer).to_contain_text("Two.")
    previous = visitor.versions("2 of 3").get_by_role("button", name="Previous version")
    await expect(previous, "the arrows keep the focus").to_be_focused()
    await previous.press("Enter")
    await expect(visitor.answer).to_contain_text("One.")
    await expect(visitor.questions).to_have_text(["Say something"])


async def test_a_stopped_run_goes_on_and_calls_no_function_twice(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*calls(WEATHER_IN_OSLO)], [*partial_message("It is "), NEVER])
    script(upstream, "It is cold.")
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.ask("How is Oslo?")
    await expect(visitor.answer).to_contain_text("It is")
    await stop_run(visitor)
    await expect(visitor.transcript.get_by_text("Stopped.")).to_be_visible()

    await visitor.button("Try again").click()

    await expect(visitor.answer).to_contain_text("It is cold.")
    await expect(visitor.transcript.get_by_text("Stopped.")).to_have_count(0)
    await expect(visitor.tool_call("get_weather")).to_have_count(1)
    await visitor.versions("2 of 2").get_by_role("button", name="Previous version").click()
    await expect(visitor.transcript.get_by_text("Stopped.")).to_be_visible()
    await expect(visitor.tool_call("get_weather")).to_have_count(1)


async def test_a_run_that_a_restart_interrupted_is_asked_again_by_itself(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*partial_message("Half "), NEVER])
    script(upstream, "A whole answer.")
    async with running(tmp_path, upstream) as server:
        port = int(server.url.rsplit(":", 1)[1])
        visitor = await visit(server.url)
        visitor.forgive(CUT)
        await visitor.ask("Tell me")
        await expect(visitor.answer).to_contain_text("Half")
    await expect(visitor.connection).to_contain_text("Connection lost")

    await enter(running(tmp_path, upstream, serve_port=port))
    await visitor.try_now()

    await expect(visitor.answer).to_contain_text("A whole answer.")
    await expect(visitor.questions).to_have_text(["Tell me"])
    await expect(visitor.button("Try again")).to_have_count(0)


async def test_while_an_answer_is_written_nothing_else_can_be_changed(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    go_on = asyncio.Event()
    script(upstream, "One.", "Two.")
    upstream.script([*partial_message("Half "), go_on, COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.ask("Say something")
    await visitor.until_answered()
    await regenerate(visitor)
    await expect(visitor.answer).to_contain_text("Two.")
    await visitor.ask("Go on")
    await expect(visitor.answer).to_contain_text("Half")

    arrows = visitor.versions("2 of 2").get_by_role("button")
    edits = visitor.page.get_by_role("button", name="Edit")
    for control in [*await arrows.all(), *await edits.all()]:
        await expect(control).to_be_disabled()
    go_on.set()
    await expect(edits.first).to_be_enabled()
    await expect(arrows.first).to_be_enabled()


async def test_an_edit_made_while_the_wire_is_cut_goes_out_once_when_it_is_mended(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    script(upstream, "Cold.", "Warm.")
    server = await enter(running(tmp_path, upstream))
    between = await enter(wire(server.url))
    visitor = await visit(between.url)
    visitor.forgive(CUT)
    await visitor.ask("How is Oslo?")
    await visitor.until_answered()
    await between.cut()
    await expect(visitor.connection).to_contain_text("Connection lost")

    await visitor.edit("How is Oslo?", "How is Lima?")
    await expect(visitor.pending).to_contain_text("How is Lima?")
    await expect(visitor.questions).to_have_count(0)
    await between.mend()
    await visitor.try_now()

    await expect(visitor.answer).to_contain_text("Warm.")
    await expect(visitor.questions).to_have_text(["How is Lima?"])
    await expect(visitor.versions("2 of 2")).to_be_visible()
    assert len(upstream.sessions) == 2


async def test_a_waiting_message_can_be_changed_over_a_reload_and_those_behind_it_wait_too(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    go_on = asyncio.Event()
    upstream.script([*partial_message("One."), go_on, COMPLETED])
    script(upstream, "Two.", "Three.")
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.ask("First")
    await expect(visitor.answer).to_contain_text("One.")
    await visitor.ask("Secnod")
    await visitor.ask("Third")
    await visitor.pending.first.get_by_role("button", name="Edit").click()
    await visitor.editor.fill("Seco")
    await visitor.page.reload()
    await expect(visitor.editor).to_have_value("Seco")
    go_on.set()
    await visitor.until_idle()
    await expect(visitor.pending).to_have_count(2)

    await visitor.editor.fill("Second")
    await visitor.editor.press("Enter")

    await visitor.until_answered(3)
    await expect(visitor.questions).to_have_text(["First", "Second", "Third"])
    await expect(visitor.answer).to_contain_text("Three.")


async def test_the_arrows_stay_under_the_pointer(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    script(upstream, "Line.\n\n" * 60, "Line.\n\n" * 40, "Short.")
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.ask("A long story")
    await visitor.until_answered()
    await visitor.ask("Go on")
    await visitor.until_answered(2)
    await visitor.edit("Go on", "Say it in a word")
    await expect(visitor.answer).to_contain_text("Short.")
    await visitor.until_answered(2)
    before = await visitor.versions("2 of 2").bounding_box()

    await visitor.versions("2 of 2").get_by_role("button", name="Previous version").click()

    await expect(visitor.questions.last).to_have_text("Go on")
    after = await visitor.versions("1 of 2").bounding_box()
    assert before is not None
    assert after is not None
    assert after["y"] == pytest.approx(before["y"], abs=1)


async def test_a_message_and_an_answer_are_copied_as_they_were_written(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    script(upstream, "It is **cold**:\n\n- very\n")
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, permissions=["clipboard-read", "clipboard-write"])
    await visitor.ask("How is *Oslo*?")
    await visitor.until_answered()
    copy = visitor.button("Copy")

    await visitor.page.locator(".message--user").hover()
    await copy.first.click()
    await visitor.until_copied("How is *Oslo*?")
    await copy.last.click()
    await visitor.until_copied("It is **cold**:\n\n- very\n")
