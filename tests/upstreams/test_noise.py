"""What servers and the proxies before them put between the events of a stream."""

import logging
from collections.abc import Callable

import pytest

from backend.config.settings import Settings
from backend.domain.errors import UpstreamBroken
from backend.domain.items import AssistantMessage
from backend.upstreams import assistants, chat_completions, responses
from backend.upstreams.base import Upstream
from tests.paths import SHARED
from tests.upstreams.assistants.objects import event, message_delta, run_object, text, thread_object
from tests.upstreams.driving import Driven, drive, settings
from tests.upstreams.loopback import Answer, Received, json_answer, sse, upstream_server

CASES = SHARED / "cases"

NOISE = [
    b"data:\n\n",
    b"data\n\n",
    b"data:  \n\n",
    b"data: null\n\n",
    b"data: []\n\n",
    b"data: 0\n\n",
    b'data: "ping"\n\n',
    b"data: ping\n\n",
    b"data: {not json\n\n",
    b"data: " + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"\n\n",
    b"data: [DONE] \n\n",
    b"event: ping\ndata: ping\n\n",
    b"event: ping\ndata: {}\n\n",
    b'event: ping\ndata: {"type": "ping"}\n\n',
    b": a comment\n\n",
]

RUN = run_object("run_1", "thread_1", "asst_1")

EVENTS = {
    "responses": [
        b'data: {"type": "response.created", "response": {"id": "resp_1"}}\n\n',
        b'data: {"type": "response.output_text.delta", "delta": "Hello"}\n\n',
        b'data: {"type": "response.completed", "response": {"status": "completed"}}\n\n',
    ],
    "assistants": [
        event("thread.run.created", RUN),
        event("thread.message.delta", message_delta("msg_1", {"index": 0, **text("Hello")})),
        event("thread.run.completed", RUN),
    ],
    "chat_completions": [
        b'data: {"choices": [{"delta": {"role": "assistant"}}]}\n\n',
        b'data: {"choices": [{"delta": {"content": "Hello"}}]}\n\n',
        b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\n',
    ],
}
CREATE: dict[str, Callable[[Settings], Upstream]] = {
    "responses": responses.create_upstream,
    "assistants": assistants.create_upstream,
    "chat_completions": chat_completions.create_upstream,
}

upstreams = pytest.mark.parametrize("name", list(EVENTS))


async def play(name: str, body: bytes) -> Driven:
    """A run at the upstream of that name, whose stream is `body`."""

    def answer(request: Received) -> Answer:
        if request.path.endswith(("/runs", "/responses", "/completions")):
            return sse([body])
        if request.path == "/threads":
            return json_answer(thread_object("thread_1"))
        return json_answer({"error": {"message": "No run found."}}, 404)

    async with upstream_server(answer) as server:
        upstream = upstream_at(name, server.base_url)
        try:
            return await drive(upstream)
        finally:
            await upstream.close()


def upstream_at(name: str, base_url: str) -> Upstream:
    return CREATE[name](settings(openai_base_url=base_url))


@upstreams
@pytest.mark.parametrize("noise", NOISE, ids=lambda noise: repr(noise[:40]))
async def test_noise_before_between_and_after_events_is_skipped(name: str, noise: bytes) -> None:
    driven = await play(name, noise + noise.join(EVENTS[name]) + noise)
    assert driven.only(AssistantMessage).text == "Hello"
    assert driven.ended is not None
    assert driven.ended.status == "completed"


@upstreams
async def test_a_stream_of_noise_alone_ends_with_a_reason(name: str) -> None:
    with pytest.raises(UpstreamBroken, match="cannot be understood"):
        await play(name, b"".join(NOISE))


@upstreams
async def test_a_stream_of_heartbeats_alone_ends_with_a_reason(name: str) -> None:
    with pytest.raises(UpstreamBroken, match="before the answer was complete"):
        await play(name, b"data:\n\n" * 10)


@upstreams
async def test_much_noise_makes_a_short_log(name: str, caplog: pytest.LogCaptureFixture) -> None:
    noise = b'data: ping\n\nevent: ping\ndata: {"type": "ping"}\n\n' * 1000
    with caplog.at_level(logging.INFO, "backend"):
        await play(name, noise.join(EVENTS[name]))
    skipped = [entry for entry in caplog.messages if "Skipped" in entry]
    assert 1 <= len(skipped) <= 2


@pytest.mark.parametrize(
    "case", ["90-empty-data", "90c-data-null", "90f-data-word", "12-done-space"]
)
async def test_the_streams_that_once_failed_complete(case: str) -> None:
    recording = CASES / case / "stream.sse"
    if not recording.exists():
        pytest.skip("the cases do not lie beside this checkout")
    driven = await play("responses", recording.read_bytes())
    assert driven.ended is not None
    assert driven.ended.status == "completed"
