"""Parameters of answers that a model refuses: sent until then, and left out from then on.

Each run that goes without one of its parameters says so.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import openai

from backend.domain.parameters import Parameters
from backend.domain.text import json_text
from backend.upstreams.events import Remark

REFUSALS: Final = (openai.BadRequestError, openai.UnprocessableEntityError)

_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "output_schema": ("text.format", "response_format", "json_schema"),
    "verbosity": ("verbosity",),
    "temperature": ("temperature",),
    "top_p": ("top_p", "top-p"),
    "max_output_tokens": ("max_output_tokens",),
    "service_tier": ("service_tier", "service tier"),
    "reasoning_effort": ("effort",),
}
"""What a refusal of each mentions."""

_LOOSE_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "max_output_tokens": ("max_completion_tokens", "max_tokens"),
    "reasoning_effort": ("reasoning",),
    "verbosity": ('"text"', "'text'"),
    "output_schema": ('"text"', "'text'"),
}
"""What it may mention if nothing else that was sent is meant by it."""

_BAD_SCHEMA: Final = re.compile(r"invalid_json_schema|invalid schema")
"""The schema is at fault and not the model, so that its author has to know."""

_NAMES: Final = {
    "output_schema": "structured output",
    "max_output_tokens": "maximum length",
    "top_p": "top-p",
}


@dataclass(slots=True)
class RefusedParameters:
    """What the models of a server have refused, by value: another value may be fine."""

    _refused: set[tuple[str, str, str]] = field(default_factory=set)
    """Model, parameter and value."""

    def accepted(self, model: str, wanted: Parameters) -> Parameters:
        """Returns the parameters without the refused ones."""
        refused = dict.fromkeys(self._left_out(model, wanted))
        return wanted.model_copy(update=refused) if refused else wanted

    def learn(self, said: str, model: str, sent: Parameters, *, loosely: bool = False) -> bool:
        """Returns whether a refusal names a parameter that was sent, and leaves it out from now on."""
        words = _LOOSE_WORDS if loosely else _WORDS
        for name, value in sent.given().items():
            if name == "output_schema" and _BAD_SCHEMA.search(said):
                continue
            if any(word in said for word in words.get(name, ())):
                self._refused.add((model, name, json_text(value)))
                return True
        return False

    def remarks(self, model: str, wanted: Parameters) -> Iterator[Remark]:
        """Yields a sentence for each parameter that is left out."""
        for name in self._left_out(model, wanted):
            yield Remark(f"{model} does not take {in_words(wanted, name)}, so it was left out.")

    def _left_out(self, model: str, wanted: Parameters) -> Iterator[str]:
        for name, value in wanted.given().items():
            if self._refused and (model, name, json_text(value)) in self._refused:
                yield name


def in_words(parameters: Parameters, name: str) -> str:
    """Returns a parameter and its value in words: `reasoning effort “low”`."""
    word = _NAMES.get(name, name.replace("_", " "))
    value = getattr(parameters, name)
    return word if isinstance(value, dict) else f"{word} “{value}”"


def said_by(error: openai.APIStatusError) -> str:
    """Returns all that a refusal says, in lower case."""
    return f"{error.param or ''} {json.dumps(error.body, default=str)}".lower()


def sampling_fields(parameters: Parameters) -> dict[str, Any]:
    """Returns the fields that every API names alike."""
    return {
        name: value
        for name, value in parameters.given().items()
        if name in ("temperature", "top_p", "service_tier")
    }
