"""Schemas of servers become such as every upstream takes, for strict and for other models."""

import json
from typing import Any

import pytest

from backend.mcp.arguments import Arguments
from backend.tools.strict_schema import is_strict


def of(properties: Any, **more: Any) -> Arguments:
    return Arguments.of({"type": "object", "properties": properties, **more})


def test_a_plain_schema_is_strict_and_null_means_that_nothing_was_said() -> None:
    arguments = of({"a": {"type": "string"}, "b": {"type": "integer"}}, required=["a"])
    assert arguments.strict
    assert is_strict(arguments.schema)
    assert arguments.parse('{"a": "x", "b": null}') == {"a": "x"}
    assert arguments.parse('{"a": "x", "b": 1}') == {"a": "x", "b": 1}


def test_an_argument_that_may_be_null_is_told_so() -> None:
    arguments = of({"a": {"type": ["string", "null"]}})
    assert arguments.parse('{"a": null}') == {"a": None}


@pytest.mark.parametrize(
    "properties",
    [
        {"a": {"type": "object", "properties": {"b": {"type": "string"}}}},
        {"a": {"type": "object", "additionalProperties": {"type": "string"}}},
        {"a": {"patternProperties": {}}},
        {"child": {"$ref": "#"}},
        {"a": True},
    ],
)
def test_what_strict_mode_cannot_express_is_told_as_it_is(properties: Any) -> None:
    arguments = of(properties)
    assert not arguments.strict
    assert arguments.schema["properties"] == properties


@pytest.mark.parametrize(
    "given",
    [{"properties": ["a"]}, {"properties": {"a": json.loads("[" * 40 + "]" * 40)}}],
)
def test_what_nobody_could_use_counts_as_any_object(given: Any) -> None:
    assert Arguments.of(given).schema == {"type": "object", "properties": {}}


@pytest.mark.parametrize("required", [[["a"]], [{}], [1, None], "a", {"a": True}, None])
def test_what_is_no_name_of_an_argument_is_not_required(required: Any) -> None:
    assert of({"a": {"type": "string"}}, required=required).parse("{}") == {}


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf", "allOf", "not", "enum", "$schema", "$id"])
def test_what_upstreams_refuse_at_the_top_is_left_out(keyword: str) -> None:
    assert keyword not in of({"a": {"type": "string"}}, **{keyword: []}).schema


LOOP = {"$ref": "#/$defs/loop"}


@pytest.mark.parametrize(
    "reference",
    [
        "#/$defs/none",
        "#/$defs/loop",
        "#/$defs/there",
        "#/properties/a",
        "https://elsewhere.example/schema.json",
        "other.json",
        "",
        5,
        None,
    ],
)
def test_a_reference_that_leads_nowhere_is_taken_out(reference: Any) -> None:
    definitions = {
        "loop": LOOP,
        "there": {"$ref": "#/$defs/back"},
        "back": {"$ref": "#/$defs/there"},
    }
    part = {"$ref": reference, "description": "A part."}
    arguments = of({"a": part, "more": {"type": "array", "items": part}}, **{"$defs": definitions})
    assert "$ref" not in json.dumps([arguments.schema, arguments.form])
    assert "A part." in json.dumps(arguments.schema)


def test_a_reference_that_leads_somewhere_stays() -> None:
    node = {
        "type": "object",
        "properties": {"next": {"anyOf": [{"$ref": "#/$defs/a~1b%20c"}, {"type": "null"}]}},
        "required": ["next"],
        "additionalProperties": False,
    }
    of_definition = of({"$ref": {"$ref": "#/$defs/a~1b%20c"}}, **{"$defs": {"a/b c": node}})
    assert of_definition.strict
    assert of_definition.form["properties"] == {"$ref": {"$ref": "#/$defs/a~1b%20c"}}
