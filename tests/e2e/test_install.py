"""The page as an app: it can be installed, and says so where its server is away."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect
from starlette.applications import Starlette
from starlette.middleware import Middleware

from backend import PRODUCT
from backend.config.settings import Settings
from backend.http.install.routes import install_routes
from backend.http.page import page_routes
from backend.http.security.attempts import Attempts
from backend.http.security.protection import protected
from backend.http.security.sessions import Sessions
from backend.upstreams.demo import DemoUpstream
from tests.e2e.test_accessibility import violations
from tests.e2e.visitor import DESKTOP, PHONE, Enter, Visit, Visitor
from tests.http.security.door import SECRET
from tests.running import running
from tests.serving import serve
from tests.thorough import thorough

AWAY = r"net::ERR_CONNECTION_REFUSED|net::ERR_FAILED|WebSocket connection to"
"""What Chromium notes of a server that is away."""

IN_CONTROL = """navigator.serviceWorker.ready.then(({active}) => new Promise((done) => {
  if (active.state === 'activated') done(active.scriptURL);
  else active.onstatechange = () => { if (active.state === 'activated') done(active.scriptURL); };
}))"""

KEPT = """caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name))))
  .then((all) => Promise.all(all.map((cache) => cache.keys())))
  .then((keys) => keys.flat().map(({url}) => url))"""

ICON = """(source) => new Promise((done) => {
  const image = new Image();
  image.onload = () => done([image.naturalWidth, image.naturalHeight]);
  image.onerror = () => done(null);
  image.src = source;
})"""


async def under_control(visitor: Visitor) -> str:
    """The address of the service worker, once it answers for the page."""
    return str(await visitor.evaluate(IN_CONTROL))


@pytest.mark.parametrize("root", ["", "/chat-app"])
async def test_the_page_can_be_installed(
    visit: Visit, enter: Enter, tmp_path: Path, root: str
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0), root_path=root))
    visitor = await visit(server.url, f"{root}/chat", service_workers="allow")
    visitor.forgive(f"request: GET {server.url}{root}/") if root else None
    assert await under_control(visitor) == f"{server.url}{root}/sw.js"

    devtools = await visitor.context.new_cdp_session(visitor.page)
    found: dict[str, Any] = await devtools.send("Page.getAppManifest")
    assert found["url"] == f"{server.url}{root}/manifest.webmanifest"
    assert found["errors"] == []
    problems = await devtools.send("Page.getInstallabilityErrors")
    # A test's browser is a private one.
    assert [
        problem["errorId"]
        for problem in problems["installabilityErrors"]
        if problem["errorId"] != "in-incognito"
    ] == []
    manifest = await (await visitor.context.request.get(found["url"])).json()
    assert manifest["name"] == PRODUCT
    for icon in manifest["icons"]:
        size = await visitor.page.evaluate(ICON, f"{server.url}{root}/{icon['src']}")
        assert icon["sizes"] in ("any", f"{size[0]}x{size[1]}")
    touch = visitor.page.locator("link[rel=apple-touch-icon]")
    address = f"{server.url}{await touch.get_attribute('href')}"
    assert await visitor.page.evaluate(ICON, address) == [180, 180]


@pytest.mark.parametrize(("theme", "size"), [("dark", DESKTOP), thorough("light", PHONE)])
async def test_a_server_that_is_away_is_told_and_the_page_goes_on_once_it_is_back(
    visit: Visit, enter: Enter, tmp_path: Path, theme: str, size: dict[str, int]
) -> None:
    upstream = DemoUpstream(0)
    async with running(tmp_path, upstream, stop_grace_s=0) as server:
        port = int(server.url.rsplit(":", 1)[1])
        visitor = await visit(
            server.url,
            service_workers="allow",
            viewport=size,
            color_scheme={"dark": "light", "light": "dark"}[theme],
        )
        visitor.forgive(AWAY)
        await visitor.evaluate(f"localStorage.setItem('runstream.theme', '{theme}')")
        await under_control(visitor)
        await visitor.ask("What can you do?")
        await visitor.until_answered()
        chat = visitor.page.url
        await visitor.composer.fill("Not sent yet")

    await visitor.page.reload()
    heading = visitor.page.get_by_role("heading", name=f"{PRODUCT} is not connected")
    await expect(heading).to_be_visible()
    await expect(visitor.page).to_have_url(chat)
    await expect(visitor.page.locator("body")).to_have_css(
        "background-color", {"dark": "rgb(19, 21, 23)", "light": "rgb(250, 249, 247)"}[theme]
    )
    assert await violations(visitor, size) == []
    assert await visitor.evaluate(KEPT) == [f"{server.url}/offline"]

    await enter(running(tmp_path, upstream, serve_port=port))
    await expect(visitor.answer).to_be_visible()
    await expect(visitor.composer).to_have_value("Not sent yet")


async def test_behind_a_login_the_way_is_the_same(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    token = "a-token-of-more-than-16-characters"
    server = await enter(running(tmp_path, DemoUpstream(0), access_token=token))
    visitor = await visit(server.url, "/chat", service_workers="allow")
    visitor.forgive("request: .*/login")
    for path in ("/manifest.webmanifest", "/sw.js", "/offline", "/icons/icon.svg"):
        assert (await visitor.context.request.get(server.url + path)).status == 200
    await visitor.page.get_by_label("Access token").fill(token)
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.composer).to_be_visible()
    await under_control(visitor)
    await visitor.page.reload()
    await expect(visitor.composer).to_be_visible()

    await visitor.button("Log out").click()
    await visitor.page.get_by_role("menuitem", name="Log out", exact=True).click()
    await expect(visitor.page).to_have_url(f"{server.url}/login")
    await visitor.go("/setup")
    await expect(visitor.page).to_have_url(f"{server.url}/login?next=/setup")


async def test_an_update_of_the_page_is_seen_at_once(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "main.js").write_text(
        "const policy = trustedTypes.createPolicy('service-worker', {createScriptURL: () => '/sw.js'});\n"
        "navigator.serviceWorker.register(policy.createScriptURL(''));\n"
    )
    page = '<!doctype html><title>{}</title><script type="module" src="./assets/main.js"></script>'
    (tmp_path / "index.html").write_text(page.format("Old"))

    async def nothing() -> tuple[str, ...]:
        return ()

    app = Starlette(
        routes=[*page_routes(nothing, static=tmp_path), *install_routes()],
        middleware=[
            Middleware(
                protected,
                settings=Settings,
                secret=lambda: SECRET,
                sessions=Sessions(lambda: SECRET),
                attempts=Attempts(),
            )
        ],
    )
    url = await enter(serve(app))
    visitor = await visit(url, service_workers="allow")
    await under_control(visitor)
    await visitor.page.reload()
    await expect(visitor.page).to_have_title("Old")
    assert await visitor.evaluate("navigator.serviceWorker.controller !== null")

    (tmp_path / "index.html").write_text(page.format("New"))
    await visitor.page.reload()

    await expect(visitor.page).to_have_title("New")


async def test_where_browsers_allow_none_there_is_no_service_worker(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0), allowed_hosts=("plain.test",)))
    visitor = await visit(server.url.replace("127.0.0.1", "plain.test"), service_workers="allow")
    visitor.forgive("Cross-Origin-Opener-Policy")
    await visitor.ask("What can you do?")
    await visitor.until_answered()
    assert await visitor.evaluate("[isSecureContext, 'serviceWorker' in navigator]") == [
        False,
        False,
    ]
