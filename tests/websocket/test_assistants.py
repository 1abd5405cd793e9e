"""Which assistant answers on a thread, and with which parameters, as a script asks for them."""

from pathlib import Path
from typing import Any

import pytest

from backend.cli.client import ChatClient, ChatError
from backend.domain.parameters import Parameters
from backend.upstreams.events import Remark
from backend.websocket.messages import Error
from tests.http.answers import problem
from tests.rest import rest
from tests.running import Running, ScriptSocket, running
from tests.scripted import COMPLETED, ScriptedUpstream, message

OTTO = {"name": "Otto", "model": "m-1", "instructions": "Be kind."}
ADA = {"name": "Ada", "model": "m-2", "parameters": {"temperature": 0.5, "verbosity": "low"}}


async def made(server: Running, body: dict[str, Any]) -> str:
    async with rest(server.url) as http:
        answer = await http.post("/api/assistants", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def scripted(runs: int) -> ScriptedUpstream:
    upstream = ScriptedUpstream()
    for number in range(runs):
        upstream.script([*message(f"answer {number}"), COMPLETED])
    return upstream


def chosen(socket: ScriptSocket) -> str | None:
    assert socket.transcript.thread is not None
    return socket.transcript.thread.assistant_id


async def test_a_thread_keeps_the_assistant_that_was_chosen_until_another_is(
    tmp_path: Path,
) -> None:
    upstream = scripted(4)
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        otto, ada = await made(server, OTTO), await made(server, ADA)
        await socket.say("one", id="1", assistant_id=ada)
        assert (await socket.until_run_ends()).run.assistant_name == "Ada"
        await socket.say("two", id="2")
        run = (await socket.until_run_ends()).run
        assert (run.assistant_id, run.model, chosen(socket)) == (ada, "m-2", ada)
        await socket.send(type="run.retry", id="3", run_id=run.id, assistant_id=otto)
        run = (await socket.until_run_ends()).run
        assert (run.assistant_name, run.parameters, chosen(socket)) == ("Otto", None, otto)

        async with socket.rest() as http:
            path = f"/api/threads/{run.thread_id}"
            unknown = await http.patch(path, json={"assistant_id": "asst_local_x"})
            assert problem(unknown, 400).field == "assistant_id"
            changed = await http.patch(path, json={"assistant_id": ada})
            assert changed.json()["assistant_id"] == ada
        await socket.say("four", id="4")
        assert (await socket.until_run_ends()).run.assistant_name == "Ada"
    asked = [session.request.assistant for session in upstream.sessions]
    assert [each.name for each in asked] == ["Ada", "Ada", "Otto", "Ada"]
    assert asked[2].instructions == "Be kind."

    async with (
        running(tmp_path, scripted(1), serve_port=int(server.url.rpartition(":")[2])) as server,
        server.socket(cookie=socket.cookie, thread_id=run.thread_id) as socket,
    ):
        await socket.say("five", id="5")
        assert (await socket.until_run_ends()).run.assistant_name == "Ada", "after a restart, too"


async def test_an_unknown_assistant_is_refused_and_nothing_is_sent(tmp_path: Path) -> None:
    async with running(tmp_path, scripted(1)) as server, server.socket() as socket:
        await socket.say("one", assistant_id="asst_local_x")
        refused = await socket.until(Error)
        assert refused.code == "assistant_missing"
        await socket.say("one")
        assert (await socket.until_run_ends()).run.status == "completed"


async def test_the_parameters_of_a_message_go_before_those_of_the_assistant(
    tmp_path: Path,
) -> None:
    upstream = scripted(3)
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        ada = await made(server, ADA)
        wished = {"temperature": 1, "reasoning_effort": "high"}
        await socket.say("one", id="1", assistant_id=ada, parameters=wished)
        run = (await socket.until_run_ends()).run
        both = Parameters(temperature=1, verbosity="low", reasoning_effort="high")
        assert run.parameters == both
        await socket.send(type="run.retry", id="2", run_id=run.id)
        assert (await socket.until_run_ends()).run.parameters == both
        await socket.say("three", id="3")
        own = Parameters.model_validate(ADA["parameters"])
        assert (await socket.until_run_ends()).run.parameters == own
        await socket.say("four", id="4", parameters={"temperature": 9})
        refused = await socket.until(Error)
        assert (refused.code, "parameters.temperature" in refused.message) == (
            "invalid_frame",
            True,
        )
    asked = [session.request.assistant.parameters for session in upstream.sessions]
    assert asked == [both, both, own]


async def test_what_an_upstream_remarks_is_told_at_the_end_once(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    remark = Remark("No temperature for this model.")
    upstream.script([remark, *message("ok"), remark, COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("one")
        assert (await socket.until_run_ends()).run.notes == (remark.note,)


async def test_a_script_names_assistant_and_parameters(tmp_path: Path) -> None:
    upstream = scripted(2)
    async with running(tmp_path, upstream) as server:
        ada = await made(server, ADA)
        async with ChatClient(server.url) as chat:
            assert await chat.find_assistant("ada") == await chat.find_assistant(ada) == ada
            with pytest.raises(ChatError, match="There are: Ada, Demo assistant"):
                await chat.find_assistant("Bob")
            run = await chat.ask("one", assistant_id=ada, parameters=Parameters(top_p=0.5))
            assert run.assistant_name == "Ada"
            assert run.overrides == Parameters(top_p=0.5)
            run = await chat.retry(run.id, parameters=Parameters(top_p=0.9))
            assert run.overrides == Parameters(top_p=0.9)
