"""Dictation by REST, through the whole app over a server that looks at the form as OpenAI's does."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path

import httpx2

from backend.app import create_app
from backend.config.configuration import Configuration
from backend.config.settings import Settings
from backend.domain import recording
from backend.setup.dictation import dictation_state
from tests.http.answers import problem
from tests.rest import rest
from tests.serving import serve
from tests.upstreams.loopback import (
    STALL,
    Answer,
    Received,
    error_answer,
    html_page,
    json_answer,
    key_echo,
    upstream_server,
)

KEY = "sk-loopback-dictation-key"
WEBM = b"\x1a\x45\xdf\xa3" + b"opus" * 16
TAKEN = ("flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm")


@dataclass
class Scribe:
    """Takes what OpenAI's `/audio/transcriptions` takes, and says what it is told to."""

    text: str = "Good morning."
    forms: list[dict[str, tuple[str | None, str, bytes]]] = field(default_factory=list)
    """By the names of their parts: file name, media type and content."""

    def answer(self, request: Received) -> Answer:
        if (request.method, request.path) != ("POST", "/audio/transcriptions"):
            return error_answer(404, f"Invalid URL ({request.method} {request.path})")
        if request.key != KEY:
            return error_answer(401, f"Incorrect API key provided: {request.key}.")
        head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
        form = {}
        for part in message_from_bytes(head + request.body).get_payload():
            assert not isinstance(part, str)
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            name = str(part.get_param("name", header="content-disposition"))
            form[name] = (part.get_filename(), part.get_content_type(), content)
        self.forms.append(form)
        ending = (form["file"][0] or "").rpartition(".")[2]
        if ending not in TAKEN:
            return error_answer(400, f"Invalid file format. Supported formats: {TAKEN}")
        if form["model"][2] != b"scribe-1":
            return error_answer(404, "The model does not exist", code="model_not_found")
        return json_answer({"text": self.text, "usage": {"type": "duration", "seconds": 1}})


@asynccontextmanager
async def app(
    folder: Path, answer: Callable[[Received], Answer], **settings: str
) -> AsyncIterator[httpx2.AsyncClient]:
    async with upstream_server(answer) as server:
        lines = {
            "UPSTREAM": "chat_completions",
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": server.base_url,
            "TRANSCRIPTION_MODEL": "scribe-1",
            **settings,
        }
        env = folder / ".env"
        env.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
        configuration = Configuration(env, data_dir=folder / "data", code_interpreter="off")
        async with serve(create_app(configuration)) as url, rest(url) as http:
            yield http


async def dictate(
    http: httpx2.AsyncClient,
    content: bytes = WEBM,
    media_type: str = "audio/webm;codecs=opus",
    name: str = "blob",
) -> httpx2.Response:
    return await http.post("/api/transcriptions", files={"file": (name, content, media_type)})


async def test_words_come_back_for_a_recording_of_each_browser(tmp_path: Path) -> None:
    scribe = Scribe("  Good morning. \n")
    async with app(tmp_path, scribe.answer) as http:
        for media_type in ("audio/webm;codecs=opus", "audio/ogg; codecs=opus", "audio/mp4"):
            answer = await dictate(http, media_type=media_type)
            assert (answer.status_code, answer.json()) == (200, {"text": "Good morning."})
        await dictate(http, media_type="application/octet-stream", name="../note.WAV")
        scribe.text = ""
        assert (await dictate(http)).json() == {"text": ""}
    assert [form["file"] for form in scribe.forms[:4]] == [
        ("recording.webm", "audio/webm", WEBM),
        ("recording.ogg", "audio/ogg", WEBM),
        ("recording.mp4", "audio/mp4", WEBM),
        ("recording.wav", "audio/wav", WEBM),
    ]
    assert {name for form in scribe.forms for name in form} == {"file", "model"}


async def test_what_is_no_recording_is_not_sent_on(tmp_path: Path) -> None:
    scribe = Scribe()
    async with app(tmp_path, scribe.answer) as http:
        assert problem(await dictate(http, media_type="text/html"), 415).code == "unsupported_file"
        assert problem(await dictate(http, b""), 400).code == "invalid_request"
        assert (
            problem(await http.post("/api/transcriptions", json={}), 400).code == "invalid_request"
        )
        two = [("file", ("a.webm", WEBM, "audio/webm"))] * 2
        answer = await http.post("/api/transcriptions", files=two)
        assert problem(answer, 400).code == "too_many_parts"
        largest = bytes(recording.MAX_RECORDING_BYTES)
        assert (await dictate(http, largest)).status_code == 200
        assert problem(await dictate(http, largest + bytes(10_000)), 413).code == "body_too_large"
    assert len(scribe.forms) == 1
    assert not [*(tmp_path / "data").rglob("*recording*")]


FAILURES = (
    (error_answer(400, "Audio file is too short."), 422, "Audio file is too short."),
    (
        error_answer(404, "Not Found"),
        404,
        "it has no /audio/transcriptions. Set TRANSCRIPTION_MODEL",
    ),
    (error_answer(405, "Method Not Allowed"), 404, "it has no /audio/transcriptions."),
    (
        error_answer(404, "The model `scribe-1` does not exist", code="model_not_found"),
        404,
        "does not have the model scribe-1, which writes down what is said. Set TRANSCRIPTION_MODEL",
    ),
    (error_answer(500, "Out of memory"), 502, "Try again in a moment: Out of memory"),
    (html_page(), 502, "answered with a web page"),
    (json_answer({}), 502, "cannot be understood"),
    (json_answer({"text": None}), 502, "cannot be understood"),
    (Answer((b'{"text": "cut',), 200, {"content-type": "application/json"}), 502, "cannot be"),
    (Answer((STALL,), 200, {"content-type": "application/json"}), 504, "was silent for 1 seconds"),
)


async def test_what_went_wrong_at_the_server_is_a_sentence(tmp_path: Path) -> None:
    answers = iter([answer for answer, _, _ in FAILURES])
    async with app(tmp_path, lambda _: next(answers), UPSTREAM_STALL_TIMEOUT_S="1") as http:
        for _, status, said in FAILURES:
            failed = await dictate(http)
            assert failed.status_code == status, failed.text
            assert said in failed.json()["error"]["message"]


async def test_a_server_that_answers_in_plain_text_is_understood(tmp_path: Path) -> None:
    headers = {"content-type": "text/plain; charset=latin-1"}
    plain = Answer(("Grüß Gott\n".encode("latin-1"),), 200, headers)
    async with app(tmp_path, lambda _: plain) as http:
        assert (await dictate(http)).json() == {"text": "Grüß Gott"}


async def test_a_server_that_repeats_the_key_does_not_give_it_away(tmp_path: Path) -> None:
    async with app(tmp_path, key_echo) as http:
        refused = await dictate(http)
    assert problem(refused, 401).code == "upstream_auth"
    assert KEY not in refused.text


async def test_without_a_model_nothing_is_sent(tmp_path: Path) -> None:
    scribe = Scribe()
    async with app(tmp_path, scribe.answer, TRANSCRIPTION_MODEL="") as http:
        assert problem(await dictate(http), 409).code == "setup_incomplete"
        state = (await http.get("/api/setup")).json()
        assert state["dictation"] == {"model": None, "obstacle": "no_model"}
    assert scribe.forms == []


def test_the_model_is_known_at_openai_and_has_to_be_named_elsewhere() -> None:
    def state(**settings: str) -> tuple[str | None, str | None]:
        found = dictation_state(Settings.model_validate(settings))
        return found.model, found.obstacle

    key, elsewhere = {"openai_api_key": KEY}, {"openai_base_url": "http://127.0.0.1:9/v1"}
    assert state() == (None, "demo")
    assert state(**key, upstream="demo") == (None, "demo")
    assert state(**key) == ("gpt-transcribe", None)
    assert state(upstream="responses") == (None, "api_key")
    assert state(**key, transcription_model="gpt-5-hears") == ("gpt-5-hears", None)
    assert state(**key, transcription_model="none") == (None, "off")
    assert state(**elsewhere) == (None, "no_model")
    assert state(**elsewhere, transcription_model="whisper-1") == ("whisper-1", None)
    assert state(**key, upstream="my_own") == (None, "other_upstream")
