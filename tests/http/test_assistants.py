"""The assistants API of the whole app: assistants of ours, and those that an upstream keeps."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from backend.domain.parameters import Parameters
from backend.domain.start_screen import StartScreen
from backend.setup.models import AssistantInfo, AssistantList
from tests.http.answers import problem
from tests.http.test_setup import WEATHER, SetUp, ok, set_up
from tests.running import Running

ANSWER = {"type": "object", "properties": {"city": {"type": "string"}}}


def info(response: httpx2.Response, status: int = 200) -> AssistantInfo:
    assert response.status_code == status, response.text
    return AssistantInfo.model_validate_json(response.content)


async def listed(here: SetUp) -> tuple[AssistantInfo, ...]:
    found = AssistantList.model_validate_json(ok(await here.http.get("/api/assistants")).content)
    assert (await here.state()).assistants == found.assistants
    return found.assistants


@pytest.mark.parametrize("upstream", ["responses", "assistants"])
async def test_assistants_are_made_changed_copied_chosen_and_deleted(
    tmp_path: Path, upstream: str
) -> None:
    async with set_up(tmp_path) as here:
        await here.use(upstream)
        assert await listed(here) == ()
        wanda = info(await here.http.post("/api/assistants", json=WEATHER), 201)
        assert wanda.is_default, "the first one answers"
        assert f"ASSISTANT_ID={wanda.id}\n" in here.env.read_text()
        parameters = {"temperature": 0.5, "max_output_tokens": 900, "output_schema": ANSWER}
        made = await here.http.post(
            "/api/assistants", json={"name": "ada", "model": "m", "parameters": parameters}
        )
        ada = info(made, 201)
        assert not ada.is_default
        assert ada.parameters == Parameters.model_validate(parameters)
        assert await listed(here) == (ada, wanda)

        path = f"/api/assistants/{ada.id}"
        changed = info(await here.http.patch(path, json={"name": "Ada", "model": "alpha-2"}))
        assert (changed.name, changed.model) == ("Ada", "alpha-2")
        assert changed.parameters == ada.parameters, "what is left out stays"
        changed = info(await here.http.patch(path, json={"parameters": {"top_p": 0.5}}))
        assert changed.parameters == Parameters(top_p=0.5)
        assert changed == info(await here.http.get(path))

        copy = info(await here.http.post(f"{path}/copy"), 201)
        another = info(await here.http.post(f"{path}/copy"), 201)
        assert copy == changed.model_copy(update={"id": copy.id, "name": "Ada (copy)"})
        assert another.name == "Ada (copy 2)"
        assert (await here.http.delete(f"/api/assistants/{another.id}")).status_code == 204
        assert [each.name for each in await listed(here)] == ["Ada", "Ada (copy)", "Wanda"]

        chosen = info(await here.http.post(f"{path}/default"))
        assert chosen.is_default
        state = await here.state()
        assert (state.assistant, state.assistant_id) == (chosen, ada.id)
        kept = problem(await here.http.delete(path), 409)
        assert kept.code == "assistant_default"
        for gone in (copy, wanda):
            assert (await here.http.delete(f"/api/assistants/{gone.id}")).status_code == 204
        assert problem(await here.http.delete(path), 409).code == "assistant_last"
        assert problem(await here.http.get("/api/assistants/nobody"), 404).code == (
            "assistant_missing"
        )


BAKERY = {
    "greeting": "Fresh bread?",
    "introduction": "Order before ten.",
    "suggestions": [{"title": "Rolls", "prompt": "Two rolls"}, {"prompt": "A cake"}],
    "placeholder": "Your order",
}


@pytest.mark.parametrize("upstream", ["responses", "assistants"])
async def test_a_start_screen_belongs_to_its_assistant(tmp_path: Path, upstream: str) -> None:
    async with set_up(tmp_path) as here:
        (demo,) = await listed(here)
        assert [each.prompt for each in demo.start.suggestions][-1] == "What can you do?"
        await here.use(upstream)
        baker = info(await here.http.post("/api/assistants", json=WEATHER | {"start": BAKERY}), 201)
        assert baker.start == StartScreen.model_validate(BAKERY)
        path = f"/api/assistants/{baker.id}"
        renamed = info(await here.http.patch(path, json={"name": "Baker"}))
        assert renamed.start == baker.start, "what is left out stays"
        copy = info(await here.http.post(f"{path}/copy"), 201)
        assert copy.start == baker.start
        bare = info(
            await here.http.patch(
                f"/api/assistants/{copy.id}", json={"start": {"greeting": " Hi "}}
            )
        )
        assert bare.start == StartScreen(greeting="Hi")
    async with set_up(tmp_path) as here:
        # The upstream's server is another one, which knows none of its assistants.
        if upstream == "responses":
            found = info(await here.http.get(path))
            assert found.start == baker.start, "it is stored"
            assert (await here.http.delete(f"/api/assistants/{copy.id}")).status_code == 204
        long = {"suggestions": [{"prompt": " "}]}
        refused = await here.http.put("/api/setup/assistant", json=WEATHER | {"start": long})
        assert problem(refused, 400).field == "start.suggestions.0.prompt"


async def test_an_assistant_that_cannot_be_is_refused_at_its_field(tmp_path: Path) -> None:
    refused: list[tuple[dict[str, Any], str]] = [
        ({"tools": ["function:nope"]}, "tools"),
        ({"name": " "}, "name"),
        ({"parameters": {"temperature": 3}}, "parameters.temperature"),
        ({"parameters": {"reasoning_effort": "huge"}}, "parameters.reasoning_effort"),
        ({"parameters": {"output_schema": {"type": "array"}}}, "parameters.output_schema"),
        ({"parameters": {"speed": 1}}, "parameters.speed"),
    ]
    async with set_up(tmp_path) as here:
        await here.use("assistants")
        for change, field in refused:
            answer = await here.http.post("/api/assistants", json=WEATHER | change)
            assert problem(answer, 400).field == field
        schema = '{"type": "object", "properties": {"a": {"const": 1e999}}}'
        body = json.dumps(WEATHER | {"parameters": {"output_schema": "SCHEMA"}})
        answer = await here.http.post(
            "/api/assistants",
            content=body.replace('"SCHEMA"', schema),
            headers={"Content-Type": "application/json"},
        )
        assert problem(answer, 400).field == "parameters.output_schema"
        # What the API of this upstream does not have.
        answer = await here.http.post(
            "/api/assistants", json=WEATHER | {"parameters": {"verbosity": "low"}}
        )
        assert problem(answer, 400).field == "parameters.verbosity"
        assert here.server.assistants == {}


async def test_the_demos_own_assistant_can_be_copied_but_not_changed(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        (demo,) = await listed(here)
        assert demo.is_default
        path = f"/api/assistants/{demo.id}"
        answers = [await here.http.patch(path, json={"name": "X"}), await here.http.delete(path)]
        assert {problem(answer, 400).code for answer in answers} == {"assistant_built_in"}
        copy = info(await here.http.post(f"{path}/copy"), 201)
        assert info(await here.http.post(f"/api/assistants/{copy.id}/default")).is_default
        assert info(await here.http.post(f"{path}/default")).is_default
        assert "ASSISTANT_ID" not in here.env.read_text()


async def test_a_default_that_the_environment_names_is_not_changed_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with set_up(tmp_path) as here:
        made = info(await here.http.post("/api/assistants", json=WEATHER), 201)
        monkeypatch.setenv("ASSISTANT_ID", "asst_elsewhere")
        refused = await here.http.post(f"/api/assistants/{made.id}/default")
        assert problem(refused, 409).code == "setting_overridden"


async def test_an_assistant_that_chats_use_is_deleted_when_asked_twice(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        made = info(await here.http.post("/api/assistants", json=WEATHER), 201)
        async with Running(str(here.http.base_url)).socket() as socket:
            await socket.say("Hello", assistant_id=made.id)
            run = (await socket.until_run_ends()).run
            assert (run.assistant_id, run.assistant_name, run.notes) == (made.id, "Wanda", ())
            assert socket.transcript.thread is not None
            assert socket.transcript.thread.assistant_id == made.id
            path = f"/api/assistants/{made.id}"
            refused = problem(await here.http.delete(path), 409)
            assert refused.code == "assistant_in_use"
            assert refused.message.startswith("1 chat uses Wanda.")
            assert (await here.http.delete(f"{path}?force=true")).status_code == 204

            await socket.say("Are you still there?", id="cmd_2")
            run = (await socket.until_run_ends()).run
            assert run.assistant_name == "Demo assistant"
            assert "has been deleted. The default one, Demo assistant" in run.notes[0]
            assert socket.transcript.thread.assistant_id is None
            await socket.say("And now?", id="cmd_3")
            assert (await socket.until_run_ends()).run.notes == (), "it is said once"


async def test_there_is_an_end_of_assistants(tmp_path: Path) -> None:
    async with set_up(tmp_path) as here:
        here.env.write_text("MAX_ASSISTANTS=2\n")
        await here.use("responses")
        first = info(await here.http.post("/api/assistants", json=WEATHER), 201)
        info(await here.http.post("/api/assistants", json=WEATHER), 201)
        for more in (
            await here.http.post("/api/assistants", json=WEATHER),
            await here.http.post(f"/api/assistants/{first.id}/copy"),
        ):
            refused = problem(more, 409)
            assert refused.code == "too_many_assistants"
            assert "MAX_ASSISTANTS" in refused.message
        info(await here.http.patch(f"/api/assistants/{first.id}", json={"name": "Same"}))
        assert len(await listed(here)) == 2
