"""The output of a function: JSON, pictures and files, to be stored, shown and sent to the model."""

import json
from typing import Any

from pydantic import JsonValue
from pydantic_core import PydanticSerializationError, from_json, to_json, to_jsonable_python

from backend.domain.parts import as_part
from backend.domain.text import clean_json, clean_text
from backend.tools.media import MAX_OUTPUTS, File, Image, Output


class UnusableOutput(Exception):
    """The output cannot be used. The message is for the model."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


def as_outputs(value: Any, limit_bytes: int) -> tuple[Output, ...]:
    """Returns a value, or a list of values with pictures or files among them, as outputs.

    Raises `UnusableOutput`.
    """
    if not isinstance(value, list | tuple):
        value = (value,)
    elif not any(isinstance(each, Image | File) for each in value):
        return (as_part(as_output(value, limit_bytes)),)
    if len(value) > MAX_OUTPUTS:
        raise UnusableOutput(
            f"The function returned {len(value):,} values, pictures and files, more than the limit "
            f"of {MAX_OUTPUTS}. Ask for less.",
            code="output_too_large",
        )
    return tuple(
        each if isinstance(each, Image | File) else as_part(as_output(each, limit_bytes))
        for each in value
    )


def as_output(value: Any, limit_bytes: int) -> JsonValue:
    """Returns a value (a model, dataclass, date and so on) as JSON, with NaN and infinity as null.

    Text beyond the limit is cut, with a note at its end. Any other value beyond the limit is
    refused, since half of a structure is of no use. Raises `UnusableOutput`.
    """
    try:
        encoded = _encoded(value)
        if len(encoded) <= limit_bytes:
            output: JsonValue = from_json(encoded)
            return output
    except Exception as error:  # A foreign serializer may raise anything.
        raise UnusableOutput(
            f"The function's output is not JSON: {error}.", code="output_not_json"
        ) from error
    if isinstance(value, str):
        return _cut(clean_text(value), limit_bytes)
    raise UnusableOutput(
        f"The function's output has {len(encoded):,} bytes, more than the limit of "
        f"{limit_bytes:,}. Ask for less.",
        code="output_too_large",
    )


def _encoded(value: Any) -> bytes:
    try:
        return clean_json(to_json(value, inf_nan_mode="null"))
    except PydanticSerializationError:
        # UTF-8 has no half of a surrogate pair; as a JSON escape it can be cleaned.
        escaped = json.dumps(to_jsonable_python(value), allow_nan=False).encode()
        return to_json(from_json(clean_json(escaped)))


def _cut(text: str, limit_bytes: int) -> str:
    whole = text.encode()
    kept = whole[:limit_bytes].decode(errors="ignore")
    return f"{kept}\n[Cut here: the first {len(kept.encode()):,} of {len(whole):,} bytes.]"
