"""A server that speaks the Responses API, small and stateless, for one key."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.upstreams.loopback import Answer, Received, error_answer, json_answer, sse

KEY = "sk-loopback-0123456789-good"
MODEL = "loopback-1"

Event = dict[str, Any]


@dataclass
class ResponsesServer:
    """`upstream_server(server.answer)`. Asked for weather it calls `get_weather`, once per turn;
    otherwise it tells how many user messages it was sent."""

    key: str = KEY
    ailments: list[Answer] = field(default_factory=list)
    """Given, one after the other, in place of the next answers of the model."""
    asked: list[Any] = field(default_factory=list)
    """The bodies of requests for an answer."""

    def answer(self, request: Received) -> Answer:
        if request.key != self.key:
            return error_answer(
                401, f"Incorrect API key provided: {request.key}.", code="invalid_api_key"
            )
        match request.method, request.path:
            case "GET", "/models":
                return json_answer({"object": "list", "data": [{"id": MODEL, "object": "model"}]})
            case "POST", "/responses" if request.json.get("stream"):
                self.asked.append(request.json)
                return self.ailments.pop(0) if self.ailments else sse(_events(request.json))
            case "POST", "/responses":
                return error_answer(400, "Missing required parameter: 'model'.", param="model")
            case _:
                return error_answer(404, f"Invalid URL ({request.method} {request.path})")


def _events(body: Any) -> Iterator[Event]:
    said = [part for part in body["input"] if part.get("role") == "user"]
    last = body["input"][-1]
    if last.get("type") == "function_call_output":
        output = json.loads(last["output"])
        yield from _response(list(_message(f"It is fine in {output['location']['name']}.")))
    elif "weather" in json.dumps(last):
        yield from _response(list(_call("get_weather", {"location": "Bergen", "dates": []})))
    else:
        yield from _response(list(_message(f"You have written {len(said)} messages.")))


def _response(events: list[Event]) -> Iterator[Event]:
    response = {"id": "resp_1", "object": "response", "model": MODEL, "output": []}
    usage = {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}
    items = [event["item"] for event in events if event["type"] == "response.output_item.done"]
    yield {"type": "response.created", "response": response | {"status": "in_progress"}}
    yield from events
    done = response | {"status": "completed", "output": items, "usage": usage}
    yield {"type": "response.completed", "response": done}


def _message(text: str) -> Iterator[Event]:
    item: Event = {"id": "msg_1", "type": "message", "role": "assistant", "content": []}
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    part = {"type": "output_text", "text": text, "annotations": []}
    yield _added(item)
    yield {"type": "response.content_part.added", **place, "part": part | {"text": ""}}
    for start in range(0, len(text), 6):
        delta = text[start : start + 6]
        yield {"type": "response.output_text.delta", **place, "delta": delta}
    yield {"type": "response.output_text.done", **place, "text": text}
    yield {"type": "response.content_part.done", **place, "part": part}
    yield _done(item | {"content": [part]})


def _call(name: str, arguments: dict[str, Any]) -> Iterator[Event]:
    text = json.dumps(arguments)
    item: Event = {"id": "fc_1", "type": "function_call", "call_id": "call_1", "name": name}
    place = {"item_id": "fc_1", "output_index": 0}
    yield _added(item | {"arguments": ""})
    yield {"type": "response.function_call_arguments.delta", **place, "delta": text}
    yield {"type": "response.function_call_arguments.done", **place, "arguments": text}
    yield _done(item | {"arguments": text})


def _added(item: Event) -> Event:
    added = item | {"status": "in_progress"}
    return {"type": "response.output_item.added", "output_index": 0, "item": added}


def _done(item: Event) -> Event:
    done = item | {"status": "completed"}
    return {"type": "response.output_item.done", "output_index": 0, "item": done}
