"""Every widget that ships, in one chat: axe-clean, narrow enough, and of use without a mouse."""

from pathlib import Path

from playwright.async_api import Locator, expect

from backend.upstreams.events import RunEnded
from tests.e2e.samples import png
from tests.e2e.test_accessibility import violations
from tests.e2e.test_layout import too_wide
from tests.e2e.visitor import DESKTOP, NARROW, SETTLED, Enter, Visit, Visitor
from tests.functions_readme import offered
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message

SHOWN = f"""
from typing import Any

from backend.tools.function import function
from backend.tools.media import File, Image
from backend.tools.shapes import Chart, Line, Map, Point, Series, Table, XAxis

PICTURE = {png(320, 200)!r}


@function(widget="chart")
def rain() -> Chart:
    "Show it."
    return Chart(title="Rain", x=XAxis(values=("Oslo", "Lima")), series=(Series(name="mm", values=(58, 1)),))


@function(widget="table")
def towns() -> Table:
    "Show it."
    return Table(title="Towns", columns=("Name", "People"), rows=(("Oslo", 700_000), ("Bergen", 290_000)))


@function(widget="map")
def way() -> Map:
    "Show it."
    points = (Point(name="Oslo", latitude=60, longitude=11), Point(name="Lima", latitude=-12, longitude=-77))
    return Map(title="The way", points=points, lines=(Line(name="by air", points=((60, 11), (-12, -77))),))


@function(widget="form")
def order() -> dict[str, Any]:
    "Show it."
    properties = {{"dish": {{"type": "string"}}, "guests": {{"type": "integer", "minimum": 1}}}}
    return {{"title": "Order", "schema": {{"type": "object", "properties": properties, "required": ["dish"]}}}}


@function(widget="image")
def picture() -> Image:
    "Show it."
    return Image(PICTURE, alt="A gradient")


@function(widget="file")
def report() -> File:
    "Show it."
    return File(b"town,people\\nOslo,700000\\n", name="report.csv")
"""
CHARTS = """
from backend.tools.function import function
from backend.tools.shapes import Axis, Chart, Series, XAxis

WIDE = "W" * 30


def chart(values: tuple[object, ...], kind: str = "line", label: str = "") -> Chart:
    series = Series(name="s", values=tuple(range(len(values))))
    return Chart(kind=kind, x=XAxis(label=label or None, values=values), y=Axis(), series=(series,))


@function(widget="chart")
def monthly() -> Chart:
    "Show it."
    return chart(tuple(f"{2024 + month // 12}-{month % 12 + 1:02}-01" for month in range(24)))


@function(widget="chart")
def two_days() -> Chart:
    "Show it."
    return chart(("2025-12-30T23:00:00Z", "2025-12-31T23:00:00Z"), label=WIDE * 5)


@function(widget="chart")
def large() -> Chart:
    "Show it."
    return chart((0, 123_456_789_012, 987_654_321_000_000))


@function(widget="chart")
def words() -> Chart:
    "Show it."
    return chart(tuple(f"{WIDE} {index}" for index in range(7)), "bar")


@function(widget="chart")
def scripts() -> Chart:
    "Show it."
    return chart(("二〇二五年十二月の売上高の合計",) * 5 + ("🚀" * 12,), "bar")


@function(widget="chart")
def one() -> Chart:
    "Show it."
    return chart((WIDE * 6,), "bar")
"""
OUTSIDE = """[...document.querySelectorAll('.chart-drawing')].flatMap((drawing) => {
  const { left, right } = drawing.getBoundingClientRect();
  return [...drawing.querySelectorAll('text')].filter((text) => {
    const box = text.getBoundingClientRect();
    return box.left < left - 0.5 || box.right > right + 0.5;
  }).map((text) => text.textContent);
})"""
UPON_ANOTHER = """[...document.querySelectorAll('.chart-drawing')].flatMap((drawing) => {
  const labels = [...drawing.querySelectorAll('.chart-tick[text-anchor=middle]')];
  return labels.filter((label, index) => index > 0
    && label.getBoundingClientRect().left < labels[index - 1].getBoundingClientRect().right
  ).map((label) => label.textContent);
})"""
NAMES = ("rain", "towns", "way", "order", "picture", "report")


async def all_shown(visitor: Visitor) -> None:
    page = visitor.page
    await expect(page.locator(".chart-plot")).to_be_visible()
    await expect(page.get_by_role("table").filter(has_text="Bergen")).to_be_visible()
    await expect(page.locator(".map")).to_be_visible()
    await expect(page.get_by_role("button", name="Send", exact=True).first).to_be_visible()
    await expect(page.get_by_role("img", name="A gradient")).to_be_visible()
    await expect(page.get_by_role("link", name="report.csv").first).to_be_visible()


async def test_every_widget_is_accessible_and_fits_live_and_after_a_reload(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*calls(*((name, "{}") for name in NAMES))], [*message("All."), COMPLETED])
    with offered(tmp_path / "more", shown=SHOWN):
        server = await enter(running(tmp_path, upstream))
        visitor = await visit(server.url, reduced_motion="reduce")
        await visitor.ask("Show everything")
        await visitor.until_answered()
        await all_shown(visitor)
        await visitor.page.reload()
        await all_shown(visitor)

        assert await violations(visitor) == []
        await visitor.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        assert await too_wide(visitor) == []


async def test_a_table_is_sorted_and_a_form_is_sent_by_keyboard_alone(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*calls(("towns", "{}"), ("order", "{}"))], [*message("Here."), COMPLETED])
    upstream.script([*message("Soup it is."), RunEnded("completed")])
    with offered(tmp_path / "more", shown=SHOWN):
        server = await enter(running(tmp_path, upstream))
        visitor = await visit(server.url, reduced_motion="reduce")
        page = visitor.page
        await visitor.ask("Towns, and an order")
        await visitor.until_answered()

        table = page.get_by_role("table").filter(has_text="Bergen")
        sort = table.get_by_role("button", name="People")
        while not await sort.evaluate("button => button === document.activeElement"):
            await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Enter")
        await expect(table.get_by_role("row").nth(1)).to_contain_text("Bergen")

        dish = page.get_by_role("textbox", name="dish")
        while not await dish.evaluate("field => field === document.activeElement"):
            await page.keyboard.press("Tab")
        await page.keyboard.type("Soup")
        while not await page.evaluate("document.activeElement?.textContent === 'Send'"):
            await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await visitor.until_answered(2)
        await expect(page.get_by_role("log")).to_contain_text("dish: Soup")


async def test_no_label_of_a_chart_is_cut_or_upon_another(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    names = ("monthly", "two_days", "large", "words", "scripts", "one")
    upstream = ScriptedUpstream()
    upstream.script([*calls(*((name, "{}") for name in names))], [*message("All."), COMPLETED])
    with offered(tmp_path / "more", shown=CHARTS):
        server = await enter(running(tmp_path, upstream))
        visitor = await visit(server.url, reduced_motion="reduce")
        await visitor.ask("Show charts")
        await visitor.until_answered()
        drawings = visitor.page.locator(".chart-drawing")
        for size in (DESKTOP, NARROW):
            await visitor.page.set_viewport_size(size)  # type: ignore[arg-type]
            await expect(drawings).to_have_count(len(names))
            await visitor.evaluate(SETTLED)
            assert await visitor.evaluate(OUTSIDE) == []
            assert await visitor.evaluate(UPON_ANOTHER) == []


async def test_a_map_a_file_and_a_picture_are_used_by_keyboard_alone(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    upstream = ScriptedUpstream()
    shown = calls(("way", "{}"), ("report", "{}"), ("picture", "{}"))
    upstream.script([*shown], [*message("Here."), COMPLETED])
    with offered(tmp_path / "more", shown=SHOWN):
        server = await enter(running(tmp_path, upstream))
        visitor = await visit(server.url, reduced_motion="reduce")
        page = visitor.page
        await visitor.ask("A map, a file and a picture")
        await visitor.until_answered()

        async def reach(target: Locator) -> None:
            """From the end of the chat up to it, by Tab alone."""
            for _ in range(100):
                if await target.evaluate("element => element === document.activeElement"):
                    return
                await page.keyboard.press("Shift+Tab")
            raise AssertionError(f"{target} is not reached")

        picture = page.get_by_role("button", name="A gradient")
        await reach(picture)
        await page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="A gradient")
        await expect(dialog.get_by_role("link", name="Download")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
        await expect(picture).to_be_focused()

        await reach(page.get_by_text("Look inside"))
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Beginning of report.csv")).to_contain_text("Oslo,700000")

        drawing = page.get_by_role("group", name="The way: Oslo, Lima")
        oslo = drawing.locator(".map-point").first

        async def place() -> tuple[float, float]:
            return tuple([float(await oslo.get_attribute(name) or "") for name in ("cx", "cy")])  # type: ignore[return-value]

        await reach(drawing)
        at_first = await place()
        await page.keyboard.press("ArrowRight")
        assert await place() == (at_first[0] - 60, at_first[1])
        await page.keyboard.press("ArrowDown")
        assert await place() == (at_first[0] - 60, at_first[1] - 60)
        await page.keyboard.press("+")
        assert await place() != (at_first[0] - 60, at_first[1] - 60)
        await reach(page.get_by_role("button", name="Show all places"))
        await page.keyboard.press("Enter")
        assert await place() == at_first
        await expect(drawing).to_be_focused()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("table").filter(has_text="Lima")).to_be_visible()
