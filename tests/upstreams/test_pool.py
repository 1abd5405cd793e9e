"""Which upstream the settings mean, and for how long one lives."""

import asyncio
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import backend.upstreams
from backend.config.configuration import Configuration
from backend.domain.errors import (
    UpstreamAuthFailed,
    UpstreamBroken,
    UpstreamMisconfigured,
    UpstreamNotFound,
    UpstreamUnreachable,
)
from backend.upstreams.pool import UpstreamPool, available
from backend.upstreams.probe import spoken_by
from tests.patience import PATIENCE_S
from tests.upstreams.driving import KEY, drive, settings
from tests.upstreams.loopback import (
    Answer,
    Script,
    error_answer,
    html_page,
    json_answer,
    refused_base_url,
    sse,
    upstream_server,
)

SAID = {"type": "message", "content": [{"type": "output_text", "text": "Hello."}]}
DONE = {"type": "response.completed", "response": {"output": [SAID]}}


class EnvFile:
    """A configuration whose `.env` a test writes."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / ".env"
        self.configuration = Configuration(self._path)

    def write(self, **values: str) -> None:
        lines = [f"{name.upper()}={value}\n" for name, value in values.items()]
        self._path.write_text("".join(lines), encoding="utf-8")
        self.configuration.reload()


@pytest.fixture
def env(tmp_path: Path) -> EnvFile:
    return EnvFile(tmp_path)


@asynccontextmanager
async def pool_of(env: EnvFile) -> AsyncIterator[UpstreamPool]:
    pool = UpstreamPool(env.configuration)
    try:
        yield pool
    finally:
        await pool.close()


async def found(script: Script) -> tuple[str, list[str]]:
    """What a server is found to speak, and what it was asked for that."""
    async with upstream_server(script) as server:
        name = await spoken_by(settings(openai_base_url=server.base_url))
        return name, [f"{asked.method} {asked.path}" for asked in server.requests]


def test_an_upstream_is_a_module_that_can_create_one() -> None:
    assert {"demo", "responses"} <= set(available())
    assert not {"base", "client", "pool", "responses_events", "citations"} & set(available())


def test_a_file_that_cannot_be_imported_is_named_and_does_not_hide_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "broken.py").write_text("import no_such_module\n")
    path = [*backend.upstreams.__path__, str(tmp_path)]
    monkeypatch.setattr(backend.upstreams, "__path__", path)
    assert "demo" in available()
    assert "broken" not in available()
    assert "broken.py" in caplog.text


async def test_without_key_and_base_url_it_is_the_demo(env: EnvFile) -> None:
    async with pool_of(env) as pool:
        assert (await pool.current()).name == "demo"


async def test_a_key_alone_means_the_responses_api_of_openai(env: EnvFile) -> None:
    env.write(openai_api_key=KEY)
    async with pool_of(env) as pool:
        upstream = await pool.current()
        assert (upstream.name, upstream.base_url) == ("responses", "https://api.openai.com/v1")


async def test_openai_named_as_base_url_still_needs_a_key(env: EnvFile) -> None:
    env.write(openai_base_url="https://api.openai.com/v1")
    async with pool_of(env) as pool:
        with pytest.raises(UpstreamMisconfigured, match="API key"):
            await pool.current()


@pytest.mark.parametrize(
    "answer",
    [
        error_answer(400, "Missing required parameter: 'model'."),
        json_answer({"detail": []}, 422),
        error_answer(404, "The model `None` does not exist.", code="model_not_found"),
        sse([DONE]),
    ],
    ids=["400", "422", "no such model", "200"],
)
async def test_a_server_that_has_the_path_speaks_the_responses_api(answer: Answer) -> None:
    name, asked = await found([answer])
    assert name == "responses"
    assert asked == ["POST /responses"]


@pytest.mark.parametrize(
    "script",
    [
        {"GET /assistants": json_answer({"data": []})},
        {"POST /responses": error_answer(405, "No"), "GET /assistants": error_answer(401, "No")},
        {"GET /threads": error_answer(405, "Method not allowed")},
    ],
    ids=["lists assistants", "wants a key", "has threads"],
)
async def test_a_server_with_threads_speaks_the_assistants_api(script: Script) -> None:
    name, _ = await found(script)
    assert name == "assistants"


async def test_the_probe_leaves_nothing_behind_at_the_server() -> None:
    async with upstream_server({"GET /assistants": json_answer({"data": []})}) as server:
        await spoken_by(settings(openai_base_url=server.base_url))
    posted = [request for request in server.requests if request.method == "POST"]
    assert [(request.path, request.json) for request in posted] == [("/responses", {})]
    assert server.requests[1].query == {"limit": "1"}
    assert {request.key for request in server.requests} == {KEY}


async def test_a_server_that_refuses_the_key_for_one_path_alone_has_that_path() -> None:
    name, _ = await found({"POST /responses": error_answer(401, "No key.")})
    assert name == "responses"


async def test_a_server_that_refuses_the_key_for_every_path_tells_nothing_else() -> None:
    with pytest.raises(UpstreamAuthFailed, match="API key"):
        await found(lambda _: error_answer(403, "Invalid API key."))


@pytest.mark.parametrize(
    "answer",
    [
        error_answer(400, "you must provide a model parameter"),
        error_answer(401, "No key."),
        json_answer({"detail": []}, 422),
        error_answer(404, "The model `None` does not exist.", code="model_not_found"),
    ],
    ids=["400", "401", "422", "no such model"],
)
async def test_a_server_that_has_nothing_newer_speaks_chat_completions(answer: Answer) -> None:
    name, asked = await found({"POST /chat/completions": answer})
    assert name == "chat_completions"
    assert asked[0] == "POST /responses"
    assert asked[-1] == "POST /chat/completions"


@pytest.mark.parametrize("script", [{}, lambda _: html_page()], ids=["404", "web pages"])
async def test_a_server_that_speaks_neither_is_explained(script: Script) -> None:
    with pytest.raises(UpstreamNotFound, match="neither the Responses API nor the Assistants"):
        await found(script)


async def test_a_server_that_leaves_a_connection_after_an_answer_is_asked_on_another() -> None:
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head.partition(b" HTTP")[0])
        status = b"422 Odd" if b"/chat/completions" in head else b"404 Not Found"
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")
        # Whatever else comes here is not answered any more.
        await reader.read(1)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        name = await spoken_by(settings(openai_base_url=f"http://127.0.0.1:{port}/v1"))
    assert name == "chat_completions"
    assert asked[0] == b"POST /v1/responses"
    assert asked[-1] == b"POST /v1/chat/completions"


async def test_a_gateway_without_a_server_behind_it_is_no_answer() -> None:
    with pytest.raises(UpstreamBroken, match="503"):
        await found(lambda _: error_answer(503, "Upstream down"))


async def test_a_server_that_is_away_is_asked_again_and_one_that_answered_is_not(
    env: EnvFile,
) -> None:
    base_url = refused_base_url()
    env.write(openai_base_url=base_url)
    async with pool_of(env) as pool:
        with pytest.raises(UpstreamUnreachable):
            await pool.current()
        port = int(base_url.rpartition(":")[2].removesuffix("/v1"))
        script = {"POST /responses": error_answer(400, "No model")}
        async with upstream_server(script, port=port) as server:
            assert (await pool.current()).name == "responses"
            env.write(openai_base_url=base_url, model="another")
            assert (await pool.current()).name == "responses"
            assert len(server.requests) == 1


async def test_an_upstream_that_does_not_exist_is_told_with_those_that_do(env: EnvFile) -> None:
    env.write(upstream="base")
    async with pool_of(env) as pool:
        with pytest.raises(UpstreamMisconfigured, match=r"one of auto, .*demo, responses"):
            await pool.current()


async def test_the_upstream_stays_until_a_setting_that_matters_changes(env: EnvFile) -> None:
    env.write(openai_api_key=KEY)
    async with pool_of(env) as pool:
        first = await pool.current()
        env.write(openai_api_key=KEY, assistant_id="asst_local_1", log_level="debug")
        assert await pool.current() is first
        env.write(openai_api_key=KEY + "-new")
        assert await pool.current() is not first


async def test_a_run_goes_on_with_its_upstream_after_the_settings_changed(env: EnvFile) -> None:
    async with upstream_server([sse([DONE])]) as server:
        env.write(upstream="responses", openai_base_url=server.base_url)
        async with pool_of(env) as pool:
            old = await pool.current()
            env.write()
            assert (await pool.current()).name == "demo"
            driven = await drive(old)
    assert driven.ended is not None
    assert driven.ended.status == "completed"


UPSTREAM_THAT_TELLS_OF_ITS_END = """
import asyncio

closed = asyncio.Event()

class Upstream:
    name = "mortal"
    base_url = ""

    async def close(self):
        closed.set()

def create_upstream(settings):
    return Upstream()
"""


async def test_a_replaced_upstream_is_closed_when_no_run_can_use_it_any_more(
    env: EnvFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mortal.py").write_text(UPSTREAM_THAT_TELLS_OF_ITS_END)
    path = [*backend.upstreams.__path__, str(tmp_path)]
    monkeypatch.setattr(backend.upstreams, "__path__", path)
    env.write(upstream="mortal", run_timeout_s="0.001")
    pool = UpstreamPool(env.configuration, grace_s=0)
    first = await pool.current()
    env.write(run_timeout_s="1000")
    assert (await pool.current()).name == "demo"
    # It comes back in time, and so goes on.
    env.write(upstream="mortal", run_timeout_s="0.001")
    assert await pool.current() is first
    env.write(run_timeout_s="0.001")
    await pool.current()
    closed = importlib.import_module("backend.upstreams.mortal").closed
    async with asyncio.timeout(PATIENCE_S):
        await closed.wait()
    env.write(upstream="mortal")
    assert await pool.current() is not first
    await pool.close()
