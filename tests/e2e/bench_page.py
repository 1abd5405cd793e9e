"""What a thread's length costs the page: `python -m tests.e2e.bench_page`, or `make bench-page`.

The size of what is loaded first, the time from the arrival of a thread's snapshot to its first paint,
and the seconds of script that the browser spends on an answer which comes one delta a frame.
"""

import asyncio
from argparse import ArgumentParser
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.async_api import CDPSession, expect

from tests.e2e.chromium import chromium
from tests.e2e.first_load import first_load
from tests.e2e.long_thread import imported
from tests.e2e.visitor import Visitor, come
from tests.running import running
from tests.scripted import COMPLETED, Gate, ScriptedUpstream, message

ITEMS = (10, 1_000, 10_000)
OPENINGS = 5
DELTAS = 300
WAIT_MS = 60_000

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
PAINTED = """new Promise((done) => {
  const look = () => window.firstPaintMs ? done(window.firstPaintMs) : requestAnimationFrame(look);
  look();
})"""


async def main(lengths: tuple[int, ...]) -> None:
    """Print a line for each length, in items of the thread."""
    print(f"First load: {sum(first_load().values()) / 1000:.1f} KB\n")
    print(f"| items | first paint, ms | script for {DELTAS} deltas, s |\n|---:|---:|---:|")
    for items in lengths:
        upstream = ScriptedUpstream()
        with TemporaryDirectory() as folder:
            async with running(Path(folder), upstream) as server, chromium() as browser:
                visitor = await come(browser, server.url)
                await visitor.context.add_init_script(TELL_FIRST_PAINT)
                path = await imported(visitor, items)
                paint_ms = median([await first_paint_ms(visitor, path) for _ in range(OPENINGS)])
                script_s = await script_seconds(visitor, upstream)
                await visitor.context.close()
        print(f"| {items:,} | {paint_ms:.0f} | {script_s:.2f} |")


async def first_paint_ms(visitor: Visitor, path: str) -> float:
    await visitor.go(path)
    return float(await visitor.evaluate(PAINTED))


async def script_seconds(visitor: Visitor, upstream: ScriptedUpstream) -> float:
    """Seconds of script for an answer in the thread that is open."""
    gate = Gate(0)
    begin, *words, end = message(*["word "] * DELTAS)
    upstream.script([begin, *(step for word in words for step in (gate, word)), end, COMPLETED])
    await visitor.ask("Go on")
    await expect(visitor.stop).to_be_visible(timeout=WAIT_MS)
    profile = await visitor.context.new_cdp_session(visitor.page)
    await profile.send("Performance.enable")
    before = await _spent_s(profile)
    for _ in range(DELTAS):
        gate.release()
        await visitor.evaluate("new Promise((done) => requestAnimationFrame(done))")
    # Looking for the end is script of Playwright's in the page, the more the page has controls.
    spent_s = await _spent_s(profile) - before
    await visitor.until_idle()
    return spent_s


async def _spent_s(profile: CDPSession) -> float:
    metrics = (await profile.send("Performance.getMetrics"))["metrics"]
    return float(next(m["value"] for m in metrics if m["name"] == "ScriptDuration"))


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__, prog="python -m tests.e2e.bench_page")
    parser.add_argument("items", nargs="*", type=int, default=ITEMS, help="lengths of threads")
    asyncio.run(main(tuple(parser.parse_args().items)))
