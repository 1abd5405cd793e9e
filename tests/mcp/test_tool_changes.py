"""What is shown of a changed tool: what differs, and no more of it than somebody reads."""

from dataclasses import replace
from typing import Any

import pytest

from backend.mcp.remote_tool import RemoteTool
from backend.mcp.tool_changes import MAX_CHARS, changes_of

TEXT = {"type": "string"}
TOOL = RemoteTool(
    "write", None, "Write a line.", {"type": "object", "properties": {"a": TEXT}, "required": ["a"]}
)


def shown(**changed: Any) -> list[tuple[str, str, str]]:
    changes = changes_of(TOOL, replace(TOOL, **changed))
    return [(each.what, each.before, each.after) for each in changes]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"title": "Write"}, [("title", "", "Write")]),
        (
            {"is_read_only": True},
            [("hints", "It changes something, may destroy something.", "It only reads.")],
        ),
        ({"app_uri": "ui://a"}, [("app", "", "ui://a")]),
        (
            {"schema": {"type": "object", "properties": {"a": TEXT, "b": 5}}},
            [
                (
                    "arguments",
                    'a: {"type": "string"}',
                    'a (may be left out): {"type": "string"}\nb (may be left out): 5',
                )
            ],
        ),
        (
            {"schema": {**TOOL.schema, "additionalProperties": False}},
            [("arguments", "", '{"additionalProperties": false}')],
        ),
        (
            {"schema": {"type": "object", "properties": 5, "required": 5}},
            [("arguments", 'a: {"type": "string"}', "")],
        ),
    ],
)
def test_what_differs_is_shown(changed: Any, expected: Any) -> None:
    assert shown(**changed) == expected


def test_a_difference_far_within_a_long_text_is_shown() -> None:
    same = "x" * 100_000
    before = replace(TOOL, description=same + "reads" + same)
    [change] = changes_of(before, replace(TOOL, description=same + "deletes" + same))
    assert "reads" in change.before
    assert "deletes" in change.after
    assert max(len(change.before), len(change.after)) <= MAX_CHARS + 2
    assert change.after.startswith("…")
    assert change.after.endswith("…")


def test_a_text_that_only_grew_shows_its_end() -> None:
    before = replace(TOOL, description="x" * 50_000)
    [change] = changes_of(before, replace(TOOL, description="x" * 50_000 + " And delete it."))
    assert change.after.endswith("And delete it.")
