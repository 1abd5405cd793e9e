"""What the Responses API is sent, to the letter."""

import json
from typing import Any

import pytest
import respx

from backend.domain.assistant import Assistant
from backend.domain.errors import UpstreamMisconfigured, UpstreamRefused
from backend.domain.ids import ItemId
from backend.domain.items import (
    AssistantMessage,
    CodeInterpreterCall,
    CodeLogs,
    FileSearchCall,
    FileSearchResult,
    FunctionCall,
    ImageGenerationCall,
    McpCall,
    Reasoning,
    WebSearchCall,
)
from backend.domain.parts import JsonPart, TextPart
from backend.openai_client.client import OPENAI_BASE_URL
from backend.upstreams.hosting import holds_assistants
from backend.upstreams.responses.upstream import create_upstream
from tests.paths import STREAMS
from tests.scripted import said
from tests.upstreams.driving import (
    GET_WEATHER,
    KEY,
    drive,
    mocked_settings,
    run_request,
    settings,
    user_message,
)
from tests.upstreams.loopback import (
    Answer,
    Received,
    error_answer,
    recorded_events,
    sse,
    upstream_server,
)

OWN = STREAMS / "responses"

SAID = {"type": "message", "content": [{"type": "output_text", "text": "Here you are."}]}
DONE = [{"type": "response.completed", "response": {"status": "completed", "output": [SAID]}}]

CLOCK = "For the user it is now Tuesday, 2026-11-24, 09:30 (time zone Europe/Oslo, UTC+01:00)."


def answering(route: respx.Route, events: list[dict[str, Any]]) -> respx.Route:
    body = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    return route.respond(200, headers={"content-type": "text/event-stream"}, text=body)


def said_by_user(text: str) -> dict[str, Any]:
    return {"type": "message", "role": "user", "content": text}


def said_by_assistant(text: str) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text}]
    return {"type": "message", "role": "assistant", "content": content}


async def test_a_run_is_one_post_with_the_thread_and_nothing_stored(
    httpx2_mock: respx.Router,
) -> None:
    route = answering(httpx2_mock.post("https://api.openai.com/v1/responses"), DONE)
    upstream = create_upstream(mocked_settings(openai_base_url=None))
    await drive(upstream)
    await upstream.close()
    request = route.calls.last.request
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.content) == {
        "model": "gpt-5-mini",
        "instructions": f"Be brief.\n\n{CLOCK}",
        "input": [said_by_user("What's the weather in Oslo and Lima tomorrow?")],
        "store": False,
        "stream": True,
        "include": ["reasoning.encrypted_content"],
        "reasoning": {"summary": "auto"},
        "tools": [
            {
                "type": "function",
                "name": "get_weather",
                "description": "The weather at a place.",
                "parameters": GET_WEATHER.parameters,
                "strict": False,
            }
        ],
    }


async def test_nothing_of_the_environment_reaches_the_request(
    httpx2_mock: respx.Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-environment")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-of-the-admin")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://elsewhere.example/v1")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-the-environment")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-of-the-environment")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "x-custom: of-the-environment")
    route = answering(httpx2_mock.post("http://models.example/v1/responses"), DONE)
    upstream = create_upstream(
        mocked_settings(openai_base_url="http://models.example/v1", openai_api_key=None)
    )
    await drive(upstream)
    await upstream.close()
    headers = dict(route.calls.last.request.headers)
    assert "environment" not in str(headers)
    assert "admin" not in str(headers)
    assert headers["authorization"] == "Bearer none"
    assert not {"openai-organization", "openai-project", "x-custom"} & set(headers)


async def test_a_round_is_echoed_verbatim_but_for_ids_that_nobody_stored() -> None:
    first = recorded_events(OWN / "function-calls.1.jsonl")
    second = recorded_events(OWN / "function-calls.2.jsonl")
    async with upstream_server([sse(first), sse(second)]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        await drive(upstream, answer=lambda call: f'{{"of": "{call.call_id}"}}')
        await upstream.close()
    output = first[-1]["response"]["output"]
    echoed = [
        {key: item[key] for key in item if key != "id" or item["type"] == "reasoning"}
        for item in output
    ]
    asked, answered = (request.json for request in server.requests)
    assert answered["input"] == [
        *asked["input"],
        *echoed,
        {
            "type": "function_call_output",
            "call_id": "call_oslo",
            "output": '{"of": "call_oslo"}',
        },
        {
            "type": "function_call_output",
            "call_id": "call_lima",
            "output": '{"of": "call_lima"}',
        },
    ]
    assert {**answered, "input": None} == {**asked, "input": None}


def ending_in_a_call(*output: dict[str, Any]) -> list[dict[str, Any]]:
    call = {"type": "function_call", "call_id": "c", "name": "get_weather", "arguments": "{}"}
    response = {"status": "completed", "output": [*output, call]}
    return [{"type": "response.completed", "response": response}]


@pytest.mark.parametrize(
    ("sent", "echoed"),
    [
        (
            {"type": "reasoning", "id": "rs_1", "encrypted_content": "gAAA", "summary": []},
            [{"type": "reasoning", "id": "rs_1", "encrypted_content": "gAAA", "summary": []}],
        ),
        ({"type": "reasoning", "id": "rs_1", "summary": []}, []),
        (
            {
                "type": "reasoning",
                "id": "rs_1",
                "summary": [],
                "content": [{"type": "reasoning_text", "text": "Hm."}],
            },
            [
                {
                    "type": "reasoning",
                    "id": "rs_1",
                    "summary": [],
                    "content": [{"type": "reasoning_text", "text": "Hm."}],
                }
            ],
        ),
        (
            {
                "type": "code_interpreter_call",
                "id": "ci_1",
                "container_id": "cntr_1",
                "code": "1",
                "outputs": None,
            },
            [
                {
                    "type": "code_interpreter_call",
                    "id": "ci_1",
                    "container_id": "cntr_1",
                    "code": "1",
                    "outputs": None,
                }
            ],
        ),
        (
            {"type": "something_new", "id": "new_1", "field": {"kept": True}},
            [{"type": "something_new", "id": "new_1", "field": {"kept": True}}],
        ),
    ],
    ids=["encrypted reasoning", "bare reasoning", "open reasoning", "hosted call", "unknown"],
)
async def test_what_a_next_round_is_told_of_an_item(
    sent: dict[str, Any], echoed: list[dict[str, Any]]
) -> None:
    async with upstream_server([sse(ending_in_a_call(sent)), sse(DONE)]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        await drive(upstream)
        await upstream.close()
    assert server.requests[1].json["input"][1:-2] == echoed


async def test_earlier_runs_are_told_in_our_words(httpx2_mock: respx.Router) -> None:
    route = answering(httpx2_mock.post("http://models.example/v1/responses"), DONE)

    def common(name: str) -> dict[str, Any]:
        return {"id": ItemId(name), "created_at": 1.0, "status": "completed"}

    history = (
        user_message("Before"),
        Reasoning(**common("i1"), summary=("Hm.",)),
        FunctionCall(
            **common("i2"),
            name="get_weather",
            arguments='{"location":"Oslo"}',
            outputs=(JsonPart(value={"t": -3}),),
        ),
        FunctionCall(
            **common("i3") | {"status": "failed"},
            name="get_weather",
            arguments="{oops",
            outputs=(TextPart(text="Not JSON."),),
            error="invalid_json",
        ),
        FunctionCall(**common("i4") | {"status": "incomplete"}, name="get_weather", arguments="{"),
        FunctionCall(**common("i5") | {"status": "cancelled"}, name="get_weather", arguments="{}"),
        CodeInterpreterCall(**common("i6"), code="print(1)", outputs=(CodeLogs(logs="1"),)),
        FileSearchCall(
            **common("i7"),
            queries=("tides",),
            results=(FileSearchResult(file_id="f", filename="t.pdf", text="Noon"),),
        ),
        WebSearchCall(**common("i8"), queries=("tides",), urls=("https://example.org",)),
        ImageGenerationCall(**common("i9"), prompt="A harbour"),
        McpCall(
            **common("i10"), server_label="sea", name="tide", arguments='{"h":1}', output="high"
        ),
        AssistantMessage(**common("i11"), content=said("It is cold.")),
        AssistantMessage(**common("i12")),
        user_message("Now"),
    )
    upstream = create_upstream(mocked_settings(openai_base_url="http://models.example/v1"))
    await drive(upstream, run_request(*history))
    await upstream.close()
    assert json.loads(route.calls.last.request.content)["input"] == [
        said_by_user("Before"),
        {
            "type": "function_call",
            "call_id": "call_i2",
            "name": "get_weather",
            "arguments": '{"location":"Oslo"}',
        },
        {"type": "function_call_output", "call_id": "call_i2", "output": '{"t": -3}'},
        {
            "type": "function_call",
            "call_id": "call_i3",
            "name": "get_weather",
            "arguments": "{}",
        },
        {"type": "function_call_output", "call_id": "call_i3", "output": "Not JSON."},
        {
            "type": "function_call",
            "call_id": "call_i5",
            "name": "get_weather",
            "arguments": "{}",
        },
        {
            "type": "function_call_output",
            "call_id": "call_i5",
            "output": "There is no output: the call is cancelled.",
        },
        said_by_assistant("(The assistant ran this code: print(1)\nIt printed: 1)"),
        said_by_assistant("(The assistant searched the files for: tides\nIt found: t.pdf: Noon)"),
        said_by_assistant(
            "(The assistant searched the web for: tides\nIt read: https://example.org)"
        ),
        said_by_assistant("(The assistant generated an image of: A harbour)"),
        said_by_assistant('(The assistant called: sea.tide({"h":1})\nIt answered: high)'),
        said_by_assistant("It is cold."),
        said_by_user("Now"),
    ]


CODER = Assistant("asst_local_1", "Ada", "", "", ("code_interpreter", "function:get_weather"))


async def test_openai_itself_is_offered_its_code_interpreter(httpx2_mock: respx.Router) -> None:
    route = answering(httpx2_mock.post(f"{OPENAI_BASE_URL}/responses"), DONE)
    upstream = create_upstream(mocked_settings(openai_base_url=None, model="gpt-5"))
    await drive(upstream, run_request(assistant=CODER))
    await upstream.close()
    body = json.loads(route.calls.last.request.content)
    assert [tool["type"] for tool in body["tools"]] == ["function", "code_interpreter"]
    assert body["tools"][1]["container"] == {"type": "auto"}
    assert body["include"] == ["reasoning.encrypted_content", "code_interpreter_call.outputs"]
    assert body["model"] == "gpt-5", "an assistant without a model takes the default one"
    assert body["instructions"] == CLOCK


async def test_another_server_is_not_offered_a_code_interpreter() -> None:
    async with upstream_server([sse(DONE)]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        await drive(upstream, run_request(assistant=CODER))
        await upstream.close()
    assert [tool["type"] for tool in server.requests[0].json["tools"]] == ["function"]


async def test_what_a_server_refuses_is_left_out_at_once_and_from_then_on() -> None:
    def picky(request: Received) -> Answer:
        if "include" in request.json:
            return error_answer(400, "Encrypted content is not supported with this model.")
        if "reasoning" in request.json:
            return error_answer(422, "Extra inputs are not permitted", param="reasoning.summary")
        return sse(DONE)

    async with upstream_server(picky) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        for _ in range(2):
            driven = await drive(upstream)
            assert driven.ended is not None
            assert driven.ended.status == "completed"
        await upstream.close()
    asked = [{"include", "reasoning"} & set(request.json) for request in server.requests]
    assert asked == [{"include", "reasoning"}, {"reasoning"}, set(), set()]


async def test_a_refusal_of_the_message_itself_is_not_asked_again() -> None:
    async with upstream_server([error_answer(400, "The message is too long.")] * 2) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        with pytest.raises(UpstreamRefused, match="The message is too long"):
            await drive(upstream)
        await upstream.close()
    assert len(server.requests) == 1


async def test_without_any_model_nothing_is_asked() -> None:
    async with upstream_server([]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url, model=None))
        with pytest.raises(UpstreamMisconfigured, match="Choose one on /setup"):
            await drive(upstream, run_request(assistant=CODER))
        await upstream.close()
    assert server.requests == []


async def test_models_are_listed_in_order(httpx2_mock: respx.Router) -> None:
    listed = {"object": "list", "data": [{"id": "b"}, {"id": "a", "owned_by": "x"}, {"id": "b"}]}
    route = httpx2_mock.get("http://models.example/v1/models").respond(200, json=listed)
    upstream = create_upstream(mocked_settings(openai_base_url="http://models.example/v1"))
    assert await upstream.models() == ["a", "b"]
    await upstream.close()
    assert route.call_count == 1


async def test_assistants_are_not_kept_there() -> None:
    upstream = create_upstream(settings())
    assert holds_assistants(upstream) is None
    await upstream.close()
