"""Numbered marks within an answer, and the passages behind them."""

import asyncio
from pathlib import Path

from playwright.async_api import Locator, expect

from backend.domain.annotations import FileCitation, FilePath, ItemAnnotation, UrlCitation
from backend.upstreams.demo import DemoUpstream
from backend.upstreams.events import Annotated, ItemFinished
from tests.e2e.samples import pdf, text
from tests.e2e.test_accessibility import violations
from tests.e2e.test_files import REFUSED, known
from tests.e2e.visitor import NARROW, Enter, Visit, Visitor
from tests.running import running
from tests.scripted import COMPLETED, Round, ScriptedUpstream, message, said

ANSWER = (
    "Everybody gets **thirty days** 🏖️.\n\n"
    "- Parents get ten more.\n"
    "- What is left lapses in March.\n\n"
    "The list is in leave.csv, as of now."
)
RULES = (
    "The rules of the house.\n\n" + "Nothing much is said here. " * 60,
    "Everybody gets thirty days of leave a year.\nParents of small children get ten more.",
    "What is left at the end of March lapses.",
)


def after(part: str, answer: str = ANSWER) -> int:
    """The place behind `part`, in UTF-16 code units."""
    end = answer.index(part) + len(part)
    return len(answer[:end].encode("utf-16-le")) // 2


def cited(answer: str, *annotations: ItemAnnotation, late: asyncio.Event | None = None) -> Round:
    """A message whose annotations come at its end, or after `late`, which comes after its text."""
    *begun, finished = message(*[answer[at : at + 9] for at in range(0, len(answer), 9)])
    assert isinstance(finished, ItemFinished)
    item = finished.item
    events: Round = [Annotated(item.id, annotation) for annotation in annotations]
    done = ItemFinished(item.model_copy(update={"content": said(answer, *annotations)}))
    return [*begun, *([late] if late is not None else []), *events, done]


async def add_knowledge(visitor: Visitor, name: str, content: bytes, media_type: str) -> str:
    """Its id, once it was read."""
    file = {"name": name, "mimeType": media_type, "buffer": content}
    await visitor.context.request.post(
        f"{visitor.url}/api/files?purpose=knowledge",
        multipart={"file": file},  # type: ignore[dict-item]
    )
    await visitor.go("/setup")
    await expect(visitor.page.get_by_text("Ready", exact=True)).to_be_visible()
    await visitor.go("/chat")
    [info] = await known(visitor, "knowledge")
    return str(info["id"])


def marks(visitor: Visitor) -> Locator:
    return visitor.answer.locator(".md-mark")


async def test_marks_stand_in_the_text_also_those_that_come_after_their_paragraph(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    late = asyncio.Event()
    place = after("thirty days**")
    citation = FileCitation(start=place, end=place, file_id="f1", filename="rules.pdf")
    second = citation.model_copy(
        update={"start": after("ten more."), "end": after("ten more."), "location": "page 2"}
    )
    page = UrlCitation(
        start=0, end=after("in March."), url="https://example.com/leave", title="On leave"
    )
    upstream.script([*cited(ANSWER, citation, second, page, late=late), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, reduced_motion="reduce")
    await visitor.ask("How much leave?")
    await expect(visitor.answer).to_contain_text("as of now.")
    await expect(marks(visitor)).to_have_count(0)
    paragraph = await visitor.answer.locator("p").first.element_handle()

    late.set()
    await expect(marks(visitor)).to_have_count(3)
    await visitor.until_answered()

    for again in (False, True):
        if again:
            await visitor.page.reload()
        first = visitor.answer.locator("p").first
        await expect(first.locator("strong + .md-mark")).to_have_accessible_name(
            "Source 1: rules.pdf"
        )
        await expect(first).to_have_text("Everybody gets thirty days 🏖️.")
        await expect(visitor.answer.locator("li .md-mark").first).to_have_accessible_name(
            "Source 2: rules.pdf, page 2"
        )
        await expect(visitor.answer.get_by_role("list", name="Sources").get_by_role("listitem")).to_contain_text(["rules.pdf", "page 2", "On leave"])  # fmt: skip
        if not again:
            assert paragraph is not None
            assert await paragraph.evaluate("(p) => p.isConnected"), "The paragraph was built anew"
    assert await violations(visitor) == []


async def test_a_mark_opens_the_document_at_its_passage(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, reduced_motion="reduce")
    rules = pdf("rules.pdf", *RULES)
    file_id = await add_knowledge(visitor, "rules.pdf", rules["buffer"], "application/pdf")
    quote = "Everybody gets thirty days of leave a year. Parents of small"
    place = after("thirty days**")
    citation = FileCitation(
        start=place,
        end=place,
        file_id=file_id,
        filename="rules.pdf",
        quote=quote,
        location="page 2",
    )
    upstream.script([*cited(ANSWER, citation), COMPLETED])
    await visitor.ask("How much leave?")
    await visitor.until_answered()

    mark = marks(visitor).first
    await mark.focus()
    await visitor.page.keyboard.press("Enter")
    dialog = visitor.page.get_by_role("dialog", name="1. rules.pdf")
    passage = dialog.locator("mark")
    await expect(passage).to_be_in_viewport()
    await expect(passage).to_contain_text("Everybody gets thirty days of leave a year.")
    await expect(dialog.get_by_role("heading", name="page 2")).to_be_visible()
    await expect(dialog.get_by_role("heading", name="page 1")).to_be_attached()
    assert await violations(visitor) == []
    async with visitor.page.expect_download() as downloading:
        await dialog.get_by_role("link", name="Download").click()
    assert Path(await (await downloading.value).path()).read_bytes() == rules["buffer"]

    await visitor.page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(mark).to_be_focused()
    await visitor.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    await visitor.answer.get_by_role("button", name="rules.pdf", exact=True).click()
    await expect(passage).to_be_in_viewport()
    assert await visitor.sideways_px() == 0
    assert await violations(visitor) == []


async def test_a_passage_whose_document_is_gone_is_shown_alone_without_a_dead_link(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    place = after("thirty days**")
    citation = FileCitation(
        start=place, end=place, file_id="file_gone", filename="rules.pdf", quote="Thirty days."
    )
    upstream.script([*cited(ANSWER, citation), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    visitor.forgive(REFUSED)
    await visitor.ask("How much leave?")
    await visitor.until_answered()
    await marks(visitor).click()

    dialog = visitor.page.get_by_role("dialog", name="1. rules.pdf")
    await expect(dialog.get_by_text("Thirty days.")).to_be_visible()
    await expect(dialog.get_by_text("The document itself cannot be shown here.")).to_be_visible()
    await expect(dialog.get_by_role("link")).to_have_count(0)


async def test_a_file_that_the_assistant_made_is_a_download_where_its_text_names_it(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("Thanks."), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.attach(text("leave.csv", "days\n30\n"))
    await visitor.ask("Keep this")
    await visitor.until_answered()
    [info] = await known(visitor)
    path = FilePath(
        start=after("is in "), end=after("leave.csv"), file_id=info["id"], filename="leave.csv"
    )
    upstream.script([*cited(ANSWER, path), COMPLETED])
    await visitor.ask("How much leave?")
    await visitor.until_answered(2)

    async with visitor.page.expect_download() as downloading:
        await visitor.answer.get_by_role("link", name="Download leave.csv").click()
    assert Path(await (await downloading.value).path()).read_text() == "days\n30\n"


async def test_the_demo_answers_from_an_uploaded_pdf_and_cites_the_page(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url)
    await visitor.attach(pdf("rules.pdf", *RULES))
    await visitor.ask("How many days of leave do parents get?")
    await visitor.until_answered()

    await expect(visitor.tool_call("File search")).to_contain_text("Completed")
    mark = visitor.answer.get_by_role("button", name="rules.pdf, page 2").first
    await expect(mark).to_be_visible()
    for raw in ("【", "†", "sandbox:"):
        await expect(visitor.transcript).not_to_contain_text(raw)
    await mark.click()
    dialog = visitor.page.get_by_role("dialog")
    await expect(dialog.locator("mark").first).to_be_in_viewport()
    await expect(dialog.locator("mark").first).to_contain_text("Parents of small children")
