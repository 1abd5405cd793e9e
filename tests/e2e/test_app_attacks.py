"""Apps that try what they must not, in Chromium: what becomes of the chat and of each other."""

import asyncio
import json
from pathlib import Path

from playwright.async_api import async_playwright, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from backend.upstreams.demo import DemoUpstream
from tests.e2e.chromium import FLAGS, executable
from tests.e2e.hostile_app import GREETING, NOISE, script, serving, shows, witness
from tests.e2e.visitor import Enter, Visit, come
from tests.functions_readme import offered
from tests.patience import PATIENCE_S
from tests.running import running
from tests.serving import serve


async def test_an_app_that_leads_its_frame_elsewhere_is_stopped_and_tells_nobody(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(serving(tmp_path))
    other = await enter(witness())
    visitor = await visit(server.url)
    visitor.forgive(r"status of 404 .*chrome-error", r"Framing ")
    before = await visitor.context.cookies()
    for number, target in enumerate(
        (
            f"'{other.url}/?secret'",
            f"'{server.url}/chat'",
            f"'{server.url}/login'",
            "location.href",
        ),
        start=1,
    ):
        app = await shows(
            visitor,
            tmp_path,
            script(f"onload = () => setTimeout(() => location.href = {target})"),
            number,
        )
        await expect(app).to_contain_text("stopped, because it tried to go to another page")
        await expect(app.locator("iframe")).to_have_count(0)
    assert other.seen == []
    # No answer to its frame has made the visitor somebody else.
    assert await visitor.context.cookies() == before


async def test_the_address_of_an_app_shows_nothing_outside_a_frame(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(serving(tmp_path))
    visitor = await visit(server.url)
    app = await shows(visitor, tmp_path, "<p>Log in here</p>")
    address = await app.locator("iframe").get_attribute("src")
    visitor.forgive("status of 404")
    tab = await visitor.new_tab(str(address))
    await expect(tab.page.get_by_text("only shown within a chat")).to_be_visible()


async def test_an_app_that_floods_is_stopped_with_a_word_and_can_be_shown_again(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(serving(tmp_path))
    visitor = await visit(server.url)
    page = script(
        "for (let n = 0; n < 20000; n += 1) "
        "parent.postMessage({ jsonrpc: '2.0', id: n, method: 'ping' }, '*')"
    )
    app = await shows(visitor, tmp_path, page)
    await expect(app).to_contain_text("stopped, because it sent far too many messages")
    await expect(app.locator("iframe")).to_have_count(0)
    await app.get_by_role("button", name="Show the app").click()
    await expect(app).to_contain_text("stopped, because it sent far too many messages")
    await visitor.ask("hello")
    await visitor.until_answered(2)


async def test_an_app_is_never_larger_than_most_of_the_window(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(serving(tmp_path))
    visitor = await visit(server.url)
    sizes = "[1e9, -5, NaN, Infinity, '900px', null, {}, 1e9]"
    page = script(
        f"{GREETING} for (const height of {sizes}) "
        "post({ method: 'ui/notifications/size-changed', params: { width: 1e9, height } });"
    )
    app = await shows(visitor, tmp_path, page)
    frame = app.locator("iframe")
    await expect(frame).to_have_css("height", "640px")
    assert await visitor.sideways_px() == 0


async def test_nobody_listens_to_frames_within_an_app_nor_to_made_up_answers(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(serving(tmp_path))
    visitor = await visit(server.url)
    inner = (
        "top.postMessage({ jsonrpc: '2.0', id: 9, method: 'ui/message', params: "
        "{ role: 'user', content: { type: 'text', text: 'inner' } } }, '*');"
    )
    page = script(
        f"{GREETING}"
        "const inner = document.createElement('iframe');"
        f"inner.srcdoc = {json.dumps(f'<script>{inner}</scr')} + 'ipt>';"
        "document.body.append(inner);"
        "inner.onload = () => {"
        "  for (const id of [1, 'host-teardown', 2, 9]) post({ id, result: { ok: true } });"
        "  post({ id: 5, method: '__proto__' }); post({ id: 5, method: 'ui/open-link', params: "
        "    { url: 'javascript:alert(1)' } });"
        "  post({ id: 6, method: 'ui/open-link', params: { url: '/setup' } });"
        "  post({ id: 7, method: 'ui/message', params: { role: 'assistant', content: [] } });"
        "  post({ id: 8, method: 'tools/list', params: {} });"
        "};"
        "setInterval(() => { if (heard.length >= 7) document.querySelector('p').textContent = "
        "  JSON.stringify(heard.filter(({ error }) => error).map(({ id, error }) => [id, error.code])); });"
    )
    app = await shows(visitor, tmp_path, page)
    told = app.frame_locator("iframe").locator("p")
    await expect(told).to_have_text("[[5,-32601],[5,-32602],[6,-32602],[7,-32602],[8,-32601]]")
    await expect(app.get_by_role("status")).to_have_count(0)


HEARING = """
const told = [];
addEventListener("message", ({ source, data }) => {
  if (data.id !== 7) return;
  told.push([source === parent ? "the chat" : "somebody", data.error ? "no" : "yes"]);
  document.querySelector("p").textContent = JSON.stringify(told);
});
document.body.append(Object.assign(document.createElement("button"), { textContent: "Go", onclick: go }));
"""
ASKS = (
    "const go = () => post({ id: 7, method: 'ui/message', params: "
    "  { role: 'user', content: [{ type: 'text', text: 'Yours' }] } });"
)
REPLAYS = """
const go = () => {
  let found = "";
  try { found = parent.frames[0].document.title; } catch (error) { found = error.name; }
  for (const id of [7, 1, "host-teardown"]) post({ id, result: {} });
  post({ id: 7, method: "ping" });
  post({ id: 7, result: {} }, parent.frames[0]);
  document.title = found;
};
"""


async def test_an_app_that_replays_the_ids_of_another_answers_and_hears_nothing_for_it(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(serving(tmp_path))
    visitor = await visit(server.url)
    await shows(visitor, tmp_path, script(f"{GREETING}{ASKS}{HEARING}"))
    await shows(visitor, tmp_path, script(f"{GREETING}{REPLAYS}{HEARING}"), 2)
    one, other = (
        visitor.page.get_by_role("dialog", name="App: Hostile").nth(number) for number in (0, 1)
    )
    await one.frame_locator("iframe").get_by_role("button", name="Go").click()
    question = one.get_by_text("The app wants to send this as your message:")
    await expect(question).to_be_visible()
    await other.frame_locator("iframe").get_by_role("button", name="Go").click()
    # It hears of its own request alone. What it posts to the other one does not come from the chat.
    await expect(other.frame_locator("iframe").locator("p")).to_have_text('[["the chat","yes"]]')
    await expect(one.frame_locator("iframe").locator("p")).to_have_text('[["somebody","yes"]]')
    await expect(question).to_be_visible()
    await one.get_by_role("button", name="Don’t").click()
    await expect(one.frame_locator("iframe").locator("p")).to_have_text(
        '[["somebody","yes"],["the chat","no"]]'
    )
    await expect(other.frame_locator("iframe").locator("p")).to_have_text('[["the chat","yes"]]')
    title = await visitor.page.frames[-1].title()
    assert title == "SecurityError"
    await expect(visitor.questions).to_have_count(2)


NAMING = """
from backend.domain.app import AppDomains
from backend.tools.app import App
from backend.tools.function import function

@function
def naming() -> App:
    "Show."
    return App(PAGE, title="Hostile", domains=AppDomains(connect=(ALLOWED, REFUSED)))
"""


async def test_an_app_reaches_the_hosts_that_it_names_and_the_server_allows_and_no_other(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    allowed, refused, unlisted = [await enter(witness()) for _ in range(3)]
    hosts = json.dumps([each.url for each in (allowed, refused, unlisted)])
    page = script(
        f"const found = []; (async () => {{ for (const host of {hosts}) "
        "  await fetch(host).then(() => found.push('reached'), () => found.push('held'));"
        "document.querySelector('p').textContent = found.join(' '); })();"
    )
    text = NAMING.replace("PAGE", repr(page)).replace("ALLOWED", repr(allowed.url))
    with offered(tmp_path / "more", naming=text.replace("REFUSED", repr(refused.url))):
        server = await enter(
            running(tmp_path, DemoUpstream(0), app_domains=(allowed.url, unlisted.url))
        )
        visitor = await visit(server.url)
        visitor.forgive(NOISE)
        await visitor.ask("naming")
        await visitor.until_answered()
        app = visitor.page.get_by_role("dialog", name="App: Hostile")
        await expect(app.frame_locator("iframe").locator("p")).to_have_text("reached held held")
        await expect(app).to_contain_text(f"wants to load from {refused.url}, which this server")
    assert refused.seen == unlisted.seen == []
    assert "a connection" in allowed.seen


async def test_a_link_of_an_app_opens_without_a_way_back_to_the_chat(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    async def page(request: Request) -> Response:
        return HTMLResponse("<script>document.title = `${opener} ${document.referrer}.`</script>")

    other = await enter(serve(Starlette(routes=[Route("/", page)])))
    server = await enter(serving(tmp_path))
    visitor = await visit(server.url)
    visitor.forgive("favicon")
    ask = f"post({{ id: 2, method: 'ui/open-link', params: {{ url: '{other}/' }} }});"
    app = await shows(visitor, tmp_path, script(f"{GREETING}{ask}"))
    async with visitor.context.expect_page() as opening:
        await app.get_by_role("button", name="Open it").click()
    opened = await opening.value
    await expect(opened).to_have_title("null .")


async def test_a_question_of_an_app_cannot_be_answered_by_a_click_that_was_meant_for_it(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(serving(tmp_path))
    visitor = await visit(server.url)
    ask = (
        "post({ id: 2, method: 'ui/open-link', params: { url: 'https://example.com/?q=1' } });"
        "post({ id: 3, method: 'ui/message', params: "
        "  { role: 'user', content: [{ type: 'text', text: 'Two' }] } });"
    )
    app = await shows(visitor, tmp_path, script(f"{GREETING}{ask}"))
    question = app.get_by_role("status").filter(has_text="wants to open")
    await expect(question).to_contain_text("https://example.com/?q=1")
    # The second one was refused, since one was being asked.
    await expect(app.get_by_text("Two")).to_have_count(0)
    await question.get_by_role("button", name="Don’t").click()
    await expect(question).to_be_hidden()
    assert visitor.context.pages == [visitor.page]


async def test_an_endless_loop_holds_up_the_app_alone_where_the_browser_isolates_sites(
    enter: Enter, tmp_path: Path
) -> None:
    server = await enter(serving(tmp_path))
    playwright = await enter(async_playwright())
    browser = await playwright.chromium.launch(
        executable_path=executable(), args=(*FLAGS, "--site-per-process")
    )
    try:
        visitor = await come(browser, server.url)
        page = script(f"{GREETING} setTimeout(() => {{ for (;;); }}, 100);")
        app = await shows(visitor, tmp_path, page)
        await visitor.ask("hello")
        await visitor.until_answered(2)
        await app.get_by_role("button", name="Close the app").click()
        await expect(app.locator("iframe")).to_have_count(0)
        assert visitor.unforgiven() == []
    finally:
        async with asyncio.timeout(PATIENCE_S):
            await browser.close()
