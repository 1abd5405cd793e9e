"""Chunks of chat completions, a server that plays them, and one that reads messages strictly."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.upstreams.chat_completions import create_upstream
from backend.upstreams.request import RunRequest
from tests.upstreams.driving import Driven, drive, settings
from tests.upstreams.loopback import (
    Answer,
    Part,
    Received,
    UpstreamServer,
    error_answer,
    json_answer,
    sse,
    upstream_server,
)

Chunk = dict[str, Any]

DONE = "data: [DONE]\n\n"


def chunk(*, finish: str | None = None, **delta: Any) -> Chunk:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [choice]}


def usage(**more: Any) -> Chunk:
    tokens = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7, **more}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [], "usage": tokens}


def piece(index: int | None = 0, name: str = "", arguments: Any = "", **more: Any) -> Chunk:
    """A chunk with one piece of a call; what is None is left out."""
    function = {"name": name or None, "arguments": arguments}
    call = {"index": index, "type": "function", **more, "function": _known(function)}
    return chunk(tool_calls=[_known(call)])


def completion(*events: Chunk | Part | str) -> Answer:
    return sse([*events, DONE], named=False)


def said(text: str) -> Answer:
    return completion(chunk(content=text), chunk(finish="stop"))


async def run(*answers: Answer, request: RunRequest | None = None) -> tuple[Driven, UpstreamServer]:
    """A run at a server that gives these answers, and what that was asked."""
    async with upstream_server(answers) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        try:
            return await drive(upstream, request), server
        finally:
            await upstream.close()


async def play(*events: Chunk | Part | str) -> Driven:
    """A run whose first round plays these events, and whose second one says a word."""
    driven, _ = await run(sse(events, named=False), said("Done."))
    return driven


def _known(value: Chunk) -> Chunk:
    return {name: part for name, part in value.items() if part is not None}


@dataclass
class StrictServer:
    """Gives its answers in order to requests that follow the roles strictly, as templates do.

    A request without a stream is one for a title.
    """

    answers: Sequence[Answer]
    title: str = "A title"
    user_after_tools: bool = False
    """Whether what the user says may follow the output of a call."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    """Those for a stream."""
    titled: int = 0

    def answer(self, request: Received) -> Answer:
        if (request.method, request.path) != ("POST", "/chat/completions"):
            return error_answer(404, f"Invalid URL ({request.method} {request.path})")
        body = request.json
        if not body:
            return error_answer(400, "You must provide a model parameter.")
        try:
            _check(body["messages"], user_after_tools=self.user_after_tools)
        except ValueError as fault:
            return error_answer(400, str(fault), param="messages")
        if not body.get("stream"):
            self.titled += 1
            message = {"role": "assistant", "content": self.title}
            return json_answer({"choices": [{"index": 0, "message": message}]})
        self.requests.append(body)
        return self.answers[len(self.requests) - 1]


def _check(messages: list[dict[str, Any]], *, user_after_tools: bool) -> None:
    """Raises `ValueError` with the first fault."""
    open_calls: list[str] = []
    before = ""
    for number, message in enumerate(messages):
        role, content = message["role"], message["content"]
        if open_calls and role != "tool":
            raise ValueError(f"No output for {open_calls}.")
        match role:
            case "system" if number == 0 and isinstance(content, str):
                pass
            case "user" if content and before in ("system", "assistant"):
                pass
            case "user" if content and before == "tool" and user_after_tools:
                pass
            case "assistant" if before in ("user", "tool"):
                calls = message.get("tool_calls", [])
                if not content and not calls:
                    raise ValueError("A message of the assistant says nothing.")
                for call in calls:
                    if not isinstance(json.loads(call["function"]["arguments"]), dict):
                        raise ValueError("Arguments are no object.")
                open_calls = [call["id"] for call in calls]
                if len({*open_calls}) < len(open_calls):
                    raise ValueError("Two calls have one id.")
            case "tool" if message["tool_call_id"] in open_calls and isinstance(content, str):
                open_calls.remove(message["tool_call_id"])
            case _:
                raise ValueError(f"{role} cannot follow {before}.")
        before = role
