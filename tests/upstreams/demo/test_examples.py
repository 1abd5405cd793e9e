"""What the demo's help tells users to type, typed as it is printed."""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import pytest

from backend.config.settings import Settings
from backend.domain.ids import FileId, ItemId
from backend.domain.items import Item, UserMessage
from backend.domain.parts import FilePart, value_of
from backend.tools.function import FunctionSpec, function
from backend.tools.functions.get_weather import get_weather
from backend.tools.toolbox import Toolbox
from backend.upstreams.demo.answers import capabilities
from backend.upstreams.events import ToolCallsRequired
from backend.upstreams.request import ToolOutput
from tests.upstreams.demo.test_demo import TUESDAY, demo, request, round_of

CSV = FilePart(file_id=FileId("file_1"), name="data.csv", media_type="text/csv", size=1)
OUTPUTS = {"code_interpreter": "1", "file_search": "No passage fits this query."}
BUILTINS = (
    FunctionSpec("code_interpreter", "", {}, strict=False),
    FunctionSpec("file_search", "", {}, strict=False),
    FunctionSpec(
        "shell", "", {"properties": {"commands": {"type": "array"}}, "required": ["commands"]}, True
    ),
)


@function
def add_tags(tags: list[str]) -> int:
    """Come first, but take what no example is made up for."""
    return len(tags)


@function
def roll_dice(
    sides: Annotated[int, "How many sides the dice have."], times: int = 1, loaded: bool = False
) -> list[int]:
    """Roll dice."""
    return [random.randint(1, sides) for _ in range(times)]


def printed(text: str) -> Iterator[str]:
    """The examples of the help, in order."""
    for line in text.splitlines():
        if line.startswith("- **Any function**"):
            yield from re.findall(r"`([^`]+)`", line.partition("Enabled here")[0])
        else:
            yield from re.findall(r'"([^"]+)"', line)


@pytest.mark.parametrize("attached_to", ["first", "describe"])
async def test_every_example_of_the_help_works_as_printed(attached_to: str) -> None:
    toolbox = Toolbox([get_weather, add_tags, roll_dice], Settings(weather_source="sample"))
    context = toolbox.context("thread_1", "run_1", "Europe/Oslo", now=TUESDAY)
    functions = (*BUILTINS, *toolbox.specs())
    examples = list(printed(capabilities(functions)))
    history: tuple[Item, ...] = ()
    for number, example in enumerate(examples):
        files = (CSV,) if attached_to in (example, "first" if not number else "") else ()
        said = UserMessage(id=ItemId(f"item_{number}"), text=example, files=files, created_at=0)
        history = (*history, said)
        session = demo().session(replace(request("", functions=functions), history=history))
        answer = await round_of(session, None)
        if isinstance(answer.last, ToolCallsRequired):
            outputs: list[ToolOutput] = []
            for call in answer.calls:
                text = OUTPUTS.get(call.name)
                if text is None:
                    result = await toolbox.call(toolbox[call.name], call.arguments, context)
                    text = json.dumps(value_of(result.outputs))
                outputs.append(ToolOutput.of_text(call.call_id, text))
            answer = await round_of(session, tuple(outputs))
        assert "This is the **demo**" not in answer.text, example
        assert "gave no result" not in answer.text, example
        assert "is not enabled" not in answer.text, example
    await toolbox.close()
    assert {"Paris, Rome and New York this weekend", "and in Bergen?", "describe"} <= {*examples}
    assert examples[-2:] == ["roll_dice sides=6", 'call roll_dice {"sides": 6}']


async def test_without_a_function_that_takes_simple_values_no_call_is_suggested() -> None:
    assert "by its name" not in capabilities((*BUILTINS, get_weather.spec, add_tags.spec))
