"""Several assistants: made on `/setup`, chosen in the chat, with mouse, keyboard and a phone."""

import json
import re
from pathlib import Path

from playwright.async_api import expect

from tests.e2e.configured import configured
from tests.e2e.responses_server import KEY, MODEL, ResponsesServer
from tests.e2e.test_accessibility import violations
from tests.e2e.visitor import DESKTOP, PHONE, Enter, Visit
from tests.rest import rest
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, message
from tests.upstreams.loopback import error_answer, upstream_server


async def test_a_second_assistant_is_made_chosen_and_deleted(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    url = await enter(configured(tmp_path))
    visitor = await visit(url, "/setup", reduced_motion="reduce")
    visitor.forgive("status of 400")  # The temperature.
    page = visitor.page
    section = page.get_by_role("region", name="Assistants")
    status = section.get_by_role("status")
    await section.get_by_role("button", name="New assistant").press("Enter")
    await expect(section.get_by_label("Name")).to_be_focused()
    await page.keyboard.type("Ada")
    await section.get_by_label("Model").fill("demo")
    await section.get_by_text("Parameters").click()
    await section.get_by_label("Reasoning effort").select_option("Low")
    await section.get_by_label("Temperature").fill("7")
    await section.get_by_label("Structured output").fill('{"type": "object", "properties": {}}')
    await section.get_by_role("button", name="Create assistant").click()
    await expect(section.get_by_text("less than or equal to 2")).to_be_visible()
    await expect(section.get_by_label("Temperature")).to_be_focused()
    await section.get_by_label("Temperature").fill("0.2")
    await page.keyboard.press("Enter")
    await expect(status).to_contain_text("The assistant is saved")
    await expect(section.get_by_text("3 set")).to_be_visible()
    chosen = section.get_by_role("button", pressed=True)
    await expect(chosen).to_contain_text("Ada")

    # What was typed of one is kept while another is looked at.
    await section.get_by_label("Instructions").fill("Be brief.")
    await section.get_by_role("button", name="Demo assistant").click()
    await expect(section.get_by_role("button", name="Ada")).to_contain_text("Unsaved")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(section.get_by_label("Instructions")).to_have_value("Be brief.")
    assert await violations(visitor) == []

    await visitor.go("/chat")
    choice = page.get_by_label("Assistant", exact=True)
    await expect(choice).to_have_value("asst_local_demo")
    await choice.select_option("Ada")
    assert await violations(visitor) == []
    await visitor.ask("What can you do?")
    await visitor.until_answered()
    await expect(page.locator(".answer-end__name")).to_be_hidden()
    await expect(page.locator(".answer-end__notes")).to_contain_text("The demo has no use for")
    await page.reload()
    await expect(choice.locator("option:checked")).to_have_text("Ada")
    await choice.focus()
    await page.keyboard.press("ArrowDown")
    await expect(choice.locator("option:checked")).to_have_text("Demo assistant")
    await visitor.ask("And you?")
    await visitor.until_answered(2)
    await expect(page.locator(".answer-end__name")).to_have_text(["Ada", "Demo assistant"])
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await expect(choice).to_be_visible()
    await choice.select_option("Ada")
    await visitor.ask("Ada again")
    await visitor.until_answered(3)
    assert await violations(visitor) == []

    await visitor.go("/setup")
    await visitor.unfold()
    await section.get_by_role("button", name="Ada").click()
    await section.get_by_role("button", name="Delete…").click()
    await expect(section.get_by_text("Its chats stay")).to_be_visible()
    assert await violations(visitor) == []
    await section.get_by_role("button", name="Delete it").click()
    await expect(status).to_contain_text("The assistant is deleted.")
    await expect(section.get_by_role("button", name="Ada")).to_have_count(0)
    await page.go_back()
    await expect(choice).to_be_hidden()
    await visitor.ask("Are you still there?")
    await visitor.until_answered(4)
    await expect(page.locator(".answer-end__notes").last).to_contain_text("has been deleted")


async def test_the_start_screen_is_edited_on_setup_and_there_with_the_first_paint(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    url = await enter(configured(tmp_path))
    visitor = await visit(url, "/chat", reduced_motion="reduce")
    page = visitor.page
    await expect(page.get_by_role("button", name="A long answer")).to_be_visible()

    await visitor.go("/setup")
    section = page.get_by_role("region", name="Assistants")
    await section.get_by_role("button", name="Copy").click()
    await expect(section.get_by_role("status")).to_contain_text("This is the copy.")
    await section.get_by_label("Name").fill("Baker")
    await section.get_by_text("Start screen").click()
    await section.get_by_label("Greeting", exact=True).fill("Fresh bread?")
    await section.get_by_label("In the empty field for messages").fill("Your order")
    await section.get_by_role("button", name="Remove suggestion 1").press("Enter")
    await expect(section.get_by_role("button", name="Remove suggestion 1")).to_be_focused()
    await page.keyboard.press("Enter")
    await section.get_by_role("button", name="Add a suggestion").press("Enter")
    await page.keyboard.type("Rolls")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Two rolls, please")
    assert await violations(visitor) == []
    await section.get_by_role("button", name="Save assistant").click()
    await expect(section.get_by_role("status")).to_contain_text("The assistant is saved")
    await section.get_by_role("button", name="Make default").click()
    await expect(section.get_by_role("status")).to_contain_text("It answers in every chat")

    # Neither from setup nor after a reload is anything asked for before it is shown.
    visitor.forgive("Failed to load resource")
    await page.route("**/api/assistants", lambda route: route.abort())
    for come in (lambda: page.get_by_role("link", name="New chat").click(), page.reload):
        await come()
        welcome = page.get_by_role("region", name="Welcome")
        await expect(welcome.get_by_role("heading")).to_have_text("Fresh bread?")
        await expect(welcome.locator(".welcome__name")).to_have_text("Baker")
        await expect(visitor.composer).to_have_attribute("placeholder", "Your order")
        await expect(welcome.get_by_role("button")).to_have_text(
            ["What it can doWhat can you do?", "RollsTwo rolls, please"]
        )
    assert await violations(visitor) == []
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert await visitor.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await page.get_by_role("button", name="Rolls").click()
    await expect(visitor.transcript).to_contain_text("Two rolls, please")


async def test_a_chat_has_instructions_that_each_of_its_runs_is_told(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    model = ResponsesServer()
    server = await enter(upstream_server(model.answer))
    env = f"UPSTREAM=responses\nOPENAI_API_KEY={KEY}\nOPENAI_BASE_URL={server.base_url}\n"
    url = await enter(configured(tmp_path, env))
    http = await enter(rest(url))
    assistant = {"name": "Ada", "model": MODEL, "instructions": "Be kind."}
    (await http.put("/api/setup/assistant", json=assistant)).raise_for_status()
    visitor = await visit(url, "/chat", reduced_motion="reduce")
    page = visitor.page
    button = page.get_by_role("button", name="Instructions")
    dialog = page.get_by_role("dialog", name="Instructions of this chat")
    await button.press("Enter")
    await expect(dialog.get_by_role("textbox")).to_be_focused()
    await page.keyboard.type("Answer in rhymes.")
    assert await violations(visitor) == []
    await page.keyboard.press("Escape")
    await expect(button).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.type("In rhymes.")
    await page.keyboard.press("Control+Enter")
    await expect(dialog).to_have_count(0)
    await expect(button).to_have_text("Instructions: on")
    await page.reload()
    await expect(button).to_have_text("Instructions: on")
    await visitor.ask("Hello.")
    await visitor.until_answered()

    # Later they are edited in the chat, or in the list of chats, and open tabs follow.
    other = await visitor.new_tab(page.url.removeprefix(url))
    await expect(other.page.get_by_role("button", name="Instructions: on")).to_be_visible()
    await page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    await visitor.choose("", "Instructions")
    await expect(dialog.get_by_role("textbox")).to_have_value("In rhymes.")
    await dialog.get_by_role("textbox").fill("")
    await dialog.get_by_role("button", name="Save").click()
    await expect(other.page.get_by_role("button", name="Instructions")).to_have_text("Instructions")
    await other.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await other.page.get_by_role("button", name="Instructions").click()
    await other.page.get_by_role("dialog").get_by_role("textbox").fill("Be brief.")
    assert await violations(other) == []
    await other.page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("button", name="Instructions: on")).to_be_visible()
    await visitor.ask("And now?")
    await visitor.until_answered(2)
    told = [body["instructions"].split("\n\n") for body in model.asked if body.get("stream")]
    assert [parts[:2] for parts in told] == [["Be kind.", "In rhymes."], ["Be kind.", "Be brief."]]


async def test_a_model_is_chosen_in_the_chat_by_keyboard_and_asked_at_the_upstream(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    model = ResponsesServer()
    server = await enter(upstream_server(model.answer))
    env = f"UPSTREAM=responses\nOPENAI_API_KEY={KEY}\nOPENAI_BASE_URL={server.base_url}\n"
    url = await enter(configured(tmp_path, env))
    http = await enter(rest(url))
    assistant = {"name": "Ada", "model": MODEL}
    (await http.put("/api/setup/assistant", json=assistant)).raise_for_status()
    visitor = await visit(url, "/chat", reduced_motion="reduce")
    page = visitor.page
    button = page.get_by_role("button", name=re.compile("^Model "))
    dialog = page.get_by_role("dialog", name="Model of this chat")
    await expect(button).to_have_text(f"Model {MODEL}")
    await button.press("Enter")
    await expect(dialog.get_by_role("combobox")).to_be_focused()
    await expect(dialog.get_by_role("option").first).to_contain_text("the assistant’s own")
    assert await violations(visitor) == []
    await page.keyboard.type("other-model")
    await page.keyboard.press("Enter")
    await expect(button).to_have_text("Model other-model")
    await expect(button).to_be_focused()
    await page.get_by_label("Verbosity", exact=True).select_option("High")
    await page.reload()
    await expect(button).to_have_text("Model other-model")
    await visitor.ask("Hello.")
    await visitor.until_answered()
    [asked] = [body for body in model.asked if body.get("stream")]
    assert (asked["model"], asked["text"]["verbosity"]) == ("other-model", "high")
    assert await violations(visitor) == []
    await page.screenshot(path="/tmp/pickers/model-phone.png")

    # It is gone: the assistant's own answers, and the answer says so.
    model.ailments.append(error_answer(404, "The model does not exist.", code="model_not_found"))
    await visitor.ask("And now?")
    await visitor.until_answered(2)
    await expect(page.locator(".answer-end__notes").last).to_contain_text(
        f"other-model, is not there. The assistant’s own, {MODEL}, answers"
    )
    await expect(button).to_have_text(f"Model {MODEL}")
    await page.reload()
    await expect(button).to_have_text(f"Model {MODEL}")


async def test_a_structured_answer_is_a_card(visit: Visit, enter: Enter, tmp_path: Path) -> None:

    upstream = ScriptedUpstream()
    text = json.dumps({"city": "Oslo", "days": [{"high": 4, "rain": True, "wind": None}]})
    upstream.script([*message(text[:9], text[9:]), COMPLETED])
    server = await enter(running(tmp_path, upstream))
    visitor = await visit(server.url, reduced_motion="reduce")
    await visitor.ask("How is the weather?")
    await visitor.until_answered()
    card = visitor.page.get_by_role("group", name="The answer")
    await expect(card).to_contain_text('"city": "Oslo"')
    assert await violations(visitor) == []


async def test_an_effort_is_chosen_by_the_composer_and_asked_for_at_the_upstream(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    model = ResponsesServer()
    server = await enter(upstream_server(model.answer))
    env = f"UPSTREAM=responses\nOPENAI_API_KEY={KEY}\nOPENAI_BASE_URL={server.base_url}\n"
    url = await enter(configured(tmp_path, env))
    http = await enter(rest(url))
    assistant = {"name": "Ada", "model": MODEL, "parameters": {"reasoning_effort": "low"}}
    (await http.put("/api/setup/assistant", json=assistant)).raise_for_status()
    visitor = await visit(url, "/chat", reduced_motion="reduce")
    page = visitor.page
    choice = page.get_by_label("Effort", exact=True)
    await expect(choice.locator("option:checked")).to_have_text("Low (the assistant’s)")
    await visitor.ask("Hello.")
    await visitor.until_answered()
    await choice.focus()
    await page.keyboard.type("H")
    await expect(choice).to_have_value("high")
    assert await violations(visitor) == []
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await visitor.ask("Think about it.")
    await visitor.until_answered(2)
    await page.reload()
    await expect(choice).to_have_value("high")
    asked = [body["reasoning"]["effort"] for body in model.asked if body.get("stream")]
    assert asked == ["low", "high"]

    # What the model refuses is not offered any more, and /setup says so.
    words = "Unsupported value: 'high' is not supported: reasoning.effort."
    model.ailments.append(error_answer(400, words, param="reasoning.effort"))
    await visitor.ask("Think again.")
    await visitor.until_answered(3)
    await page.reload()
    await expect(choice.locator("option:checked")).to_have_text("Low (the assistant’s)")
    efforts = await choice.locator("option").evaluate_all("(all) => all.map(({ value }) => value)")
    assert efforts == ["", "none", "minimal", "low", "medium", "xhigh", "max"]
