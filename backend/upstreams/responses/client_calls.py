"""Calls of the API's own tools that wait for an answer from us: shell, patches, custom tools.

Each is a function call to everybody else: it gets JSON arguments here, and its answer the form that
the API wants.
https://platform.openai.com/docs/guides/tools-shell
https://platform.openai.com/docs/guides/tools-apply-patch
https://platform.openai.com/docs/guides/function-calling#custom-tools
"""

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any, Final

from backend.domain.hosted_tool import APPLY_PATCH, SHELL
from backend.domain.text import json_text
from backend.tools.function import FunctionSpec
from backend.upstreams.builders.whole import parsed_json

CLIENT_CALLS: Final = frozenset(
    {"apply_patch_call", "custom_tool_call", "local_shell_call", "shell_call"}
)

CLIENT_TOOLS: Final[dict[str, dict[str, Any]]] = {
    SHELL: {"type": "shell", "environment": {"type": "local"}},
    APPLY_PATCH: {"type": "apply_patch"},
}
"""Tools of ours that are the API's own, as a request asks for them."""

APPROVAL_REQUEST: Final = "mcp_approval_request"
"""A call of an MCP server that waits to be allowed. Its id is its call id."""

_CUSTOM_ARGUMENT: Final = "input"
_EXIT_STATUS: Final = re.compile(r"\[exit status (\d+)\]\s*\Z")
_TIMEOUT: Final = re.compile(r"\[The code was stopped: it took longer than ")


def call_name(kind: str, name: str | None) -> str:
    """Returns the function that the call is one of."""
    match kind:
        case "shell_call" | "local_shell_call":
            return SHELL
        case "apply_patch_call":
            return APPLY_PATCH
        case _:
            return name or kind


def call_arguments(item: Mapping[str, Any]) -> str | None:
    """Returns the arguments as JSON text; None where the call does not say them yet."""
    match item:
        case {"type": "custom_tool_call", "input": str(text)} if text:
            return json_text({_CUSTOM_ARGUMENT: text})
        case {"type": "shell_call", "action": {"commands": [_, *_]} as action}:
            commands = action["commands"]
            limits = {key: value for key, value in action.items() if value is not None}
            return json_text({"commands": commands} | limits)
        case {"type": "local_shell_call", "action": {"command": [*words]}} if words:
            return json_text({"commands": [shlex.join(str(word) for word in words)]})
        case {"type": "apply_patch_call", "operation": {} as operation} if operation:
            return json_text(operation)
        case _:
            return None


def arguments_for(kind: str, arguments: str, spec: FunctionSpec | None) -> str:
    """Returns the arguments under the name that the only parameter of a function has."""
    value = parsed_json(arguments)
    properties = list(spec.parameters.get("properties", {})) if spec is not None else []
    if kind != "custom_tool_call" or len(properties) != 1 or not isinstance(value, dict):
        return arguments
    return json_text({properties[0]: value.get(_CUSTOM_ARGUMENT, "")})


def calls_among(told: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Returns the calls of the API's own tools, and those that wait to be allowed, by their call id."""
    own = (item for item in told if item.get("type") in CLIENT_CALLS and "call_id" in item)
    calls = {item["call_id"]: item for item in own}
    return calls | {item["id"]: item for item in told if item.get("type") == APPROVAL_REQUEST}


def call_answer(call: Mapping[str, Any], output: str) -> dict[str, Any]:
    """Returns the output item for a call."""
    if call["type"] == APPROVAL_REQUEST:
        return _permission(call["id"], output)
    call_id = call["call_id"]
    match call["type"]:
        case "shell_call":
            answer = {"type": "shell_call_output", "call_id": call_id, "output": [_shell(output)]}
            action = call.get("action")
            longest = action.get("max_output_length") if isinstance(action, dict) else None
            return answer if longest is None else answer | {"max_output_length": longest}
        case "local_shell_call":
            return {"type": "local_shell_call_output", "id": call_id, "output": output}
        case "apply_patch_call":
            failed = _EXIT_STATUS.search(output) is not None or '"error"' in output[:12]
            return {
                "type": "apply_patch_call_output",
                "call_id": call_id,
                "status": "failed" if failed else "completed",
                "output": output,
            }
        case _:
            return {"type": "custom_tool_call_output", "call_id": call_id, "output": output}


def _shell(output: str) -> dict[str, Any]:
    """Returns the output of all commands together, with the exit status that it ends in."""
    status = _EXIT_STATUS.search(output)
    if _TIMEOUT.search(output):
        outcome: dict[str, Any] = {"type": "timeout"}
    elif status is not None:
        outcome = {"type": "exit", "exit_code": int(status[1])}
    else:
        # What could not be run at all is an error of ours, in JSON.
        outcome = {"type": "exit", "exit_code": 127 if '"error"' in output[:12] else 0}
    return {"stdout": output, "stderr": "", "outcome": outcome}


def _permission(request_id: str, output: str) -> dict[str, Any]:
    given = parsed_json(output)
    permission = given if isinstance(given, dict) else {}
    answer = {
        "type": "mcp_approval_response",
        "approval_request_id": request_id,
        "approve": permission.get("approve") is True,
    }
    reason = permission.get("reason")
    return answer | ({"reason": reason} if reason else {})
