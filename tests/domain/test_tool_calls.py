"""Every item of a call says which tool it is of, and what the tool was given."""

import json
from typing import Any

import pytest

from backend.domain.items import ITEM, ToolItem
from backend.domain.tool_calls import arguments_of, tool_of

COMMON = {"id": "item_1", "created_at": 0}


@pytest.mark.parametrize(
    ("item", "tool", "arguments"),
    [
        ({"type": "function_call", "name": "roll", "arguments": "{}"}, "roll", {}),
        ({"type": "mcp_call", "name": "find", "arguments": '{"a": 1}'}, "find", {"a": 1}),
        ({"type": "code_interpreter_call", "code": "1"}, "code_interpreter", {"code": "1"}),
        (
            {"type": "code_interpreter_call", "language": "shell", "code": "ls\nwc"},
            "shell",
            {"commands": ["ls", "wc"]},
        ),
        (
            {"type": "code_interpreter_call", "language": "diff", "code": "+a"},
            "apply_patch",
            {"diff": "+a"},
        ),
        ({"type": "file_search_call", "queries": ["a", "b"]}, "file_search", {"query": "a b"}),
        ({"type": "web_search_call", "queries": ["ä"]}, "web_search", {"query": "ä"}),
        (
            {"type": "image_generation_call", "prompt": "a cat"},
            "image_generation",
            {"prompt": "a cat"},
        ),
    ],
)
def test_a_call_knows_its_tool_and_arguments(
    item: dict[str, Any], tool: str, arguments: dict[str, Any]
) -> None:
    parsed = ITEM.validate_python(COMMON | item)
    assert tool_of(parsed) == tool
    assert isinstance(parsed, ToolItem)
    assert json.loads(arguments_of(parsed)) == arguments


def test_what_is_no_call_has_no_tool() -> None:
    assert tool_of(ITEM.validate_python(COMMON | {"type": "user_message", "text": "Hi"})) is None
