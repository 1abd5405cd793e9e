"""Changes to the text of a configuration: what is not changed stays as it was written. No I/O."""

import json
from collections.abc import Mapping
from typing import Any, Final

from backend.mcp import jsonc
from backend.mcp.entries import (
    InvalidConfiguration,
    entries_of,
    framed,
    is_entry,
    wrappers_of,
)

_INDENT: Final = 2
_EMPTY: Final = '{\n  "mcpServers": {}\n}\n'


def edited(text: str, changes: Mapping[str, Any]) -> str:
    """Returns the text with each entry set, or removed where it is None.

    Comments stay, but for those within a changed entry. Raises `InvalidConfiguration`.
    """
    try:
        entries = entries_of(text)
        frame = framed(text)
        inner = frame.text
        for name, entry in changes.items():
            inner = _removed(inner, name) if entry is None else _set(inner, name, entry)
        after = frame.before + inner + frame.after
        left = {name for name in {**entries, **changes} if changes.get(name, True) is not None}
        if entries_of(after).keys() != left:
            raise InvalidConfiguration(
                f"A server called {' or '.join(changes)} would hide others in this file. Write "
                '{"mcpServers": {…}} around all of them first.'
            )
    except RecursionError:
        raise InvalidConfiguration("The file is nested too deeply to be changed.") from None
    return after


def _set(text: str, name: str, entry: Any) -> str:
    if not jsonc.plain(text).strip():
        text += ("" if text.endswith("\n") or not text else "\n") + _EMPTY
    plain = jsonc.plain(text)
    start, depth = _entries_start(plain)
    found = list(jsonc.members(plain, start))
    value = _json(entry, depth)
    # Of two with one name the last one counts.
    for present in reversed(found):
        if present.name == name:
            return text[: present.value_start] + value + text[present.end :]
    line = f"\n{' ' * _INDENT * depth}{json.dumps(name, ensure_ascii=False)}: {value}"
    if found:
        last = found[-1].end
        return f"{text[:last]},{line}{_without_comma(text, plain, last)}"
    rest = text[start + 1 :]
    closing = "" if rest.lstrip(" \t").startswith("\n") else f"\n{' ' * _INDENT * (depth - 1)}"
    return f"{text[: start + 1]}{line}{closing}{rest}"


def _removed(text: str, name: str) -> str:
    """Returns the text without any entry of this name."""
    plain = jsonc.plain(text)
    if not plain.strip():
        return text
    start, _ = _entries_start(plain)
    found = list(jsonc.members(plain, start))
    after: int | None = None
    # From the last one on, so that places before it stay as they are.
    for number, present in reversed(list(enumerate(found))):
        if present.name != name:
            after = present.start
        elif after is not None:
            between = _apart(text, plain, present.end, after).lstrip()
            text = text[: present.start] + between + text[after:]
            after = present.start + len(between)
        elif number > 0:
            end = found[number - 1].end
            between = _apart(text, plain, end, present.start)
            text = text[:end] + (between if between.strip() else "") + text[present.end :]
        else:
            text = text[: present.start] + text[present.end :]
            rest = _without_comma(text, jsonc.plain(text), present.start)
            text = text[: present.start] + rest
    return text


def _apart(text: str, plain: str, start: int, end: int) -> str:
    """Returns what stands between two members beside their comma: blanks and comments."""
    comma = plain.index(",", start)
    return text[start:comma] + text[comma + 1 : end]


def _entries_start(plain: str) -> tuple[int, int]:
    """Returns where the object of the entries begins, and how many objects they are in."""
    start = jsonc.object_start(plain)
    if not plain.startswith("{", start):
        raise InvalidConfiguration("The braces around all of it are missing. Add them first.")
    given = json.loads(plain)
    wrappers = wrappers_of(given)
    if not wrappers and is_entry(given):
        raise InvalidConfiguration('Write {"mcpServers": {"name": {…}}} around the entry first.')
    for wrapper in wrappers:
        found = {each.name: each for each in jsonc.members(plain, start)}
        start = found[wrapper].value_start
    return start, 1 + len(wrappers)


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
