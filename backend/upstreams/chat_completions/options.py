"""What a server may refuse, and what it has refused: sent until then, and never again."""

import re
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

import openai

from backend.upstreams.parameters import said_by

Option = Literal["stream_options", "max_completion_tokens", "max_tokens", "reasoning"]

_WORDS: Final[dict[Option, tuple[str, ...]]] = {
    "stream_options": ("stream_options", "include_usage"),
    "max_completion_tokens": ("max_completion_tokens",),
    "max_tokens": ("max_tokens",),
    "reasoning": ("reasoning",),
}
"""What a refusal of each mentions."""

_TOO_LARGE: Final = re.compile(r"too (?:large|high|big)|at most|less than or equal|exceed")

_THOUGHTS: Final = frozenset({"reasoning_content", "reasoning"})
"""The fields of a message that hold its reasoning."""


@dataclass(slots=True)
class Options:
    """Which optional parts of a request a server takes, by model."""

    _refused: set[tuple[str, Option]] = field(default_factory=set)

    def fitted(self, body: dict[str, Any], model: str) -> dict[str, Any]:
        """Returns the body without what was refused."""
        body = dict(body)
        refused = {option for whose, option in self._refused if whose == model}
        if "stream_options" in refused:
            body.pop("stream_options", None)
        if "reasoning" in refused:
            body["messages"] = [
                {name: value for name, value in message.items() if name not in _THOUGHTS}
                for message in body["messages"]
            ]
        limit = body.pop("max_completion_tokens", None)
        names: tuple[Option, ...] = ("max_completion_tokens", "max_tokens")
        if limit is not None:
            body |= next(({name: limit} for name in names if name not in refused), {})
        return body

    def learn(self, error: openai.APIStatusError, sent: dict[str, Any], model: str) -> bool:
        """Whether the refusal names an option that was sent; it is left out from now on."""
        said = said_by(error)
        for option in get_args(Option):
            if _is_in(sent, option) and any(word in said for word in _WORDS[option]):
                self._refused.add((model, option))
                return True
        return False


def _is_in(sent: dict[str, Any], option: Option) -> bool:
    if option == "reasoning":
        return any(not _THOUGHTS.isdisjoint(message) for message in sent["messages"])
    return option in sent


def is_about_size(said: str) -> bool:
    """Whether a limit is refused for its value, and not because the field is unknown."""
    return _TOO_LARGE.search(said) is not None
