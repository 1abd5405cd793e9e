"""Somebody with a browser of their own, and everything that goes wrong in it."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    FilePayload,
    Locator,
    Page,
    Request,
    expect,
)

from tests.patience import PATIENCE_S

PHONE = {"width": 390, "height": 844}
NARROW = {"width": 360, "height": 640}
DESKTOP = {"width": 1280, "height": 800}

OWN_PATHS = re.compile(
    r"/|/chat|/chat/[^/]+|/setup|/tools|/tools/[^/]+|/ws|/assets/[^/]+|/api/(setup|models|session)(/[a-z-]+)?"
    r"|/frames/(diagrams|preview)|/icons/[\w.-]+|/manifest\.webmanifest|/sw\.js|/offline|/healthz"
    r"|/api/(functions|grants)(/\w+(/approval)?)?"
    r"|/api/tools(/\w+/(calls|runs))?"
    r"|/api/mcp/callback|/api/mcp/(servers|trials|tools)(/[^/]+(/(retry|login|logout|place))?)?"
    r"|/api/mcp/(offers|resources|resource-templates|prompts)"
    r"|/api/mcp/servers/[^/]+/(resources/(read|attach)|prompts/fill|completions)"
    r"|/api/assistants(/[^/]+(/(copy|default))?)?"
    r"|/api/apps/[\w-]+(/(page|resources))?"
    r"|/api/files(/[\w-]+)?(/[a-z]+)?|/api/previews/[\w-]+"
    r"|/api/transcriptions|/api/usage|/api/threads(/[^/]+(/(restore|export|items|tool-calls|usage|shares(/[^/]+)?|runs/[^/]+/feedback))?)?"
    r"|/shared/style\.css|/shared/[\w-]+(/files/[\w-]+)?"
)
"""All that this page ever asks its server for."""

SETTLED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Two frames later styles are in force and pending events were told."""

TELL_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', (event) =>
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""

NO_WORKER = r"console: Service Worker registration blocked by Playwright"
"""A browser without the service worker, which is the one of all tests but those of it."""

LEFT_EARLY = r"console: WebSocket .* WebSocket is closed before the connection is established"
"""Chromium's note on a page that was left while its socket was still being opened: no problem."""

expect.set_options(timeout=PATIENCE_S * 1000)

T = TypeVar("T")

Visit = Callable[..., Awaitable["Visitor"]]
"""`await visit(url, path="/chat", **options of the browser context)`."""


class Enter(Protocol):
    """`server = await enter(running(…))`: it runs until all visitors are gone."""

    async def __call__(self, context: AbstractAsyncContextManager[T], /) -> T: ...


@dataclass
class Visitor:
    """One browser context with its first page, which shows `url`."""

    url: str
    context: BrowserContext
    page: Page
    problems: list[str] = field(default_factory=list)
    """Console errors and warnings, exceptions, dialogs, violations of the policy, requests to
    anywhere but the server's own addresses."""
    forgiven: list[str] = field(default_factory=list)

    def forgive(self, *patterns: str) -> None:
        """These problems (regular expressions) belong to what the test does."""
        self.forgiven += patterns

    def unforgiven(self) -> list[str]:
        return [
            problem
            for problem in self.problems
            if not any(
                re.search(pattern, problem) for pattern in (LEFT_EARLY, NO_WORKER, *self.forgiven)
            )
        ]

    async def go(self, path: str) -> None:
        await self.page.goto(self.url + path)

    async def new_tab(self, path: str) -> "Visitor":
        """Another tab of the same browser; its problems count as this one's."""
        page = await self.context.new_page()
        await page.goto(self.url + path)
        return Visitor(self.url, self.context, page, self.problems, self.forgiven)

    # Setup

    async def unfold(self) -> None:
        """Shows all of `/setup`, which on a phone begins folded."""
        await expect(self.page.locator(".setup-content")).to_be_visible()
        await self.evaluate(
            "document.querySelectorAll('.setup-frame').forEach((frame) => { frame.open = true; })"
        )

    # The chat

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message", exact=True)

    @property
    def transcript(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def answer(self) -> Locator:
        """The last message of the assistant's."""
        return self.page.locator(".message--assistant").last

    @property
    def stop(self) -> Locator:
        return self.page.get_by_role("button", name="Stop")

    @property
    def pending(self) -> Locator:
        """Messages in the outbox."""
        return self.page.locator(".pending")

    @property
    def scroller(self) -> Locator:
        return self.page.locator(".chat__scroller")

    @property
    def connection(self) -> Locator:
        """What is wrong with the connection; hidden where nothing is."""
        return self.page.locator(".connection")

    @property
    def questions(self) -> Locator:
        """What the visitor said, as far as the server has it."""
        return self.page.locator(".message--user:not(.pending) .message__bubble")

    @property
    def editor(self) -> Locator:
        """The field in the place of a message that is being changed."""
        return self.page.get_by_role("textbox", name="Edit message")

    def versions(self, shown: str) -> Locator:
        """The arrows of a fork: `versions("2 of 3")`."""
        return self.transcript.get_by_role("group", name=f"Version {shown}")

    def tool_call(self, name: str) -> Locator:
        return self.page.get_by_role("group", name=f"Tool call: {name}")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    async def attach(self, *files: FilePayload | Path) -> None:
        """Choose files for the next message: all by content or, large ones, all by path."""
        async with self.page.expect_file_chooser() as choosing:
            await self.button("Attach files").click()
        await (await choosing.value).set_files(files)  # type: ignore[arg-type]

    @property
    def chips(self) -> Locator:
        """The files of the next message."""
        return self.page.get_by_role("list", name="Attached files").locator(".chip")

    async def ask(self, text: str) -> None:
        await self.composer.fill(text)
        # Enter alone begins a line on a touch screen.
        await self.composer.press("Control+Enter")

    async def until_idle(self) -> None:
        """Until no run is active any more."""
        await expect(self.stop).to_be_hidden()

    async def until_answered(self, questions: int = 1) -> None:
        """Until so many messages were sent, and the run of the last of them has ended."""
        await expect(self.page.locator(".message--user:not(.pending)")).to_have_count(questions)
        # A message can be there a moment before its run: that no run is active does not say it.
        await expect(self.page.locator(".answer-end--latest")).to_be_attached()
        await self.until_idle()

    async def try_now(self) -> None:
        """Click it where it is still there: the page also comes back by itself, at any moment."""
        await self.evaluate("document.querySelector('.connection .button').click()")
        await expect(self.connection).to_be_hidden()

    async def read_back(self, questions: int) -> None:
        """Scroll up until so many of the visitor's messages are shown."""
        await expect(self.questions.last).to_be_visible()
        await self.scroller.hover()
        async with asyncio.timeout(PATIENCE_S):
            while await self.questions.count() < questions:
                await self.page.mouse.wheel(0, -4_000)

    async def shown(self) -> str:
        """The transcript as assistive technology finds it, but for what clocks say."""
        tree = await self.transcript.aria_snapshot()
        return re.sub(r"\b\d+(\.\d+)? m?s\b", "TIME", tree)

    async def unfold_all(self) -> None:
        """Every tool call's card and every thought."""
        await self.evaluate(
            "document.querySelectorAll('.call-group__line[aria-expanded=false], .tool-header[aria-expanded=false], "
            ".reasoning:not([open]) summary').forEach((fold) => fold.click())"
        )
        await expect(self.page.locator(".tool-header[aria-expanded=false]")).to_have_count(0)

    async def edit(self, old: str, new: str) -> None:
        """Say something else in the place of a message."""
        message = self.page.locator(".message--user", has_text=old)
        await message.hover()
        await message.get_by_role("button", name="Edit").click()
        await self.editor.fill(new)
        await self.editor.press("Enter")

    async def until_copied(self, text: str) -> None:
        """Until the clipboard holds it."""
        async with asyncio.timeout(PATIENCE_S):
            while await self.evaluate("navigator.clipboard.readText()") != text:
                await self.evaluate(SETTLED)

    # The sidebar

    @property
    def sidebar(self) -> Locator:
        return self.page.locator("#sidebar")

    @property
    def titles(self) -> Locator:
        return self.sidebar.locator(".thread__title")

    @property
    def toast(self) -> Locator:
        return self.page.locator(".toast")

    async def choose(self, title: str, item: str) -> None:
        """Choose from the menu of the thread with this title."""
        await self.sidebar.locator(".thread", has_text=title).hover()
        await self.sidebar.get_by_role("button", name=f"Options of {title}").click()
        await self.sidebar.get_by_role("menuitem", name=item).click()

    # The document

    async def evaluate(self, script: str) -> Any:
        """Run a script as the developer tools do, to whom the policy does not apply."""
        session = await self.context.new_cdp_session(self.page)
        answer = await session.send(
            "Runtime.evaluate",
            {"expression": script, "awaitPromise": True, "returnByValue": True},
        )
        await session.detach()
        if failure := answer.get("exceptionDetails"):
            raise RuntimeError(json.dumps(failure, indent=2))
        return answer["result"].get("value")

    async def sideways_px(self) -> int:
        """By how much the page, and not a part of it, can be scrolled to the right."""
        return int(
            await self.evaluate(
                "Math.max(...[document.documentElement, document.body, "
                "...document.querySelectorAll('main, .chat__scroller')]"
                ".map((element) => element.scrollWidth - element.clientWidth))"
            )
        )


async def come(browser: Browser, url: str, path: str = "/chat", **options: Any) -> Visitor:
    """A new visitor, whose browser stands at `path`."""
    own_ways = {"viewport": DESKTOP, "locale": "en-US", "service_workers": "block"}
    context = await browser.new_context(**own_ways | options)
    context.set_default_timeout(PATIENCE_S * 1000)
    await context.add_init_script(TELL_VIOLATIONS)
    visitor = Visitor(url, context, await context.new_page())
    own = urlsplit(url).netloc

    def console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            visitor.problems.append(f"console: {message.text} ({message.location.get('url')})")

    async def dialog(shown: Dialog) -> None:
        visitor.problems.append(f"dialog: {shown.message}")
        await shown.dismiss()

    def request(made: Request) -> None:
        address = urlsplit(made.url)
        if address.scheme in ("data", "blob"):
            return
        if address.netloc != own or not OWN_PATHS.fullmatch(address.path):
            visitor.problems.append(f"request: {made.method} {made.url}")

    context.on("console", console)
    context.on("dialog", dialog)
    context.on("request", request)
    context.on("weberror", lambda error: visitor.problems.append(f"exception: {error.error}"))
    await visitor.go(path)
    return visitor
