"""`LOG_FORMAT=json`: an object per line that says whose work it was, and nothing of what was said."""

import json
import logging
import re
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient, TransportError
from pydantic import SecretStr

from backend.cli.client import ChatClient
from backend.waiting import poll
from backend.watching.log_ids import ids
from backend.watching.logs import JsonFormatter, shorten_access
from backend.websocket.messages import Error
from tests.patience import PATIENCE_S
from tests.ports import free_port
from tests.process import backend
from tests.rest import rest
from tests.running import running
from tests.scripted import ScriptedUpstream
from tests.upstreams.driving import settings

KEY = "planted-key-" + "k" * 60
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
FUNCTION = """
import logging

from backend.tools.function import function

log = logging.getLogger("of_mine")


@function
def break_down() -> str:
    \"\"\"Break down.\"\"\"
    log.warning("I am about to break")
    raise RuntimeError("broken")
"""


def line_of(
    message: str, *args: object, name: str = "backend", exc_info: Any = None
) -> dict[str, Any]:
    """What the formatter makes of a record, read again."""
    formatter = JsonFormatter(lambda: settings(openai_api_key=SecretStr(KEY)))
    record = logging.LogRecord(name, logging.ERROR, "a.py", 1, message, args, exc_info)
    shorten_access(record)
    text = formatter.format(record)
    assert "\n" not in text
    assert text.isascii()
    read: dict[str, Any] = json.loads(text)
    return read


def raised(error: Exception) -> Any:
    try:
        raise error
    except Exception:
        return sys.exc_info()


def test_a_record_is_one_object_on_one_line() -> None:
    line = line_of("Two\nlines of %s \u2028 \ud800", "ünicode", exc_info=raised(OSError("a\nb")))
    assert re.fullmatch(TIME, line.pop("time"))
    exception = line.pop("exception")
    assert exception.startswith("Traceback")
    assert exception.endswith("OSError: a\nb")
    message = "Two\nlines of ünicode \u2028 \ud800"
    assert line == {"level": "error", "logger": "backend", "message": message}


def test_no_secret_is_in_a_message_or_an_exception_and_none_breaks_the_syntax() -> None:
    error = OSError(f'Bearer abcdefgh", {json.dumps(KEY)} {KEY}')
    line = line_of("http://a %s sk-abcdef0123456789 b@c", KEY, exc_info=raised(error))
    assert "kkk" not in json.dumps(line)
    assert "abcdef" not in json.dumps(line)
    assert line["message"] == "http://a [secret removed] [secret removed] b@c"


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/api/threads?query=planted", "/api/threads"),
        ("/shared/planted-token/files/a", "/shared/…"),
        ("/below/shared/planted-token", "/below/shared/…"),
        ("/api/files/file_1", "/api/files/file_1"),
    ],
)
def test_a_request_is_told_without_what_was_searched_for_and_without_links_to_chats(
    target: str, path: str
) -> None:
    request = ("127.0.0.1:4321", "GET", target, "1.1", 200)
    line = line_of('%s - "%s %s HTTP/%s" %d', *request, name="uvicorn.access")
    assert "planted" not in json.dumps(line)
    assert [line[name] for name in ("client", "method", "path", "status")] == [
        "127.0.0.1:4321",
        "GET",
        path,
        200,
    ]
    assert f"GET {path} " in line["message"]


async def test_every_line_says_whose_work_it_was_and_none_what_was_said(tmp_path: Path) -> None:
    (tmp_path / "functions").mkdir()
    (tmp_path / "functions" / "break_down.py").write_text(FUNCTION)
    said = {
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "debug",
        "ACCESS_LOG": "true",
        "DEMO_DELTAS_PER_S": "0",
        "FUNCTIONS_DIR": "functions",
        "OPENAI_API_KEY": KEY,
        "UPSTREAM": "demo",
    }
    url = f"http://127.0.0.1:{(port := free_port())}"
    async with (
        backend(tmp_path, "--port", str(port), settings=said) as server,
        rest(url) as http,
    ):
        await poll(
            lambda: answers(http), within_s=PATIENCE_S, first_pause_s=0.05, longest_pause_s=0.5
        )
        async with ChatClient(url) as chat:
            run = await chat.ask("planted words of a visitor")
            assert run.status == "completed"
            run = await chat.ask("break_down")
        found = await http.get("/api/threads?query=planted")
        code, errors = await server.end(signal.SIGINT)
    assert code == 0
    lines = [json.loads(line) for line in errors.splitlines()]
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    assert "planted" not in errors
    assert "kkk" not in errors
    assert any(url in line["message"] for line in lines)
    [own] = [line for line in lines if line["logger"] == "of_mine"]
    assert (own["run_id"], own["thread_id"]) == (run.id, run.thread_id)
    [failed] = [line for line in lines if "exception" in line]
    assert failed["exception"].endswith("RuntimeError: broken")
    assert failed["run_id"] == run.id
    [asked] = [line for line in lines if line.get("path") == "/api/threads"]
    assert asked["request_id"] == found.headers["x-request-id"]
    assert own["request_id"] not in ("", asked["request_id"])


@pytest.mark.sqlite
async def test_what_is_stored_for_many_is_nobodys(
    tmp_path: Path,
) -> None:
    seen: list[dict[str, str]] = []

    def see(record: logging.LogRecord) -> bool:
        seen.append(ids())
        return True

    logger = logging.getLogger("backend.store.writer")
    logger.addFilter(see)
    try:
        async with (
            running(tmp_path, ScriptedUpstream(), log_format="json") as server,
            server.socket() as socket,
        ):
            with closing(sqlite3.connect(tmp_path / "data" / "runstream.db")) as other:
                other.execute("ALTER TABLE runs RENAME TO gone")
                await socket.say("one")
                await socket.until(Error)
                other.execute("ALTER TABLE gone RENAME TO runs")
    finally:
        logger.removeFilter(see)
    assert seen
    assert not any(seen)


async def answers(http: AsyncClient) -> bool | None:
    try:
        return (await http.get("/healthz")).is_success or None
    except TransportError:
        return None


@pytest.mark.parametrize(
    ("proxies", "given", "is_taken"),
    [
        (("127.0.0.1",), "from-the-proxy.1", True),
        (("127.0.0.1",), "two words", False),
        (("10.0.0.0/8",), "from-a-visitor", False),
        ((), "from-a-visitor", False),
    ],
)
async def test_a_request_has_the_id_of_a_trusted_proxy_or_one_of_ours(
    tmp_path: Path, proxies: tuple[str, ...], given: str, is_taken: bool
) -> None:
    async with (
        running(tmp_path, ScriptedUpstream(), log_format="json", trusted_proxies=proxies) as server,
        rest(server.url, headers={"X-Request-Id": given}) as http,
    ):
        answer = await http.get("/healthz")
    request_id = answer.headers["x-request-id"]
    assert (request_id == given) == is_taken
    assert is_taken or re.fullmatch("[0-9a-f]{16}", request_id)


async def test_where_nobody_reads_ids_no_answer_has_one(tmp_path: Path) -> None:
    async with running(tmp_path, ScriptedUpstream()) as server, rest(server.url) as http:
        assert "x-request-id" not in (await http.get("/healthz")).headers
