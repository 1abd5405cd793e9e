"""What functions returned, in words, where the demo knows nothing of them."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from pydantic import ValidationError

from backend.domain.app import AppContext
from backend.domain.text import json_text
from backend.tools.shapes import Chart, Map, Table
from backend.upstreams.demo.answers import SIGNATURE, fenced, inline
from backend.upstreams.demo.shown import told
from backend.upstreams.events import ToolCall

MAX_LINES: Final = 20
MAX_CHARS: Final = 2_000
MAX_NAMES: Final = 8

_MADE: Final = re.compile(r"^\[Shown to the user: (.*)\]$", re.MULTILINE)
"""As `domain.parts.in_words` tells it."""
_APP: Final = re.compile(r"an app$|the app ")


_SHAPES: Final = (("chart", Chart, "series"), ("table", Table, "columns"), ("map", Map, "points"))
"""What widgets draw, with a field that nothing else is likely to have."""


def outputs(answered: Sequence[tuple[ToolCall, str]]) -> str:
    return "\n\n".join([*(output(call, text) for call, text in answered), SIGNATURE])


def by_apps(contexts: Iterable[AppContext]) -> str:
    """What apps told with a message, to stand before the answer."""
    return "".join(
        f"With it the app **{context.title}** told me:\n\n{fenced(context.text, 'text')}\n\n"
        for context in contexts
    )


def output(call: ToolCall, text: str) -> str:
    """What is long stands in the card of its call and is not said again, nor what an app shows."""
    if (words := told(call.name, text)) is not None:
        return words
    made = _MADE.findall(text)
    value = _MADE.sub("", text).strip("\n")
    if not made:
        return _value(call, value)
    seen = f"`{call.name}` made what you see above: {', '.join(made)}."
    if not value or any(_APP.match(each) for each in made):
        return seen
    return f"{_value(call, value)}\n\n{seen}"


def _value(call: ToolCall, text: str) -> str:
    try:
        value = json.loads(text)
    except ValueError:
        if _is_long(text):
            return _not_repeated(call, f"a text of {len(text):,} characters")
        return f"`{call.name}` returned this text:\n\n{fenced(text, 'text')}"
    match value:
        case {"error": {"message": str(message)}}:
            return f"`{call.name}` gave no result. {message}"
        case str() | bool() | int() | float() | None:
            return f"`{call.name}` returned {inline(json_text(value))}."
        case dict() if (shape := _shape(text, value)) is not None:
            return f"`{call.name}` made the {shape} above."
        case _:
            pretty = json_text(value, indent=2)
    if _is_long(pretty):
        what = _names(value) if isinstance(value, dict) else f"a list of {len(value):,}"
        return _not_repeated(call, what)
    return f"`{call.name}` returned:\n\n{fenced(pretty, 'json')}"


def _shape(text: str, value: Mapping[str, object]) -> str | None:
    """Returns what a value is drawn as, None if nothing draws it."""
    for name, model, key in _SHAPES:
        if key in value:
            with suppress(ValidationError):
                model.model_validate_json(text)
                return name
    schema = value.get("schema")
    return "form" if isinstance(schema, dict) and "properties" in schema else None


def _is_long(text: str) -> bool:
    return len(text) > MAX_CHARS or text.count("\n") >= MAX_LINES


def _not_repeated(call: ToolCall, what: str) -> str:
    return f"`{call.name}` returned {what}. It stands in the card above."


def _names(value: Iterable[str]) -> str:
    """Returns the first names of an object, and how many more there are."""
    names = [inline(name) for name in value]
    more = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")
