"""Every type of output item has something to show, known to the SDK or not."""

from typing import Any, get_args

import pytest
from openai.types.responses import ResponseOutputItem

from backend.domain.items import AssistantMessage, McpCall
from tests.upstreams.responses.test_servers import COMPLETED, added, done, message, play

CONTENTS: dict[str, dict[str, Any]] = {
    "message": {"content": [{"type": "output_text", "text": "Hello"}]},
    "reasoning": {"summary": [{"type": "summary_text", "text": "Hm."}]},
    "custom_tool_call": {"name": "write_sql", "input": "SELECT 1"},
    "shell_call": {"action": {"commands": ["ls"]}},
    "function_call": {"name": "get_weather", "arguments": "{}"},
}


def every_type() -> list[str]:
    union, *_ = get_args(ResponseOutputItem)
    return [get_args(item.model_fields["type"].annotation)[0] for item in get_args(union)]


def instance(kind: str) -> dict[str, Any]:
    return {"type": kind, "id": "item_1", "call_id": "call_1", **CONTENTS.get(kind, {})}


@pytest.mark.parametrize("kind", [*every_type(), "x_search_call", "sparkles"])
async def test_an_item_of_any_type_is_shown(kind: str) -> None:
    item = instance(kind)
    driven = await play(added(item), done(item), COMPLETED)
    (shown,) = driven.items.values()
    if isinstance(shown, McpCall) and not kind.startswith("mcp_"):
        assert shown.name in (kind, kind.removesuffix("_call"), item.get("name"))
    assert driven.ended is not None
    assert driven.finished | {call.item_id for call in driven.calls} == set(driven.items)


@pytest.mark.parametrize(
    ("kind", "asked_for"), [("shell_call", "the tool shell"), ("custom_tool_call", "write_sql")]
)
async def test_a_call_that_nobody_here_can_answer_says_which_tool_was_asked_for(
    kind: str, asked_for: str
) -> None:
    driven = await play(done(instance(kind)), COMPLETED)
    card = driven.only(McpCall)
    assert card.status == "failed"
    assert asked_for in card.error
    assert "this server does not have" in card.error


async def test_a_call_that_the_server_answered_itself_is_no_failure() -> None:
    output = {"type": "shell_call_output", "call_id": "call_1", "output": [{"stdout": "a.txt"}]}
    driven = await play(done(instance("shell_call")), done(output, 1), COMPLETED)
    card = driven.only(McpCall)
    assert (card.status, card.error) == ("completed", None)
    assert card.arguments == '{"action": {"commands": ["ls"]}}'
    assert "a.txt" in card.output
    went_on = await play(done(instance("custom_tool_call")), done(message("Done."), 1), COMPLETED)
    assert went_on.only(McpCall).status == "completed"
    assert went_on.only(AssistantMessage).text == "Done."
