"""The description of a function for a model, from its signature and docstring."""

import random
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from backend.tools.function import ToolContext, function


def test_the_signature_and_docstring_become_the_schema() -> None:
    @function
    def book_table(
        restaurant: Annotated[str, "Its name."],
        guests: Annotated[int, Field(description="How many come.", ge=1)],
        day: date,
        context: ToolContext,
    ) -> str:
        """Book a table.

        Call it once the guest has agreed.
        """
        return restaurant

    assert book_table.spec.name == "book_table"
    assert book_table.spec.description == "Book a table.\n\nCall it once the guest has agreed."
    assert book_table.spec.strict
    assert book_table.spec.parameters == {
        "type": "object",
        "properties": {
            "restaurant": {"type": "string", "description": "Its name."},
            "guests": {"type": "integer", "description": "How many come.", "minimum": 1},
            "day": {"type": "string", "format": "date"},
        },
        "required": ["restaurant", "guests", "day"],
        "additionalProperties": False,
    }


def test_a_decorated_function_is_still_a_function() -> None:
    @function
    def double(number: int) -> int:
        """Double it."""
        return 2 * number

    assert double(4) == 8


def test_an_optional_parameter_is_required_and_nullable_as_strict_mode_wants() -> None:
    @function
    def search(
        words: str,
        limit: Annotated[int, "At most."] = 10,
        order: Literal["newest", "best"] | None = None,
        page: int = Field(default=1, description="From 1."),
    ) -> str:
        """Search."""
        return words

    assert search.spec.strict
    assert search.spec.parameters["required"] == ["words", "limit", "order", "page"]
    properties = search.spec.parameters["properties"]
    assert properties["limit"] == {
        "anyOf": [{"type": "integer"}, {"type": "null"}],
        "description": "At most.",
    }
    assert properties["order"] == {
        "anyOf": [{"enum": ["newest", "best"], "type": "string"}, {"type": "null"}]
    }
    assert properties["page"]["anyOf"] == [{"type": "integer"}, {"type": "null"}]
    assert properties["page"]["description"] == "From 1."


def test_null_for_an_optional_argument_means_its_default() -> None:
    @function
    def search(words: str, limit: int = 10, order: str | None = "best") -> str:
        """Search."""
        return words

    parsed = search.parameters.parse('{"words": "x", "limit": null, "order": null}')

    assert parsed == {"words": "x", "limit": 10, "order": None}
    assert search.parameters.parse('{"words": "x"}')["limit"] == 10


class Address(BaseModel):
    street: str
    city: str


def test_models_as_parameters_arrive_as_models() -> None:
    @function
    def deliver(to: Address, via: list[Address]) -> str:
        """Deliver."""
        return to.city

    assert deliver.spec.strict
    parsed = deliver.parameters.parse('{"to": {"street": "a", "city": "b"}, "via": []}')
    assert parsed["to"] == Address(street="a", city="b")


@pytest.mark.parametrize(
    "annotation",
    [
        dict[str, int],
        Annotated[list[int], Field(json_schema_extra={"contains": {"const": 1}})],
        Any,
        tuple[int, str],
        list[Any],
    ],
    ids=str,
)
def test_what_strict_mode_cannot_express_makes_the_function_not_strict(annotation: Any) -> None:
    def describe(value):  # type: ignore[no-untyped-def]
        """Describe it."""

    describe.__annotations__["value"] = annotation

    assert not function(describe).spec.strict


def test_a_recursive_model_is_strict() -> None:
    @function
    def plant(tree: Tree) -> str:
        """Plant it."""
        return tree.name

    assert plant.spec.strict
    assert plant.spec.parameters["properties"]["tree"] == {"$ref": "#/$defs/Tree"}
    assert plant.spec.parameters["$defs"]["Tree"]["additionalProperties"] is False


class Opaque:
    pass


def elsewhere(x: "Elsewhere") -> int:  # type: ignore[name-defined]  # noqa: F821
    """Elsewhere."""
    return 1


class Tree(BaseModel):
    name: str
    branches: "list[Tree]"


def test_parameters_may_be_called_as_pydantic_methods_are() -> None:
    @function
    def save(copy: bool, model_config: str, schema: str, json: int) -> str:
        """Save it."""
        return schema

    arguments = '{"copy": true, "model_config": "m", "schema": "s", "json": 1}'
    assert save.parameters.parse(arguments) == {
        "copy": True,
        "model_config": "m",
        "schema": "s",
        "json": 1,
    }


def test_a_function_without_parameters_takes_an_empty_object() -> None:
    @function(name="flip")
    def flip_coin() -> bool:
        """Flip a coin."""
        return random.random() < 0.5

    assert flip_coin.spec.name == "flip"
    assert flip_coin.spec.strict
    assert flip_coin.spec.parameters == {
        "type": "object",
        "properties": {},
        "required": [],
        "additionalProperties": False,
    }
    assert flip_coin.parameters.parse("") == {}


def test_a_function_no_model_could_call_is_refused_with_what_to_mend() -> None:
    def silent(x: int) -> int:
        return x

    def untyped(x):  # type: ignore[no-untyped-def]
        """Untyped."""

    def open_ended(*numbers: int) -> int:
        """Sum."""
        return sum(numbers)

    def counting():  # type: ignore[no-untyped-def]
        """Count."""
        yield 1

    def opaque(x: Opaque) -> Opaque:
        """Opaque."""
        return x

    wrongs: list[tuple[Callable[..., Any], str]] = [
        (silent, "no docstring"),
        (untyped, "parameter x has no type annotation"),
        (open_ended, r"\*numbers: int cannot be passed by name"),
        (counting, "is a generator"),
        (opaque, "type cannot be validated"),
        (elsewhere, "annotations cannot be evaluated: name 'Elsewhere' is not defined"),
    ]
    for wrong, message in wrongs:
        with pytest.raises(TypeError, match=message):
            function(wrong)
    with pytest.raises(TypeError, match="cannot name a function"):
        function(name="roll dice")(silent)
