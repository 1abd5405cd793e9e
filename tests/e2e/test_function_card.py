"""The card of a function that returns a picture and a file, in the demo."""

from pathlib import Path

from playwright.async_api import expect

from backend.upstreams.demo import DemoUpstream
from tests.e2e.test_accessibility import violations
from tests.e2e.test_layout import too_wide
from tests.e2e.visitor import NARROW, Enter, Visit, Visitor
from tests.functions_readme import examples, offered
from tests.running import running


async def shows_its_results(visitor: Visitor) -> None:
    card = visitor.tool_call("draw_bars")
    picture = card.get_by_role("img", name="3 bars")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 96
    await expect(card.get_by_role("link", name="bars.csv")).to_be_visible()


async def test_a_picture_and_a_file_show_live_and_after_a_reload_and_can_be_had(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    with offered(tmp_path / "more", draw_bars=examples()["draw_bars.py"]):
        server = await enter(running(tmp_path, DemoUpstream(0)))
        visitor = await visit(server.url)
        await visitor.ask("draw_bars heights=[3,9,5]")
        await visitor.until_answered()
        await shows_its_results(visitor)
        await expect(
            visitor.page.get_by_role("log").get_by_text("what you see above")
        ).to_be_visible()
        await visitor.page.reload()
        await shows_its_results(visitor)

        card = visitor.tool_call("draw_bars")
        async with visitor.page.expect_download() as download:
            await card.get_by_role("link", name="bars.csv").click()
        assert (await download.value).suggested_filename == "bars.csv"
        await card.get_by_role("button", name="draw_bars").click()
        await expect(card.get_by_role("group", name="Output of draw_bars")).to_contain_text(
            "highest"
        )
        await visitor.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        assert await too_wide(visitor) == []
        assert await violations(visitor) == []
