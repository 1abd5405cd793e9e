"""Objects of the Assistants API v2 with all their fields, as a server writes them."""

import json
from typing import Any

CREATED_AT = 1_764_000_000


def assistant_object(id: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": id,
        "object": "assistant",
        "created_at": CREATED_AT,
        "name": None,
        "description": None,
        "model": "gpt-4.1",
        "instructions": None,
        "tools": [],
        "metadata": {},
        "top_p": 1.0,
        "temperature": 1.0,
        "response_format": "auto",
    } | fields


def thread_object(id: str) -> dict[str, Any]:
    return {"id": id, "object": "thread", "created_at": CREATED_AT, "metadata": {}}


def message_object(
    id: str, thread_id: str, role: str, content: list[dict[str, Any]], **fields: Any
) -> dict[str, Any]:
    return {
        "id": id,
        "object": "thread.message",
        "created_at": CREATED_AT,
        "assistant_id": None,
        "thread_id": thread_id,
        "run_id": None,
        "status": "completed",
        "incomplete_details": None,
        "incomplete_at": None,
        "completed_at": None,
        "role": role,
        "content": content,
        "attachments": [],
        "metadata": {},
    } | fields


def run_object(id: str, thread_id: str, assistant_id: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": id,
        "object": "thread.run",
        "created_at": CREATED_AT,
        "assistant_id": assistant_id,
        "thread_id": thread_id,
        "status": "queued",
        "started_at": None,
        "expires_at": CREATED_AT + 600,
        "cancelled_at": None,
        "failed_at": None,
        "completed_at": None,
        "required_action": None,
        "last_error": None,
        "model": "gpt-4.1",
        "instructions": "",
        "tools": [],
        "metadata": {},
        "temperature": 1.0,
        "top_p": 1.0,
        "max_completion_tokens": None,
        "max_prompt_tokens": None,
        "truncation_strategy": {"type": "auto", "last_messages": None},
        "incomplete_details": None,
        "usage": None,
        "response_format": "auto",
        "tool_choice": "auto",
        "parallel_tool_calls": True,
    } | fields


def step_object(
    id: str, run: dict[str, Any], details: dict[str, Any], **fields: Any
) -> dict[str, Any]:
    return {
        "id": id,
        "object": "thread.run.step",
        "created_at": CREATED_AT,
        "run_id": run["id"],
        "assistant_id": run["assistant_id"],
        "thread_id": run["thread_id"],
        "type": details["type"],
        "status": "in_progress",
        "cancelled_at": None,
        "completed_at": None,
        "expired_at": None,
        "failed_at": None,
        "last_error": None,
        "step_details": details,
        "metadata": {},
        "usage": None,
    } | fields


def message_delta(id: str, *content: dict[str, Any]) -> dict[str, Any]:
    return {"id": id, "object": "thread.message.delta", "delta": {"content": list(content)}}


def step_delta(id: str, *calls: dict[str, Any]) -> dict[str, Any]:
    details = {"type": "tool_calls", "tool_calls": list(calls)}
    return {"id": id, "object": "thread.run.step.delta", "delta": {"step_details": details}}


def text(value: str, *annotations: dict[str, Any]) -> dict[str, Any]:
    return {"type": "text", "text": {"value": value, "annotations": list(annotations)}}


def function_call(id: str, name: str, arguments: str, output: str | None = None) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments, "output": output}
    return {"id": id, "type": "function", "function": function}


def event(name: str, data: Any) -> bytes:
    """One server-sent event."""
    body = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return f"event: {name}\ndata: {body}\n\n".encode()
