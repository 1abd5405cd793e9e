"""Apps that functions return, in their frames."""

from pathlib import Path

from playwright.async_api import FrameLocator, expect

from backend.upstreams.demo import DemoUpstream
from tests.e2e.test_accessibility import violations
from tests.e2e.test_layout import too_wide
from tests.e2e.visitor import NARROW, Enter, Visit, Visitor
from tests.functions_readme import examples, offered
from tests.running import running


def frame(visitor: Visitor, title: str) -> FrameLocator:
    """The document of the app with this title."""
    return visitor.page.frame_locator(f"dialog[aria-label='App: {title}'] iframe")


async def test_the_readmes_app_is_used_and_sends_what_the_reader_allows(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    with offered(tmp_path / "more", split_bill=examples()["split_bill.py"]):
        server = await enter(running(tmp_path, DemoUpstream(0)))
        visitor = await visit(server.url)
        await visitor.ask("split_bill total=84 people=3")
        await visitor.until_answered()
        app = frame(visitor, "Split a bill")
        await expect(app.get_by_text("30.80 each")).to_be_visible()
        await app.get_by_role("spinbutton").fill("20")
        await expect(app.get_by_text("33.60 each")).to_be_visible()

        await app.get_by_role("button", name="Tell the assistant").click()
        asked = visitor.page.get_by_text("With 20 % we pay 33.60 each.")
        await expect(asked).to_be_visible()
        await visitor.button("Send it").click()
        await visitor.until_answered(2)
        await expect(visitor.questions.last).to_have_text("With 20 % we pay 33.60 each.")
        await expect(app.get_by_role("spinbutton")).to_have_value("20")

        await visitor.page.reload()
        await expect(app.get_by_text("30.80 each")).to_be_visible()
        await visitor.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        assert await too_wide(visitor) == []
        assert await violations(visitor) == []


CALLING = '''
from backend.tools.app import App
from backend.tools.function import function

PAGE = """<!doctype html><p>Nothing yet</p><button>Add</button><script>
const post = (message) => parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
addEventListener("message", ({ data }) => {
  if (data.id === 2) document.querySelector("p").textContent = JSON.stringify(data.result ?? data.error);
});
document.querySelector("button").onclick = () =>
  post({ id: 2, method: "tools/call", params: { name: "add", arguments: { a: 2, b: 40 } } });
post({ id: 1, method: "ui/initialize", params: { appInfo: { name: "a", version: "1" } } });
post({ method: "ui/notifications/initialized" });
</script>"""

@function
def adder() -> App:
    """Show."""
    return App(PAGE, title="Adder")

@function
def add(a: int, b: int) -> dict[str, int]:
    """Add."""
    return {"sum": a + b}
'''


async def test_an_app_calls_a_function_once_its_reader_has_agreed(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    with offered(tmp_path / "more", calling=CALLING):
        server = await enter(running(tmp_path, DemoUpstream(0)))
        visitor = await visit(server.url)
        await visitor.ask("adder")
        await visitor.until_answered()
        app = frame(visitor, "Adder")
        add = app.get_by_role("button", name="Add")
        await add.click()
        await expect(visitor.page.get_by_text("The app wants to run add with:")).to_be_visible()
        await visitor.button("Don’t").click()
        await expect(app.get_by_text("The reader refused.")).to_be_visible()
        await add.click()
        await visitor.button("Run it whenever the app asks").click()
        await expect(app.get_by_text('"structuredContent":{"sum":42}')).to_be_visible()
        # The chat has heard of nothing.
        await expect(visitor.page.locator(".tool")).to_have_count(1)


TELLING = '''
from backend.tools.app import App
from backend.tools.function import function

PAGE = """<!doctype html><label><input type="checkbox">Tent</label><script>
const post = (message) => parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
document.querySelector("input").onchange = ({ target }) => post({
  id: 2, method: "ui/update-model-context",
  params: { content: [{ type: "text", text: target.checked ? "The tent is packed." : "No tent." }] },
});
post({ id: 1, method: "ui/initialize", params: { appInfo: { name: "a", version: "1" } } });
post({ method: "ui/notifications/initialized" });
</script>"""

@function
def packing() -> App:
    """Show."""
    return App(PAGE, title="Packing")
'''


async def test_what_an_app_tells_the_model_is_seen_first_and_stays_with_its_message(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    with offered(tmp_path / "more", telling=TELLING):
        server = await enter(running(tmp_path, DemoUpstream(0)))
        visitor = await visit(server.url)
        await visitor.ask("packing")
        await visitor.until_answered()
        tent = frame(visitor, "Packing").get_by_role("checkbox", name="Tent")
        await tent.check()
        told = visitor.page.get_by_role("list", name="What apps tell the assistant")
        await expect(told).to_contain_text("From the app Packing")
        await told.get_by_text("From the app").click()
        await expect(told.get_by_text("The tent is packed.")).to_be_visible()
        await visitor.button("Do not tell what the app Packing says").click()
        await expect(told).to_be_hidden()

        await tent.uncheck()
        await expect(told).to_be_visible()
        await visitor.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        assert await too_wide(visitor) == []
        assert await violations(visitor) == []
        await visitor.ask("What is missing?")
        await visitor.until_answered(2)
        await expect(told).to_be_hidden()
        await expect(visitor.answer).to_contain_text("With it the app Packing told me:")
        await expect(visitor.answer).to_contain_text("No tent.")
        await visitor.page.reload()
        said = visitor.page.locator(".message--user").last
        await said.get_by_text("From the app Packing").click()
        await expect(said.get_by_text("No tent.")).to_be_visible()
        await expect(visitor.questions.last).to_have_text("What is missing?")
        assert await violations(visitor) == []
