"""Upstreams for servers that end in the middle of a run: what each of them is asked and answers."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from tests.upstreams.assistants.objects import assistant_object
from tests.upstreams.assistants.runs import Call, Round, Say
from tests.upstreams.assistants.server import assistants_server
from tests.upstreams.chat_completions.objects import chunk, completion, piece, usage
from tests.upstreams.driving import KEY
from tests.upstreams.loopback import (
    Answer,
    Received,
    error_answer,
    json_answer,
    sse,
    upstream_server,
)

ANSWER = "It is quiet in Oslo, and the table in Lima is booked."

Settings = dict[str, str]
World = Callable[[], AbstractAsyncContextManager[tuple[Settings, str]]]
"""Starts an upstream; yields the server's settings and what the visitor says."""


@asynccontextmanager
async def demo() -> AsyncIterator[tuple[Settings, str]]:
    yield {"UPSTREAM": "demo", "DEMO_DELTAS_PER_S": "200"}, "What's the weather in Oslo and Lima?"


@asynccontextmanager
async def demo_booking() -> AsyncIterator[tuple[Settings, str]]:
    yield {"UPSTREAM": "demo", "DEMO_DELTAS_PER_S": "200"}, "book place=Lima"


@asynccontextmanager
async def demo_asking() -> AsyncIterator[tuple[Settings, str]]:
    yield {"UPSTREAM": "demo", "DEMO_DELTAS_PER_S": "200"}, "book_asking place=Lima"


@asynccontextmanager
async def responses() -> AsyncIterator[tuple[Settings, str]]:
    async with upstream_server(respond) as server:
        yield (
            {
                "UPSTREAM": "responses",
                "OPENAI_API_KEY": KEY,
                "OPENAI_BASE_URL": server.base_url,
                "ASSISTANT_ID": "asst_local_1",
            },
            "Look at Oslo and book in Lima.",
        )


@asynccontextmanager
async def chat_completions() -> AsyncIterator[tuple[Settings, str]]:
    async with upstream_server(complete) as server:
        yield (
            {
                "UPSTREAM": "chat_completions",
                "OPENAI_API_KEY": KEY,
                "OPENAI_BASE_URL": server.base_url,
                "ASSISTANT_ID": "asst_local_1",
            },
            "Look at Oslo and book in Lima.",
        )


@asynccontextmanager
async def assistants() -> AsyncIterator[tuple[Settings, str]]:
    rounds: list[Round] = [(Call("look", place="Oslo"), Call("book", place="Lima")), (Say(ANSWER),)]
    async with assistants_server([rounds] * 3, key=KEY) as server:
        tools = [{"type": "function", "function": {"name": n, "parameters": {}}} for n in TOOLS]
        server.assistants["asst_1"] = assistant_object("asst_1", tools=tools)
        yield (
            {
                "UPSTREAM": "assistants",
                "OPENAI_API_KEY": KEY,
                "OPENAI_BASE_URL": server.base_url,
                "ASSISTANT_ID": "asst_1",
                "UPSTREAM_STALL_TIMEOUT_S": "5",
            },
            "Look at Oslo and book in Lima.",
        )


TOOLS = ("look", "book")
WORLDS: dict[str, World] = {
    "demo": demo,
    "demo-booking": demo_booking,
    "demo-asking": demo_asking,
    "responses": responses,
    "chat_completions": chat_completions,
    "assistants": assistants,
}


def respond(request: Received) -> Answer:
    """Answers by what it is told, so that a round can be asked for any number of times."""
    if (request.method, request.path) != ("POST", "/responses"):
        return error_answer(404, "Invalid URL")
    if not request.json.get("stream"):
        return json_answer({"output": []})
    kinds = Counter(item["type"] for item in request.json["input"])
    if kinds["function_call"] != kinds["function_call_output"]:
        return error_answer(400, "No output for a call.")
    if kinds["function_call_output"] == 0:
        return sse(_events(_call(0, "look", "Oslo"), _call(1, "book", "Lima")))
    if kinds["function_call_output"] == 2:
        return sse(_events(_call(2, "look", "Lima")))
    return sse(_events(_said(ANSWER)))


def complete(request: Received) -> Answer:
    """The same of chat completions."""
    if not request.json.get("stream"):
        return error_answer(404, "No titles")
    roles = Counter(message["role"] for message in request.json["messages"])
    calls = sum(len(message.get("tool_calls", ())) for message in request.json["messages"])
    if calls != roles["tool"]:
        return error_answer(400, "No output for a call.")
    if calls == 0:
        look = piece(0, "look", '{"place": "Oslo"}', id="call_0")
        book = piece(1, "book", '{"place": "Lima"}', id="call_1")
        return completion(look, book, chunk(finish="tool_calls"))
    if calls == 2:
        again = piece(0, "look", '{"place": "Lima"}', id="call_2")
        return completion(again, chunk(finish="tool_calls"))
    words = (chunk(content=f"{word} ") for word in ANSWER.split())
    return completion(*words, chunk(finish="stop"), usage())


def _call(number: int, name: str, place: str) -> dict[str, Any]:
    return {
        "type": "function_call",
        "id": f"fc_{number}",
        "call_id": f"call_{number}",
        "name": name,
        "arguments": f'{{"place": "{place}"}}',
    }


def _said(text: str) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    return {"type": "message", "id": "msg_1", "role": "assistant", "content": [part]}


def _events(*items: dict[str, Any]) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = [{"type": "response.created", "response": {"id": "resp_1"}}]
    for index, item in enumerate(items):
        place = {"output_index": index}
        events.append({"type": "response.output_item.added", **place, "item": _begun(item)})
        for word in ANSWER.split() if item["type"] == "message" else ():
            delta = {"content_index": 0, "item_id": item["id"], "delta": f"{word} "}
            events.append({"type": "response.output_text.delta", **place, **delta})
        events.append({"type": "response.output_item.done", **place, "item": item})
    usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    done = {"id": "resp_1", "status": "completed", "usage": usage}
    return [*events, {"type": "response.completed", "response": done}]


def _begun(item: dict[str, Any]) -> dict[str, Any]:
    empty: dict[str, Any] = {"content": []} if item["type"] == "message" else {"arguments": ""}
    return item | empty
