"""The wire breaks; the chat does not."""

import asyncio
from pathlib import Path

from playwright.async_api import expect

from tests.e2e.visitor import Enter, Visit
from tests.e2e.wire import wire
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, message

CUT = r"WebSocket connection to .* failed|net::ERR_"


async def test_after_a_cut_the_page_comes_back_by_itself_and_misses_nothing(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    while_cut, after = asyncio.Event(), asyncio.Event()
    whole = message("Before. ", "While cut. ", "After.")
    upstream.script([*whole[:2], while_cut, whole[2], after, *whole[3:], COMPLETED])
    server = await enter(running(tmp_path, upstream))
    between = await enter(wire(server.url))
    visitor = await visit(between.url)
    visitor.forgive(CUT)
    await visitor.ask("Tell me")
    await expect(visitor.answer).to_contain_text("Before.")

    await between.cut()
    await expect(visitor.connection).to_contain_text("Connection lost")
    while_cut.set()
    await between.mend()

    await expect(visitor.connection).to_be_hidden()
    await expect(visitor.answer).to_contain_text("While cut.")
    after.set()
    await visitor.until_answered()
    await expect(visitor.answer).to_have_text("AssistantBefore. While cut. After.")


async def test_a_message_written_while_the_wire_is_cut_goes_out_once_when_it_is_mended(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("One."), COMPLETED])
    upstream.script([*message("Two."), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    between = await enter(wire(server.url))
    visitor = await visit(between.url)
    visitor.forgive(CUT)
    await visitor.ask("First")
    await expect(visitor.answer).to_contain_text("One.")
    await between.cut()
    await expect(visitor.connection).to_contain_text("Connection lost")

    await visitor.ask("Second")
    await expect(visitor.pending).to_contain_text("Second")
    await expect(visitor.button("Try now")).to_be_visible()
    await between.mend()
    await visitor.try_now()

    await expect(visitor.answer).to_contain_text("Two.")
    await expect(visitor.transcript.get_by_text("Second")).to_have_count(1)
    assert len(upstream.sessions) == 2


async def test_a_server_that_restarts_gives_the_whole_thread_back(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("Before."), COMPLETED])
    upstream.script([*message("After."), COMPLETED])
    async with running(tmp_path, upstream) as server:
        port = int(server.url.rsplit(":", 1)[1])
        visitor = await visit(server.url)
        visitor.forgive(CUT)
        await visitor.ask("First")
        await expect(visitor.answer).to_contain_text("Before.")
        await visitor.until_idle()
        before, _, _ = (await visitor.shown()).partition('- button "Regenerate"')
    await expect(visitor.connection).to_contain_text("Connection lost")

    await enter(running(tmp_path, upstream, serve_port=port))
    await visitor.try_now()
    await visitor.ask("Second")

    await expect(visitor.answer).to_contain_text("After.")
    await visitor.until_answered(2)
    assert (await visitor.shown()).startswith(before)


async def test_a_chat_that_does_not_exist_says_so(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, ScriptedUpstream()))
    visitor = await visit(server.url, "/chat/thread_nope")

    await expect(visitor.page.get_by_role("heading", name="There is no such chat")).to_be_visible()
    await expect(visitor.composer).to_be_hidden()
    await visitor.page.get_by_role("link", name="Start a new chat").click()
    await expect(visitor.composer).to_be_enabled()


async def test_somebody_elses_chat_does_not_exist_either(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("A secret."), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    owner = await visit(server.url)
    await owner.ask("Tell me")
    await owner.until_answered()

    stranger = await visit(owner.page.url, "")

    await expect(stranger.page.get_by_role("heading", name="There is no such chat")).to_be_visible()
    await expect(stranger.page.get_by_text("A secret.")).to_have_count(0)
