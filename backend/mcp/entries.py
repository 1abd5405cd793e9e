"""The entries of a configuration, in whichever form of other clients it is written.

https://code.visualstudio.com/docs/copilot/reference/mcp-configuration and the READMEs of servers
show the forms that are read here.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from backend.mcp import jsonc

WRAPPERS: Final = ("mcpServers", "servers", "context_servers", "mcp")
_FENCE: Final = re.compile(r"\s*```[a-z]*\n(.*?)\n\s*```\s*", re.DOTALL)
"""Around a text that was copied out of Markdown."""
_HOW_TO_WRITE: Final = (
    ' A command is written as {"mcpServers": {"name": {"command": "npx", "args": ["-y", "…"]}}}, an '
    'address as {"mcpServers": {"name": {"url": "https://…"}}}.'
)


class InvalidConfiguration(ValueError):
    """A configuration, or an entry of one, cannot be used. The message says why, without values."""


def entries_of(text: str) -> dict[str, Any]:
    """Returns the entries by name, as they are written.

    Understands the forms of other clients: with `mcpServers` or `servers` around the entries, or
    without; also without the outermost braces, or one entry with its name in it. Raises
    `InvalidConfiguration`.
    """
    given = _parsed(text)
    if not isinstance(given, dict):
        raise InvalidConfiguration('A configuration is an object: {"mcpServers": {…}}.')
    for outer in (given.get("mcp"), given):
        entries = _wrapped(outer) if isinstance(outer, dict) else None
        if entries is not None:
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
    text = text.removeprefix("\ufeff")
    if not text.strip():
        return {}
    if (fenced := _FENCE.fullmatch(text)) is not None:
        text = fenced[1]
    try:
        return jsonc.parse(text)
    except ValueError as error:
        with suppress(ValueError):
            # Some READMEs show the entry alone: "name": {…}
            return jsonc.parse(f"{{{text}}}")
        how = "" if "{" in text else _HOW_TO_WRITE
        raise InvalidConfiguration(f"This is not JSON: {error}.{how}") from None


def _wrapped(given: Mapping[str, Any]) -> dict[str, Any] | None:
    for wrapper in WRAPPERS:
        if isinstance(entries := given.get(wrapper), dict) and not is_entry(entries):
            return entries
    return None


def is_entry(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("command"), str | list) or isinstance(value.get("url"), str)
