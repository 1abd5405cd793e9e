"""References within the schemas of servers: one that leads nowhere costs a model its whole request."""

from typing import Any, Final
from urllib.parse import unquote

from backend.tools.strict_schema import Schema

_REFERENCE: Final = "$ref"


def without_dead_ends(schema: Schema) -> Schema:
    """Returns the schema without references that lead elsewhere, nowhere, or only to one another."""
    kept: Schema = _kept(schema, schema)
    return kept


def has_loop_to_the_top(value: Any) -> bool:
    """Whether a part refers to anything but a definition, such as the whole."""
    if isinstance(value, list):
        return any(map(has_loop_to_the_top, value))
    if not isinstance(value, dict):
        return False
    reference = value.get(_REFERENCE)
    if isinstance(reference, str) and not reference.startswith("#/$defs/"):
        return True
    return any(map(has_loop_to_the_top, value.values()))


def _kept(value: Any, root: Schema) -> Any:
    match value:
        case dict():
            return {
                key: _kept(each, root)
                for key, each in value.items()
                # A property may be called so, and is a schema then.
                if key != _REFERENCE or isinstance(each, dict) or _leads_somewhere(each, root)
            }
        case list():
            return [_kept(each, root) for each in value]
        case _:
            return value


def _leads_somewhere(reference: Any, root: Schema) -> bool:
    passed = set[str]()
    while isinstance(reference, str) and reference not in passed:
        passed.add(reference)
        target = _target(reference, root)
        if not isinstance(target, dict):
            return False
        if not isinstance(target.get(_REFERENCE), str):
            return True
        reference = target[_REFERENCE]
    return False


def _target(reference: str, root: Schema) -> Any:
    """Follows a JSON pointer, https://datatracker.ietf.org/doc/html/rfc6901"""
    if reference == "#":
        return root
    found: Any = root if reference.startswith("#/") else None
    for part in unquote(reference[2:]).split("/"):
        if not isinstance(found, dict):
            return None
        found = found.get(part.replace("~1", "/").replace("~0", "~"))
    return found
