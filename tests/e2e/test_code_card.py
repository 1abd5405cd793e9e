"""The card of the code interpreter: code as it is written, what it printed, drew and wrote."""

import asyncio
from pathlib import Path

from playwright.async_api import expect

from backend.domain.ids import new_item_id
from backend.domain.items import CodeInterpreterCall, CodeLogs
from backend.domain.parts import FilePart, ImagePart
from backend.upstreams.demo import DemoUpstream
from backend.upstreams.events import ItemChanged, ItemFinished, ItemStarted, TextDelta
from tests.e2e.samples import picture, sample
from tests.e2e.test_accessibility import violations
from tests.e2e.test_files import known
from tests.e2e.test_layout import too_wide
from tests.e2e.visitor import NARROW, Enter, Visit, Visitor
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, message

CODE = "import random\n\nfor day in range(3):\n    print(f'{day} lines')\n"
LINES = 2_000
TRACEBACK = (
    "Traceback (most recent call last):\n"
    '  File "<cell>", line 2, in <module>\n'
    "    1 / 0\n"
    "ZeroDivisionError: division by zero\n"
)


async def two_files(visitor: Visitor, upstream: ScriptedUpstream) -> tuple[str, str]:
    """The ids of a picture and a table that are on the server."""
    upstream.script([*message("Thanks."), COMPLETED])
    await visitor.attach(picture("plot.png"), sample("rain.csv", b"a,b\n1,2\n", "text/csv"))
    await visitor.ask("Keep these")
    await visitor.until_answered()
    ids = {file["name"]: str(file["id"]) for file in await known(visitor)}
    return ids["plot.png"], ids["rain.csv"]


async def test_code_is_highlighted_while_it_streams_and_logs_follow(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    written, printed = asyncio.Event(), asyncio.Event()
    call = CodeInterpreterCall(id=new_item_id(), created_at=1)
    running_call = call.model_copy(update={"code": CODE, "status": "running"})
    done = running_call.model_copy(
        update={"status": "completed", "outputs": (CodeLogs(logs="0 lines\n1 lines\n"),)}
    )
    upstream.script(
        [
            ItemStarted(call),
            *(TextDelta(call.id, "code", line) for line in CODE.splitlines(keepends=True)[:3]),
            written,
            TextDelta(call.id, "code", CODE.splitlines(keepends=True)[3]),
            ItemChanged(running_call),
            TextDelta(call.id, "logs", "0 lines\n"),
            printed,
            TextDelta(call.id, "logs", "1 lines\n"),
            ItemFinished(done),
            COMPLETED,
        ]
    )
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.ask("Run something")

    card = visitor.tool_call("Code interpreter")
    await expect(card.locator(".md-hl-keyword").first).to_have_text("import")
    await expect(card.get_by_role("group", name="python code")).not_to_contain_text("print")
    written.set()
    logs = card.get_by_role("group", name="Logs")
    await expect(logs).to_have_text("0 lines\n")
    await expect(card.get_by_role("group", name="python code")).to_contain_text("print")
    printed.set()
    await expect(card.locator(".tool-status")).to_have_text("Completed")
    await expect(logs).to_be_hidden()
    await card.get_by_role("button", name="Code interpreter").click()
    await expect(logs).to_have_text("0 lines\n1 lines\n")


async def test_pictures_files_long_logs_and_errors(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, reduced_motion="reduce")
    plot, table = await two_files(visitor, upstream)
    logs = "".join(f"line {number}\n" for number in range(LINES)) + TRACEBACK
    call = CodeInterpreterCall(
        id=new_item_id(),
        created_at=1,
        status="failed",
        code=CODE,
        outputs=(
            CodeLogs(logs=logs),
            ImagePart(file_id=plot, name="A plot of rain"),
            FilePart(file_id=table, name="rain.csv", media_type="text/csv", size=8),
        ),
    )
    upstream.script([ItemStarted(call), ItemFinished(call), *message("It failed."), COMPLETED])
    await visitor.ask("Plot it")
    await visitor.until_answered(2)
    await visitor.page.reload()
    await expect(visitor.answer).to_contain_text("It failed.")

    card = visitor.tool_call("Code interpreter")
    await expect(card.locator(".tool-fold")).to_be_hidden()
    shown = card.get_by_role("list", name="Results")
    image = shown.get_by_role("img", name="A plot of rain")
    await expect(image).to_be_visible()
    await expect(shown.get_by_role("link", name="rain.csv")).to_contain_text("CSV, 8 bytes")
    async with visitor.page.expect_download() as downloading:
        await shown.get_by_role("link", name="rain.csv").click()
    assert (await downloading.value).suggested_filename == "rain.csv"

    await visitor.unfold_all()
    printed = card.get_by_role("group", name="Logs")
    await expect(printed).to_contain_text("line 39")
    await expect(printed).not_to_contain_text("line 40")
    await expect(card.get_by_text("ZeroDivisionError: division by zero").first).to_be_visible()
    await expect(card.get_by_text("1 / 0")).to_be_hidden()
    assert await violations(visitor) == []
    await card.get_by_text("ZeroDivisionError: division by zero").first.click()
    await expect(card.get_by_text("1 / 0")).to_be_visible()
    await card.get_by_role("button", name=f"Show all {LINES:,} lines").click()
    await expect(printed).to_contain_text(f"line {LINES - 1}")

    await shown.get_by_role("button", name="A plot of rain").click()
    dialog = visitor.page.get_by_role("dialog", name="A plot of rain")
    await expect(dialog.get_by_role("img", name="A plot of rain")).to_be_visible()
    await visitor.page.keyboard.press("Escape")
    await visitor.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    assert await visitor.sideways_px() == 0
    assert await too_wide(visitor) == []


async def test_a_picture_from_elsewhere_is_not_loaded_unasked(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    address = "https://pictures.example/plot.png"
    call = CodeInterpreterCall(
        id=new_item_id(), created_at=1, status="completed", outputs=(ImagePart(url=address),)
    )
    upstream.script([ItemStarted(call), ItemFinished(call), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url)
    await visitor.ask("Plot it")
    await visitor.until_answered()

    link = visitor.tool_call("Code interpreter").get_by_role("link")
    await expect(link).to_have_attribute("href", address)
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    # The fixture looks for requests to anywhere else.


async def test_the_demo_plots_in_the_real_sandbox_and_gives_a_table_to_download(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0), code_interpreter="auto"))
    visitor = await visit(server.url, "/setup")
    interpreter = visitor.page.get_by_role("region", name="6. Code interpreter")
    await expect(interpreter.locator(".setup-mark")).to_have_text("Ready")

    await visitor.go("/chat")
    await visitor.ask("plot sin(x)")
    card = visitor.tool_call("Code interpreter")
    await expect(card.get_by_role("list", name="Results").get_by_role("img")).to_be_visible()
    await visitor.until_answered()
    await expect(visitor.page.locator(".tool-results img")).not_to_have_js_property(
        "naturalWidth", 0
    )
    assert await visitor.evaluate("document.querySelector('.tool-results img').naturalWidth") > 300
    await card.get_by_role("button", name="Code interpreter").click()
    await expect(card.get_by_role("group", name="python code")).to_contain_text("plt.")

    await visitor.ask("a CSV of it")
    link = card.last.get_by_role("list", name="Results").get_by_role("link")
    await expect(link).to_be_visible()
    await visitor.until_answered(2)
    async with visitor.page.expect_download() as downloading:
        await link.click()
    download = await downloading.value
    assert download.suggested_filename.endswith(".csv")
    assert len(Path(await download.path()).read_text().splitlines()) > 10
