"""What a server has changed of a tool, for those who are asked about it again. No I/O."""

from collections.abc import Iterator
from typing import Any, Final

from backend.domain.action import ToolChange
from backend.domain.text import clean_text, json_text
from backend.mcp.remote_tool import RemoteTool

MAX_CHARS: Final = 1_500
"""Of a text before, and after."""
_KEPT_BEFORE: Final = 200
"""Of what is the same, before the first difference of long texts."""

_SAID_OTHERWISE: Final = frozenset({"properties", "required", "type", "title", "$schema"})
_OTHERS: Final = "\0"
"""In the place of a name: what a schema says of no single argument."""


def changes_of(before: RemoteTool, after: RemoteTool) -> tuple[ToolChange, ...]:
    """Returns what is shown of the difference: nothing where only a secret has changed."""
    return (
        *_change("title", before.title or "", after.title or ""),
        *_change("description", before.description, after.description),
        *_change("arguments", *_arguments(before.schema, after.schema)),
        *_change("hints", _hints(before), _hints(after)),
        *_change("app", before.app_uri or "", after.app_uri or ""),
    )


def _change(what: Any, before: str, after: str) -> Iterator[ToolChange]:
    if before != after:
        start = 0
        if max(len(before), len(after)) > MAX_CHARS:
            pairs = enumerate(zip(before, after, strict=False))
            same = next((at for at, pair in pairs if pair[0] != pair[1]), len(before))
            start = max(min(same, len(before), len(after)) - _KEPT_BEFORE, 0)
        yield ToolChange(what=what, before=_cut(before, start), after=_cut(after, start))


def _cut(text: str, start: int) -> str:
    kept = text[start : start + MAX_CHARS]
    return clean_text("…" * (start > 0) + kept + "…" * (start + MAX_CHARS < len(text)))


def _arguments(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, str]:
    """Returns a line for each argument that is another one, and for what else is."""
    old, new = _lines(before), _lines(after)
    differ = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    differ.sort(key=lambda name: name == _OTHERS)
    return (
        "\n".join(old[name] for name in differ if name in old),
        "\n".join(new[name] for name in differ if name in new),
    )


def _lines(schema: dict[str, Any]) -> dict[str, str]:
    given, required = schema.get("properties"), schema.get("required")
    properties = given if isinstance(given, dict) else {}
    needed = required if isinstance(required, list) else []
    lines = {
        name: f"{name}{'' if name in needed else ' (may be left out)'}: {json_text(value)}"
        for name, value in properties.items()
    }
    others = {key: schema[key] for key in schema if key not in _SAID_OTHERWISE}
    return {**lines, _OTHERS: json_text(others)} if others else lines


def _hints(tool: RemoteTool) -> str:
    if tool.is_read_only:
        return "It only reads."
    destructive = "may destroy something" if tool.is_destructive else "destroys nothing"
    again = ", and can be repeated" if tool.is_idempotent else ""
    return f"It changes something, {destructive}{again}."
