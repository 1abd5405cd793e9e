"""A call of one of the assistant's functions, for a user to copy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backend.domain.assistant import ASK_USER, CODE_INTERPRETER, FILE_SEARCH, FIND_TOOLS
from backend.domain.hosted_tool import APPLY_PATCH, IMAGE_GENERATION, SHELL
from backend.domain.text import json_text
from backend.tools.function import FunctionSpec
from backend.upstreams.demo.shown import CHART_CSV, SEARCH_PLACES

_NO_EXAMPLES = frozenset(
    {ASK_USER, CODE_INTERPRETER, FILE_SEARCH, FIND_TOOLS, IMAGE_GENERATION, SHELL, APPLY_PATCH}
    | {"get_weather", "save_note", CHART_CSV, SEARCH_PLACES}
)
"""Asked for in other ways."""
_LIKELY_NUMBER = 6
_GUESSED = frozenset(
    {"type", "anyOf", "enum", "minimum", "maximum", "default", "description", "title"}
)
"""Keywords under which a value can be made up. Others, such as `pattern`, may refuse it."""


@dataclass(frozen=True, slots=True)
class ExampleCall:
    by_pairs: str
    by_json: str


def example_call(functions: Sequence[FunctionSpec]) -> ExampleCall | None:
    """The first function's that takes arguments which can be made up; None where none does."""
    for spec in functions:
        arguments = None if spec.name in _NO_EXAMPLES else _arguments(spec.parameters)
        if arguments is not None:
            pairs = " ".join(
                f"{name}={value if isinstance(value, str) else json_text(value)}"
                for name, value in arguments.items()
            )
            return ExampleCall(
                f"{spec.name} {pairs}".rstrip(), f"call {spec.name} {json_text(arguments)}"
            )
    return None


def _arguments(schema: dict[str, Any]) -> dict[str, Any] | None:
    """Those that it requires, or else the first that it allows; None where one is not simple.

    Strict mode requires every property, but takes null for an optional one, as its absence is here.
    """
    properties = schema.get("properties", {})
    needed = [
        name
        for name in schema.get("required", ())
        if name in properties and not _takes_null(properties[name])
    ]
    values = {name: _value(properties[name]) for name in needed or properties}
    if needed:
        return values if all(value is not None for value in values.values()) else None
    first = next(((name, value) for name, value in values.items() if value is not None), None)
    return dict([first]) if first else {}


def _takes_null(schema: Any) -> bool:
    return isinstance(schema, dict) and {"type": "null"} in schema.get("anyOf", ())


def _value(schema: Any) -> str | int | bool | None:
    """A value that the schema takes, of one word; None where that takes more than a guess."""
    if not isinstance(schema, dict) or not schema.keys() <= _GUESSED:
        return None
    if _takes_null(schema):
        return next(
            (found for each in schema["anyOf"] if (found := _value(each)) is not None), None
        )
    if "enum" in schema:
        word = schema["enum"][0]
        return word if isinstance(word, str) and word.isidentifier() else None
    match schema.get("type"):
        case "integer" | "number":
            least = schema.get("minimum", _LIKELY_NUMBER)
            most = schema.get("maximum")
            if not isinstance(least, int) or not isinstance(most, int | None):
                return None
            number = max(least, _LIKELY_NUMBER)
            return number if most is None else min(number, most)
        case "boolean":
            return True
        case "string":
            return "hello"
        case _:
            return None
