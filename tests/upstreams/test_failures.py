"""Whatever an upstream does wrong: a code, a sentence that says what to do, and no secret."""

import asyncio
import io
import logging
import socket
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from backend.config.redaction import REMOVED, redact
from backend.domain.errors import (
    UpstreamAuthFailed,
    UpstreamBroken,
    UpstreamError,
    UpstreamMisconfigured,
    UpstreamNotFound,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from backend.openai_client.client import create_client
from backend.openai_client.failures import retry_after_s, translated
from backend.upstreams.base import Upstream
from backend.upstreams.responses.upstream import create_upstream
from backend.watching.logs import RedactingFormatter
from tests.upstreams.driving import KEY, drive, settings
from tests.upstreams.loopback import (
    CUT,
    STALL,
    Answer,
    Received,
    Script,
    error_answer,
    html_page,
    json_answer,
    key_echo,
    refused_base_url,
    sse,
    upstream_server,
)

TRANSPORTS = ["httpx", "aiohttp"]

DELTA = {"type": "response.output_text.delta", "output_index": 0, "delta": "Hel"}


async def failure(base_url: str, **changes: Any) -> UpstreamError:
    """What a run there raises."""
    upstream = create_upstream(settings(openai_base_url=base_url, **changes))
    try:
        with pytest.raises(UpstreamError) as raised:
            await drive(upstream)
    finally:
        await upstream.close()
    return raised.value


async def failure_of(script: Script, **changes: Any) -> UpstreamError:
    async with upstream_server(script) as server:
        return await failure(server.base_url, **changes)


def everything_told(error: BaseException) -> str:
    """All that a log, a debugger or an error collector could show of an error."""
    told = ["".join(traceback.format_exception(error))]
    seen: list[BaseException] = []
    pending: list[BaseException | None] = [error]
    while pending:
        current = pending.pop()
        if current is None or current in seen:
            continue
        seen.append(current)
        told += [repr(current), str(current), repr(vars(current))]
        pending += [current.__cause__, current.__context__]
    return "\n".join(told)


@contextmanager
def debug_log(**changes: Any) -> Iterator[io.StringIO]:
    """Everything that any library logs at DEBUG, through the handler's formatter."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(RedactingFormatter(lambda: settings(**changes)))
    root = logging.getLogger()
    names = ["openai", "httpx2", "httpcore2", "aiohttp", "asyncio", "backend"]
    levels = {name: logging.getLogger(name).level for name in names} | {"": root.level}
    root.addHandler(handler)
    try:
        for name in levels:
            logging.getLogger(name).setLevel(logging.DEBUG)
        yield lines
    finally:
        root.removeHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


# Before the stream


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_key_that_is_not_accepted_is_told_without_the_key(transport: str) -> None:
    with debug_log() as log:
        error = await failure_of(key_echo, upstream_transport=transport)
        logging.getLogger("backend").error("The run failed", exc_info=error)
    assert isinstance(error, UpstreamAuthFailed)
    assert "Set a valid key on /setup" in error.message
    assert KEY not in everything_told(error)
    assert error.__context__ is None
    assert "The run failed" in log.getvalue()
    assert KEY not in log.getvalue()


async def test_a_server_that_wants_a_key_says_so() -> None:
    error = await failure_of([error_answer(401, "No key")], openai_api_key=None)
    assert isinstance(error, UpstreamAuthFailed)
    assert "Set one on /setup" in error.message


async def test_what_the_key_may_not_do_is_said_in_the_servers_words() -> None:
    said = f"Project of {KEY} has no access to the model."
    error = await failure_of([error_answer(403, said)])
    assert isinstance(error, UpstreamAuthFailed)
    assert f"Project of {REMOVED} has no access to the model." in error.message


@pytest.mark.parametrize(
    "answer",
    [
        error_answer(404, "The model `m` does not exist.", code="model_not_found"),
        json_answer({"error": 'model "m" not found, try pulling it first'}, 404),
        error_answer(404, "Not there", param="model"),
    ],
    ids=["openai", "ollama", "by parameter"],
)
async def test_a_missing_model_is_no_missing_api(answer: Answer) -> None:
    error = await failure_of([answer])
    assert isinstance(error, UpstreamNotFound)
    assert error.error_code == "model_not_found"
    assert "Choose another one" in error.message


@pytest.mark.parametrize(
    "answer",
    [
        error_answer(404, "Invalid URL (POST /responses)"),
        json_answer({"detail": "Not Found"}, 404),
        html_page(404),
        Answer((b"404 page not found",), 404, {"content-type": "text/plain"}),
    ],
    ids=["openai", "fastapi", "html", "go"],
)
async def test_a_missing_api_points_to_the_base_url(answer: Answer) -> None:
    error = await failure_of([answer])
    assert isinstance(error, UpstreamNotFound)
    assert error.error_code == "upstream_api_missing"
    assert "/v1" in error.message
    assert "Check the base URL" in error.message


async def test_too_many_requests_say_when_to_try_again() -> None:
    error = await failure_of([error_answer(429, "Slow down.", headers={"retry-after": "7"})])
    assert isinstance(error, UpstreamRateLimited)
    assert error.retry_after_s == 7
    assert error.retryable
    assert "in 7 seconds" in error.message


async def test_a_spent_quota_is_not_worth_a_retry() -> None:
    error = await failure_of([error_answer(429, "Quota.", code="insufficient_quota")])
    assert error.error_code == "upstream_quota"
    assert not error.retryable
    assert "Add credit" in error.message


@pytest.mark.parametrize("status", [500, 503, 529])
async def test_a_server_that_fails_is_worth_a_retry_and_was_asked_once(status: int) -> None:
    async with upstream_server([error_answer(status, "Overloaded.")]) as server:
        error = await failure(server.base_url)
    assert isinstance(error, UpstreamBroken)
    assert error.retryable
    assert str(status) in error.message
    assert "Overloaded." in error.message
    assert len(server.requests) == 1, "creating a run is not idempotent"


async def test_a_long_refusal_is_cut_short() -> None:
    error = await failure_of([error_answer(400, "no " * 1000)])
    assert isinstance(error, UpstreamRefused)
    assert len(error.message) < 450


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_web_page_instead_of_a_stream_points_to_the_base_url(transport: str) -> None:
    error = await failure_of([html_page()], upstream_transport=transport)
    assert isinstance(error, UpstreamBroken)
    assert "base URL is probably wrong" in error.message


async def test_a_web_page_instead_of_models_points_to_the_base_url() -> None:
    async with upstream_server([html_page()]) as server:
        upstream: Upstream = create_upstream(settings(openai_base_url=server.base_url))
        with pytest.raises(UpstreamBroken, match="base URL is probably wrong"):
            await upstream.models()
        await upstream.close()


async def test_an_answer_that_does_not_stream_is_told() -> None:
    error = await failure_of([json_answer({"id": "resp_1", "output": []})])
    assert isinstance(error, UpstreamBroken)
    assert "instead of a stream" in error.message


async def test_an_html_error_page_is_not_quoted() -> None:
    error = await failure_of([html_page(502)])
    assert isinstance(error, UpstreamBroken)
    assert "<" not in error.message


async def test_a_retired_assistants_api_is_explained_and_a_missing_assistant_is_not_that() -> None:
    missing = error_answer(404, "No assistant found with id 'asst_1'.")
    async with upstream_server({"GET /assistants/asst_1": missing}) as server:
        here = settings(openai_base_url=server.base_url)
        async with create_client(here) as client:
            with pytest.raises(UpstreamNotFound) as retired, translated(here):
                await client.post("/threads", cast_to=object, body={})
            with pytest.raises(UpstreamNotFound) as unknown, translated(here):
                await client.get("/assistants/asst_1", cast_to=object)
    assert "choose `responses`" in retired.value.message
    assert "No assistant found" in unknown.value.message
    assert retired.value.error_code == "assistants_retired"
    assert "2026-08-26" in retired.value.message
    assert unknown.value.error_code == "upstream_not_found"


# The connection


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_refused_connection_is_told_as_such(transport: str) -> None:
    error = await failure(refused_base_url(), upstream_transport=transport)
    assert isinstance(error, UpstreamUnreachable)
    assert "Start the server there" in error.message
    assert KEY not in everything_told(error)


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_an_unknown_host_is_told_as_such(transport: str) -> None:
    error = await failure("http://nowhere.invalid/v1", upstream_transport=transport)
    assert isinstance(error, UpstreamUnreachable)
    assert "host of http://nowhere.invalid/v1 is not known" in error.message


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_server_without_tls_is_told_as_such(transport: str) -> None:
    async with upstream_server([]) as server:
        secure = server.base_url.replace("http:", "https:")
        error = await failure(secure, upstream_transport=transport)
    assert isinstance(error, UpstreamUnreachable)
    assert "https://" in error.message


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_server_that_takes_no_connection_is_told_as_such(transport: str) -> None:
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(address)
        error = await failure(
            f"http://127.0.0.1:{address[1]}/v1",
            upstream_transport=transport,
            upstream_connect_timeout_s=0.2,
        )
    assert isinstance(error, UpstreamUnreachable)
    assert "within 0.2 seconds" in error.message


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_server_that_hangs_up_at_once_is_broken(transport: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        listener.setblocking(False)

        async def hang_up() -> None:
            connection, _ = await asyncio.get_running_loop().sock_accept(listener)
            await asyncio.get_running_loop().sock_recv(connection, 1)
            connection.close()

        hanging_up = asyncio.create_task(hang_up())
        error = await failure(f"http://127.0.0.1:{port}/v1", upstream_transport=transport)
        await hanging_up
    assert isinstance(error, UpstreamBroken)
    assert "broke before the answer" in error.message


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_stream_cut_in_the_middle_is_broken(transport: str) -> None:
    error = await failure_of([sse([DELTA, b'data: {"type"', CUT])], upstream_transport=transport)
    assert isinstance(error, UpstreamBroken)
    assert "broke before the answer was complete" in error.message
    assert KEY not in everything_told(error)


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_stream_that_stalls_times_out(transport: str) -> None:
    error = await failure_of(
        [sse([DELTA, STALL])], upstream_transport=transport, upstream_stall_timeout_s=0.2
    )
    assert isinstance(error, UpstreamTimeout)
    assert "silent for 0.2 seconds" in error.message


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_server_that_never_answers_times_out(transport: str) -> None:
    async with upstream_server(lambda _: Answer((STALL,))) as server:
        error = await failure(
            server.base_url, upstream_transport=transport, upstream_stall_timeout_s=0.2
        )
    assert isinstance(error, UpstreamTimeout)


async def test_the_next_run_works_after_any_failure() -> None:
    done = {"type": "response.completed", "response": {}}
    script = [error_answer(500, "Oops"), sse([DELTA, CUT]), html_page(), sse([DELTA, done])]
    async with upstream_server(script) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        for _ in range(3):
            with pytest.raises(UpstreamBroken):
                await drive(upstream)
        driven = await drive(upstream)
        await upstream.close()
    assert driven.ended is not None
    assert driven.ended.status == "completed"


async def test_openai_without_a_key_is_a_matter_of_set_up() -> None:
    with pytest.raises(UpstreamMisconfigured, match="Set one on /setup"):
        create_upstream(settings(openai_base_url=None, openai_api_key=None))


def test_errors_of_others_pass_as_they_are() -> None:
    with pytest.raises(ZeroDivisionError), translated(settings()):
        _ = 1 / 0


# Secrets


async def test_an_error_event_that_echoes_the_key_does_not_carry_it() -> None:
    def echo(request: Received) -> Answer:
        return sse([{"type": "error", "message": f"Bad key {request.key}", "code": "invalid_key"}])

    async with upstream_server(echo) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        driven = await drive(upstream)
        await upstream.close()
    assert driven.ended is not None
    assert KEY not in repr(driven.ended)
    assert REMOVED in repr(driven.ended)


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_no_key_is_logged_at_debug_with_the_libraries_own_logging(transport: str) -> None:
    done = {"type": "response.completed", "response": {}}
    with debug_log() as log:
        async with upstream_server([sse([DELTA, done])]) as server:
            upstream = create_upstream(
                settings(openai_base_url=server.base_url, upstream_transport=transport)
            )
            await drive(upstream)
            await upstream.close()
        logging.getLogger("openai").debug("headers: %s", {"Authorization": f"Bearer {KEY}"})
    assert "openai" in log.getvalue()
    assert KEY not in log.getvalue()


async def test_credentials_in_the_base_url_are_not_told() -> None:
    async with upstream_server([error_answer(500, "Oops")]) as server:
        secret_url = server.base_url.replace("http://", "http://user:hunter2hunter2@")
        with debug_log(openai_base_url=secret_url) as log:
            error = await failure(secret_url)
            logging.getLogger("backend").error("Failed", exc_info=error)
    assert "hunter2" not in everything_told(error)
    assert "hunter2" not in log.getvalue()


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        (f"key {KEY}.", f"key {REMOVED}."),
        ("sk-proj-abc123DEF456", REMOVED),
        ("Incorrect: sk-ab*********wxyz", f"Incorrect: {REMOVED}"),
        ("Authorization: Bearer abcdef123456", f"Authorization: {REMOVED}"),
        ("https://u:p4ssw0rd@host/x", f"https://{REMOVED}@host/x"),
        ("ask-me-anything, risk-averse", "ask-me-anything, risk-averse"),
        ("disk-usage-report", "disk-usage-report"),
        (r"a\"quoted\"secret", REMOVED),
        ("a%22quoted%22secret", REMOVED),
    ],
)
def test_secrets_and_what_looks_like_one_are_taken_out(text: str, redacted: str) -> None:
    assert redact(text, [KEY, 'a"quoted"secret']) == redacted


def test_a_short_placeholder_is_no_secret() -> None:
    assert redact("Is ollama running?", ["ollama"]) == "Is ollama running?"


def test_waiting_times_are_read_in_all_their_forms() -> None:
    later = datetime.now(UTC) + timedelta(seconds=60)
    assert retry_after_s({}) is None
    assert retry_after_s({"retry-after": "2.5"}) == 2.5
    assert retry_after_s({"retry-after-ms": "1500", "retry-after": "9"}) == 1.5
    assert retry_after_s({"retry-after": "-3"}) == 0
    assert retry_after_s({"retry-after": "soon"}) is None
    assert retry_after_s({"retry-after": format_datetime(later, usegmt=True)}) == pytest.approx(
        60, abs=5
    )


# Known reasons, in whatever wording


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": {"message": "x", "code": "context_length_exceeded"}}),
        (400, {"error": {"message": "x", "type": "exceed_context_size_error", "code": 400}}),
        (400, {"error": {"message": "This model's maximum context length is 8192 tokens."}}),
        (400, {"error": {"message": "Your input exceeds the context window of this model."}}),
        (400, {"error": {"message": "prompt is too long: 210000 tokens > 200000 maximum"}}),
        (400, {"error": "the request exceeds the available context size"}),
        (413, {"detail": "Please reduce the length of the messages or completion."}),
        (500, {"object": "error", "message": "The input token count exceeds the maximum number"}),
    ],
)
async def test_a_conversation_that_is_too_long_says_so(status: int, body: Any) -> None:
    error = await failure_of([json_answer(body, status)] * 2)
    assert error.error_code == "context_length_exceeded"
    assert "Send less, attach a long text as a file, start a new chat" in error.message


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": {"message": "No.", "code": "model_not_found", "param": "model"}}),
        (422, {"error": {"message": "No.", "param": "model"}}),
        (400, {"error": {"message": "Invalid model name passed in model=m", "code": "400"}}),
        (404, {"detail": "The model `m` does not exist."}),
        (500, {"error": {"message": "unknown model m"}}),
    ],
)
async def test_a_model_that_is_unknown_is_known_at_any_status(status: int, body: Any) -> None:
    error = await failure_of([json_answer(body, status)] * 2)
    assert error.error_code == "model_not_found"
    assert "Choose another one on /setup" in error.message


async def test_too_many_tokens_a_minute_is_no_conversation_that_is_too_long() -> None:
    said = "Rate limit reached: too many tokens per minute. Limit 30000, requested 40000."
    error = await failure_of([error_answer(429, said)])
    assert isinstance(error, UpstreamRateLimited)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed_with_a_question_in_it(status: int, transport: str) -> None:
    async with upstream_server([]) as elsewhere:
        head = {"location": f"{elsewhere.base_url}/responses"}
        answer = Answer(status=status, headers=head)
        error = await failure_of([answer], upstream_transport=transport)
        assert elsewhere.requests == []
    assert isinstance(error, UpstreamMisconfigured)
    assert f"set {elsewhere.base_url} as the base URL on /setup" in error.message


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("https://new.example/api/v2/responses/?key=1", "set https://new.example/api/v2 as the"),
        ("//new.example/v1/responses", "set http://new.example/v1 as the"),
        ("https://user:pw@new.example/login", "set https://new.example/login as the"),
        ("/v1/responses/", "on elsewhere"),
        ("javascript:alert(1)", "on elsewhere"),
        ("http://[::1", "on elsewhere"),
        ("", "on elsewhere"),
    ],
)
async def test_a_redirect_is_told_with_the_base_url_to_enter(location: str, words: str) -> None:
    error = await failure_of([Answer(status=308, headers={"location": location})])
    assert isinstance(error, UpstreamMisconfigured)
    assert words in error.message
    assert "pw" not in error.message


async def test_an_error_in_place_of_a_stream_is_told_in_the_servers_words() -> None:
    body = {"error": {"message": "The GPU is on fire.", "type": "server_error"}}
    async with upstream_server([json_answer(body)]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        driven = await drive(upstream)
        await upstream.close()
    assert driven.ended is not None
    assert driven.ended.error is not None
    assert "The GPU is on fire" in driven.ended.error.message
    assert driven.ended.error.retryable
