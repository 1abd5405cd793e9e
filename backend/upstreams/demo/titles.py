"""Titles by the same rules by which the demo understands a question."""

import json
from datetime import UTC, datetime

from backend.domain.items import Item, UserMessage
from backend.upstreams.demo.answers import SECTIONS
from backend.upstreams.demo.questions import (
    FunctionQuestion,
    MarkdownQuestion,
    WeatherQuestion,
    understand,
)


def make_title(history: tuple[Item, ...], functions: frozenset[str]) -> str | None:
    """What the first message asked for; None where its own words say it best."""
    said = [item.text for item in history if isinstance(item, UserMessage)][:1]
    match understand(said, datetime.now(UTC).date(), functions):
        case WeatherQuestion(places=places) if places:
            return f"Weather in {_listed(places)}"
        case FunctionQuestion(name=name, arguments=arguments) if name in said[0]:
            return _called(name, arguments)
        case MarkdownQuestion(part=part):
            return SECTIONS.get(part, "A field guide to clouds")
        case _:
            return None


def _called(name: str, arguments: str) -> str:
    """`Roll dice: 6, 3` for `roll_dice sides=6 times=3`."""
    try:
        given = json.loads(arguments)
    except ValueError:
        given = {}
    values = given.values() if isinstance(given, dict) else ()
    told = ", ".join(str(value) for value in values if isinstance(value, str | int | float))
    words = name.replace("_", " ").strip()
    return f"{words[:1].upper()}{words[1:]}{': ' if told else ''}{told}"


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
