"""What the Chat Completions API is told: instructions, the thread so far, this run's rounds, tools.

https://platform.openai.com/docs/api-reference/chat/create

Chat templates are strict: roles take turns, and an output follows the call that it answers. So
what one side says in a row is one message.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, Final

from backend.tools.function import FunctionSpec
from backend.upstreams.prompt.attachments import Parts
from backend.upstreams.prompt.history import function_output, history_input
from backend.upstreams.prompt.instructions import instructions
from backend.upstreams.request import RunRequest, ToolOutput
from backend.upstreams.tool_pictures import set_apart

Message = dict[str, Any]

_ID_CHARS: Final = 9
"""The length of a call id that every server takes: Mistral insists on it."""


def messages_so_far(request: RunRequest, attached: Parts) -> list[Message]:
    """The history. Rounds that this run has had are told verbatim where that is possible."""
    history, rounds = request.history, request.rounds
    natives = [done.native for done in rounds if done.native is not None]
    if not rounds or len(natives) < len(rounds):
        return _messages(request, history_input(history, attached))
    end = next(place for place, item in enumerate(history, 1) if item.id == rounds[0].after)
    told = _messages(request, history_input(history[:end], attached))
    for done, native in zip(rounds, natives, strict=True):
        told += [native["message"], *output_messages(done.outputs, attached)]
    return told


def output_messages(outputs: Iterable[ToolOutput], pictures: Parts) -> list[Message]:
    """The answers to a round's calls, and then their pictures."""
    told = [function_output(output, pictures) for output in outputs]
    set_apart(told)
    return [
        _output(item["call_id"], item["output"])
        if "call_id" in item
        else {"role": "user", "content": _content(item["content"])}
        for item in told
    ]


def function_tool(spec: FunctionSpec) -> dict[str, Any]:
    function = {
        "name": spec.name,
        "description": spec.description,
        "parameters": spec.parameters,
        **({"strict": True} if spec.strict else {}),
    }
    return {"type": "function", "function": function}


def short_id(seed: str) -> str:
    """Returns a call id for what has none that every server takes."""
    return hashlib.sha256(seed.encode()).hexdigest()[:_ID_CHARS]


def _messages(request: RunRequest, told: Iterable[dict[str, Any]]) -> list[Message]:
    """`told` is in the words of the Responses API."""
    told = list(told)
    set_apart(told)
    messages: list[Message] = [{"role": "system", "content": instructions(request)}]
    for item in told:
        match item:
            case {"type": "function_call"}:
                call = {
                    "id": short_id(item["call_id"]),
                    "type": "function",
                    "function": {"name": item["name"], "arguments": item["arguments"]},
                }
                last = messages[-1]
                if last["role"] == "assistant" and "tool_calls" not in last:
                    last["tool_calls"] = [call]
                else:
                    messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
            case {"type": "function_call_output"}:
                messages.append(_output(short_id(item["call_id"]), item["output"]))
            case {"role": "assistant", "content": [{"text": text}]}:
                _say(messages, "assistant", text)
            case {"role": "user", "content": content}:
                _say(messages, "user", _content(content))
            case _:
                """Nothing else is told."""
    return messages


def _say(messages: list[Message], role: str, content: str | list[dict[str, Any]]) -> None:
    last = messages[-1]
    if last["role"] != role:
        messages.append({"role": role, "content": content})
    elif isinstance(content, str) and isinstance(last["content"], str):
        last["content"] += f"\n\n{content}"
    else:
        last["content"] = _parts(last["content"]) + _parts(content)


def _parts(content: str | list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _content(content: str | list[dict[str, Any]]) -> str | list[dict[str, Any]]:
    if isinstance(content, str):
        return content
    return [
        {"type": "image_url", "image_url": {"url": part["image_url"]}}
        if part["type"] == "input_image"
        else {"type": "text", "text": part["text"]}
        for part in content
    ]


def _output(call_id: str, output: str) -> Message:
    return {"role": "tool", "tool_call_id": call_id, "content": output}
