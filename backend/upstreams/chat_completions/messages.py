"""What the Chat Completions API is told: input items of the Responses API as messages.

https://platform.openai.com/docs/api-reference/chat/create
"""

from collections.abc import Iterable
from typing import Any

from backend.tools.function import FunctionSpec


def chat_messages(instructions: str, items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns the conversation; what the assistant said and the calls it made are one message."""
    messages: list[dict[str, Any]] = []
    if instructions:
        messages.append({"role": "system", "content": instructions})
    for item in items:
        match item:
            case {"type": "message", "role": "user", "content": content}:
                messages.append({"role": "user", "content": _user_content(content)})
            case {"type": "message", "content": content}:
                _said(messages, _text(content))
            case {"type": "function_call"}:
                _called(messages, item)
            case {"type": "function_call_output", "call_id": call_id, "output": output}:
                messages.append({"role": "tool", "tool_call_id": call_id, "content": output})
            case _:
                """Nothing that this API knows."""
    return messages


def chat_tool(spec: FunctionSpec) -> dict[str, Any]:
    function: dict[str, Any] = {
        "name": spec.name,
        "description": spec.description,
        "parameters": spec.parameters,
    }
    return {"type": "function", "function": function | ({"strict": True} if spec.strict else {})}


def _said(messages: list[dict[str, Any]], text: str) -> None:
    last = messages[-1] if messages else None
    if last is not None and last["role"] == "assistant" and "tool_calls" not in last:
        last["content"] = f"{last['content']}\n\n{text}"
    else:
        messages.append({"role": "assistant", "content": text})


def _called(messages: list[dict[str, Any]], item: dict[str, Any]) -> None:
    if not messages or messages[-1]["role"] != "assistant":
        messages.append({"role": "assistant", "content": None})
    function = {"name": item["name"], "arguments": item["arguments"]}
    call = {"id": item["call_id"], "type": "function", "function": function}
    messages[-1].setdefault("tool_calls", []).append(call)


def _user_content(content: str | list[dict[str, Any]]) -> str | list[dict[str, Any]]:
    if isinstance(content, str):
        return content
    parts: list[dict[str, Any]] = []
    for part in content:
        match part:
            case {"type": "input_text", "text": text}:
                parts.append({"type": "text", "text": text})
            case {"type": "input_image", "image_url": url}:
                parts.append({"type": "image_url", "image_url": {"url": url}})
            case _:
                """A file that the server cannot have."""
    return parts


def _text(content: str | list[dict[str, Any]]) -> str:
    if isinstance(content, str):
        return content
    return "".join(part.get("text") or part.get("refusal") or "" for part in content)
