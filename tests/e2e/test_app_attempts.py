"""What a page of an app may try, by what it tries to get: all of it at once, in Chromium."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.e2e.hostile_app import PAGE, serving, shows, witness
from tests.e2e.visitor import come

pytestmark = pytest.mark.xdist_group("hostile app")

ATTEMPTS = {
    "storage": "localStorage sessionStorage indexedDB caches locks broadcast",
    "cookies": "cookie setCookie cookieStore",
    "service workers": "serviceWorker worker sharedWorker",
    "the chat around it": "parentDocument topLocation parentFields frameElement",
    "other frames": "otherFrames nestedFrame nestedSrcdoc nestedScript frameOfApi",
    "window.opener": "opener openerOfParent",
    "our API": "fetchApi fetchBlind postBlind keepalive xhr socket formToApi imageOfApi ownImage ownScript",
    "other hosts by fetch and socket": "foreignSocket events beacon webrtc preconnect",
    "other hosts by what is loaded": (
        "image script module stylesheet cssImport cssUrl font video object embed prefetch preload "
        "modulepreload manifest icon speculation ping evaluate"
    ),
    "forms": "form formToApi",
    "top navigation": "topNavigation topLink back forward",
    "pop-ups": "popUp popUpLink",
    "downloads": "download downloadOfBlob",
    "dialogs": "alert confirm prompt print",
    "what the device has": (
        "fullscreen pointerLock clipboard clipboardWrite camera location notification"
    ),
}

WORTHLESS = {
    "frameElement": "null",
    "opener": "null",
    "openerOfParent": "undefined",
    "broadcast": "a channel of its own",
    "beacon": "said true",
    "nestedFrame": "an empty frame",
    "nestedSrcdoc": "an empty frame",
    "frameOfApi": "an empty frame",
    "popUp": "null",
    "alert": "undefined",
    "confirm": "false",
    "prompt": "null",
    "print": "undefined",
    "notification": "default",
}
"""What was got where nothing was refused."""

SILENT = frozenset(
    [
        "cssUrl",
        "embed",
        "manifest",
        "icon",
        "speculation",
        "preconnect",
        "webrtc",
        "form",
        "formToApi",
        "ping",
        "topLink",
        "popUpLink",
        "download",
        "downloadOfBlob",
        "back",
        "forward",
        "fill",
    ]
)
"""Attempts of which a page is not told what came of them: what did is seen from outside."""


@dataclass(frozen=True)
class Outcome:
    found: dict[str, str]
    """What the page was told of each attempt."""
    sent: list[str]
    """What somebody else's server has seen."""
    downloads: list[Any]
    pages: int
    went_to: str
    """Where the tab is, in place of the chat."""
    dialogs: list[str]
    cookies: list[str]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def outcome(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Outcome]:
    folder = Path(tmp_path_factory.mktemp("hostile"))
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serving(folder))
        other = await stack.enter_async_context(witness())
        # Somewhere to go back to.
        visitor = await come(browser, server.url, "/setup")
        stack.push_async_callback(visitor.context.close)
        await visitor.page.get_by_role("link", name="New chat").click()
        downloads: list[Any] = []
        visitor.page.on("download", lambda download: downloads.append(download))
        page = PAGE.read_text().replace("OWN_URL", server.url).replace("FOREIGN_URL", other.url)
        app = await shows(visitor, folder, page.replace("FOREIGN_PORT", str(other.port)))
        address = visitor.page.url
        frame = app.frame_locator("iframe")
        await expect(frame.locator("body[data-done]")).to_be_visible()
        found = json.loads(await frame.locator("#out").inner_text())
        cookies = [cookie.get("name", "") for cookie in await visitor.context.cookies()]
        told = Outcome(
            found=found,
            sent=other.seen,
            downloads=downloads,
            pages=len(visitor.context.pages),
            went_to="" if visitor.page.url == address else visitor.page.url,
            dialogs=[each for each in visitor.problems if each.startswith("dialog")],
            cookies=[name for name in cookies if not name.startswith("session_")],
        )
    yield told


@pytest.mark.parametrize("what", ATTEMPTS)
async def test_an_app_gets_nothing_of(what: str, outcome: Outcome) -> None:
    names = ATTEMPTS[what].split()
    got = {name: outcome.found[name] for name in names}
    held = {name for name in names if got[name].startswith("held: ")}
    expected = WORTHLESS | dict.fromkeys(SILENT, "nothing")
    assert {name: got[name] for name in names if name not in held} == {
        name: expected[name] for name in names if name in expected and name not in held
    }
    # Whatever it was told, nothing came of it.
    assert outcome.sent == []
    assert outcome.downloads == []
    assert (outcome.pages, outcome.went_to) == (1, "")
    assert outcome.dialogs == []
    assert outcome.cookies == []


def test_every_attempt_has_a_name(outcome: Outcome) -> None:
    named = {name for names in ATTEMPTS.values() for name in names.split()}
    assert outcome.found.keys() == named
