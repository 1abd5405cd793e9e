"""Notifications of the browser, which a headless one has none of: the page gets one that keeps them."""

import asyncio
from pathlib import Path

from playwright.async_api import expect

from backend.upstreams.demo import DemoUpstream
from tests.e2e.test_accessibility import violations
from tests.e2e.visitor import SETTLED, Enter, Visit
from tests.patience import PATIENCE_S
from tests.running import running

BROWSER = """
window.shown = [];
window.Notification = class extends EventTarget {
  static permission = location.protocol === 'http:' && localStorage.getItem('permission') || 'default';
  static async requestPermission() {
    if (!navigator.userActivation.isActive) throw new Error('This asks without a click.');
    localStorage.setItem('permission', (Notification.permission = 'granted'));
    return 'granted';
  }
  constructor(title, { body, tag }) {
    super();
    Object.assign(this, { title, body, tag, open: true });
    shown.push(this);
  }
  close() { this.open = false; }
};
let looks = true;
document.hasFocus = () => looks;
window.lookElsewhere = () => { looks = false; };
window.focus = () => { looks = true; };
"""
SHOWN = "shown.map(({ title, body, tag, open }) => ({ title, body, tag, open }))"


async def test_who_looks_elsewhere_is_notified_of_a_call_that_waits_and_led_there(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url, reduced_motion="reduce")
    page = visitor.page
    await visitor.context.add_init_script(BROWSER)
    await page.reload()

    # Who looks is not notified, nor asked for leave but by a click.
    await visitor.ask("save a note: milk; tea")
    bar = page.get_by_role("group", name="Waits for you")
    notify = bar.get_by_role("button", name="Notify me next time")
    await expect(notify).to_be_visible()
    assert await violations(visitor) == []
    await notify.press("Enter")
    await expect(notify).to_be_hidden()
    await bar.get_by_role("button", name="Allow all once").press("Enter")
    await visitor.until_answered()
    await visitor.ask("save a note: bread")
    await expect(page).to_have_title("Waits for you · save a note: milk; tea · Runstream")

    # What waited already is no news, nor is what begins to wait in a tab that is looked at.
    await page.get_by_role("link", name="Setup").press("Enter")
    await expect(page).to_have_title("Waits for you · Setup · Runstream")
    await visitor.evaluate("lookElsewhere()")
    other = await visitor.new_tab("/chat")
    await other.ask("save a note: jam")
    await expect(page).to_have_title("2 wait for you · Setup · Runstream")

    # What another chat begins to wait for is, and the notification leads there.
    await other.go("/chat")
    await other.evaluate("lookElsewhere()")
    await other.ask("save a note: figs")
    await expect(other.page).to_have_title("3 wait for you · save a note: figs · Runstream")
    thread_id = other.page.url.rsplit("/", 1)[1]
    told = {"title": "save a note: figs", "body": "The assistant waits for you.", "tag": thread_id}
    async with asyncio.timeout(PATIENCE_S):
        while not await visitor.evaluate(SHOWN):
            await visitor.evaluate(SETTLED)
    assert await visitor.evaluate(SHOWN) == [{**told, "open": True}]
    await visitor.evaluate("shown[0].dispatchEvent(new Event('click'))")
    await expect(page.get_by_role("group", name="Approval of save_note")).to_be_visible()
    assert page.url == f"{visitor.url}/chat/{thread_id}"
    assert await visitor.evaluate(SHOWN) == [{**told, "open": False}]
    assert await visitor.evaluate("document.hasFocus()")
