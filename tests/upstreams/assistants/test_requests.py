"""What the Assistants API is sent, to the letter, and what is made of its refusals."""

import json
from typing import Any

import pytest
import respx

from backend.domain.assistant import Assistant
from backend.domain.errors import (
    InvalidRequest,
    UpstreamAuthFailed,
    UpstreamBroken,
    UpstreamError,
    UpstreamMisconfigured,
    UpstreamNotFound,
    UpstreamRateLimited,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from backend.domain.items import AssistantMessage
from backend.openai_client.client import OPENAI_BASE_URL
from backend.tools.function import FunctionSpec
from backend.upstreams.assistants.upstream import AssistantsUpstream, create_upstream
from backend.upstreams.hosting import holds_assistants
from tests.upstreams.assistants.objects import (
    assistant_object,
    event,
    function_call,
    message_delta,
    message_object,
    run_object,
    text,
    thread_object,
)
from tests.upstreams.assistants.server import assistants_server
from tests.upstreams.driving import (
    GET_WEATHER,
    KEY,
    drive,
    drive_session,
    mocked_settings,
    run_request,
    settings,
    user_message,
)
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

ASKED = "What's the weather in Oslo and Lima tomorrow?"
CLOCK = "For the user it is now Tuesday, 2026-11-24, 09:30 (time zone Europe/Oslo, UTC+01:00)."

THREADS = f"{OPENAI_BASE_URL}/threads"
RUN = run_object("run_1", "thread_1", "asst_local_1")
COMPLETED = event("thread.run.completed", RUN)
CREATED = event("thread.run.created", RUN)
HELLO = event("thread.message.delta", message_delta("msg_1", {"index": 0, **text("Hello")}))


def requires(call_id: str) -> bytes:
    calls = [function_call(call_id, "get_weather", '{"location": "Oslo"}')]
    action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": calls}}
    return event("thread.run.requires_action", RUN | {"required_action": action})


def streaming(route: respx.Route, body: bytes) -> respx.Route:
    return route.respond(200, headers={"content-type": "text/event-stream"}, content=body)


def body_of(route: respx.Route) -> Any:
    request = route.calls.last.request
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["openai-beta"] == "assistants=v2"
    return json.loads(request.content)


# Requests


async def test_a_run_has_the_model_and_the_instructions_of_its_thread(
    httpx2_mock: respx.Router,
) -> None:
    httpx2_mock.post(THREADS).respond(json=thread_object("thread_1"))
    run = streaming(httpx2_mock.post(f"{THREADS}/thread_1/runs"), CREATED + COMPLETED)
    upstream = create_upstream(mocked_settings(openai_base_url=None))
    await drive(upstream, run_request(model="gpt-5", instructions="In rhymes."))
    await upstream.close()
    sent = body_of(run)
    assert sent["model"] == "gpt-5"
    assert sent["additional_instructions"] == f"In rhymes.\n\n{CLOCK}"


async def test_a_run_is_a_thread_a_run_and_its_outputs(httpx2_mock: respx.Router) -> None:
    created = httpx2_mock.post(THREADS).respond(json=thread_object("thread_1"))
    run = streaming(httpx2_mock.post(f"{THREADS}/thread_1/runs"), CREATED + requires("call_1"))
    submitted = streaming(
        httpx2_mock.post(f"{THREADS}/thread_1/runs/run_1/submit_tool_outputs"), COMPLETED
    )
    upstream = create_upstream(mocked_settings(openai_base_url=None))
    driven = await drive(upstream)
    await upstream.close()
    assert body_of(created) == {"messages": [{"role": "user", "content": ASKED}]}
    assert body_of(run) == {
        "assistant_id": "asst_local_1",
        "additional_instructions": CLOCK,
        "stream": True,
    }
    assert not run.calls.last.request.url.query
    assert body_of(submitted) == {
        "tool_outputs": [{"tool_call_id": "call_1", "output": "output of call_1"}],
        "stream": True,
    }
    assert driven.ended is not None
    assert driven.ended.status == "completed"


async def test_results_of_file_searches_are_asked_for_where_there_are_any(
    httpx2_mock: respx.Router,
) -> None:
    added = httpx2_mock.post(f"{THREADS}/thread_1/messages").respond(
        json=message_object("msg_1", "thread_1", "user", [text(ASKED)])
    )
    run = streaming(httpx2_mock.post(f"{THREADS}/thread_1/runs").mock(), COMPLETED)
    upstream = create_upstream(mocked_settings(openai_base_url=None))
    searching = Assistant("asst_1", "Ada", "gpt-4.1", tools=("file_search",))
    await drive(upstream, run_request(assistant=searching, remote_thread_id="thread_1"))
    await upstream.close()
    assert body_of(added) == {"role": "user", "content": ASKED}
    assert dict(run.calls.last.request.url.params) == {
        "include[]": "step_details.tool_calls[*].file_search.results[*].content"
    }


async def test_a_server_that_does_not_know_include_is_asked_without() -> None:
    def answer(request: Received) -> Answer:
        if request.path == "/threads":
            return json_answer(thread_object("thread_1"))
        if "include[]" in request.query:
            return error_answer(400, "Unknown query parameter: include[]")
        return sse([HELLO, COMPLETED])

    async with upstream_server(answer) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        searching = Assistant("asst_1", "Ada", "gpt-4.1", tools=("file_search",))
        driven = await drive(upstream, run_request(assistant=searching))
        await upstream.close()
    assert driven.ended is not None
    assert driven.ended.status == "completed"


async def test_cancelling_is_one_post(httpx2_mock: respx.Router) -> None:
    httpx2_mock.post(THREADS).respond(json=thread_object("thread_1"))
    streaming(httpx2_mock.post(f"{THREADS}/thread_1/runs"), CREATED + requires("call_1"))
    cancelled = httpx2_mock.post(f"{THREADS}/thread_1/runs/run_1/cancel").respond(json=RUN)
    upstream = create_upstream(mocked_settings(openai_base_url=None))
    session = upstream.session(run_request())
    async for _ in session.next(None):
        pass
    await session.cancel()
    await upstream.close()
    assert cancelled.call_count == 1


# Assistants


STRICT = FunctionSpec("tides", "The tides.", {"type": "object", "properties": {}}, strict=True)


async def test_an_assistant_is_created_with_its_tools(httpx2_mock: respx.Router) -> None:
    created = httpx2_mock.post(f"{OPENAI_BASE_URL}/assistants").respond(
        json=assistant_object(
            "asst_new",
            name="Ada",
            model="gpt-4.1",
            instructions="Be brief.",
            tools=[{"type": "code_interpreter"}, {"type": "retrieval"}],
        )
    )
    upstream = create_upstream(mocked_settings(openai_base_url=None))
    tools = ("code_interpreter", "file_search", "function:get_weather", "function:tides")
    saved = await upstream.save_assistant(
        Assistant("", "Ada", "gpt-4.1", "Be brief.", tools), (GET_WEATHER, STRICT)
    )
    await upstream.close()
    assert body_of(created) == {
        "name": "Ada",
        "model": "gpt-4.1",
        "instructions": "Be brief.",
        "tools": [
            {"type": "code_interpreter"},
            {"type": "file_search"},
            {
                "type": "function",
                "function": {
                    "name": "get_weather",
                    "description": "The weather at a place.",
                    "parameters": GET_WEATHER.parameters,
                    "strict": False,
                },
            },
            {
                "type": "function",
                "function": {
                    "name": "tides",
                    "description": "The tides.",
                    "parameters": STRICT.parameters,
                    "strict": True,
                },
            },
        ],
    }
    assert saved == Assistant("asst_new", "Ada", "gpt-4.1", "Be brief.", ("code_interpreter",))


async def test_assistants_are_read_updated_and_unknown() -> None:
    async with assistants_server() as server:
        upstream: AssistantsUpstream = create_upstream(settings(openai_base_url=server.base_url))
        tools = ("function:get_weather", "file_search")
        made = await upstream.save_assistant(
            Assistant("", "Ada", "gpt-4.1", "Be brief.", tools), (GET_WEATHER,)
        )
        assert made == Assistant("asst_2", "Ada", "gpt-4.1", "Be brief.", tools)
        changed = await upstream.save_assistant(
            # The function stays, though it is not known here any more.
            Assistant("asst_2", "Eve", "alpha-2", "", ("function:get_weather",)),
            (),
        )
        assert changed == await upstream.get_assistant("asst_2")
        assert (changed.name, changed.tools) == ("Eve", ("function:get_weather",))
        (kept,) = server.assistants["asst_2"]["tools"]
        assert kept["function"]["parameters"] == GET_WEATHER.parameters
        assert await upstream.get_assistant("asst_gone") is None
        with pytest.raises(InvalidRequest, match="no tool named 'function:nope'"):
            await upstream.save_assistant(Assistant("", "A", "m", "", ("function:nope",)), ())
        assert await upstream.models() == ["alpha-2", "gpt-4.1"]
        assert holds_assistants(upstream) is upstream
        await upstream.close()


RETIRED = error_answer(404, "Invalid URL (GET /v1/assistants/asst_1)")


@pytest.mark.parametrize(
    "answer", [RETIRED, json_answer({"detail": "Not Found"}, 404), html_page(404)]
)
async def test_a_retired_api_is_no_unknown_assistant(answer: Answer) -> None:
    async with upstream_server(lambda _: answer) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        with pytest.raises(UpstreamNotFound, match="choose `responses`") as asked:
            await upstream.get_assistant("asst_1")
        with pytest.raises(UpstreamNotFound, match="choose `responses`") as run:
            await drive(upstream, run_request(remote_thread_id="thread_1"))
        await upstream.close()
    assert {asked.value.error_code, run.value.error_code} == {"assistants_retired"}


async def test_a_wrong_key_is_no_unknown_assistant() -> None:
    async with assistants_server(key="sk-another") as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        with pytest.raises(UpstreamAuthFailed):
            await upstream.get_assistant("asst_1")
        await upstream.close()


# Failures


async def failure(base_url: str, **changes: Any) -> UpstreamError:
    """What a run there raises; the thread is new."""
    upstream = create_upstream(settings(openai_base_url=base_url, **changes))
    session = upstream.session(run_request())
    try:
        with pytest.raises(UpstreamError) as raised:
            await drive_session(session)
    finally:
        await upstream.close()
    assert KEY not in repr(raised.value) + raised.value.message
    assert raised.value.message.endswith(".")
    return raised.value


async def failure_of(script: Script, **changes: Any) -> tuple[UpstreamError, list[str]]:
    """The same, and what was asked."""
    async with upstream_server(script) as server:
        error = await failure(server.base_url, **changes)
    return error, [f"{request.method} {request.path}" for request in server.requests]


def running(*answers: Answer) -> dict[str, Any]:
    """A server that creates a thread and answers so when a run is asked for."""
    return {
        "POST /threads": json_answer(thread_object("thread_1")),
        "POST /threads/thread_1/runs": answers,
    }


async def test_a_key_that_is_not_accepted_is_told_without_the_key() -> None:
    error, asked = await failure_of(key_echo)
    assert isinstance(error, UpstreamAuthFailed)
    assert "Set a valid key on /setup" in error.message
    assert asked == ["POST /threads"]


async def test_too_many_requests_say_when_to_try_again() -> None:
    limited = error_answer(429, "Slow down.", headers={"retry-after": "7"})
    error, asked = await failure_of(running(limited))
    assert isinstance(error, UpstreamRateLimited)
    assert error.retry_after_s == 7
    assert len(asked) == 2, "creating a run is not idempotent"


@pytest.mark.parametrize("status", [500, 503])
async def test_a_server_that_fails_was_asked_once(status: int) -> None:
    error, asked = await failure_of(running(error_answer(status, "Overloaded.")))
    assert isinstance(error, UpstreamBroken)
    assert "Overloaded." in error.message
    assert len(asked) == 2


async def test_a_refused_connection_is_told_as_such() -> None:
    assert isinstance(await failure(refused_base_url()), UpstreamUnreachable)


@pytest.mark.parametrize("script", [[html_page()], running(html_page())], ids=["thread", "run"])
async def test_a_web_page_points_to_the_base_url(script: Script) -> None:
    error, _ = await failure_of(script)
    assert isinstance(error, UpstreamBroken)
    assert error.error_code == "upstream_not_an_api"
    assert "base URL is probably wrong" in error.message


async def test_an_answer_that_is_no_thread_is_broken() -> None:
    error, _ = await failure_of([json_answer({"object": "thread"})])
    assert isinstance(error, UpstreamBroken)
    assert "did not say which" in error.message


async def test_a_cut_stream_whose_run_is_out_of_reach_is_broken() -> None:
    error, asked = await failure_of(running(sse([CREATED, b"event: thread", CUT])))
    assert isinstance(error, UpstreamBroken)
    assert "broke before the answer was complete" in error.message
    assert asked[-1] == "GET /threads/thread_1/runs/run_1"


async def test_a_message_that_the_server_never_ends_is_caught_up_with_whole() -> None:
    said = [text("All of it.")]
    message = message_object("msg_1", "thread_1", "assistant", said, run_id="run_1", status=None)
    script = running(sse([CREATED, CUT])) | {
        "GET /threads/thread_1/runs/run_1": json_answer(RUN | {"status": "completed"}),
        "GET /threads/thread_1/messages": json_answer({"data": [message]}),
    }
    async with upstream_server(script) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        driven = await drive(upstream)
        await upstream.close()
    assert driven.only(AssistantMessage).text == "All of it."
    assert driven.ended is not None
    assert driven.ended.status == "completed"


async def test_a_stream_that_is_cut_before_it_names_its_run_is_broken() -> None:
    error, asked = await failure_of(running(sse([b"event: thread", CUT])))
    assert isinstance(error, UpstreamBroken)
    assert len(asked) == 2


async def test_a_stream_that_stalls_out_of_reach_times_out() -> None:
    error, _ = await failure_of(running(sse([CREATED, STALL])), upstream_stall_timeout_s=0.2)
    assert isinstance(error, UpstreamTimeout)
    assert "silent for 0.2 seconds" in error.message


async def test_outputs_that_never_arrived_are_not_waited_for() -> None:
    waiting = RUN | {
        "status": "requires_action",
        "required_action": {
            "type": "submit_tool_outputs",
            "submit_tool_outputs": {"tool_calls": [function_call("call_1", "get_weather", "{}")]},
        },
    }
    script = running(sse([CREATED, requires("call_1")])) | {
        "POST /threads/thread_1/runs/run_1/submit_tool_outputs": error_answer(502, "Bad gateway."),
        "GET /threads/thread_1/runs/run_1": json_answer(waiting),
        "GET /threads/thread_1/runs/run_1/steps": json_answer({"data": []}),
        "GET /threads/thread_1/messages": json_answer({"data": []}),
    }
    error, asked = await failure_of(script)
    assert isinstance(error, UpstreamBroken)
    assert "Bad gateway." in error.message
    assert asked.count("POST /threads/thread_1/runs/run_1/submit_tool_outputs") == 1


async def test_the_next_run_works_after_a_failure() -> None:
    script = running(error_answer(500, "Oops"), sse([CREATED, CUT]), sse([HELLO, COMPLETED]))
    async with upstream_server(script) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        for _ in range(2):
            with pytest.raises(UpstreamBroken):
                await drive(upstream)
        driven = await drive(upstream, run_request(user_message("Once more.")))
        await upstream.close()
    assert driven.ended is not None
    assert driven.ended.status == "completed"


async def test_an_error_event_that_echoes_the_key_does_not_carry_it() -> None:
    wrong = {"code": "invalid_api_key", "message": f"Bad key {KEY}", "param": None, "type": "x"}
    async with upstream_server(running(sse([event("error", wrong)]))) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        driven = await drive(upstream)
        await upstream.close()
    assert driven.ended is not None
    assert "Bad key" in repr(driven.ended)
    assert KEY not in repr(driven.ended)


async def test_openai_without_a_key_is_a_matter_of_set_up() -> None:
    with pytest.raises(UpstreamMisconfigured, match="Set one on /setup"):
        create_upstream(settings(openai_base_url=None, openai_api_key=None))


async def test_a_server_that_shows_no_single_assistant_is_asked_for_its_list() -> None:
    def answer(request: Received) -> Answer:
        if request.path == "/assistants":
            return json_answer({"data": [assistant_object("asst_0"), assistant_object("asst_1")]})
        return error_answer(405, "Method Not Allowed")

    async with upstream_server(answer) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        found = await upstream.get_assistant("asst_1")
        unknown = await upstream.get_assistant("asst_2")
        await upstream.close()
    assert found is not None
    assert (found.id, unknown) == ("asst_1", None)


async def test_a_server_that_makes_no_assistants_says_what_to_do_instead() -> None:
    async with upstream_server([error_answer(405, "Method Not Allowed")]) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        with pytest.raises(UpstreamNotFound, match="set its id as ASSISTANT_ID"):
            await upstream.save_assistant(Assistant("", "Ada", "gpt-4.1"), ())
        await upstream.close()
