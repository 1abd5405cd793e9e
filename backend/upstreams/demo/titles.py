"""Titles by the same rules by which the demo understands a question."""

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
    """What the first message asked for; None for small talk."""
    said = [item.text for item in history if isinstance(item, UserMessage)][:1]
    match understand(said, datetime.now(UTC).date(), functions):
        case WeatherQuestion(places=places) if places:
            return f"Weather in {_listed(places)}"
        case FunctionQuestion(name=name):
            return f"Call of {name}"
        case MarkdownQuestion(part=part):
            return SECTIONS.get(part, "A field guide to clouds")
        case _:
            return None


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
