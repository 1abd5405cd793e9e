"""The workbench: every tool to look at, and to run by hand, on two sizes and by keyboard alone."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.async_api import expect

from backend.tools.discovery import FOLDER_PACKAGE
from backend.upstreams.demo import DemoUpstream
from tests.e2e.test_accessibility import violations
from tests.e2e.visitor import DESKTOP, PHONE, Enter, Visit
from tests.paths import ROOT
from tests.running import running
from tests.thorough import thorough

FUNCTIONS = '''
import asyncio

from backend.tools.function import ToolContext, function


@function(title="Greeting", icon="👋", widget="table")
def greet(name: str = "O'Hara \\\\ \\"X\\"") -> list[dict[str, str]]:
    """Say hello."""
    return [{"greeting": f"Hello, {name}!"}]


@function
def book(context: ToolContext) -> str:
    """Book a seat."""
    seat = context.ask("Which seat?")
    context.confirm(f"Book {seat}?")
    return f"Booked {seat}."


@function
async def brew(cups: int, context: ToolContext) -> str:
    """Make tea, which takes for ever."""
    context.progress(0.25, "Boiling water")
    await asyncio.Event().wait()
    return "never"
'''


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    """A folder of functions, one file of which is broken."""
    for name in [name for name in sys.modules if name.startswith(FOLDER_PACKAGE)]:
        del sys.modules[name]
    folder = tmp_path / "workshop"
    folder.mkdir()
    (folder / "kitchen.py").write_text(FUNCTIONS)
    (folder / "broken.py").write_text("1 / 0\n")
    return folder


@pytest.mark.parametrize(
    ("size", "scheme"),
    [thorough(DESKTOP, "light", id="desktop"), pytest.param(PHONE, "dark", id="phone")],
)
async def test_a_tool_is_found_run_and_stopped_by_keyboard_alone(
    visit: Visit,
    enter: Enter,
    tmp_path: Path,
    workshop: Path,
    size: dict[str, int],
    scheme: str,
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0), functions_dir=workshop))
    visitor = await visit(server.url, viewport=size, color_scheme=scheme, reduced_motion="reduce")
    page, keys = visitor.page, visitor.page.keyboard
    await page.get_by_role("link", name="Tools").press("Enter")
    await expect(page).to_have_title("Tools · Runstream")
    left_out = page.get_by_role("list", name="Left out")
    await expect(left_out).to_contain_text("workshop/broken.py")
    await expect(left_out).to_be_in_viewport()
    find = page.get_by_role("searchbox", name="Find a tool")
    above, below = await left_out.bounding_box(), await find.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] + above["height"] <= below["y"]
    assert await violations(visitor) == []

    await find.focus()
    await keys.type("hello")
    await keys.press("Tab")
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="Greeting")).to_be_focused()
    await expect(page).to_have_url(f"{server.url}/tools/greet")
    tool = page.get_by_role("article", name="Greeting")
    await expect(tool).to_contain_text("workshop/kitchen.py:7")
    name = tool.get_by_role("textbox", name="Name")
    await name.focus()
    await keys.press("ControlOrMeta+A")
    await keys.type("Ada")
    await keys.press("Tab")
    await keys.press("Tab")
    await keys.press("Enter")
    await expect(tool.get_by_role("status").get_by_text("Done after")).to_be_visible()
    told = tool.get_by_role("group", name="What a model is told")
    await expect(told).to_have_text('[{"greeting": "Hello, Ada!"}]')
    await expect(tool.get_by_role("cell", name="Hello, Ada!")).to_be_visible()
    await expect(tool.get_by_role("group", name="Output of greet")).to_be_visible()
    assert await violations(visitor) == []
    assert await page.evaluate("document.body.scrollWidth <= innerWidth")

    await visitor.go("/tools/brew")
    brew = page.get_by_role("article", name="brew")
    await brew.get_by_role("button", name="Run", exact=True).press("Enter")
    cups = brew.get_by_role("spinbutton", name="Cups")
    await expect(cups).to_be_focused()
    await expect(brew).to_contain_text("This is needed.")
    await keys.type("2")
    await keys.press("Tab")
    await keys.press("Tab")
    await keys.press("Enter")
    stop = brew.get_by_role("button", name="Stop")
    await expect(stop).to_be_focused()
    await expect(brew.get_by_role("group", name="Tool call: brew")).to_contain_text("Boiling water")
    await keys.press("Enter")
    await expect(brew.get_by_role("status").get_by_text("Stopped.")).to_be_visible()
    await expect(brew.get_by_role("button", name="Run", exact=True)).to_be_focused()
    assert await violations(visitor) == []


async def test_a_call_is_copied_as_curl_as_python_and_as_a_test_that_all_work(
    visit: Visit, enter: Enter, tmp_path: Path, workshop: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0), functions_dir=workshop))
    visitor = await visit(
        server.url, "/tools/greet", permissions=["clipboard-read", "clipboard-write"]
    )
    page = visitor.page

    async def copied(kind: str) -> str:
        await page.get_by_role("button", name=f"As {kind}").click()
        await page.get_by_role("group", name=f"The call as {kind}").wait_for()
        await page.get_by_role("button", name="Copy", exact=True).click()
        await page.get_by_role("button", name="Copied").wait_for()
        return str(await page.evaluate("navigator.clipboard.readText()"))

    async def ran(*command: str) -> str:
        environment = os.environ | {"FUNCTIONS_DIR": str(workshop), "PYTHONPATH": str(ROOT)}
        done = await asyncio.to_thread(
            subprocess.run,
            command,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    greeting = 'Hello, O\'Hara \\\\ \\"X\\"!'
    assert greeting in await ran("sh", "-c", await copied("curl"))
    (tmp_path / "call.py").write_text(await copied("Python"))
    assert greeting in await ran(sys.executable, "call.py")
    (tmp_path / "test_greet.py").write_text(await copied("a test"))
    assert "1 passed" in await ran(sys.executable, "-m", "pytest", "-q", "test_greet.py")

    # A built-in tool is tested through the server, and a call that fails by its failure.
    await visitor.go("/tools/file_search")
    await page.get_by_role("textbox", name="Query").fill("valve")
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.get_by_text("Done after")).to_be_visible()
    (tmp_path / "test_search.py").write_text(await copied("a test"))
    assert "1 passed" in await ran(sys.executable, "-m", "pytest", "-q", "test_search.py")
    await visitor.go("/tools/chart_csv")
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.get_by_text("Failed after")).to_be_visible()
    (tmp_path / "test_chart.py").write_text(await copied("a test"))
    assert "1 passed" in await ran(sys.executable, "-m", "pytest", "-q", "test_chart.py")


async def test_what_a_function_asks_is_answered_there(
    visit: Visit, enter: Enter, tmp_path: Path, workshop: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0), functions_dir=workshop))
    visitor = await visit(server.url, "/tools/book", reduced_motion="reduce")
    page = visitor.page
    await page.get_by_role("button", name="Run", exact=True).press("Enter")
    await page.get_by_role("textbox", name="Answer").fill("7A")
    assert await violations(visitor) == []
    await page.get_by_role("button", name="Answer").press("Enter")
    await expect(page.get_by_text("Book 7A?")).to_be_visible()
    # The answers survive a reload as well.
    await page.reload()
    await page.get_by_role("button", name="Yes").press("Enter")
    await expect(page.get_by_role("group", name="What a model is told")).to_have_text("Booked 7A.")
    await expect(page.get_by_role("status").get_by_text("Done after")).to_be_visible()
    await expect(page.get_by_text("No chat of yours has called it yet.")).to_be_visible()


async def test_the_last_calls_lead_to_their_chats_and_lend_their_arguments(
    visit: Visit, enter: Enter, tmp_path: Path, workshop: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0), functions_dir=workshop))
    visitor = await visit(server.url, reduced_motion="reduce")
    page = visitor.page
    await visitor.ask("greet name=Grace")
    await visitor.until_answered()
    chat = page.url
    await visitor.go("/tools/greet")
    [call] = [page.get_by_role("list", name="Last calls").get_by_role("listitem")]
    await expect(call).to_contain_text('"Grace"')
    await expect(call).to_contain_text("Done")
    assert await violations(visitor) == []
    await call.get_by_role("button", name="Use these arguments").press("Enter")
    await expect(page.get_by_role("textbox", name="Name")).to_be_focused()
    await expect(page.get_by_role("textbox", name="Name")).to_have_value("Grace")
    await page.get_by_role("button", name="Run", exact=True).press("Enter")
    await expect(page.get_by_role("cell", name="Hello, Grace!")).to_be_visible()

    # A reload, as of vite when a widget is saved, keeps the tool, its arguments and its output.
    await page.reload()
    await expect(page.get_by_role("cell", name="Hello, Grace!")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Name")).to_have_value("Grace")
    await expect(call).to_have_count(1)
    await call.get_by_role("link").click()
    await expect(page).to_have_url(chat)
    await expect(page.get_by_role("group", name="Tool call: Greeting")).to_have_count(1)


async def test_whether_a_tool_asks_first_is_chosen_there_as_on_setup(
    visit: Visit, enter: Enter, tmp_path: Path, workshop: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0), functions_dir=workshop))
    visitor = await visit(server.url, "/setup", reduced_motion="reduce")
    page = visitor.page
    await page.get_by_role("link", name="the workbench").click()
    await page.get_by_role("navigation", name="Tools").get_by_role("link", name="greet").click()
    await page.get_by_label("When a model calls it").select_option("Asks first")
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.get_by_text("Done after")).to_be_visible()
    await page.get_by_role("link", name="Setup").click()
    await expect(page.get_by_role("combobox", name="Greeting")).to_have_value("ask")


async def test_arguments_that_are_being_written_outlast_a_reload_and_other_tools(
    visit: Visit, enter: Enter, tmp_path: Path, workshop: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0), functions_dir=workshop))
    visitor = await visit(server.url, "/tools/brew", reduced_motion="reduce")
    page = visitor.page
    cups = page.get_by_role("spinbutton", name="Cups")
    tools = page.get_by_role("navigation", name="Tools")
    await cups.fill("3")
    await page.reload()
    await expect(cups).to_have_value("3")
    await tools.get_by_role("link", name="book", exact=True).click()
    await expect(page.get_by_role("heading", name="book")).to_be_visible()
    await tools.get_by_role("link", name="brew").click()
    await expect(cups).to_have_value("3")

    # What is no JSON yet is no loss either.
    await page.get_by_role("button", name="Write JSON").click()
    json = page.get_by_role("textbox", name="JSON")
    await json.fill('{"cups": 4')
    await page.reload()
    await expect(json).to_have_value(re.compile(r'^\{\s*"cups": 4\s*$'))


async def test_an_address_of_no_tool_says_so_and_leads_to_all_tools(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url, "/tools/nothing", reduced_motion="reduce")
    page = visitor.page
    weather = page.get_by_role("navigation", name="Tools").get_by_role("link", name="get_weather")
    await expect(page.get_by_text("There is no tool nothing.")).to_be_visible()
    await expect(weather).to_be_visible()
    assert await violations(visitor, DESKTOP, PHONE) == []
    await expect(weather).to_be_hidden()
    await page.get_by_role("link", name="All tools").press("Enter")
    await weather.press("Enter")
    await expect(page).to_have_url(f"{server.url}/tools/get_weather")
    await expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()
