"""Parameters of answers that a model refuses: sent until then, and left out from then on.

Each run that goes without one of its parameters says so.
"""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeVar, get_args

import openai

from backend.domain.parameters import Parameters, ReasoningEffort, Verbosity
from backend.domain.text import json_text
from backend.upstreams.events import Remark
from backend.upstreams.refusal_file import Refusal, RefusalFile

T = TypeVar("T")

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

_EFFORT: Final = "reasoning_effort"
_VERBOSITY: Final = "verbosity"
_NAMES: Final = {
    "output_schema": "structured output",
    "max_output_tokens": "maximum length",
    "top_p": "top-p",
}


class RefusedParameters:
    """What the models of a server have refused, by value: another value may be fine."""

    def __init__(self) -> None:
        self._refused: dict[Refusal, float] = {}
        """With the seconds since the Unix epoch at which each was learnt."""
        self._file: RefusalFile | None = None

    def keep_in(self, path: Path, server: str) -> None:
        """Remember over restarts, in a file that servers share."""
        self._file = RefusalFile(path, server)
        self._refused = self._file.read()

    def forget(self) -> None:
        """Try everything again."""
        self._refused = {}
        self._keep()

    def efforts(self, model: str) -> tuple[ReasoningEffort, ...]:
        """Returns the reasoning efforts that the model has not refused."""
        return self._not_refused(model, _EFFORT, get_args(ReasoningEffort))

    def verbosities(self, model: str) -> tuple[Verbosity, ...]:
        """Returns the verbosities that the model has not refused."""
        return self._not_refused(model, _VERBOSITY, get_args(Verbosity))

    def left_out(self, model: str, wanted: Parameters) -> tuple[str, ...]:
        """Returns in words what is left out of these."""
        return tuple(in_words(wanted, name) for name in self._left_out(model, wanted))

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
                self._refused[Refusal(model, name, json_text(value))] = time.time()
                self._keep()
                return True
        return False

    def remarks(self, model: str, wanted: Parameters) -> Iterator[Remark]:
        """Yields a sentence for each parameter that is left out."""
        for name in self._left_out(model, wanted):
            yield Remark(f"{model} does not take {in_words(wanted, name)}, so it was left out.")

    def _not_refused(self, model: str, name: str, values: tuple[T, ...]) -> tuple[T, ...]:
        refused = {
            value for whose, which, value in self._refused if (whose, which) == (model, name)
        }
        return tuple(value for value in values if json_text(value) not in refused)

    def _keep(self) -> None:
        if self._file is not None:
            self._file.write(self._refused)

    def _left_out(self, model: str, wanted: Parameters) -> Iterator[str]:
        for name, value in wanted.given().items():
            if self._refused and Refusal(model, name, json_text(value)) in self._refused:
                yield name


def in_words(parameters: Parameters, name: str) -> str:
    """Returns a parameter and its value in words: `reasoning effort “low”`."""
    word = _NAMES.get(name, name.replace("_", " "))
    value = getattr(parameters, name)
    return word if isinstance(value, dict) else f"{word} “{value}”"


def said_by(error: openai.APIStatusError) -> str:
    """Returns all that a refusal says, in lower case."""
    return f"{error.param or ''} {json.dumps(error.body, default=str)}".lower()
