"""What somebody wrote is compared with a schema that may be anything, and never holds up this server."""

import time
from typing import Any

import pytest

from backend.tools.schema_check import MAX_CHECK_S, misfit


def of(field: Any, **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": field}, **more}


@pytest.mark.parametrize(
    ("schema", "value", "told"),
    [
        (of({"type": "integer"}), {"a": "x"}, "a: 'x' is not of type 'integer'"),
        (of({}, required=["a"]), {}, "'a' is a required property"),
        (of({"$ref": "#/$defs/n"}, **{"$defs": {"n": {"minimum": 2}}}), {"a": 1}, "a: 1 is less"),
        (of({"items": {"enum": ["y"]}}), {"a": ["y", "x"]}, "a.1: 'x' is not one of ['y']"),
        (of({}, additionalProperties=False), {"b": 1}, "('b' was unexpected)"),
        (of({"maxLength": 3}), {"a": "x" * 10_000}, "…"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(
    schema: dict[str, Any], value: Any, told: str
) -> None:
    wrong = misfit(value, schema)
    assert wrong is not None
    assert told in wrong
    assert len(wrong) < 300


MANY = {f"a{n}": {"anyOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(40)}


@pytest.mark.parametrize(
    "schema",
    [
        {},
        of({"type": "nothing"}),
        of({"type": 5}),
        of(7),
        of({"$ref": "#/$defs/none"}),
        of({"$ref": "https://example.com/schema.json"}),
        of({"$schema": "http://json-schema.org/draft-07/schema#", "pattern": "(a+)+$"}),
        {"$ref": "#"},
        of({"pattern": "(a+)+$"}),
        of({}, patternProperties={"(a+)+$": False}, additionalProperties=False),
        of({"$ref": "#/$defs/a0"}, **{"$defs": {**MANY, "a40": {"type": "integer"}}}),
    ],
)
def test_a_schema_that_is_unusable_or_takes_for_ever_checks_nothing(schema: dict[str, Any]) -> None:
    began = time.monotonic()
    assert misfit({"a": "a" * 40 + "!", "a" * 40 + "!": 1}, schema) is None
    assert time.monotonic() - began < MAX_CHECK_S + 5
