"""Arguments of every kind that pydantic describes: from JSON text to what the function gets."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, HttpUrl

from backend.config.settings import Settings
from backend.domain.text import json_text
from backend.tools.function import function
from backend.tools.strict_schema import is_strict
from backend.tools.toolbox import Toolbox


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Address(BaseModel):
    street: str
    number: int = 5
    color: Color = Color.RED


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"]
    name: Annotated[str, Field(max_length=10)]


class Node(BaseModel):
    name: str
    children: "list[Node]" = []


@dataclass
class Size:
    width: int
    unit: str = "cm"


class Place(NamedTuple):
    x: int
    y: int


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]

STRICT: list[tuple[Any, Any, Any]] = [
    (Color, "blue", Color.BLUE),
    (Level, 2, Level.HIGH),
    (Literal["a", 1], 1, 1),
    (date, "2026-11-30", date(2026, 11, 30)),
    (datetime, "2026-11-30T12:00:00Z", datetime(2026, 11, 30, 12, tzinfo=UTC)),
    (time, "12:30:00", time(12, 30)),
    (timedelta, "PT90S", timedelta(seconds=90)),
    (Decimal, "1.10", Decimal("1.10")),
    (UUID, "12345678-1234-5678-1234-567812345678", UUID("12345678123456781234567812345678")),
    (HttpUrl, "https://example.com/a", HttpUrl("https://example.com/a")),
    (int | str, "one", "one"),
    (bool | None, None, None),
    (list[Color], ["red", "blue"], [Color.RED, Color.BLUE]),
    (tuple[int, ...], [1, 2], (1, 2)),
    (set[str], ["a", "a"], {"a"}),
    (Address, {"street": "a"}, Address(street="a")),
    (Address | None, {"street": "a", "number": 6, "color": "blue"}, None),
    (list[Address], [{"street": "a"}], [Address(street="a")]),
    (Size, {"width": 3}, Size(3)),
    (Cat | Dog, {"kind": "cat"}, Cat(kind="cat")),
    (list[Pet], [{"kind": "dog", "name": "Rex"}], [Dog(kind="dog", name="Rex")]),
    (Node, {"name": "a", "children": [{"name": "b"}]}, None),
    (Annotated[str, Field(min_length=1, max_length=3)], "abc", "abc"),
    (Annotated[str, Field(pattern="^a+$")], "aa", "aa"),
    (Annotated[list[int], Field(min_length=1, max_length=2)], [1], [1]),
    (Annotated[float, Field(gt=0, multiple_of=0.5)], 1.5, 1.5),
    (Annotated[int, Field(examples=[3, 4])], 3, 3),
]
OTHER: list[tuple[Any, Any, Any]] = [
    (dict[str, int], {"a": 1}, {"a": 1}),
    (tuple[int, str], [1, "a"], (1, "a")),
    (Place, [1, 2], Place(1, 2)),
    (Any, {"a": [1]}, {"a": [1]}),
]


async def given(annotation: Any, value: Any, *default: Any) -> tuple[Any, str | None, bool]:
    """Returns what a function gets for an argument, or the error, and whether it is strict."""
    got: list[Any] = []

    def take(value: Any) -> None:
        """Take it."""
        got.append(value)

    take.__defaults__ = default
    take.__annotations__["value"] = annotation
    entry = function(take)
    toolbox = Toolbox([entry], Settings())
    arguments = json_text({} if value is ... else {"value": value})
    result = await toolbox.call(entry, arguments, toolbox.context("t", "r", "UTC"))
    await toolbox.close()
    assert entry.spec.strict == is_strict(entry.spec.parameters)
    return (got[0] if got else None), result.error, entry.spec.strict


@pytest.mark.parametrize(("annotation", "value", "expected"), STRICT, ids=str)
async def test_it_arrives_as_its_type_and_its_schema_is_strict(
    annotation: Any, value: Any, expected: Any
) -> None:
    got, error, strict = await given(annotation, value)

    assert (error, strict) == (None, True)
    assert got == expected or (expected is None and value is not None)
    # The same with a default: left out, or null where null is nothing else.
    assert await given(annotation, ..., "the default") == ("the default", None, True)
    assert (await given(annotation, value, "the default"))[0] == got


@pytest.mark.parametrize(("annotation", "value", "expected"), OTHER, ids=str)
async def test_it_arrives_as_its_type_though_strict_mode_cannot_express_it(
    annotation: Any, value: Any, expected: Any
) -> None:
    assert await given(annotation, value) == (expected, None, False)


@pytest.mark.parametrize(
    ("annotation", "wrong", "reason"),
    [
        (Color, "green", "value: Input should be 'red' or 'blue' (given: \"green\")"),
        (date, "tomorrow", "value: Input should be a valid date"),
        (Address, {"street": "a", "number": "x"}, "value.number: Input should be a valid integer"),
        (list[Pet], [{"kind": "fish"}], "value.0: Input tag 'fish' found"),
        (Annotated[str, Field(max_length=3)], "long", "value: String should have at most 3"),
        (Annotated[set[int], Field(max_length=1)], [1, 2], "value: Set should have at most 1"),
        (Annotated[float, Field(gt=0)], 0, "value: Input should be greater than 0"),
        (int | None, "x", "value: Input should be a valid integer"),
    ],
    ids=str,
)
async def test_what_is_wrong_is_told_with_its_place(
    annotation: Any, wrong: Any, reason: str
) -> None:
    _, error, _ = await given(annotation, wrong)

    assert reason in (error or "")


def test_strict_mode_is_told_in_words_what_it_has_no_keyword_for() -> None:
    @function
    def write(
        to: Annotated[Address, "Where."],
        pets: list[Pet],
        note: Annotated[str, "What.", Field(max_length=3)],
        tags: Annotated[set[str], Field(examples=[["a"]])],
    ) -> str:
        """Write."""
        return note

    properties = write.spec.parameters["properties"]
    assert properties["to"] == {"anyOf": [{"$ref": "#/$defs/Address"}], "description": "Where."}
    assert properties["pets"]["items"] == {
        "anyOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}]
    }
    assert properties["note"] == {
        "type": "string",
        "description": "What. At most 3 characters.",
    }
    assert properties["tags"]["description"] == 'No item twice. For example ["a"].'
    address = write.spec.parameters["$defs"]["Address"]
    assert address["required"] == ["street", "number", "color"]
    assert address["properties"]["number"] == {"type": "integer", "description": "Default: 5."}
