"""A model by script behind the chat-completions API: what it says is known beforehand.

    python -m tests.real_servers.scripted_model PORT

https://platform.openai.com/docs/api-reference/chat
"""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.ports import free_port
from tests.real_servers.processes import process

MODEL = "scripted-1"
EMBEDDINGS_MODEL = "scripted-embeddings"
KEY = "sk-scripted-0123456789-good"
TITLE = "A scripted title"
WORDS_OF_A_LONG_STORY = 2_000
ENDLESS_S = 60.0
PAUSE_S = 0.05

Delta = dict[str, Any]
Message = dict[str, Any]

_numbers = count(1)
_CATS = ("cat", "lion", "tiger")


@asynccontextmanager
async def scripted_model(folder: Path) -> AsyncIterator[str]:
    """Its base URL, while it runs as a process."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/v1"
    command = (sys.executable, "-m", __name__, str(port))
    async with process(command, folder / "scripted.log", answers=f"{url}/models"):
        yield url


def reply(messages: list[Message], tools: bool) -> Iterator[Delta]:
    """What it says to these messages, in pieces; it calls functions where there are `tools`."""
    last = messages[-1]
    asked = [message for message in messages if message["role"] == "user"]
    question = _text(asked[-1])
    if any(_text(message).startswith("Write a title") for message in messages):
        yield from _words(TITLE)
    elif last["role"] == "tool":
        outputs = [message for message in messages if message["role"] == "tool"]
        yield from _words(f"The last of {len(outputs)} outputs: {_text(last)[:20]}")
    elif tools and "Search the files for" in question:
        query = question.partition("for ")[2].rstrip(".")
        yield from _call(0, "file_search", {"query": query})
    elif tools and (asked_for := re.match(r"Call (\w+) (\w+)=(\w+)$", question)):
        yield from _call(0, asked_for[1], {asked_for[2]: asked_for[3]})
    elif tools and "weather" in question:
        if "First" in question:
            yield from _words("Let me look that up.")
        for index, place in enumerate(re.findall(r"\bin ([A-Z]\w+)", question)):
            yield from _call(index, "get_weather", {"location": place, "dates": []})
    elif pictures := sum(_pictures(message) for message in asked):
        yield from _words(f"I see {pictures} picture.")
    elif "endless" in question:
        yield from _words("and then " * int(ENDLESS_S / PAUSE_S))
    elif "long story" in question:
        yield from _words(" ".join(f"Word {n}." for n in range(WORDS_OF_A_LONG_STORY)))
    else:
        yield from _words(f"Message {len(asked)} of yours: {question}")


def _words(text: str) -> Iterator[Delta]:
    for piece in re.findall(r"\s*\S+\s*$|\s*\S+", text):
        yield {"content": piece}


def _call(index: int, name: str, arguments: dict[str, Any]) -> Iterator[Delta]:
    head = {"name": name, "arguments": ""}
    call_id = f"call_{next(_numbers)}"
    yield {"tool_calls": [{"index": index, "id": call_id, "type": "function", "function": head}]}
    text = json.dumps(arguments)
    for piece in (text[:5], text[5:]):
        yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def _text(message: Message) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def _pictures(message: Message) -> int:
    content = message.get("content") or ()
    return sum(part["type"] == "image_url" for part in content if isinstance(part, dict))


async def chat_completions(request: Request) -> Response:
    body = await request.json()
    print(json.dumps(body), flush=True)  # What a server made of our request, for its log.
    if refusal := _refusal(request, body.get("model"), MODEL):
        return refusal
    deltas = reply(body["messages"], bool(body.get("tools")))
    if body.get("stream"):
        slow = "endless" in json.dumps(body["messages"][-1])
        return StreamingResponse(
            _streamed(deltas, PAUSE_S if slow else 0), media_type="text/event-stream"
        )
    message = _joined(list(deltas))
    reason = "tool_calls" if message.get("tool_calls") else "stop"
    choice = {"index": 0, "message": message, "finish_reason": reason}
    return JSONResponse(_head("chat.completion") | {"choices": [choice], "usage": _USAGE})


async def embeddings(request: Request) -> Response:
    """Cats are near each other, whatever they are called."""
    body = await request.json()
    if refusal := _refusal(request, body.get("model"), EMBEDDINGS_MODEL):
        return refusal
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    data = [
        {
            "object": "embedding",
            "index": index,
            "embedding": [1.0, 0.0] if any(cat in text.lower() for cat in _CATS) else [0.0, 1.0],
        }
        for index, text in enumerate(texts)
    ]
    return JSONResponse({"object": "list", "model": body["model"], "data": data, "usage": _USAGE})


async def models(request: Request) -> Response:
    data = [{"id": name, "object": "model"} for name in (MODEL, EMBEDDINGS_MODEL)]
    return JSONResponse({"object": "list", "data": data})


async def _streamed(deltas: Iterator[Delta], pause_s: float) -> AsyncIterator[str]:
    head = _head("chat.completion.chunk")
    reason = "stop"
    for delta in ({"role": "assistant", "content": ""}, *deltas):
        if "tool_calls" in delta:
            reason = "tool_calls"
        yield _chunk(head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        await asyncio.sleep(pause_s)
    yield _chunk(head | {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
    yield _chunk(head | {"choices": [], "usage": _USAGE})
    yield "data: [DONE]\n\n"


def _joined(deltas: list[Delta]) -> Message:
    message: Message = {"role": "assistant", "content": None}
    if text := "".join(delta.get("content", "") for delta in deltas):
        message["content"] = text
    calls: dict[int, Any] = {}
    for delta in deltas:
        for piece in delta.get("tool_calls", ()):
            if "id" in piece:
                calls[piece["index"]] = {**piece, "function": dict(piece["function"])}
            else:
                function = calls[piece["index"]]["function"]
                function["arguments"] += piece["function"]["arguments"]
    return message | ({"tool_calls": list(calls.values())} if calls else {})


def _refusal(request: Request, model: str | None, known: str) -> Response | None:
    if request.headers.get("authorization") != f"Bearer {KEY}":
        return _error(401, "Incorrect API key provided.", "invalid_api_key")
    if model != known:
        return _error(404, f"The model `{model}` does not exist.", "model_not_found")
    return None


def _error(status: int, message: str, code: str) -> Response:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return JSONResponse({"error": error}, status)


def _head(kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{next(_numbers)}", "object": kind, "created": 0, "model": MODEL}


def _chunk(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value)}\n\n"


_USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}

app = Starlette(
    routes=[
        Route("/v1/chat/completions", chat_completions, methods=["POST"]),
        Route("/v1/embeddings", embeddings, methods=["POST"]),
        Route("/v1/models", models),
    ]
)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
