"""Changes to the text of a configuration: what is not changed stays as it was written. No I/O."""

import json
from collections.abc import Mapping
from typing import Any, Final

from backend.mcp import jsonc
from backend.mcp.entries import WRAPPERS, InvalidConfiguration, entries_of, is_entry

_INDENT: Final = 2


def edited(text: str, changes: Mapping[str, Any]) -> str:
    """Returns the text with each entry set, or removed where it is None.

    Comments stay, but for those within a changed entry. Raises `InvalidConfiguration`.
    """
    for name, entry in changes.items():
        text = _set(text, name, entry)
    return text


def _set(text: str, name: str, entry: Any) -> str:
    entries = entries_of(text)
    if not text.strip():
        text = '{\n  "mcpServers": {}\n}\n'
    plain = jsonc.plain(text)
    if not plain.lstrip().startswith("{"):
        raise InvalidConfiguration("The braces around all of it are missing. Add them first.")
    if is_entry(json.loads(plain)):
        raise InvalidConfiguration('Write {"mcpServers": {"name": {…}}} around the entry first.')
    start = _entries_start(plain)
    found = list(jsonc.members(plain, start))
    # Of two with one name the last one counts.
    present = next((each for each in reversed(found) if each.name == name), None)
    depth = 1 if start == jsonc.object_start(plain) else 2
    if entry is None:
        if present is None:
            return text
        at = found.index(present)
        if at + 1 < len(found):
            text = text[: present.start] + text[found[at + 1].start :]
        else:
            text = text[: found[at - 1].end if at else present.start] + text[present.end :]
        return text if name not in entries_of(text) else _set(text, name, None)
    value = _json(entry, depth)
    if present is not None:
        return text[: present.value_start] + value + text[present.end :]
    line = f"\n{' ' * _INDENT * depth}{json.dumps(name, ensure_ascii=False)}: {value}"
    if found:
        last = found[-1].end
        return f"{text[:last]},{line}{_without_comma(text, plain, last)}"
    rest = text[start + 1 :]
    closing = "" if rest.lstrip(" \t").startswith("\n") else f"\n{' ' * _INDENT * (depth - 1)}"
    assert not entries
    return f"{text[: start + 1]}{line}{closing}{rest}"


def _entries_start(plain: str) -> int:
    start = jsonc.object_start(plain)
    inner = [each for each in jsonc.members(plain, start) if each.name == "mcp"]
    wrapped = None
    if inner and plain[inner[-1].value_start] == "{":
        wrapped = _wrapped(plain, inner[-1].value_start)
    if wrapped is None:
        wrapped = _wrapped(plain, start)
    return start if wrapped is None else wrapped


def _wrapped(plain: str, start: int) -> int | None:
    found = {each.name: each for each in jsonc.members(plain, start)}
    for wrapper in WRAPPERS:
        if wrapper in found and plain[found[wrapper].value_start] == "{":
            value = json.loads(plain[found[wrapper].value_start : found[wrapper].end])
            if not is_entry(value):
                return found[wrapper].value_start
    return None


def _without_comma(text: str, plain: str, at: int) -> str:
    """Returns the text from `at`, a member's end, without the comma that may follow the last one."""
    end = plain.index("}", at)
    for place in range(at, end):
        # Blanks in the plain text are comments, or that comma.
        if text[place] == "," and text[at:place].strip() == "":
            return text[at:place] + text[place + 1 :]
    return text[at:]


def _json(entry: Any, depth: int) -> str:
    lines = json.dumps(entry, ensure_ascii=False, indent=_INDENT).splitlines()
    return f"\n{' ' * _INDENT * depth}".join(lines)
