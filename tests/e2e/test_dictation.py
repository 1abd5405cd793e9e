"""A message that is spoken, with the microphone that Chromium makes up."""

import asyncio
import re
from pathlib import Path

from playwright.async_api import Route, expect

from tests.e2e.configured import configured
from tests.e2e.responses_server import KEY, MODEL, ResponsesServer
from tests.e2e.test_accessibility import violations
from tests.e2e.visitor import DESKTOP, PHONE, Enter, Visit
from tests.rest import rest
from tests.upstreams.loopback import Answer, Received, error_answer, upstream_server


async def test_what_is_said_is_written_into_the_message_and_sent(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    heard: list[Received] = []
    is_patient = asyncio.Event()
    words = (is_patient, b'{"text": "Is it cold in Oslo?"}')
    answers = [
        error_answer(503, "The model is being loaded."),
        Answer(words, headers={"content-type": "application/json"}),
    ]
    model = ResponsesServer()

    def answer(request: Received) -> Answer:
        if request.path != "/audio/transcriptions":
            return model.answer(request)
        heard.append(request)
        return answers.pop(0)

    server = await enter(upstream_server(answer))
    url = await enter(
        configured(
            tmp_path,
            f"UPSTREAM=responses\nOPENAI_API_KEY={KEY}\nOPENAI_BASE_URL={server.base_url}\n"
            "TRANSCRIPTION_MODEL=scribe-1\n",
        )
    )
    http = await enter(rest(url))
    assistant = {"name": "Ada", "model": MODEL}
    (await http.put("/api/setup/assistant", json=assistant)).raise_for_status()
    visitor = await visit(url, viewport=PHONE, reduced_motion="reduce")
    visitor.forgive(r"the server responded with a status of 502")
    page = visitor.page
    dictate = page.get_by_role("button", name="Dictate")
    dictation = page.get_by_role("group", name="Dictation")
    status = page.get_by_role("main").get_by_role("status")

    # The keyboard alone, after something that is typed and beside a file.
    await visitor.attach({"name": "note.txt", "mimeType": "text/plain", "buffer": b"-3 degrees"})
    await visitor.composer.fill("Hello.")
    await dictate.press("Enter")
    await expect(dictate).to_have_attribute("aria-pressed", "true")
    await expect(dictation.get_by_role("timer")).to_have_text(re.compile("0:0[1-9]"))
    await expect(status).to_contain_text("Recording. Escape stops it.")
    for size in (DESKTOP, PHONE):
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        assert await visitor.sideways_px() == 0
    assert await violations(visitor) == []
    await page.keyboard.press("Escape")
    await expect(dictation).to_contain_text("The model is being loaded.")
    await expect(dictate).to_have_attribute("aria-pressed", "false")
    await expect(visitor.composer).to_have_value("Hello.")
    assert await violations(visitor) == []

    # What was recorded is still there.
    again = dictation.get_by_role("button", name="Try again")
    await expect(again).to_be_focused()
    await again.press("Enter")
    await expect(dictation).to_contain_text("Writing down what you said…")
    is_patient.set()
    await expect(visitor.composer).to_have_value("Hello. Is it cold in Oslo?")
    await expect(dictation).to_be_hidden()
    await expect(visitor.composer).to_be_focused()
    assert await visitor.composer.evaluate("(field) => field.selectionEnd") == 26
    await expect(status).to_contain_text("Written: Is it cold in Oslo?")
    first, second = [request.body.partition(b"filename=")[2] for request in heard]
    assert first.startswith(b'"recording.webm"\r\nContent-Type: audio/webm\r\n\r\n\x1a\x45\xdf\xa3')
    assert first.partition(b"\x1a\x45\xdf\xa3")[2][:1_000] in second
    assert len(first) > 1_000

    await visitor.button("Send message").click()
    await visitor.until_answered()
    await expect(visitor.questions).to_have_text("Hello. Is it cold in Oslo?")
    await expect(visitor.page.locator(".message--user")).to_contain_text("note.txt")

    async def without_microphone(route: Route) -> None:
        page = await route.fetch()
        policy = {"permissions-policy": "microphone=()"}
        await route.fulfill(response=page, headers=page.headers | policy)

    # What the test answers comes from no network that the browser knows.
    visitor.forgive("ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS", "microphone is not allowed")
    await page.route("**/chat/*", without_microphone)
    await page.reload()
    await dictate.click()
    await expect(dictation).to_contain_text("This page may not use the microphone. Allow it")
    await dictation.get_by_role("button", name="Close").press("Enter")
    await expect(dictation).to_be_hidden()
    await expect(visitor.composer).to_be_focused()
