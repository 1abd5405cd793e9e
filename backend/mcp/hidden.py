"""Entries as they are shown: with a mark in place of each secret, which leads back to the secret."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from backend.mcp.entries import (
    ADDRESS_KEYS,
    InvalidConfiguration,
    check_nesting,
    is_nested_too_deeply,
)
from backend.mcp.secrets import HIDDEN, is_secret, searched_address, searched_args
from backend.mcp.server_config import (
    ENV_KEYS,
    OAUTH_KEYS,
    OAUTH_SECRETS,
)

_PLAIN_KEYS: Final = frozenset(
    {"type", "transport", "cwd", "disabled", "enabled", "disabledTools", "description", "name"}
)


def hidden(entry: Any) -> Any:
    """Returns an entry without secrets: what stands in its variables and headers, what looks like a
    token in arguments and other fields, and parts of the address that nobody needs to see."""
    if is_nested_too_deeply(entry):
        return HIDDEN
    if not isinstance(entry, dict):
        return entry
    return {key: _hidden_field(key, value) for key, value in entry.items()}


def revealed(entry: Any, stored: Any) -> Any:
    """Returns an entry with the stored secrets where the marks are.

    They stay with the program or the server that they are for. Raises `InvalidConfiguration` where
    that has changed, or where there is no secret for a mark.
    """
    check_nesting(entry)
    if not isinstance(entry, dict) or HIDDEN not in str(entry):
        return entry
    if not isinstance(hidden(stored), dict) or _place(entry) != _place(hidden(stored)):
        raise InvalidConfiguration(
            f"Write the values in place of {HIDDEN} again: they were for another program or address."
        )
    shown = hidden(stored)
    found = {key: _revealed(value, shown.get(key), stored.get(key)) for key, value in entry.items()}
    if HIDDEN in str(found):
        raise InvalidConfiguration(f"Write a value in place of {HIDDEN}: there is none yet.")
    return found


def _revealed(value: Any, shown: Any, stored: Any) -> Any:
    if value == shown:
        return stored
    if isinstance(value, dict) and isinstance(shown, dict):
        return {
            key: _revealed(each, shown.get(key), stored.get(key)) for key, each in value.items()
        }
    if isinstance(value, list) and isinstance(shown, list) and len(value) == len(shown):
        return [_revealed(*each) for each in zip(value, shown, stored, strict=True)]
    return value


def _place(entry: Mapping[str, Any]) -> tuple[object, ...]:
    """Returns what secrets are for, of an entry as it is shown."""
    url = next((entry[key] for key in ADDRESS_KEYS if isinstance(entry.get(key), str)), "")
    command = entry.get("command")
    program = command[0] if isinstance(command, list) and command else command
    try:
        parts = urlsplit(url)
    except ValueError:
        return program, url
    host = parts.netloc.rpartition("@")[2].lower()
    return program, parts.scheme, host


def _hidden_field(key: str, value: Any) -> Any:
    if key in _PLAIN_KEYS:
        return value
    if key in (*ENV_KEYS, "headers"):
        return _hidden_all(value)
    if key in OAUTH_KEYS and isinstance(value, dict):
        return {
            name: _hidden_all(each) if name in OAUTH_SECRETS else _hidden_other(name, each)
            for name, each in value.items()
        }
    if key == "args" and isinstance(value, list):
        return _hidden_args(value)
    if key == "command" and isinstance(value, list):
        return [*value[:1], *_hidden_args(value[1:])]
    if key == "command" and isinstance(value, str):
        return " ".join(_hidden_args(value.split(" ")))
    if key in ADDRESS_KEYS and isinstance(value, str):
        return searched_address(value).shown
    return _hidden_other(key, value)


def _hidden_all(value: Any) -> Any:
    match value:
        case dict():
            return {name: _hidden_all(each) for name, each in value.items()}
        case list():
            return [_hidden_all(each) for each in value]
        case None | bool() | "":
            return value
        case _:
            # It counts as secret whatever it is, but for the name of a variable.
            return HIDDEN if is_secret("secret", str(value)) else value


def _hidden_other(key: str, value: Any) -> Any:
    match value:
        case dict():
            return {name: _hidden_other(name, each) for name, each in value.items()}
        case list():
            return [_hidden_other(key, each) for each in value]
        case str():
            return HIDDEN if value and is_secret(key, value) else value
        case _:
            return value


def _hidden_args(args: list[Any]) -> list[Any]:
    texts = [arg if isinstance(arg, str) else "" for arg in args]
    return [
        searched.shown if isinstance(arg, str) else arg
        for arg, searched in zip(args, searched_args(texts), strict=True)
    ]
