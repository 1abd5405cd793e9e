"""The setup API of the whole app, whose upstream is an OpenAI-compatible server on a loopback port."""

import asyncio
import logging
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest

from backend.app import create_app
from backend.config.configuration import Configuration
from backend.config.settings import Settings
from backend.http import setup
from backend.openai_client import whole_answers
from backend.setup import state as setup_state
from backend.setup.models import ModelInfo, ModelList, SetupAnswer, SetupState
from tests.http.answers import problem
from tests.http.openai_server import Mood, OpenAiServer
from tests.rest import rest
from tests.serving import serve
from tests.upstreams.loopback import Answer, json_answer, upstream_server

GOOD_KEY = "sk-loopback-good-key"
WEATHER = {"name": "Wanda", "model": "gpt-4.1", "tools": ["function:get_weather"]}
PLANTED = "sk-planted-0123456789abcdef"
NOWHERE = "http://127.0.0.1:9/v1"
"""The discard port, where nothing listens."""


@dataclass
class SetUp:
    """The app, its settings file and the upstream's server."""

    http: httpx2.AsyncClient
    env: Path
    server: OpenAiServer
    server_url: str

    async def state(self) -> SetupState:
        return SetupState.model_validate_json(ok(await self.http.get("/api/setup")).content)

    async def put(self, path: str, **body: Any) -> SetupAnswer:
        return SetupAnswer.model_validate_json(ok(await self.try_put(path, **body)).content)

    async def try_put(self, path: str, **body: Any) -> httpx2.Response:
        return await self.http.put(f"/api/setup/{path}", json=body)

    async def use(self, upstream: str) -> None:
        """Choose the upstream's server, and its key."""
        await self.put("upstream", upstream=upstream, base_url=self.server_url)
        await self.put("api-key", api_key=GOOD_KEY)


def ok(response: httpx2.Response) -> httpx2.Response:
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    return response


@asynccontextmanager
async def set_up(folder: Path) -> AsyncIterator[SetUp]:
    server = OpenAiServer(key=GOOD_KEY)
    env = folder / ".env"
    app = create_app(
        Configuration(
            env, data_dir=folder / "data", weather_source="sample", code_interpreter="off"
        )
    )
    async with (
        serve(server.app()) as server_url,
        serve(app) as url,
        rest(url) as http,
    ):
        yield SetUp(http, env, server, f"{server_url}/v1")
        server.closing.set()


async def test_with_nothing_set_the_demo_is_ready(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        state = await here.state()
    assert (state.upstream.choice, state.upstream.name) == ("auto", "demo")
    assert (state.upstream.base_url, state.upstream.problem) == (None, None)
    assert (state.ready, state.missing) == (True, ())
    assert state.assistant is not None
    assert (state.assistant.name, state.assistant.model) == ("Demo assistant", "demo")
    assert "function:get_weather" in state.assistant.tools
    assert state.api_key.present is False
    assert state.env_file == ".env"
    assert {entry.name for entry in state.settings} == {n.upper() for n in Settings.model_fields}
    assert state.tools[0] == "file_search"


async def test_code_interpreter_is_offered_where_it_can_run(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        state = await here.state()
        assert state.code_interpreter.state == "unavailable"
        assert "CODE_INTERPRETER=off" in (state.code_interpreter.detail or "")
        assert "code_interpreter" not in state.tools
        assert state.assistant is not None
        assert "code_interpreter" not in state.assistant.tools
        again = SetupAnswer.model_validate_json(
            (await here.http.post("/api/setup/code-interpreter")).content
        )
        assert again.state.code_interpreter == state.code_interpreter
        assert not state.code_interpreter.can_be_retried

        await here.put("upstream", upstream="responses", base_url=here.server_url)
        await here.put("api-key", api_key=GOOD_KEY)
        refused = await here.http.put(
            "/api/setup/assistant", json={**WEATHER, "tools": ["code_interpreter"]}
        )
        assert problem(refused, 400).field == "tools"

        here.env.write_text("OPENAI_API_KEY=sk-not-a-real-key\nUPSTREAM=responses\n")
        state = (await here.put("upstream", upstream="responses")).state
        assert state.code_interpreter.state == "hosted"
        assert state.tools[0] == "code_interpreter"


async def test_from_nothing_to_ready_in_three_requests(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        answer = await here.put("upstream", upstream="responses", base_url=here.server_url + "/")
        assert answer.state.missing == ("assistant",)
        answer = await here.put("api-key", api_key=f" {GOOD_KEY}\n")
        assert answer.state.api_key.last_four == "-key"
        answer = await here.put("assistant", **WEATHER, instructions="Be brief.")
        assert answer.warnings == ()
        state = answer.state
        assert state.ready
        assert state.assistant is not None
        assert state.assistant.id.startswith("asst_local_")
        assert state.assistant.instructions == "Be brief."
        assert state == await here.state()
        read = ok(await here.http.get("/api/setup/assistant")).json()
        assert read == state.assistant.model_dump(mode="json")
        sources = {entry.name: entry.source for entry in state.settings}
        assert here.env.read_text() == (
            f"UPSTREAM=responses\nOPENAI_BASE_URL={here.server_url}\n"
            f"OPENAI_API_KEY={GOOD_KEY}\nASSISTANT_ID={state.assistant.id}\n"
        )
        assert stat.S_IMODE(here.env.stat().st_mode) == 0o600
    assert sources["ASSISTANT_ID"] == "env_file"
    assert sources["DATA_DIR"] == "command_line"
    assert sources["PORT"] == "default"


async def test_a_key_that_the_upstream_refuses_is_not_stored(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        await here.put("upstream", upstream="responses", base_url=here.server_url)
        refused = await here.try_put("api-key", api_key="sk-planted-wrong-key")
        detail = problem(refused, 401)
        assert (detail.code, detail.field) == ("upstream_auth", "api_key")
        assert "unchecked" in detail.message
        assert "planted" not in refused.text
        assert "OPENAI_API_KEY" not in here.env.read_text()
        assert (await here.state()).api_key.present is False


async def test_a_key_can_be_stored_without_asking(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        await here.put("upstream", upstream="responses", base_url=here.server_url)
        here.server.requests.clear()
        answer = await here.put("api-key", api_key="sk-short-1", verify=False)
        assert answer.state.api_key.present
        assert answer.state.api_key.last_four is None
        assert here.server.requests == []


@pytest.mark.parametrize(
    ("mood", "status", "code", "retry_after"),
    [
        ("html", 502, "upstream_not_an_api", None),
        ("broken", 502, "upstream_broken", None),
        ("limited", 429, "upstream_rate_limited", "7"),
    ],
)
async def test_an_upstream_that_is_unwell_cannot_check_a_key(
    tmp_path: Path, mood: Mood, status: int, code: str, retry_after: str | None
) -> None:
    async with set_up(tmp_path) as here:
        await here.put("upstream", upstream="responses", base_url=here.server_url)
        here.server.mood = mood
        refused = await here.try_put("api-key", api_key=GOOD_KEY)
        detail = problem(refused, status)
        assert (detail.code, detail.field) == (code, "api_key")
        assert "unchecked" in detail.message
        assert refused.headers.get("retry-after") == retry_after
        assert (await here.state()).api_key.present is False


async def test_an_upstream_that_cannot_be_reached_cannot_check_a_key(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        await here.put("upstream", upstream="responses", base_url=NOWHERE)
        detail = problem(await here.try_put("api-key", api_key=GOOD_KEY), 502)
        assert (detail.code, detail.field) == ("upstream_unreachable", "api_key")
        assert "unchecked" in detail.message


async def test_an_upstream_that_says_nothing_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "VERIFY_TIMEOUT_S", 0.1)
    monkeypatch.setattr(setup, "MODELS_TIMEOUT_S", 0.1)
    monkeypatch.setattr(setup_state, "LOOKUP_TIMEOUT_S", 0.1)
    async with set_up(tmp_path) as here:
        await here.put("upstream", upstream="assistants", base_url=here.server_url)
        await here.put("api-key", api_key=GOOD_KEY, verify=False)
        here.env.write_text(here.env.read_text() + "ASSISTANT_ID=asst_x\n")
        await here.put("upstream", upstream="assistants", base_url=here.server_url)
        here.server.mood = "silent"
        detail = problem(await here.try_put("api-key", api_key=GOOD_KEY), 504)
        assert (detail.code, detail.field) == ("upstream_timeout", "api_key")
        models = ModelList.model_validate_json((await here.http.get("/api/models")).content)
        assert models.fallback
        state = await here.state()
        assert state.upstream.problem is not None
        assert "did not answer" in state.upstream.problem
        assert (state.ready, state.missing) == (False, ())


async def test_an_upstream_that_never_ends_its_answer_is_not_read_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_answers, "MAX_WHOLE_ANSWER_BYTES", 1024 * 1024)
    async with set_up(tmp_path) as here:
        await here.put("upstream", upstream="responses", base_url=here.server_url)
        await here.put("api-key", api_key=GOOD_KEY, verify=False)
        here.server.mood = "endless"
        detail = problem(await here.try_put("api-key", api_key=GOOD_KEY), 502)
        assert (detail.code, detail.field) == ("upstream_broken", "api_key")
        models = ModelList.model_validate_json((await here.http.get("/api/models")).content)
        assert models.fallback
        assert "is longer than 1 MB" in (models.problem or "")
        assert here.server.endless_sent < 1024


async def test_what_cannot_be_a_key_is_refused(tmp_path: Path) -> None:
    keys = {
        "": "empty",
        " \n": "empty",
        "sk-a\nACCESS_TOKEN=x": "one line",
        "sk-a b": "one line",
        "sk-\u00fc": "one line",
        "sk-\u0000": "one line",
    }
    async with set_up(tmp_path) as here:
        for key, said in keys.items():
            for verify in (True, False):
                detail = problem(await here.try_put("api-key", api_key=key, verify=verify), 400)
                assert (detail.code, detail.field) == ("invalid_request", "api_key")
                assert said in detail.message
        assert not here.env.exists()


async def test_a_key_can_be_removed(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        await here.use("responses")
        here.env.write_text("# mine\n" + here.env.read_text())
        response = ok(await here.http.delete("/api/setup/api-key"))
        answer = SetupAnswer.model_validate_json(response.content)
        assert (answer.state.api_key.present, answer.warnings) == (False, ())
        assert "OPENAI_API_KEY" not in here.env.read_text()
        assert here.env.read_text().startswith("# mine\n")


async def test_what_the_environment_overrides_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with set_up(tmp_path) as here:
        await here.put("upstream", upstream="responses", base_url=here.server_url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-environment-1234")
        state = await here.state()
        (key_source,) = [entry for entry in state.settings if entry.name == "OPENAI_API_KEY"]
        assert (key_source.source, key_source.writable) == ("environment", False)
        answer = await here.put("api-key", api_key=GOOD_KEY)
        assert answer.state.api_key.last_four == "1234"
        (warning,) = answer.warnings
        assert warning.startswith("OPENAI_API_KEY was written to .env, but it is also set in the")
        response = ok(await here.http.delete("/api/setup/api-key"))
        (warning,) = SetupAnswer.model_validate_json(response.content).warnings
        assert "removed from .env" in warning


async def test_a_key_for_the_demo_is_stored_with_a_hint(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        await here.put("upstream", upstream="demo")
        answer = await here.put("api-key", api_key=GOOD_KEY, verify=False)
        assert "demo is chosen" in answer.warnings[0]
        assert answer.state.ready


async def test_only_an_upstream_that_exists_can_be_chosen(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        detail = problem(await here.try_put("upstream", upstream="oracle"), 400)
        assert detail.field == "upstream"
        assert "auto, assistants, chat_completions, demo, responses" in detail.message
        assert not here.env.exists()


async def test_a_base_url_that_is_none_is_refused(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        for url in ("ftp://x", "nonsense", "http://", "http://a\nPORT=1"):
            detail = problem(await here.try_put("upstream", upstream="auto", base_url=url), 400)
            assert (detail.code, detail.field) == ("invalid_request", "base_url")
            assert detail.message.startswith("The base URL must be")
        assert not here.env.exists()


@pytest.mark.parametrize("upstream", ["auto", "responses", "chat_completions", "assistants"])
async def test_a_base_url_that_cannot_be_reached_is_saved_and_told_each_time(
    tmp_path: Path, upstream: str
) -> None:
    async with set_up(tmp_path) as here:
        for _ in range(2):
            answer = await here.put("upstream", upstream=upstream, base_url=NOWHERE)
            [warning] = answer.warnings
            assert warning.startswith(f"Nothing answers at {NOWHERE}. Start the server there")
            assert answer.state.upstream.base_url == NOWHERE


async def test_a_server_that_is_asked_in_an_api_it_has_not_is_told(tmp_path: Path) -> None:
    ready = json_answer({"error": {"message": "messages is missing"}}, status=400)
    async with (
        set_up(tmp_path) as here,
        upstream_server({"POST /chat/completions": ready}) as server,
    ):
        answer = await here.put("upstream", upstream="responses", base_url=server.base_url)
        [warning] = answer.warnings
        assert "speaks the Chat Completions API, but is asked in the Responses API" in warning
        assert "Choose auto or chat_completions" in warning


async def test_a_server_that_says_nothing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "CONTACT_TIMEOUT_S", 0.1)
    async with set_up(tmp_path) as here:
        here.server.mood = "silent"
        answer = await here.put("upstream", upstream="responses", base_url=here.server_url)
        [warning] = answer.warnings
        assert warning.startswith(f"{here.server_url} did not answer within 0.1 s.")


async def test_a_base_url_goes_back_to_the_default(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        await here.put("upstream", upstream="responses", base_url=here.server_url)
        answer = await here.put("upstream", upstream="auto", base_url="")
        assert answer.state.upstream.base_url is None
        assert (answer.state.upstream.name, answer.state.ready) == ("demo", True)
        assert here.env.read_text() == "UPSTREAM=auto\n"


async def test_a_password_in_a_base_url_is_kept_and_not_shown(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        secret = here.server_url.replace("http://", "http://user:planted@")
        response = ok(await here.try_put("upstream", upstream="responses", base_url=secret))
        shown = SetupAnswer.model_validate_json(response.content).state.upstream.base_url
        assert shown == here.server_url
        assert "planted" not in response.text
        await here.put("upstream", upstream="responses", base_url=shown)
        assert secret in here.env.read_text()


async def test_openai_itself_needs_a_key_and_an_assistant(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        answer = await here.put("upstream", upstream="responses")
        assert answer.state.missing == ("api_key", "assistant")
        assert answer.state.upstream.name == "responses"
        assert not answer.state.ready
        detail = problem(await here.try_put("assistant", **WEATHER), 409)
        assert detail.code == "setup_incomplete"
        models = ModelList.model_validate_json((await here.http.get("/api/models")).content)
        assert models.fallback
        assert models.problem is not None
        assert "API key" in models.problem


async def test_models_come_sorted_from_the_upstream(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        demo = ok(await here.http.get("/api/models")).json()
        assert (demo["models"], demo["fallback"], demo["problem"]) == (["demo"], False, None)
        await here.use("responses")
        models = ok(await here.http.get("/api/models")).json()
        assert models["models"] == ["alpha-2", "gpt-4.1", "zeta-1"]
        here.server.mood = "broken"
        fallback = ok(await here.http.get("/api/models")).json()
        assert (fallback["fallback"], "status 500" in fallback["problem"]) == (True, True)
        assert fallback["models"] == sorted(fallback["models"])


async def test_the_list_of_models_tells_what_may_be_chosen_and_is_kept_for_a_while(
    tmp_path: Path,
) -> None:
    async with set_up(tmp_path) as here:
        demo = ModelList.model_validate_json((await here.http.get("/api/models")).content)
        assert demo.listed == (ModelInfo(id="demo", shutdown=None, efforts=(), verbosities=()),)
        await here.use("responses")
        here.server.shutdowns = {"alpha-2": "2026-12-24"}
        here.server.requests.clear()

        async def models(path: str) -> ModelList:
            return ModelList.model_validate_json(ok(await here.http.get(path)).content)

        found = await models("/api/models?cached=true")
        alpha, gpt, zeta = found.listed
        assert found.models == (alpha.id, gpt.id, zeta.id) == ("alpha-2", "gpt-4.1", "zeta-1")
        assert (alpha.shutdown, zeta.shutdown) == (date(2026, 12, 24), None)
        assert {"low", "high"} <= set(zeta.efforts)
        assert zeta.verbosities == ("low", "medium", "high")
        assert await models("/api/models?cached=true") == found
        assert len(here.server.requests) == 1
        here.server.shutdowns = {}
        assert (await models("/api/models")).listed[0].shutdown is None
        assert (await models("/api/models?cached=true")).listed[0].shutdown is None

        # Another server is asked anew, and the Assistants API has no verbosity.
        await here.use("assistants")
        assert (await models("/api/models?cached=true")).listed[0].verbosities == ()


async def test_functions_are_listed_with_their_schema(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        functions = ok(await here.http.get("/api/functions")).json()["functions"]
    (weather,) = [entry for entry in functions if entry["name"] == "get_weather"]
    assert "location" in weather["parameters"]["properties"]


async def test_an_assistant_of_ours_is_updated_in_place(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        await here.use("responses")
        first = (await here.put("assistant", **WEATHER)).state.assistant
        second = (await here.put("assistant", name="Wim", model="zeta-1")).state.assistant
        assert first is not None
        assert second is not None
        assert second.id == first.id
        assert (second.name, second.model, second.tools) == ("Wim", "zeta-1", ())


async def test_an_assistant_set_in_the_demo_answers_there(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        answer = await here.put("assistant", **WEATHER)
        assert answer.state.assistant is not None
        assert answer.state.assistant.name == "Wanda"
        assert answer.state.upstream.name == "demo"


async def test_an_assistant_that_cannot_be_is_refused(tmp_path: Path) -> None:
    changes: list[tuple[dict[str, Any], str]] = [
        ({"tools": ["web_search"]}, "tools"),
        ({"tools": "function:get_weather"}, "tools"),
        ({"name": "  "}, "name"),
        ({"model": ""}, "model"),
        ({"model": "m" * 257}, "model"),
        ({"instructions": "i" * 256_001}, "instructions"),
        ({"temperature": 1}, "temperature"),
    ]
    async with set_up(tmp_path) as here:
        for change, field in changes:
            detail = problem(await here.try_put("assistant", **WEATHER | change), 400)
            assert detail.field == field
        unknown = await here.try_put("assistant", **WEATHER | {"tools": ["function:nope"]})
        assert "function:get_weather" in problem(unknown, 400).message
        assert not here.env.exists()


async def test_an_assistant_lives_at_an_upstream_that_keeps_them(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        await here.use("assistants")
        assert (await here.state()).missing == ("assistant",)
        problem(await here.http.get("/api/setup/assistant"), 404)
        state = (await here.put("assistant", **WEATHER, instructions="Be brief.")).state
        assert state.ready
        assert state.assistant_id == "asst_remote1"
        (remote,) = here.server.assistants.values()
        assert (remote["name"], remote["instructions"]) == ("Wanda", "Be brief.")
        assert remote["tools"][0]["function"]["name"] == "get_weather"
        state = (await here.put("assistant", name="Wim", model="zeta-1")).state
        assert state.assistant is not None
        assert (state.assistant.id, state.assistant.name) == ("asst_remote1", "Wim")
        assert "ASSISTANT_ID=asst_remote1\n" in here.env.read_text()


async def test_a_function_that_only_the_upstream_knows_stays(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        await here.use("assistants")
        await here.put("assistant", **WEATHER)
        theirs = {"type": "function", "function": {"name": "theirs", "parameters": {}}}
        here.server.assistants["asst_remote1"]["tools"].append(theirs)
        state = await here.state()
        assert state.assistant is not None
        assert state.assistant.tools == ("function:get_weather", "function:theirs")
        answer = await here.put("assistant", **WEATHER | {"tools": state.assistant.tools})
        assert answer.state.assistant == state.assistant


async def test_an_assistant_that_the_upstream_forgot_is_missing_and_made_anew(
    tmp_path: Path,
) -> None:
    async with set_up(tmp_path) as here:
        await here.use("assistants")
        await here.put("assistant", **WEATHER)
        here.server.assistants = {"asst_other": {"id": "asst_other"}}
        state = await here.state()
        assert (state.assistant, state.assistant_id) == (None, "asst_remote1")
        assert (state.missing, state.ready) == (("assistant",), False)
        assert state.upstream.problem is None
        detail = problem(await here.http.get("/api/setup/assistant"), 404)
        assert detail.code == "assistant_missing"
        state = (await here.put("assistant", **WEATHER)).state
        assert (state.assistant_id, state.ready) == ("asst_remote2", True)


async def test_an_assistant_of_another_upstream_is_missing(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        await here.use("assistants")
        await here.put("assistant", **WEATHER)
        await here.use("responses")
        assert (await here.state()).missing == ("assistant",)


async def test_a_retired_assistants_api_is_told_apart(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        await here.use("assistants")
        await here.put("assistant", **WEATHER)
        here.server.mood = "retired"
        state = await here.state()
        assert state.upstream.retired
        assert state.upstream.problem is not None
        assert "responses" in state.upstream.problem
        assert not state.ready
        detail = problem(await here.try_put("assistant", **WEATHER), 404)
        assert detail.code == "assistants_retired"


async def test_a_settings_file_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        await here.use("responses")
        here.env.unlink()
        here.env.mkdir()
        detail = problem(await here.try_put("upstream", upstream="demo"), 500)
        assert detail.code == "settings_file"
        assert "is a folder" in detail.message
        detail = problem(await here.try_put("assistant", **WEATHER), 500)
        assert "set ASSISTANT_ID=asst_local_" in detail.message
        assert (await here.state()).upstream.choice == "responses"


async def test_a_settings_file_broken_by_hand_is_explained(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        here.env.write_text("PORT=planted\n")
        response = await here.try_put("upstream", upstream="demo")
        detail = problem(response, 500)
        assert detail.code == "invalid_settings"
        assert "PORT" in detail.message
        assert "planted" not in response.text


async def test_changes_made_at_once_are_all_kept(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        await here.use("assistants")
        await asyncio.gather(
            here.put("assistant", **WEATHER),
            here.put("assistant", **WEATHER),
            here.put("api-key", api_key=GOOD_KEY),
            here.put("upstream", upstream="assistants", base_url=here.server_url),
        )
        state = await here.state()
        assert state.ready
        assert here.env.read_text().count("ASSISTANT_ID=") == 1
        assert list(here.server.assistants) == ["asst_remote1"]


async def test_a_planted_key_is_found_in_the_settings_file_and_nowhere_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []
    async with set_up(tmp_path) as here:
        here.http.event_hooks["response"].append(_keep_body(seen))
        await here.put("upstream", upstream="responses", base_url=here.server_url)
        await here.try_put("api-key", api_key=PLANTED)
        await here.try_put("api-key", api_key=PLANTED + " x", verify=False)
        await here.try_put("api-key", api_key=[PLANTED])
        await here.try_put("api-key", api_key="sk-other", verify=PLANTED)
        await here.put("api-key", api_key=PLANTED, verify=False)
        for upstream in ("responses", "assistants", "chat_completions", "auto"):
            await here.put("upstream", upstream=upstream, base_url=here.server_url)
            await here.try_put("assistant", **WEATHER)
            for path in ("setup", "setup/assistant", "models", "functions", "openapi.json"):
                await here.http.get(f"/api/{path}")
        assert _files_with_the_key(tmp_path) == [here.env]
        await here.http.delete("/api/setup/api-key")
    assert len(seen) > 20
    assert not [body for body in seen if PLANTED in body]
    assert _files_with_the_key(tmp_path) == []
    assert PLANTED not in caplog.text


def _files_with_the_key(folder: Path) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if PLANTED.encode() in path.read_bytes()]


def _keep_body(seen: list[str]) -> Callable[[httpx2.Response], Awaitable[None]]:
    async def keep(response: httpx2.Response) -> None:
        seen.append(f"{response.headers} {(await response.aread()).decode()}")

    return keep


async def test_a_stored_key_is_not_sent_to_another_server(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        await here.use("responses")
        other = OpenAiServer(key=GOOD_KEY)
        async with serve(other.app()) as other_url:
            answer = await here.put("upstream", upstream="responses", base_url=f"{other_url}/v1")
            assert answer.state.api_key.present is False
            assert "The API key was removed" in answer.warnings[0]
            assert here.server_url.removesuffix("/v1") in answer.warnings[0]
            assert GOOD_KEY not in here.env.read_text()
            await here.http.get("/api/models")
            assert not [sent for sent in other.requests if GOOD_KEY in str(sent)]
            other.closing.set()
        # Another path of the same server, or another upstream there, keeps it.
        await here.use("responses")
        for path in ("/v1/", "/v2"):
            url = here.server_url.removesuffix("/v1") + path
            answer = await here.put("upstream", upstream="assistants", base_url=url)
            assert answer.state.api_key.present
            assert "removed" not in str(answer.warnings)
        # The demo asks no server.
        answer = await here.put("upstream", upstream="demo")
        assert (answer.state.api_key.present, answer.warnings) == (True, ())
        assert (answer.state.upstream.base_url or "").endswith("/v2")
        # Without a base URL it would go to OpenAI.
        answer = await here.put("upstream", upstream="responses")
        assert answer.state.api_key.present is False


async def test_a_key_that_cannot_be_removed_keeps_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", GOOD_KEY)
    async with set_up(tmp_path) as here:
        refused = await here.try_put("upstream", upstream="responses", base_url=here.server_url)
        assert problem(refused, 400).field == "base_url"
        assert "set OPENAI_BASE_URL where the key is set" in refused.text
        assert (await here.state()).upstream.base_url is None
        assert here.server.requests == []


async def test_a_base_url_that_redirects_is_told_with_the_one_to_enter(tmp_path: Path) -> None:
    paths = {
        f"{method} /{path}": Answer(
            status=301, headers={"location": f"https://new.example/v2/{path}"}
        )
        for method, path in (("GET", "models"), ("POST", "responses"))
    }
    async with set_up(tmp_path) as here, upstream_server(paths) as old:
        answer = await here.put("upstream", upstream="responses", base_url=old.base_url)
        [warning] = answer.warnings
        assert "set https://new.example/v2 as the base URL" in warning
        refused = await here.try_put("api-key", api_key=GOOD_KEY)
        assert "set https://new.example/v2 as the base URL" in refused.text


@pytest.mark.parametrize(
    "url",
    [
        "http://[::1",
        "http://a..b/v1",
        "http://-\u00e4.example/v1",
        "http://xn--/v1",
        "http://\u2024/v1",
        "http://host:0/v1",
        "http://host:99999/v1",
        "http://host:1:2/v1",
        "http://" + "a" * 70 + ".example/v1",
        "http://user:pass@/v1",
        "http://host/" + "a" * 2_100,
        "http://host/" + "a" * 70_000,
        "http://[fe80::1%25eth0]/v1",
        "http://host/\x7f",
    ],
)
async def test_whatever_base_url_is_tried_the_state_can_be_read(tmp_path: Path, url: str) -> None:
    async with set_up(tmp_path) as here:
        tried = await here.try_put("upstream", upstream="responses", base_url=url)
        assert tried.status_code in (200, 400), tried.text
        if tried.status_code == 400:
            assert problem(tried, 400).field == "base_url"
        await here.try_put("api-key", api_key="sk-some-key-1234", verify=False)
        await here.state()
        assert (await here.http.get("/api/models")).status_code == 200
