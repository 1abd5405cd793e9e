"""Calls of the API's own tools that we answer: each gets its own form of answer, and the run goes on."""

from pathlib import Path
from typing import Any

import pytest

from backend.domain.events import ItemDelta
from backend.domain.items import AssistantMessage, FunctionCall, McpCall
from backend.websocket.messages import Ack, Error
from tests.upstreams.loopback import sse
from tests.upstreams.responses.chatting import ScriptedModel, ask, chat, message
from tests.upstreams.responses.test_servers import COMPLETED, added, done, play
from tests.waiting.asking import resolve, until_parked

CUSTOM = {"type": "custom_tool_call", "id": "ctc_1", "call_id": "c1"}
APPROVAL = {
    "type": "mcp_approval_request",
    "id": "mcpr_1",
    "name": "shorten",
    "server_label": "zip1",
    "arguments": '{"url": "https://example.org/"}',
}


async def test_each_call_is_answered_in_the_form_that_it_wants(tmp_path: Path) -> None:
    shell = {
        "type": "shell_call",
        "id": "sh_1",
        "call_id": "c2",
        "action": {"commands": ["ls"], "max_output_length": 100, "timeout_ms": None},
    }
    local = {
        "type": "local_shell_call",
        "id": "ls_1",
        "call_id": "c3",
        "action": {"type": "exec", "command": ["ls", "a b"], "env": {}},
    }
    operation = {"type": "delete_file", "path": "a.txt"}
    patch = {"type": "apply_patch_call", "id": "ap_1", "call_id": "c4", "operation": operation}
    custom = CUSTOM | {"name": "write_sql", "input": "SELECT 1"}
    calls: list[dict[str, Any]] = [custom, shell, local, patch]
    model = ScriptedModel(
        [
            sse([*(done(call, index) for index, call in enumerate(calls)), COMPLETED]),
            message("I could not."),
        ]
    )
    async with chat(tmp_path, model) as socket:
        run = await ask(socket, "Go")
        cards = [item for item in socket.transcript.items if isinstance(item, FunctionCall)]
        last = socket.transcript.items[-1]
    assert run.status == "completed"
    assert isinstance(last, AssistantMessage)
    assert [(card.name, card.status) for card in cards] == [
        ("write_sql", "failed"),
        ("shell", "failed"),
        ("shell", "failed"),
        ("apply_patch", "failed"),
    ]
    assert [card.arguments for card in cards[:3]] == [
        '{"input": "SELECT 1"}',
        '{"commands": ["ls"], "max_output_length": 100}',
        '{"commands": ["ls \'a b\'"]}',
    ]
    assert all("There is no function" in (card.error or "") for card in cards)
    _, *told = model.asked[1]["input"]
    assert [item["type"] for item in told] == [
        *(call["type"] for call in calls),
        *(f"{call['type']}_output" for call in calls),
    ]
    assert [item.get("id") for item in told] == [None, None, "ls_1", None, None, None, "c3", None]
    answers = told[len(calls) :]
    assert [answer.get("call_id") for answer in answers] == ["c1", "c2", None, "c4"]
    assert (answers[1]["max_output_length"], answers[1]["output"][0]["outcome"]) == (
        100,
        {"type": "exit", "exit_code": 127},
    )
    assert answers[3]["status"] == "failed"


async def test_a_custom_tool_that_is_a_function_here_gets_its_one_argument() -> None:
    place = {"output_index": 0, "item_id": "ctc_1"}
    custom = CUSTOM | {"name": "get_weather"}
    driven = await play(
        added(custom | {"input": ""}),
        {"type": "response.custom_tool_call_input.delta", **place, "delta": 'Os"'},
        {"type": "response.custom_tool_call_input.delta", **place, "delta": "lo"},
        {"type": "response.custom_tool_call_input.done", **place, "input": 'Os"lo'},
        done(custom | {"input": 'Os"lo'}),
        COMPLETED,
    )
    card = driven.only(FunctionCall)
    assert driven.texts[card.id, "arguments", 0] == '{"input": "Os\\"lo"}'
    assert [(call.name, call.arguments) for call in driven.calls] == [
        ("get_weather", '{"location": "Os\\"lo"}')
    ]


async def test_a_call_that_the_whole_output_names_otherwise_runs_once() -> None:
    shell = {"type": "shell_call", "id": "sh_1", "action": {"commands": ["ls"]}}
    end = {"status": "completed", "output": [shell | {"call_id": "c2"}]}
    announced, ended = added(shell | {"call_id": "c1"}), done(shell | {"type": {}, "call_id": "c1"})
    driven = await play(announced, ended, {"type": "response.completed", "response": end})
    assert [call.call_id for call in driven.calls] == ["c1"]


@pytest.mark.parametrize("decision", ["allow", "deny"])
async def test_an_mcp_server_that_wants_an_approval_waits_for_it(
    tmp_path: Path, decision: str
) -> None:
    model = ScriptedModel([sse([done(APPROVAL), COMPLETED]), message("So be it.")])
    async with chat(tmp_path, model) as socket:
        await socket.say("Go")
        await until_parked(socket)
        card = socket.transcript.items[-1]
        assert isinstance(card, McpCall)
        assert (card.server_label, card.name, card.status) == (
            "zip1",
            "shorten",
            "awaiting_approval",
        )
        assert card.required_action is not None
        assert card.required_action.tool == "zip1.shorten"
        changed = await resolve(socket, card, arguments={"url": "x"})
        assert isinstance(changed, Error)
        assert "cannot be changed" in changed.message
        reason = {"reason": "Not there."} if decision == "deny" else {}
        assert isinstance(await resolve(socket, card, decision=decision, **reason), Ack)
        await socket.until_idle()
        _, card, answer = socket.transcript.items
    assert card.status == ("completed" if decision == "allow" else "denied")
    assert isinstance(answer, AssistantMessage)
    _, request, response = model.asked[1]["input"]
    assert request == APPROVAL
    assert response == {
        "type": "mcp_approval_response",
        "approval_request_id": "mcpr_1",
        "approve": decision == "allow",
        **reason,
    }


async def test_an_allowed_mcp_call_streams_into_the_item_that_waited(tmp_path: Path) -> None:
    made = APPROVAL | {"type": "mcp_call", "id": "mcp_1", "approval_request_id": "mcpr_1"}
    place = {"output_index": 0, "item_id": "mcp_1"}
    arguments = APPROVAL["arguments"]
    streamed = [
        added(made | {"arguments": ""}),
        *(
            {"type": "response.mcp_call_arguments.delta", **place, "delta": piece}
            for piece in (arguments[:9], arguments[9:])
        ),
        {"type": "response.mcp_call_arguments.done", **place, "arguments": arguments},
        done(made | {"output": "https://zip1.io/1", "status": "completed"}),
        COMPLETED,
    ]
    model = ScriptedModel([sse([done(APPROVAL), COMPLETED]), sse(streamed)])
    async with chat(tmp_path, model) as socket:
        await socket.say("Go")
        await until_parked(socket)
        waited = socket.transcript.items[-1]
        await resolve(socket, waited)
        await socket.until_idle()
        _, card = socket.transcript.items
        thread_id = socket.transcript.present_thread.id
        async with socket.rest() as http:
            stored = (await http.get(f"/api/threads/{thread_id}/items")).json()["items"]
    assert isinstance(card, McpCall)
    assert (card.id, card.status) == (waited.id, "completed")
    assert (card.arguments, card.output) == (arguments, "https://zip1.io/1")
    assert card.required_action is not None
    assert card.required_action.resolution is not None
    assert McpCall.model_validate(stored[-1]) == card
    assert any(
        isinstance(event, ItemDelta) and event.item_id == waited.id for event in socket.received
    )


async def test_an_mcp_tool_that_is_allowed_for_good_is_allowed_by_itself(tmp_path: Path) -> None:
    again = APPROVAL | {"id": "mcpr_2"}
    answers = [done(APPROVAL), done(again)]
    model = ScriptedModel([*(sse([each, COMPLETED]) for each in answers), message("Done.")])
    async with chat(tmp_path, model) as socket:
        await socket.say("Go")
        await until_parked(socket)
        await resolve(socket, socket.transcript.items[-1], scope="thread")
        await socket.until_idle()
        card = socket.transcript.items[2]
    assert isinstance(card, McpCall)
    assert card.status == "completed"
    assert model.asked[2]["input"][-1]["approve"] is True
