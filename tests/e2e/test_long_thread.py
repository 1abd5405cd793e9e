"""A thread of a thousand items opens at once, is read from end to start, and costs no more to grow."""

from math import inf
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import CDPSession, expect

from tests.e2e.visitor import Enter, Visit, Visitor
from tests.running import running
from tests.scripted import COMPLETED, Gate, ScriptedUpstream, message

FIRST_PAINT_MS = 200
ATTEMPTS = 5
"""On a busy machine some take longer."""
DELTAS = 150

TELL_FIRST_PAINT = """
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener('message', ({ data }) => {
      if (!data.includes('"type":"snapshot"')) return;
      const arrived = performance.now();
      const look = () => {
        if (!document.querySelector('.message')) return requestAnimationFrame(look);
        const painted = new MessageChannel();
        painted.port1.onmessage = () => { window.firstPaintMs ??= performance.now() - arrived; };
        painted.port2.postMessage(null);
      };
      requestAnimationFrame(look);
    });
  }
};
"""

IN_VIEW = """(() => {
  const view = document.querySelector('.chat__scroller').getBoundingClientRect();
  const middle = (view.top + view.bottom) / 2;
  const message = [...document.querySelectorAll('.message')]
    .find((element) => element.getBoundingClientRect().bottom > middle);
  return { text: message.innerText, top: message.getBoundingClientRect().top };
})()"""


def long_thread(items: int) -> dict[str, Any]:
    """As an export holds it: questions and answers by turns."""
    paragraph = "some **words** about `things`, long enough to wrap.\n\n- one\n- two\n\n" * 2
    said_so_far: list[dict[str, Any]] = []
    runs: list[dict[str, Any]] = []
    parent: str | None = None
    for number in range(items // 2):
        question, answer, run = f"item_q{number}", f"item_a{number}", f"run_{number}"
        shared = {"run_id": run, "status": "completed", "created_at": number}
        asked = {"id": question, "type": "user_message", "text": f"Question {number}?"}
        said = {"id": answer, "type": "assistant_message", "text": f"Answer {number}: {paragraph}"}
        said_so_far.append(asked | shared | {"parent_id": parent})
        said_so_far.append(said | shared | {"parent_id": question})
        runs.append(
            {"id": run, "thread_id": "thread_1", "parent_id": question, "upstream": "demo"}
            | {"status": "completed", "created_at": number, "finished_at": number + 1}
        )
        parent = answer
    times = {"created_at": 0, "updated_at": 0}
    return {
        "format": "runstream-thread",
        "version": 1,
        "thread": {"id": "thread_1", "title": f"{items} items", "head_id": parent, **times},
        "items": said_so_far,
        "runs": runs,
    }


async def imported(visitor: Visitor, items: int) -> str:
    """The path of a new thread with so many items."""
    answer = await visitor.context.request.post(
        visitor.url + "/api/threads", data=long_thread(items), headers={"Origin": visitor.url}
    )
    assert answer.status == 201, await answer.text()
    return "/chat/" + str((await answer.json())["id"])


async def test_a_thousand_items_are_painted_at_once_from_the_end(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, ScriptedUpstream()))
    visitor = await visit(server.url)
    path = await imported(visitor, 1_000)
    await visitor.context.add_init_script(TELL_FIRST_PAINT)

    first_paints_ms = [inf]
    while min(first_paints_ms) >= FIRST_PAINT_MS and len(first_paints_ms) <= ATTEMPTS:
        await visitor.go(path)
        await expect(visitor.answer).to_contain_text("Answer 499:")
        await expect(visitor.answer).to_be_in_viewport()
        first_paints_ms.append(await visitor.evaluate("window.firstPaintMs"))

    assert min(first_paints_ms) < FIRST_PAINT_MS, first_paints_ms
    assert await visitor.page.locator(".message").count() < 100


async def test_what_was_said_before_comes_as_one_scrolls_and_nothing_jumps(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, ScriptedUpstream()))
    visitor = await visit(server.url)
    await visitor.go(await imported(visitor, 400))
    await expect(visitor.answer).to_contain_text("Answer 199:")
    await visitor.scroller.hover()
    messages = visitor.page.locator(".message")
    shown = await messages.count()

    # To the top of what is there: more is put above it, and what is in view stays.
    await visitor.evaluate("document.querySelector('.chat__scroller').scrollTop = 0")
    before = await visitor.evaluate(IN_VIEW)
    await expect(messages.nth(shown + 10)).to_be_attached()
    after = await visitor.evaluate(IN_VIEW)
    assert after["text"] == before["text"]
    assert after["top"] == pytest.approx(before["top"], abs=2)

    await visitor.read_back(200)
    await visitor.page.mouse.wheel(0, -50_000)
    await expect(visitor.questions.first).to_be_in_viewport()
    await expect(visitor.questions).to_have_text([f"Question {n}?" for n in range(200)])
    await visitor.button("Jump to latest").click()
    await expect(visitor.answer).to_be_in_viewport()


async def test_a_delta_costs_the_same_in_a_long_thread_as_in_a_short_one(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)

    async def script_s(items: int) -> float:
        """Seconds of script for an answer that comes one word a frame."""
        gate = Gate(0)
        begin, *words, end = message(*["word "] * DELTAS)
        steps = [step for word in words for step in (gate, word)]
        upstream.script([begin, *steps, end, COMPLETED])
        await visitor.go(await imported(visitor, items))
        await expect(visitor.answer).to_contain_text(f"Answer {items // 2 - 1}:")
        await visitor.ask("Go on")
        await expect(visitor.stop).to_be_visible()
        profile = await visitor.context.new_cdp_session(visitor.page)
        await profile.send("Performance.enable")
        before = await spent_s(profile)
        for _ in range(DELTAS):
            gate.release()
            await visitor.evaluate("new Promise((done) => requestAnimationFrame(done))")
        await visitor.until_idle()
        return await spent_s(profile) - before

    short_s, long_s = await script_s(40), await script_s(4_000)

    assert long_s < 3 * short_s


async def spent_s(profile: CDPSession) -> float:
    metrics = (await profile.send("Performance.getMetrics"))["metrics"]
    return float(next(m["value"] for m in metrics if m["name"] == "ScriptDuration"))
