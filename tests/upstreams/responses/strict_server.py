"""A server of the Responses API that reads the input of every request strictly, as real ones do.

    async with upstream_server(StrictServer([sse(events), …]).answer) as server:

Input that some real server refuses, or leaves out without a word, is a 400.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.upstreams.loopback import Answer, Received, error_answer, json_answer

_PARTS = {
    "user": {"input_text", "input_image", "input_file"},
    "assistant": {"output_text", "refusal"},
}


@dataclass
class StrictServer:
    """Gives its answers in order; a request for no stream is one for a title.

    As some real servers do, it streams where a request says nothing of that.
    """

    answers: Sequence[Answer]
    title: str = "A title"
    sees_pictures: bool = True
    outputs_have_pictures: bool = True
    """Else an output of a call is text and nothing else."""
    inputs: list[list[dict[str, Any]]] = field(default_factory=list)
    """Of the requests for a stream."""
    titled: int = 0
    refused: int = 0
    """How many requests had pictures where the server takes none."""

    def answer(self, request: Received) -> Answer:
        if (request.method, request.path) != ("POST", "/responses"):
            return error_answer(404, f"Invalid URL ({request.method} {request.path})")
        body = request.json
        try:
            _check(body["input"])
        except ValueError as fault:
            return error_answer(400, str(fault), param="input")
        if not self.sees_pictures and "input_image" in json.dumps(body["input"]):
            self.refused += 1
            return error_answer(500, "image input is not supported - hint: provide the mmproj")
        outputs = [item["output"] for item in body["input"] if "output" in item]
        if not self.outputs_have_pictures and any(isinstance(each, list) for each in outputs):
            self.refused += 1
            return error_answer(400, "Output of tool call should be 'Input text'")
        if body.get("stream") is False:
            self.titled += 1
            part = {"type": "output_text", "text": self.title}
            return json_answer({"output": [{"type": "message", "content": [part]}]})
        self.inputs.append(body["input"])
        return self.answers[len(self.inputs) - 1]


def _check(items: Any) -> None:
    """Raises `ValueError` with the first fault."""
    if not isinstance(items, list):
        raise ValueError("The input is no list of items.")
    calls: set[str] = set()
    answered: set[str] = set()
    for item in items:
        match item:
            case {"type": "message", "role": "user", "content": str(text)} if text:
                pass
            case {"type": "message", "role": "user" | "assistant" as role, "content": list(parts)}:
                if not parts or not {part.get("type") for part in parts} <= _PARTS[role]:
                    raise ValueError(f"Cannot read the content of a message of the {role}.")
            case {"type": "function_call", "call_id": str(call_id), "arguments": str(arguments)}:
                if call_id in calls:
                    raise ValueError(f"The call {call_id} comes twice.")
                if not isinstance(json.loads(arguments), dict):
                    raise ValueError(f"The arguments of {call_id} are no object.")
                calls.add(call_id)
            case {"type": "function_call_output", "call_id": str(call_id), "output": output}:
                if isinstance(output, list):
                    if not {part.get("type") for part in output} <= _PARTS["user"]:
                        raise ValueError(f"Cannot read the output of {call_id}.")
                elif not isinstance(output, str):
                    raise ValueError(f"The output of {call_id} is no text.")
                if call_id not in calls or call_id in answered:
                    raise ValueError(f"No call waits for the output of {call_id}.")
                answered.add(call_id)
            case {"type": "reasoning", "summary": list()}:
                pass
            case _:
                raise ValueError(f"Cannot determine the type of an item: {item}")
    if calls != answered:
        raise ValueError(f"No output for {sorted(calls - answered)}.")
