"""Calls that wait for a person: by keyboard alone, on two sizes and in two themes, from two tabs."""

from pathlib import Path

from playwright.async_api import expect

from backend.upstreams.demo import DemoUpstream
from tests.e2e.test_accessibility import violations
from tests.e2e.visitor import PHONE, Enter, Visit
from tests.functions_readme import examples, offered
from tests.rest import rest
from tests.running import running


async def test_calls_are_allowed_changed_and_denied_by_keyboard_alone(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url, reduced_motion="reduce")
    page, keys = visitor.page, visitor.page.keyboard
    await visitor.ask("save a note: milk; tea; bread")
    bar = page.get_by_role("group", name="Waits for you")
    await expect(bar).to_contain_text("3 calls wait for you.")
    await expect(page).to_have_title("Waits for you · save a note: milk; tea; bread · Runstream")
    await expect(visitor.sidebar.get_by_text("Waits for you")).to_be_visible()
    assert await violations(visitor) == []

    # From the bar to the first card.
    await bar.get_by_role("button", name="Show").focus()
    await keys.press("Enter")
    first = page.get_by_role("group", name="Approval of save_note").first
    await expect(first.get_by_role("button", name="Allow once")).to_be_focused()
    for _ in range(3):
        await keys.press("Tab")
    await keys.press("Enter")
    await expect(first.get_by_role("textbox", name="Text")).to_be_focused()
    await keys.press("ControlOrMeta+A")
    await keys.press("Delete")
    await keys.press("Tab")
    await keys.press("Enter")
    await expect(first.get_by_role("textbox", name="Text")).to_be_focused()
    await expect(first).to_contain_text("This is needed.")
    assert await violations(visitor) == []
    await keys.type("oat milk")
    await keys.press("Tab")
    await keys.press("Enter")
    await expect(page.get_by_text("Allowed with other arguments by you.")).to_be_visible()
    await expect(bar).to_contain_text("2 calls wait for you.")

    # The next one is denied, the last one answered by a script meanwhile.
    await first.get_by_role("button", name="Deny…").press("Enter")
    await keys.type("Coffee is enough.")
    await keys.press("Tab")
    await keys.press("Enter")
    await expect(page.get_by_text("Denied by you.")).to_be_visible()
    # It is to be seen, so that nothing need lead there.
    last = page.get_by_role("group", name="Approval of save_note").last
    await last.get_by_role("button", name="Allow once").scroll_into_view_if_needed()
    await expect(bar).to_be_hidden()
    thread_id = page.url.rsplit("/", 1)[1]
    cookies = await page.context.cookies()
    cookie = "; ".join(f"{each['name']}={each['value']}" for each in cookies)
    async with rest(server.url, headers={"Cookie": cookie}) as http:
        actions = f"/api/threads/{thread_id}/actions"
        [item] = (await http.get(actions)).json()["items"]
        decision = {"item_ids": [item["id"]], "decision": "allow"}
        assert (await http.post(actions, json=decision)).status_code == 200
    await expect(page.get_by_text("Already decided. Allowed by a script.")).to_be_visible()
    await visitor.until_answered()
    await expect(bar).to_be_hidden()
    await expect(page).to_have_title("save a note: milk; tea; bread · Runstream")
    await expect(visitor.transcript.get_by_text("oat milk").first).to_be_visible()
    assert await violations(visitor) == []

    # Decisions survive a reload.
    await page.reload()
    for words in ("Allowed with other arguments by you.", "Denied by you.", "Allowed by a script."):
        await expect(page.get_by_text(words)).to_be_visible()
    await expect(page.get_by_text("Coffee is enough.").first).to_be_visible()


async def test_on_setup_a_tool_is_made_to_ask_and_what_is_always_allowed_is_taken_back(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url, "/setup", reduced_motion="reduce")
    page = visitor.page
    section = page.get_by_role("region", name="4. Approvals")
    await section.get_by_label("get_weather").select_option("Asks first")
    await expect(section.get_by_role("status")).to_contain_text("Saved.")
    await visitor.go("/chat")
    await visitor.ask("What is the weather in Oslo?")
    weather = page.get_by_role("group", name="Approval of get_weather")
    await weather.get_by_role("button", name="Always everywhere").click()
    await visitor.until_answered()
    await visitor.ask("What is the weather in Lima?")
    await visitor.until_answered(2)

    # From the call that asked nobody to the rule, which is taken back.
    await page.get_by_role("link", name="what you always allow").press("Enter")
    await expect(section.locator("#setup-approvals-title")).to_be_focused()
    await section.get_by_role("button", name="Take back get_weather everywhere").press("Enter")
    await expect(section.get_by_role("heading", name="You always allow")).to_be_focused()
    await expect(section.get_by_role("status")).to_contain_text("no longer always allowed")
    assert await violations(visitor) == []
    await page.go_back()
    await visitor.ask("What is the weather in Bergen?")
    await weather.get_by_role("button", name="Always in this chat").click()
    await visitor.until_answered(3)
    await visitor.go("/setup")
    await visitor.unfold()
    await expect(section.get_by_role("link", name="Weather in Oslo")).to_be_visible()
    assert await violations(visitor) == []


async def test_the_bar_of_a_call_that_waits_is_shown_while_its_card_is_not(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url, viewport=PHONE, reduced_motion="reduce")
    page = visitor.page
    for number in range(1, 3):
        await visitor.ask("markdown")
        await visitor.until_answered(number)
    await visitor.ask("save a note: milk")
    bar = page.get_by_role("group", name="Waits for you")
    allow = page.get_by_role("button", name="Allow once")
    await expect(allow).to_be_in_viewport()
    await expect(bar).to_be_hidden()
    await page.locator(".chat__scroller").evaluate("(scroller) => scroller.scrollTo(0, 0)")
    await expect(bar).to_be_attached()
    await expect(bar).to_contain_text("1 call waits for you.")
    await bar.get_by_role("button", name="Show").press("Enter")
    await expect(allow).to_be_focused()
    await expect(bar).to_be_hidden()


async def test_a_message_behind_a_question_says_so_and_goes_out_once_it_is_skipped_or_stopped(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url, reduced_motion="reduce")
    page = visitor.page
    bar = page.get_by_role("group", name="Waits for you")
    await visitor.ask("ask me something")
    await expect(page.get_by_role("group", name="Question")).to_be_visible()
    hint = page.get_by_text("Messages you send now wait until the above is decided.")
    await expect(hint).to_be_visible()
    await visitor.ask("What can you do?")
    await expect(bar).to_contain_text("1 question waits for you. Your message waits behind it.")
    assert await violations(visitor) == []
    await bar.get_by_role("button", name="Skip and go on").press("Enter")
    await visitor.until_answered(2)
    await expect(visitor.composer).to_be_focused()
    await expect(hint).to_be_hidden()

    await visitor.ask("save a note: milk")
    await expect(page.get_by_role("button", name="Allow once")).to_be_visible()
    await visitor.ask("What is the weather in Oslo?")
    await expect(bar).to_contain_text("1 call waits for you. Your message waits behind it.")
    await expect(bar.get_by_role("button", name="Skip and go on")).to_be_hidden()
    await bar.get_by_role("button", name="Stop and send").press("Enter")
    await visitor.until_answered(4)
    await expect(visitor.composer).to_be_focused()
    await expect(visitor.answer).to_contain_text("Oslo")


async def test_a_question_is_answered_in_another_tab_of_two(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url, reduced_motion="reduce")
    await visitor.ask("ask me something")
    question = visitor.page.get_by_role("group", name="Question")
    await expect(question).to_be_visible()
    assert await violations(visitor) == []

    other = await visitor.page.context.new_page()
    await other.goto(visitor.page.url)
    form = other.get_by_role("group", name="Question")
    await form.get_by_role("button", name="Answer").click()
    await expect(form.get_by_text("This is needed.").first).to_be_visible()
    await form.get_by_role("textbox", name="Where to?").fill("Lima")
    await form.get_by_role("radio", name="by ship").check()
    await form.get_by_role("checkbox", name="a book").check()
    await form.get_by_role("button", name="Answer").click()
    await expect(other.get_by_text("Answered by you.")).to_be_visible()
    await expect(
        visitor.page.get_by_text("Already decided. Answered in another tab.")
    ).to_be_visible()
    await visitor.until_answered()
    await expect(visitor.answer).to_contain_text("Lima")


async def test_what_a_function_asks_in_its_middle_is_answered_by_keyboard_after_a_reload(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    with offered(tmp_path / "more", tidy_notes=examples()["tidy_notes.py"]):
        server = await enter(running(tmp_path, DemoUpstream(0)))
        visitor = await visit(server.url, reduced_motion="reduce", viewport=PHONE)
        page = visitor.page
        await visitor.ask("tidy_notes")
        question = page.get_by_role("group", name="Question")
        await expect(question).to_be_visible()
        await page.reload()
        await question.get_by_role("spinbutton").fill("30")
        await page.keyboard.press("Enter")
        confirmation = page.get_by_role("group", name="Question of tidy_notes")
        await expect(confirmation).to_be_visible()
        await expect(page.get_by_text("Delete Milk, Bread for good?")).to_be_visible()
        await expect(page.get_by_text("Answered by you.")).to_be_visible()
        assert await violations(visitor) == []
        await confirmation.get_by_role("button", name="Yes").press("Enter")
        await visitor.until_answered()
    await expect(page.get_by_text("Allowed by you.")).to_be_visible()
    assert await violations(visitor) == []


ORDERS = '''
from backend.tools.function import function


@function(widget="form")
def order_form() -> dict[str, object]:
    """Show a form."""
    size = {"type": "integer", "minimum": 1}
    schema = {"type": "object", "properties": {"size": size}, "required": ["size"]}
    return {"title": "Order", "schema": schema, "values": {"size": 3}, "call": "place_order"}


@function(approval="ask")
def place_order(size: int) -> str:
    """Place an order."""
    return f"{size} are on the way."
'''


async def test_a_widget_calls_a_function_once_its_reader_has_allowed_it(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    with offered(tmp_path / "more", orders=ORDERS):
        server = await enter(running(tmp_path, DemoUpstream(0)))
        visitor = await visit(server.url, reduced_motion="reduce", viewport=PHONE)
        page = visitor.page
        await visitor.ask("order_form")
        await visitor.until_answered()
        items = await visitor.transcript.locator(".tool").count()
        await (
            page.get_by_role("button", name="Send", exact=True)
            .and_(page.locator(".widget button"))
            .press("Enter")
        )
        approval = page.get_by_role("group", name="Approval of place_order")
        await expect(approval.get_by_role("button", name="Allow once")).to_be_focused()
        assert await violations(visitor) == []
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("You denied the call of place_order.")).to_be_visible()
        await page.locator(".widget button").press("Enter")
        await approval.get_by_role("button", name="Allow once").press("Enter")
        await expect(page.get_by_text("3 are on the way.")).to_be_visible()
        await expect(page.get_by_text("The widget called place_order.")).to_be_visible()
        assert await visitor.transcript.locator(".tool").count() == items
        assert await violations(visitor) == []


async def test_what_a_call_asks_says_so_where_it_cannot_be_loaded(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    server = await enter(running(tmp_path, DemoUpstream(0)))
    visitor = await visit(server.url, reduced_motion="reduce")
    visitor.forgive("Failed to load resource")
    page = visitor.page
    bar = page.get_by_role("group", name="Waits for you")
    allow = page.get_by_role("button", name="Allow once")
    await visitor.ask("save a note: milk")
    await expect(allow).to_be_visible()
    await page.route("**/assets/panel-*.js", lambda route: route.abort())
    await page.reload()
    await expect(page.get_by_text("What is asked here could not be loaded.")).to_be_visible()
    assert await violations(visitor) == []
    await page.unroute("**/assets/panel-*.js")
    await bar.get_by_role("button", name="Show").press("Enter")
    await page.keyboard.press("Enter")
    await expect(allow).to_be_visible()
    await expect(bar).to_be_hidden()
