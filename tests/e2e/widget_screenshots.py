"""Pictures of widgets and of calls that wait."""

from pathlib import Path

from playwright.async_api import Page, expect

from tests.e2e.picture import take
from tests.e2e.upstream_screenshots import say

RAIN = "Month,Bergen (mm),Oslo (mm)\n" + "".join(
    f"2025-{month:02}-01,{bergen},{oslo}\n"
    for month, (bergen, oslo) in enumerate(
        [(250, 58), (205, 44), (200, 48), (141, 50), (109, 60), (128, 80), (155, 92), (195, 98),
         (270, 84), (266, 96), (257, 84), (272, 60)], 1
    )
)  # fmt: skip


async def take_widgets(page: Page, url: str, folder: Path, pictures: Path, name: str) -> None:
    table = folder / "rain.csv"
    table.write_text(RAIN)
    await page.goto(url + "/chat")
    async with page.expect_file_chooser() as choosing:
        await page.get_by_role("button", name="Attach files").click()
    await (await choosing.value).set_files(table)
    await say(page, "line chart")
    chart = page.locator(".chart")
    await chart.locator(".chart-plot").press("End")
    await _shot(page, ".chart", pictures, "widget-chart", name)
    await page.goto(url + "/chat")
    await say(page, "How far is Chile from Oslo?")
    await _shot(page, ".map", pictures, "widget-map", name)
    for function, widget in (("towns", "table"), ("order", "form"), ("report", "file")):
        await page.goto(url + "/chat")
        await say(page, function)
        await _shot(page, ".tool-slot .widget", pictures, f"widget-{widget}", name)


async def take_workbench(page: Page, url: str, pictures: Path, name: str) -> None:
    await page.goto(url + "/chat")
    await say(page, "What is the weather in Lima?")
    await expect(page.get_by_role("log").get_by_text("Told by the demo")).to_be_visible()
    await page.goto(url + "/tools/get_weather")
    await page.get_by_role("textbox", name="Location").fill("Oslo")
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.get_by_text("Done after")).to_be_visible()
    await expect(page.locator(".weather")).to_be_visible()
    # A phone has no room for the form as well.
    if name == "phone":
        await page.locator(".weather").evaluate("(widget) => widget.scrollIntoView({block: 'end'})")
    else:
        await page.locator(".workbench-form").evaluate("(form) => form.scrollIntoView()")
    await take(page, pictures, "workbench", name)


async def take_waiting(page: Page, url: str, pictures: Path, name: str) -> None:
    for question, picture, end in (
        ("save a note: water the plants", "approval", "Allow once"),
        ("ask me something", "question", "Skip"),
    ):
        await page.goto(url + "/chat")
        await say(page, question)
        decide = page.get_by_role("button", name=end)
        await expect(decide).to_be_visible()
        await expect(page).to_have_title(f"Waits for you · {question} · Runstream")
        await take(page, pictures, picture, name)
        await decide.click()
        await expect(decide).to_be_hidden()


async def _shot(page: Page, widget: str, pictures: Path, what: str, name: str) -> None:
    await expect(page.get_by_role("log").get_by_text("Told by the demo")).to_be_visible()
    await page.locator(widget).evaluate("(widget) => widget.scrollIntoView({block: 'center'})")
    await take(page, pictures, what, name)
