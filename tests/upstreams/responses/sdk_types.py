"""Instances of the SDK's own types: every output item and stream event, minimal and full.

They are made from the types, so what a new SDK adds appears by itself. Every text is a word of its own,
by which it can be found again.
"""

import itertools
import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from openai import BaseModel
from openai.types.responses import ResponseOutputItem, ResponseStreamEvent

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGPQqJiHBzGMSmNBAP3HbgHQEr8kAAAA"
    "AElFTkSuQmCC"
)
_NEVER_SAID = frozenset(
    {"created_by", "call_id", "caller", "id", "item_id", "logprobs", "obfuscation", "outcome"}
    | {"response", "sequence_number", "tools", "type"}
)
"""What is there is no content."""
_SAID = frozenset(
    {
        "arguments",
        "code",
        "command",
        "commands",
        "delta",
        "diff",
        "input",
        "logs",
        "message",
        "output",
        "path",
        "queries",
        "query",
        "reason",
        "refusal",
        "revised_prompt",
        "stderr",
        "stdout",
        "text",
    }
)


def members(union: Any) -> list[type[BaseModel]]:
    """The models of an annotated union."""
    inner, *_ = get_args(union)
    return list(get_args(inner))


def type_of(model: type[BaseModel]) -> str:
    (kind, *_) = get_args(model.model_fields["type"].annotation)
    return str(kind)


ITEMS = {type_of(model): model for model in members(ResponseOutputItem)}
EVENTS = {type_of(model): model for model in members(ResponseStreamEvent)}


class Maker:
    """Makes instances as JSON. `full` are those with every field and every kind of list element."""

    def __init__(self, *, full: bool) -> None:
        self._full = full
        self._words = (f"word{number}x{'full' if full else 'mini'}" for number in itertools.count())

    def make(self, model: type[BaseModel]) -> dict[str, Any]:
        return {
            field.alias or name: self._value(field.annotation, field.alias or name, model)
            for name, field in model.model_fields.items()
            if field.is_required() or self._full
        }

    def _value(self, kind: Any, name: str, model: type[BaseModel]) -> Any:
        origin, args = get_origin(kind), get_args(kind)
        if origin is Annotated:
            return self._value(args[0], name, model)
        if origin is Literal:
            return "completed" if "completed" in args else args[0]
        if origin in (Union, types.UnionType):
            return self._value(next(arg for arg in args if arg is not type(None)), name, model)
        if origin is list:
            return [self._value(element, name, model) for element in self._elements(args[0])]
        if origin is dict:
            return {self._word(): self._value(args[1], name, model)}
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            # A tool can hold tools, and a response holds everything.
            return self.make(kind) if name not in ("tools", "response") else self._response(name)
        return self._plain(kind, name)

    def _elements(self, kind: Any) -> list[Any]:
        inner = get_args(kind)[0] if get_origin(kind) is Annotated else kind
        if get_origin(inner) in (Union, types.UnionType):
            return list(get_args(inner)) if self._full else list(get_args(inner))[:1]
        return [inner]

    def _plain(self, kind: Any, name: str) -> Any:
        if kind is str:
            return self._text(name)
        if kind is bool:
            return True
        if kind in (int, float):
            return 0 if name.endswith("_index") else 1
        return {"said": self._word()} if kind is object else self._word()

    def _text(self, name: str) -> str:
        if name in ("result", "partial_image_b64", "image_url"):
            return PNG
        if name == "arguments":
            return f'{{"said": "{self._word()}"}}'
        return f"https://example.org/{self._word()}" if name.endswith("url") else self._word()

    def _response(self, name: str) -> dict[str, Any]:
        if name == "tools":
            return {"type": "custom", "name": self._word()}
        return {"id": self._word(), "object": "response", "output": []}

    def _word(self) -> str:
        return next(self._words)


def words_said(value: Any, *, said: bool = False) -> Iterator[str]:
    """The words of an instance that a reader must see."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "error":
                # Of an error the code stays behind.
                message = inner.get("message") if isinstance(inner, dict) else inner
                yield from words_said(message, said=True)
            elif name not in _NEVER_SAID:
                yield from words_said(inner, said=said or name in _SAID)
    elif isinstance(value, list):
        for inner in value:
            yield from words_said(inner, said=said)
    elif said and isinstance(value, str) and "word" in value:
        start = value.index("word")
        yield value[start : start + len(value[start:].split('"')[0])]


def item_type_of(event: str) -> str | None:
    """The type of the item that an event is about: `response.mcp_call.failed` is about `mcp_call`."""
    about = event.removeprefix("response.")
    found = [kind for kind in ITEMS if about.startswith(kind)]
    return max(found, key=len, default=None)
