"""What an empty chat shows of its assistant. The page has its own words for what is empty."""

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from backend.domain.frozen_model import FrozenModel


def _text(max_length: int, min_length: int = 0) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=min_length, max_length=max_length)


class Suggestion(FrozenModel):
    """A question to begin with."""

    # One schema for requests and answers: what has a default is optional in both.
    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    title: Annotated[str, _text(80)] = ""
    """A few words above the question."""
    prompt: Annotated[str, _text(2000, 1)]
    """What is sent when it is chosen."""


class StartScreen(FrozenModel):
    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    greeting: Annotated[str, _text(200)] = ""
    introduction: Annotated[str, _text(1000)] = ""
    """A sentence or two below the greeting."""
    suggestions: tuple[Suggestion, ...] = Field(default=(), max_length=8)
    placeholder: Annotated[str, _text(80)] = ""
    """What stands in the field for messages while that is empty."""
