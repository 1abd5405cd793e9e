"""The doctor of the whole app, over REST and in the terminal."""

import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from backend.doctor import local_servers
from backend.doctor.checks import FINDING, Check, Diagnosis, LocalServer
from tests.doctor.model_server import EMBEDDER, KEY, MODEL, ModelServer
from tests.e2e.configured import configured
from tests.process import environment
from tests.rest import rest
from tests.upstreams.assistants.runs import Call, Round, Say
from tests.upstreams.assistants.server import assistants_server
from tests.upstreams.loopback import refused_base_url, upstream_server

WEATHER = "function:get_weather"


@pytest.fixture(autouse=True)
def nobody_else_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever runs on this machine."""
    monkeypatch.setattr(local_servers, "USUAL_PORTS", {})


@asynccontextmanager
async def app(folder: Path, base_url: str, **env: str) -> AsyncIterator[httpx2.AsyncClient]:
    lines = {"OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": KEY} | env
    text = "".join(f"{name}={value}\n" for name, value in lines.items())
    async with (
        configured(folder, text) as url,
        rest(url) as http,
    ):
        yield http


async def examined(http: httpx2.AsyncClient) -> list[Check | LocalServer]:
    answer = await http.post("/api/setup/doctor")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert KEY not in answer.text
    return [FINDING.validate_json(line) for line in answer.text.splitlines()]


async def checks(http: httpx2.AsyncClient) -> dict[str, Check]:
    found = [found for found in await examined(http) if isinstance(found, Check)]
    names = [check.name for check in found]
    assert names == ["upstream", "key", "model", "streaming", "tools", "images", "embeddings"]
    assert all(check.found.endswith((".", "”.")) for check in found), found
    return {check.name: check for check in found}


async def choose(http: httpx2.AsyncClient, model: str, *tools: str) -> None:
    body = {"name": "Ada", "model": model, "instructions": "Rhyme.", "tools": list(tools)}
    answer = await http.put("/api/setup/assistant", json=body)
    assert answer.status_code == 200, answer.text


def verdicts(found: dict[str, Check]) -> dict[str, str]:
    return {name: check.verdict for name, check in found.items()}


async def test_a_server_that_can_do_everything_is_well(tmp_path: Path) -> None:
    server = ModelServer(models=[{"id": MODEL}, {"id": EMBEDDER}])
    async with upstream_server(server.answer) as upstream, app(tmp_path, upstream.base_url) as http:
        await choose(http, MODEL, WEATHER)
        found = await checks(http)
    assert set(verdicts(found).values()) == {"ok"}, found
    assert found["upstream"].found == f"{upstream.base_url} speaks the Responses API."
    assert found["streaming"].found == "The answer came in 4 pieces."
    assert f"EMBEDDINGS_MODEL={EMBEDDER}" in (found["embeddings"].mend or "")


async def test_what_a_model_cannot_do_is_told_with_what_to_do(tmp_path: Path) -> None:
    server = ModelServer(calls=False, sees=False, pieces=1)
    async with (
        upstream_server(server.answer) as upstream,
        app(tmp_path, upstream.base_url, EMBEDDINGS_MODEL="none-such") as http,
    ):
        await choose(http, MODEL)
        found = await checks(http)
        assert verdicts(found) == {
            "upstream": "ok",
            "key": "ok",
            "model": "ok",
            "streaming": "warning",
            "tools": "warning",
            "images": "warning",
            "embeddings": "failed",
        }
        assert "“One, two, three, four, five.”" in found["tools"].found
        for name in ("streaming", "tools", "images", "embeddings"):
            assert found[name].mend, name
        await choose(http, MODEL, WEATHER)
        assert (await checks(http))["tools"].verdict == "failed"


@pytest.mark.parametrize(("days", "verdict"), [(-3, "warning"), (12, "warning"), (400, "ok")])
async def test_the_day_on_which_a_model_ends_is_told(
    tmp_path: Path, days: int, verdict: str
) -> None:
    day = (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
    server = ModelServer(models=[{"id": MODEL, "shutdown_date": day}, {"id": "newer-1"}])
    async with upstream_server(server.answer) as upstream, app(tmp_path, upstream.base_url) as http:
        await choose(http, MODEL)
        model = (await checks(http))["model"]
    assert model.verdict == verdict
    assert day in model.found
    assert "newer-1" in (model.mend or "")


async def test_a_wrong_key_is_told_as_such_and_without_it(tmp_path: Path) -> None:
    server = ModelServer(key="sk-another-0123456789")
    async with upstream_server(server.answer) as upstream, app(tmp_path, upstream.base_url) as http:
        found = await checks(http)
    assert found["key"].verdict == "failed"
    assert "Set a valid key" in found["key"].found
    assert {found[name].verdict for name in found if name != "key"} == {"skipped"}


async def test_a_model_that_does_not_exist_is_told_with_those_that_do(tmp_path: Path) -> None:
    server = ModelServer()
    async with upstream_server(server.answer) as upstream, app(tmp_path, upstream.base_url) as http:
        await choose(http, "loopback-9")
        found = await checks(http)
    assert found["model"].verdict == "failed"
    assert "loopback-9" in found["model"].found
    assert MODEL in (found["model"].mend or "")
    assert found["tools"].verdict == "skipped"


async def test_an_api_that_the_server_does_not_speak_is_told_with_the_one_that_it_does(
    tmp_path: Path,
) -> None:
    server = ModelServer()
    async with upstream_server(server.answer) as upstream:
        env = {"UPSTREAM": "chat_completions", "MODEL": MODEL}
        async with app(tmp_path, upstream.base_url, **env) as http:
            found = await checks(http)
    assert found["upstream"].verdict == "failed"
    assert "auto or responses" in (found["upstream"].mend or "")


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:9/v1", "https://api.openai.com/v1"])
async def test_without_a_server_or_a_key_nothing_else_is_tried(
    tmp_path: Path, base_url: str
) -> None:
    async with app(tmp_path, base_url, OPENAI_API_KEY="") as http:
        found = await checks(http)
    failed = "key" if "openai" in base_url else "upstream"
    assert found[failed].verdict == "failed"
    assert {found[name].verdict for name in found if name != failed} == {"skipped"}


async def test_the_assistants_api_is_tried_with_a_function_lent_to_the_run_alone(
    tmp_path: Path,
) -> None:
    rounds: list[list[Round]] = [
        [(Say("One, two."),)],
        [(Call("doctor_probe", word="sunrise"),), (Say("It is orange."),)],
        [(Say("Red."),)],
    ]
    async with (
        assistants_server(rounds, key=KEY) as server,
        app(tmp_path, server.base_url) as http,
    ):
        await choose(http, "gpt-4.1", WEATHER)
        found = await checks(http)
    assert {check.verdict for name, check in found.items() if name != "embeddings"} == {"ok"}, found
    assert server.threads == {}, "no thread is left behind"
    assert "doctor_probe" not in json.dumps(server.assistants)


async def test_servers_on_this_machine_are_found_at_their_ports_and_get_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen, other, locked = ModelServer(), ModelServer(key=None), ModelServer(key="another")
    async with (
        upstream_server(chosen.answer) as one,
        upstream_server(other.answer) as two,
        upstream_server(locked.answer) as three,
        upstream_server([]) as four,
    ):
        urls = [server.base_url for server in (one, two, three, four)]
        ports = {f"Server {n}": httpx2.URL(url).port for n, url in enumerate(urls, 1)}
        monkeypatch.setattr(local_servers, "USUAL_PORTS", ports)
        async with app(tmp_path, urls[0]) as http:
            found = [each for each in await examined(http) if isinstance(each, LocalServer)]
    assert found == [
        LocalServer(name="Server 1", base_url=urls[0], needs_key=True, in_use=True),
        LocalServer(name="Server 2", base_url=urls[1], models=(MODEL,)),
        LocalServer(name="Server 3", base_url=urls[2], needs_key=True),
    ]
    assert KEY not in other.keys + locked.keys


async def test_a_page_of_another_site_cannot_ask_it(tmp_path: Path) -> None:
    async with app(tmp_path, refused_base_url()) as http:
        headers = {"Origin": "https://elsewhere.example"}
        refused = await http.post("/api/setup/doctor", headers=headers)
        read = await http.get("/api/setup/doctor")
    assert refused.status_code == 403
    assert read.status_code == 405


async def in_terminal(folder: Path, *options: str, **env: str) -> tuple[int | None, str]:
    doctor = await create_subprocess_exec(
        *(sys.executable, "-m", "backend", "doctor", *options),
        cwd=folder,
        env=environment() | env,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    out, errors = await doctor.communicate()
    assert KEY.encode() not in out + errors
    assert errors == b"", errors.decode()
    return doctor.returncode, out.decode()


async def test_in_the_terminal_it_looks_at_the_demo_and_makes_nothing(tmp_path: Path) -> None:
    status, out = await in_terminal(tmp_path, DEMO_DELTAS_PER_S="0")
    assert status == 0, out
    verdict = {line.split()[1]: line.split()[0] for line in out.splitlines() if line[0] != " "}
    assert verdict["Streaming"] == verdict["Functions"] == "ok"
    assert verdict["Pictures"] == "skipped"
    assert list(tmp_path.iterdir()) == []


async def test_in_the_terminal_it_tells_all_as_json_and_by_its_exit_status(tmp_path: Path) -> None:
    server = ModelServer()
    async with upstream_server(server.answer) as upstream, app(tmp_path, upstream.base_url) as http:
        await choose(http, MODEL)
        env = {"DATA_DIR": str(tmp_path / "data"), "EMBEDDINGS_MODEL": "none-such"}
        status, out = await in_terminal(tmp_path, "--json", **env)
    found = Diagnosis.model_validate_json(out)
    assert (status, found.healthy) == (1, False)
    verdict = {check.name: check.verdict for check in found.checks}
    assert verdict["model"] == verdict["tools"] == "ok"
    assert verdict["embeddings"] == "failed"
