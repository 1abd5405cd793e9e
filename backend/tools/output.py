"""The output of a function: JSON, pictures, files, apps, to be stored, shown and sent to the model."""

import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from itertools import chain
from typing import Any, Final

from pydantic import BaseModel, JsonValue
from pydantic_core import PydanticSerializationError, from_json, to_json, to_jsonable_python

from backend.config.redaction import LONGEST_SECRET_CHARS
from backend.domain.parts import as_part
from backend.domain.text import clean_json, clean_text
from backend.tools.app import App
from backend.tools.media import MAX_OUTPUTS, File, Image, MediaRefused, Output, page_of

_PIECE_CHARS: Final = 65_536
_DEEPEST: Final = 255
"""How deep pydantic goes into a value. A value that contains itself is deeper."""


class UnusableOutput(Exception):
    """The output cannot be used. The message is for the model."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


def as_outputs(value: Any, limit_bytes: int, redacted: Callable[[str], str]) -> tuple[Output, ...]:
    """Returns a value, or a list of values with pictures, files or an app among them, as outputs.

    May take long: meant for a thread. `redacted` is applied to every text in them. Raises `UnusableOutput`.
    """
    if not isinstance(value, list | tuple):
        value = (value,)
    elif not any(isinstance(each, Image | File | App) for each in value):
        return (as_part(as_output(value, limit_bytes, redacted)),)
    if len(value) > MAX_OUTPUTS:
        raise UnusableOutput(
            f"The function returned {len(value):,} values, pictures and files, more than the limit "
            f"of {MAX_OUTPUTS}. Ask for less.",
            code="output_too_large",
        )
    if sum(isinstance(each, App) for each in value) > 1:
        raise UnusableOutput("The function returned more than one app.", code="output_too_large")
    return tuple(_as_kept(each, limit_bytes, redacted) for each in value)


def as_output(value: Any, limit_bytes: int, redacted: Callable[[str], str]) -> JsonValue:
    """Returns a value (a model, dataclass, date and so on) as JSON, with NaN and infinity as null.

    Text beyond the limit is cut, with a note at its end. Any other value beyond the limit is
    refused, since half of a structure is of no use. Raises `UnusableOutput`.
    """
    try:
        if isinstance(value, str) and len(value) > limit_bytes:
            return _cut(value, limit_bytes, redacted)
        if not isinstance(value, str):
            _refuse_endless(value, limit_bytes)
        encoded = _encoded(value)
        if len(encoded) <= limit_bytes:
            return _with_texts(from_json(encoded), redacted)
    except UnusableOutput:
        raise
    except Exception as error:  # A foreign serializer may raise anything.
        raise UnusableOutput(
            f"The function's output is not JSON: {error}.", code="output_not_json"
        ) from error
    if isinstance(value, str):
        return _cut(value, limit_bytes, redacted)
    raise UnusableOutput(
        f"The function's output has {len(encoded):,} bytes, more than the limit of "
        f"{limit_bytes:,}. Ask for less.",
        code="output_too_large",
    )


def _as_kept(value: Any, limit_bytes: int, redacted: Callable[[str], str]) -> Output:
    match value:
        case Image() | File():
            return value
        case App():
            try:
                page = redacted(page_of(value))
            except MediaRefused as error:
                raise UnusableOutput(str(error), code="output_not_kept") from error
            data = as_output(value.data, limit_bytes, redacted)
            return replace(value, html=page, data=data if isinstance(data, dict) else None)
        case _:
            return as_part(as_output(value, limit_bytes, redacted))


def _refuse_endless(value: Any, limit_bytes: int) -> None:
    """Raises `UnusableOutput` for iterators, which the encoder would follow, and for what is far
    beyond the limit, before it costs memory."""
    size = 0
    walks: list[tuple[Iterator[Any], bool]] = [(iter((value,)), True)]
    while walks:
        values, counted = walks[-1]
        for each in values:
            if counted:
                size += 1 + (len(each) if isinstance(each, str | bytes) else 0)
                if size > limit_bytes:
                    raise UnusableOutput(
                        f"The function's output has more than {limit_bytes:,} bytes, the limit. "
                        "Ask for less.",
                        code="output_too_large",
                    )
            inner = _inner(each)
            if inner is None:
                continue
            if len(walks) > _DEEPEST:
                raise UnusableOutput(
                    "The function's output is not JSON: it contains itself, or is nested deeper "
                    f"than {_DEEPEST} levels.",
                    code="output_not_json",
                )
            # What a model or dataclass leaves out of its JSON is unknown, so it is not counted.
            counted = counted and not (isinstance(each, BaseModel) or is_dataclass(each))
            walks.append((iter(inner), counted))
            break
        else:
            walks.pop()


def _inner(value: Any) -> Iterable[Any] | None:
    """Returns what a value is made of, None if it is one piece."""
    if isinstance(value, dict):
        return chain(value.keys(), value.values())
    if isinstance(value, list | tuple | set | frozenset | deque):
        return value
    if isinstance(value, BaseModel):
        return chain(vars(value).values(), (value.model_extra or {}).values())
    if is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, field.name, None) for field in fields(value)]
    if isinstance(value, Iterator | AsyncIterator):
        raise UnusableOutput(
            f"The function's output is not JSON: it contains an iterator ({type(value).__name__}). "
            "The function must return a list instead.",
            code="output_not_json",
        )
    return None


def _with_texts(value: JsonValue, changed: Callable[[str], str]) -> JsonValue:
    match value:
        case str():
            return changed(value)
        case list():
            return [_with_texts(each, changed) for each in value]
        case dict():
            return {changed(key): _with_texts(each, changed) for key, each in value.items()}
        case _:
            return value


def _encoded(value: Any) -> bytes:
    try:
        return clean_json(to_json(value, inf_nan_mode="null"))
    except PydanticSerializationError:
        # UTF-8 has no half of a surrogate pair; as a JSON escape it can be cleaned.
        escaped = json.dumps(to_jsonable_python(value), allow_nan=False).encode()
        return to_json(from_json(clean_json(escaped)))


def _cut(text: str, limit_bytes: int, redacted: Callable[[str], str]) -> str:
    """Only a little more than is kept is read closely: a huge text would keep the server busy."""
    head = redacted(clean_text(text[: limit_bytes + LONGEST_SECRET_CHARS]))
    kept = head.encode()[:limit_bytes].decode(errors="ignore")
    size = sum(
        len(text[start : start + _PIECE_CHARS].encode(errors="replace"))
        for start in range(0, len(text), _PIECE_CHARS)
    )
    return f"{kept}\n[Cut here: the first {len(kept.encode()):,} of {size:,} bytes.]"
