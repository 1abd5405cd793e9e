"""A server of the Responses API that answers with poison wherever a server can put text."""

import json
from collections.abc import Callable
from typing import Any

from tests.poison.texts import current
from tests.upstreams.loopback import Answer, Received, error_answer, json_answer, sse

PLAY = "play "
"""Begins a message that says which of `ANSWERS` to give."""
_COMPLETED = {"type": "response.completed", "response": {"status": "completed"}}
FUNCTIONS = ("harm_by_output", "harm_by_text", "harm_by_refusing", "harm_by_raising")


def respond(request: Received) -> Answer:
    """Gives poison to messages that ask for it, once, and words to all others."""
    if (request.method, request.path) != ("POST", "/responses"):
        return error_answer(404, "Invalid URL")
    if not request.json.get("stream"):
        return json_answer({"output": [_message(current[0])]})
    asked = _last_question(request.json["input"])
    answered = request.json["input"][-1]["type"] == "function_call_output"
    if asked.startswith(PLAY) and not answered:
        return ANSWERS[asked.removeprefix(PLAY)](current[0])
    return _stream(_message(f"You said: {asked[:60]}"))


Script = Callable[[str], Answer]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _deltas(text: str) -> Answer:
    half = len(text) // 2
    parts = text[:half], text[half:]
    kinds = ("output_text", "refusal", "reasoning_text", "function_call_arguments")
    return sse([{"type": f"response.{kind}.delta", "delta": d} for kind in kinds for d in parts])


def _raw_delta(text: str) -> Answer:
    """Without escapes, so that halves of pairs are invalid UTF-8."""
    delta = {"type": "response.output_text.delta", "delta": text}
    raw = json.dumps(delta, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return sse([b"data: " + raw + b"\n\n", _COMPLETED])


def _calls(text: str) -> Answer:
    calls = [_call(name, json.dumps({"which": text[:1_000]})) for name in FUNCTIONS]
    return _stream(*calls, _call("harm_by_text", text), _call(text, text))


def _reasoning(text: str) -> Answer:
    summary = [{"type": "summary_text", "text": text}]
    return _stream({"type": "reasoning", "summary": summary}, _message("Hm."))


def _unknown(text: str) -> Answer:
    events = [{"type": text}, {"type": f"response.{text}", "item": text}, {text: text}]
    return sse([*events, _COMPLETED], named=False)


def _error(text: str) -> dict[str, Any]:
    return {"type": "error", "code": text, "message": text, "param": text}


ANSWERS: dict[str, Script] = {
    "text": lambda text: _stream(_message(text)),
    "deltas": _deltas,
    "raw bytes": _raw_delta,
    "no events": lambda text: sse([_bytes(text), _COMPLETED]),
    "reasoning": _reasoning,
    "calls": _calls,
    "hosted tools": lambda text: _stream(*_hosted(text), _message("There.")),
    "unknown": _unknown,
    "ids": lambda text: _stream(_message("Hello.") | {"id": text, "status": text, "role": text}),
    "error event": lambda text: sse([_error(text)]),
    "failure": lambda text: sse(
        [{"type": "response.failed", "response": {"status": "failed", "error": _error(text)}}]
    ),
    "refusal": lambda text: error_answer(400, text, code=text, param=text),
    "limit": lambda text: error_answer(429, text, code=text),
    "error in text": lambda text: Answer((_bytes(text),), 500),
}
"""With the text in every place of a kind."""


def _last_question(items: list[dict[str, Any]]) -> str:
    content = [item["content"] for item in items if item.get("role") == "user"][-1]
    return str(content if isinstance(content, str) else content[0].get("text", ""))


def _stream(*items: dict[str, Any]) -> Answer:
    events: list[dict[str, Any]] = []
    for index, item in enumerate(items):
        whole = {"id": f"item_{index}", "status": "completed"} | item
        place = {"output_index": index, "item": whole}
        events.append({"type": "response.output_item.added", **place})
        events.append({"type": "response.output_item.done", **place})
    return sse([*events, _COMPLETED])


def _text(kind: str, text: str) -> dict[str, Any]:
    return {"type": kind, "text": text}


def _message(text: str) -> dict[str, Any]:
    notes = [
        {"type": "file_citation", "file_id": text, "filename": text, "index": 0},
        {"type": "url_citation", "url": text, "title": text, "start_index": 0, "end_index": 1},
        {"type": text},
    ]
    part = _text("output_text", text) | {"annotations": notes}
    return {"type": "message", "role": "assistant", "content": [part]}


def _call(name: str, arguments: str) -> dict[str, Any]:
    call_id = f"call_{name}_{len(arguments)}"
    return {"type": "function_call", "call_id": call_id, "name": name, "arguments": arguments}


def _hosted(text: str) -> list[dict[str, Any]]:
    result = {"file_id": text, "filename": text, "text": text, "score": text}
    return [
        {"type": "web_search_call", "action": {"type": text, "query": text, "url": text}},
        {"type": "file_search_call", "queries": [text], "results": [result]},
        {
            "type": "code_interpreter_call",
            "code": text,
            "outputs": [{"type": "logs", "logs": text}],
        },
        {
            "type": "mcp_call",
            "name": text,
            "server_label": text,
            "arguments": text,
            "output": text,
            "error": text,
        },
        {"type": "image_generation_call", "prompt": text, "result": text},
        {"type": text, "name": text},
    ]
