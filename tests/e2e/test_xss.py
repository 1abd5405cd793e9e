"""What a model says never becomes code: forty payloads, everywhere a model has a say.

A control page that trusts the same texts shows that the probes do notice.
"""

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.async_api import Browser, Error, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from backend.domain.annotations import FileCitation
from backend.domain.items import RunError
from backend.upstreams.events import ItemFinished, RunEnded
from tests.e2e.every_item import one_of_each
from tests.e2e.payloads import PAYLOADS
from tests.e2e.samples import picture, text
from tests.e2e.test_files import add, known
from tests.e2e.visitor import SETTLED, Enter, Visit
from tests.patience import PATIENCE_S
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, Step, message, said
from tests.serving import serve
from tests.thorough import thorough

GROUPS = [PAYLOADS[first::5] for first in range(5)]
"""Eight each, of all kinds."""
GROUP = len(GROUPS[0])
DANGEROUS = """(() => {
const OWN = new RegExp('^(/api/files/[\\\\w-]+/content|blob:' + location.origin + '/[-\\\\w]+)$');
return [...document.querySelectorAll('[role=log] *')].filter((element) =>
  /^(script|style|link|meta|base|iframe|object|embed|audio|video|source)$/i.test(element.tagName)
  || (element.tagName === 'FORM' && (element.hasAttribute('action') || !element.matches('.widget')))
  || [...element.attributes].some(({name}) => /^on|^style$|^srcdoc$/i.test(name))
  || (element.hasAttribute('href') &&
      !/^(https?|mailto):$/.test(new URL(element.href, location.href).protocol))
  || (element.tagName === 'IMG' && !OWN.test(element.getAttribute('src')))
).map((element) => element.outerHTML.slice(0, 200));
})()"""

CLICK_ALL = """
[...document.querySelectorAll('[role=log] a[href]')]
  .filter((link) => new URL(link.href, location.href).origin !== location.origin
    && !/^https?:$/.test(new URL(link.href, location.href).protocol))
  .forEach((link) => link.click())
"""

CLOSE = """(block) => {
  const button = block.querySelector('.button--text');
  if (button.textContent === 'Show code') button.click();
}"""


def test_there_are_forty() -> None:
    assert len(set(PAYLOADS)) == 40


@pytest.mark.parametrize("payloads", [*GROUPS[:2], *map(thorough, GROUPS[2:])], ids=range(5))
async def test_no_payload_does_anything(
    visit: Visit, enter: Enter, tmp_path: Path, payloads: Sequence[str]
) -> None:
    upstream = ScriptedUpstream()
    for payload in payloads:
        steps: Sequence[Step] = one_of_each(payload)
        error = RunError(code=payload, message=payload, retryable=True)
        upstream.script([*steps, RunEnded("failed", error)])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    for number, payload in enumerate(payloads, 1):
        await visitor.ask(payload)
        await visitor.until_answered(number)
    await visitor.unfold_all()

    # And once more as history, with the first payload as the title of the thread.
    for again in (False, True):
        if again:
            await visitor.page.reload()
            await visitor.read_back(len(payloads))
            await visitor.until_answered(len(payloads))
            await visitor.unfold_all()
        await visitor.evaluate(CLICK_ALL)
        await expect(visitor.page.locator(".run-end--error")).to_have_count(len(payloads))
        assert await visitor.evaluate(DANGEROUS) == []
        assert await visitor.evaluate("window.__pwned ?? null") is None
    assert len(visitor.context.pages) == 1
    # The fixture looks for dialogs, requests, violations and console errors.


@pytest.mark.parametrize("payloads", [GROUPS[0], *map(thorough, GROUPS[1:])], ids=range(5))
async def test_no_payload_leaves_its_diagram_or_its_preview(
    visit: Visit, enter: Enter, tmp_path: Path, payloads: Sequence[str]
) -> None:
    codes = [
        (language, code)
        for payload in payloads
        for language, code in (
            ("mermaid", f'flowchart LR\n  a["{payload}"] --> b[{payload}]\n  click a "{payload}"'),
            ("mermaid", f"sequenceDiagram\n  participant a as {payload}\n  a->>a: {payload}"),
            ("html", payload),
            ("svg", f"<svg>{payload}</svg>"),
            ("markdown", payload),
        )
    ]
    upstream = ScriptedUpstream()
    answer = "\n\n".join(f"~~~~~ {language}\n{code}\n~~~~~" for language, code in codes)
    upstream.script([*message(answer), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    # What frames try and browsers refuse; what was refused gets no answer.
    visitor.forgive("^console: ", "^exception: ", r"^request: GET \S+/(pwned(\.\w+)?|frames/x)$")
    answered: list[str] = []
    visitor.context.on(
        "response",
        lambda told: None if told.request.is_navigation_request() else answered.append(told.url),
    )
    await visitor.ask("Show me")
    await visitor.until_answered()
    address = visitor.page.url
    await expect(visitor.answer.locator(".md-diagram, .md-code-note")).to_have_count(
        2 * len(payloads)
    )
    assert await visitor.evaluate(DANGEROUS) == []

    # A preview does run what it shows, but has nothing to say outside.
    ran = 0
    names = visitor.page.locator(".md-code-language", has_text=re.compile("^(html|svg|markdown)$"))
    blocks = visitor.answer.locator(".md-code-block").filter(has=names)
    await expect(blocks).to_have_count(3 * len(payloads))
    for block in await blocks.all():
        await block.get_by_role("button", name="Preview").click()
        shown = block.locator(".md-preview[style], .md-preview--page, .md-code-note")
        await expect(shown.first).to_be_visible()
        for frame in visitor.page.frames:
            if frame.url.endswith("/frames/preview"):
                # It may have left meanwhile.
                with suppress(Error):
                    ran += await frame.evaluate("window.__pwned ?? 0")
        assert await visitor.evaluate(DANGEROUS.replace("[role=log]", ".md-preview--page")) == []
        await block.evaluate(CLOSE)
    assert ran > 0
    assert await visitor.evaluate("window.__pwned ?? null") is None
    assert visitor.page.url == address
    assert len(visitor.context.pages) == 1
    assert [url for url in answered if re.search(r"pwned|/frames/x$", url)] == []


async def test_no_payload_does_anything_as_the_name_of_a_file(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    """Eight of all kinds: what a page shows of a name does not depend on what is in it."""
    payloads = GROUPS[0]
    names = [f"{payload}.{ending}" for payload in payloads for ending in ("txt", "png")]
    upstream = ScriptedUpstream()
    upstream.script([*message("Read."), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, "/setup")
    await add(visitor, *(text(name) for name in names))
    rows = visitor.page.locator(".setup-row")
    await expect(rows.and_(visitor.page.locator("[data-status=completed]"))).to_have_count(GROUP)
    await expect(rows.and_(visitor.page.locator("[data-status=failed]"))).to_have_count(GROUP)
    assert await visitor.evaluate(DANGEROUS.replace("[role=log]", ".setup-files")) == []

    await visitor.go("/chat")
    await visitor.attach(*(picture(f"{payload}.png") for payload in payloads))
    await expect(visitor.page.locator(".chip[data-stage=done]")).to_have_count(GROUP)
    assert await visitor.evaluate(DANGEROUS.replace("[role=log]", ".attachments")) == []
    await visitor.ask("Look at these")
    await visitor.until_answered()
    for again in (False, True):
        if again:
            await visitor.page.reload()
        pictures = visitor.page.locator(".message--user .picture")
        await expect(pictures).to_have_count(GROUP)
        await pictures.last.click()
        await expect(visitor.page.locator(".picture__large")).to_be_visible()
        assert await visitor.evaluate(DANGEROUS) == []
        assert await visitor.evaluate(DANGEROUS.replace("[role=log]", "dialog")) == []
        assert await visitor.evaluate("window.__pwned ?? null") is None


async def test_no_payload_does_anything_in_a_cited_document(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, "/setup")
    await add(visitor, text("all.txt", "\n\n".join(PAYLOADS)))
    await expect(visitor.page.get_by_text("Ready", exact=True)).to_be_visible()
    [info] = await known(visitor, "knowledge")
    citations = [
        FileCitation(start=4, end=4, file_id=info["id"], filename=payload, quote=payload)
        for payload in PAYLOADS[:3]
    ]
    *begun, done = message("Text")
    assert isinstance(done, ItemFinished)
    item = done.item.model_copy(update={"content": said("Text", *citations)})
    upstream.script([*begun, ItemFinished(item), COMPLETED])
    await visitor.go("/chat")
    await visitor.ask("What does it say?")
    await visitor.until_answered()
    for number in range(3):
        await visitor.answer.locator(".md-mark").nth(number).click()
        await expect(visitor.page.locator("dialog mark")).to_have_text(PAYLOADS[number])
        assert await visitor.evaluate(DANGEROUS.replace("[role=log]", "dialog")) == []
        await visitor.page.keyboard.press("Escape")
    assert await visitor.evaluate("window.__pwned ?? null") is None


def trusting(text: str) -> str:
    """What a page makes of it that believes in Markdown by regular expressions, and in HTML."""
    text = re.sub(r"^\[(\w+)\]: (\S+)$", r'<a href="\2">\1</a>', text, flags=re.MULTILINE)
    text = re.sub(r"!\[(\w+)\]\((.*)\)", r'<img alt="\1" src="\2">', text)
    text = re.sub(r"\[(\w+)\]\(<?(.*?)>?\)$", r'<a href="\2">\1</a>', text)
    return re.sub(r"^<(javascript:[^>]*)>$", r'<a href="\1">x</a>', text)


async def test_on_a_page_that_trusts_the_same_texts_the_probes_do_notice(
    browser: Browser, enter: Enter
) -> None:
    async def page_of(request: Request) -> Response:
        payload = PAYLOADS[int(request.path_params["number"])]
        return HTMLResponse(
            f"<!doctype html><title>x</title><main role=log>{trusting(payload)}</main>"
        )

    url = await enter(serve(Starlette(routes=[Route("/{number:int}", page_of)])))
    context = await browser.new_context()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = await context.new_page()
    for number, payload in enumerate(PAYLOADS):
        place = f"{url}/{number}"
        asked.clear()
        noticed = False
        async with asyncio.timeout(PATIENCE_S):
            # A page that goes elsewhere meanwhile, as some payloads want, has no answer.
            with suppress(Error):
                await page.goto(place, wait_until="domcontentloaded")
                await page.evaluate(CLICK_ALL)
                while page.url == place and not noticed:
                    noticed = await page.evaluate(f"!!window.__pwned || {DANGEROUS}.length > 0")
                    await page.evaluate(SETTLED)
        assert noticed or page.url != place or any("pwned" in each for each in asked), payload
    await context.close()
