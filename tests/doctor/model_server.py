"""A server of the Responses API that can do as much as a test wants it to."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.upstreams.loopback import Answer, Received, error_answer, json_answer, sse

KEY = "sk-loopback-0123456789-good"
MODEL = "loopback-1"
EMBEDDER = "loopback-embed-1"

Event = dict[str, Any]


@dataclass
class ModelServer:
    """`upstream_server(server.answer)`."""

    key: str | None = KEY
    """Takes this one alone; None takes any."""
    models: list[dict[str, Any]] = field(default_factory=lambda: [{"id": MODEL}])
    calls: bool = True
    sees: bool = True
    pieces: int = 4
    """In how many of them an answer is streamed."""
    keys: list[str] = field(default_factory=list)
    """That came."""

    def answer(self, request: Received) -> Answer:
        self.keys.append(request.key)
        if self.key is not None and request.key != self.key:
            said = f"Incorrect API key provided: {request.key}."
            return error_answer(401, said, code="invalid_api_key")
        match request.method, request.path:
            case "GET", "/models":
                return json_answer({"object": "list", "data": self.models})
            case "POST", "/responses":
                return self._response(request.json)
            case "POST", "/embeddings" if self._has(request.json["model"]):
                data = [{"object": "embedding", "index": 0, "embedding": [0.6, 0.8]}]
                return json_answer({"object": "list", "data": data, "model": EMBEDDER})
            case _:
                return error_answer(404, f"Invalid URL ({request.method} {request.path})")

    def _has(self, model: str) -> bool:
        return any(known["id"] == model for known in self.models)

    def _response(self, body: dict[str, Any]) -> Answer:
        if "model" not in body:
            return error_answer(400, "Missing required parameter: 'model'.", param="model")
        if not self._has(body["model"]):
            said = f"The requested model '{body['model']}' does not exist."
            return error_answer(400, said, code="model_not_found", param="model")
        last = body["input"][-1]
        if last.get("type") == "function_call_output":
            return sse(self._message("It is orange."))
        if "doctor_probe" in json.dumps(last) and self.calls:
            return sse(_call(body["tools"][0]["name"], '{"word": "sunrise"}'))
        if "input_image" in json.dumps(last):
            if not self.sees:
                return error_answer(400, "This model takes no image input.", param="input")
            return sse(self._message("Red."))
        return sse(self._message("One, two, three, four, five."))

    def _message(self, text: str) -> Iterator[Event]:
        size = -(-len(text) // self.pieces)
        for start in range(0, len(text), size):
            delta = text[start : start + size]
            yield {"type": "response.output_text.delta", "output_index": 0, "delta": delta}
        content = [{"type": "output_text", "text": text, "annotations": []}]
        item = {"type": "message", "role": "assistant", "content": content}
        yield _completed(item)


def _call(name: str, arguments: str) -> Iterator[Event]:
    yield _completed(
        {"type": "function_call", "call_id": "call_1", "name": name, "arguments": arguments}
    )


def _completed(item: Event) -> Event:
    return {"type": "response.completed", "response": {"status": "completed", "output": [item]}}
