"""The entries of a configuration, in whichever form of other clients it is written.

https://code.visualstudio.com/docs/copilot/reference/mcp-configuration and the READMEs of servers
show the forms that are read here.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from backend.mcp import jsonc

ADDRESS_KEYS: Final = ("url", "serverUrl", "httpUrl")
MAX_NESTING: Final = 32
"""Lists and objects within each other in an entry."""

_WRAPPERS: Final = ("mcpServers", "servers", "context_servers", "mcp")
_FENCE: Final = re.compile(r"\s*+```\w*+[^\S\n]*+\n")
_HOW_TO_WRITE: Final = (
    ' A command is written as {"mcpServers": {"name": {"command": "npx", "args": ["-y", "…"]}}}, an '
    'address as {"mcpServers": {"name": {"url": "https://…"}}}.'
)


class InvalidConfiguration(ValueError):
    """A configuration, or an entry of one, cannot be used. The message says why, without values."""


@dataclass(frozen=True, slots=True)
class Framed:
    """A configuration in what may stand around it: a byte order mark, a fence of Markdown."""

    before: str
    text: str
    after: str


def framed(text: str) -> Framed:
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    text = text.removeprefix(mark)
    opening = _FENCE.match(text)
    inner, newline, closing = text.rstrip().rpartition("\n")
    if opening is None or closing.strip() != "```" or len(inner) < opening.end() - 1:
        return Framed(mark, text, "")
    inner = (inner + newline)[opening.end() :]
    return Framed(mark + opening[0], inner, text[opening.end() + len(inner) :])


def entries_of(text: str) -> dict[str, Any]:
    """Returns the entries by name, as they are written.

    Understands the forms of other clients: with `mcpServers` or `servers` around the entries, or
    without; also without the outermost braces, or one entry with its name in it. Raises
    `InvalidConfiguration`.
    """
    given = _parsed(framed(text).text)
    if not isinstance(given, dict):
        raise InvalidConfiguration('A configuration is an object: {"mcpServers": {…}}.')
    if wrappers := wrappers_of(given):
        entries: dict[str, Any] = given
        for wrapper in wrappers:
            entries = entries[wrapper]
        return entries
    if is_entry(given):
        if isinstance(name := given.get("name"), str):
            return {name: {key: value for key, value in given.items() if key != "name"}}
        raise InvalidConfiguration(
            'The server has no name: write {"mcpServers": {"name": {…}}} around it.'
        )
    if given and not any(isinstance(value, dict) for value in given.values()):
        raise InvalidConfiguration('There are no servers in it: it has no "mcpServers".')
    return given


def _parsed(text: str) -> Any:
    if not text.strip():
        return {}
    try:
        return jsonc.parse(text)
    except ValueError as error:
        with suppress(ValueError):
            # Some READMEs show the entry alone: "name": {…}
            return jsonc.parse(f"{{{text}\n}}")
        how = "" if "{" in text else _HOW_TO_WRITE
        raise InvalidConfiguration(f"This is not JSON: {error}.{how}") from None


def wrappers_of(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns the names of what is around the entries, from the outermost on."""
    inner = given.get("mcp")
    if isinstance(inner, dict) and not is_entry(inner) and (wrapper := _wrapper(inner)):
        return "mcp", wrapper
    wrapper = _wrapper(given)
    return () if wrapper is None else (wrapper,)


def _wrapper(given: Mapping[str, Any]) -> str | None:
    for wrapper in _WRAPPERS:
        if isinstance(entries := given.get(wrapper), dict) and not is_entry(entries):
            return wrapper
    return None


def is_entry(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("command"), str | list) or any(
        isinstance(value.get(key), str) for key in ADDRESS_KEYS
    )


def check_nesting(entry: Any) -> None:
    """Raises `InvalidConfiguration`."""
    if is_nested_too_deeply(entry):
        raise InvalidConfiguration(
            f"Its entry is nested more than {MAX_NESTING} levels deep. Write it flatter."
        )


def is_nested_too_deeply(value: Any, levels: int = MAX_NESTING) -> bool:
    """Whether what handles an entry level by level would come to no end."""
    within = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return False
    return levels == 0 or any(is_nested_too_deeply(each, levels - 1) for each in within)
