"""Responses that go on at the server by themselves, where that was opted into; and titles."""

from dataclasses import replace
from typing import Any

import pytest

from backend.domain.assistant import Assistant
from backend.domain.errors import UpstreamBroken, UpstreamRefused
from backend.domain.items import AssistantMessage, FunctionCall
from backend.upstreams.base import ResumableSession, TitlingUpstream
from backend.upstreams.events import RemoteState, RunEnded, ToolCallsRequired
from backend.upstreams.request import AnsweredRound, ToolOutput
from backend.upstreams.responses.upstream import create_upstream
from tests.scripted import said
from tests.upstreams.driving import drive, run_request, settings, user_message
from tests.upstreams.loopback import error_answer, html_page, json_answer, sse, upstream_server

CREATED = {"type": "response.created", "response": {"id": "resp_1", "status": "queued"}}
CALL = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "call_1",
    "name": "get_weather",
    "arguments": "{}",
}
CALLING: list[dict[str, Any]] = [
    CREATED,
    {"type": "response.output_item.done", "output_index": 0, "item": CALL},
    {"type": "response.completed", "response": {"id": "resp_1", "status": "completed"}},
]
DONE: list[dict[str, Any]] = [
    {"type": "response.created", "response": {"id": "resp_2", "status": "queued"}},
    {"type": "response.completed", "response": {"id": "resp_2", "status": "completed"}},
]

ASSISTANT = Assistant("asst_local_1", "Ada", "gpt-5-mini", "Be brief.")
HISTORY = (
    user_message(),
    AssistantMessage(id=user_message().id, created_at=1, content=said("Cold. " * 1_000)),
)


async def test_each_response_is_stored_and_its_id_handed_out_before_what_it_says() -> None:
    async with upstream_server([sse(CALLING), sse(DONE)]) as server:
        upstream = create_upstream(
            settings(openai_base_url=server.base_url, responses_background=True)
        )
        driven = await drive(upstream)
        await upstream.close()
    for request in server.requests:
        assert (request.json["background"], request.json["store"]) == (True, True)
    assert driven.remote == [
        RemoteState({"background_id": "resp_1"}),
        RemoteState({"background_id": "resp_2"}),
    ]
    assert driven.events[0] == driven.remote[0]


async def test_a_server_without_background_is_not_asked_to_store_either() -> None:
    refusal = error_answer(400, "Unknown parameter: 'background'.", param="background")
    async with upstream_server([refusal, sse(CALLING), sse(DONE)]) as server:
        upstream = create_upstream(
            settings(openai_base_url=server.base_url, responses_background=True)
        )
        await drive(upstream)
        await upstream.close()
    for request in server.requests[1:]:
        assert "background" not in request.json
        assert request.json["store"] is False


async def test_it_is_taken_up_by_its_id_and_goes_on_with_its_rounds() -> None:
    async with upstream_server(
        {"GET /responses/resp_1": sse(CALLING), "POST /responses": sse(DONE)}
    ) as server:
        upstream = create_upstream(
            settings(openai_base_url=server.base_url, responses_background=True)
        )
        session = upstream.session(run_request())
        assert isinstance(session, ResumableSession)
        events = [event async for event in session.resume({"background_id": "resp_1"})]
        last = events[-1]
        assert isinstance(last, ToolCallsRequired)
        assert [call.call_id for call in last.calls] == ["call_1"]
        rest = [event async for event in session.next((ToolOutput.of_text("call_1", "cold"),))]
        assert rest[-1] == RunEnded("completed")
        await upstream.close()
    taken_up, goes_on = server.requests
    assert taken_up.query == {"stream": "true"}
    assert goes_on.json["input"][1:] == [
        {name: value for name, value in CALL.items() if name != "id"},
        {"type": "function_call_output", "call_id": "call_1", "output": "cold"},
    ]


async def test_a_response_that_was_not_stored_cannot_be_taken_up() -> None:
    upstream = create_upstream(settings())
    session = upstream.session(run_request())
    with pytest.raises(UpstreamRefused):
        await anext(session.resume({"response_id": "resp_1", "round": 1, "output": []}))
    await upstream.close()


async def test_stopping_stops_it_at_the_server() -> None:
    async with upstream_server(
        {"POST /responses": sse(CALLING), "POST /responses/resp_1/cancel": json_answer({})}
    ) as server:
        upstream = create_upstream(
            settings(openai_base_url=server.base_url, responses_background=True)
        )
        session = upstream.session(run_request())
        async for _ in session.next(None):
            pass
        await session.cancel()
        await upstream.close()
    assert [request.path for request in server.requests][1:] == ["/responses/resp_1/cancel"]


async def test_a_title_costs_one_small_request_of_which_nothing_is_stored() -> None:
    answer = {
        "output": [
            {"type": "reasoning", "summary": []},
            {"type": "message", "content": [{"type": "output_text", "text": "Weather in\n Oslo"}]},
        ]
    }
    async with upstream_server([json_answer(answer)]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        assert isinstance(upstream, TitlingUpstream)
        assert await upstream.title(ASSISTANT, HISTORY) == "Weather in Oslo"
        await upstream.close()
    [request] = server.requests
    body = request.json
    assert body["store"] is False
    assert (body["model"], body["stream"], "tools" in body) == ("gpt-5-mini", False, False)
    [quoted] = body["input"]
    assert (quoted["type"], quoted["role"]) == ("message", "user")
    assert user_message().text in quoted["content"]
    assert len(quoted["content"]) < 1_500


@pytest.mark.parametrize(
    "answer", [error_answer(500, "No."), html_page(), sse(DONE), json_answer(["output"])]
)
async def test_an_answer_that_is_none_is_an_upstreams_error(answer: Any) -> None:
    async with upstream_server([answer]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        with pytest.raises(UpstreamBroken):
            await upstream.title(ASSISTANT, HISTORY)
        await upstream.close()


async def test_a_model_without_an_idea_makes_no_title() -> None:
    async with upstream_server([json_answer({"status": "incomplete", "output": None})]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        assert await upstream.title(ASSISTANT, HISTORY) is None
        await upstream.close()


async def test_a_new_session_tells_the_rounds_so_far_in_the_servers_own_words() -> None:
    reasoning = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"}
    thinking: list[dict[str, Any]] = [
        CREATED,
        {"type": "response.output_item.done", "output_index": 0, "item": reasoning},
        {"type": "response.output_item.done", "output_index": 1, "item": CALL},
        CALLING[-1],
    ]
    async with upstream_server([sse(thinking), *[sse(DONE)] * 3]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        session = upstream.session(run_request())
        *_, required = [event async for event in session.next(None)]
        assert isinstance(required, ToolCallsRequired)
        outputs = (ToolOutput.of_text("call_1", "cold"),)
        async for _ in session.next(outputs):
            pass
        done = AnsweredRound(user_message().id, required.calls, outputs, required.native)
        call = FunctionCall(
            id=required.calls[0].item_id, created_at=2, name="get_weather", outputs=outputs[0].parts
        )
        for rounds in ((done,), (replace(done, native=None),)):
            request = run_request(user_message(), call, rounds=rounds)
            async for _ in upstream.session(request).next(None):
                pass
        await upstream.close()
    _, went_on, verbatim, in_words = [request.json["input"] for request in server.requests]
    assert verbatim == went_on
    assert verbatim[1]["encrypted_content"] == "gAAA"
    assert [part["type"] for part in in_words[1:]] == ["function_call", "function_call_output"]
