"""The arguments of a server's tool: its JSON Schema as upstreams take it, and what a model wrote."""

from dataclasses import dataclass
from typing import Any, Final

from backend.mcp.references import has_loop_to_the_top, without_dead_ends
from backend.tools.parameters import InvalidArguments, arguments_in
from backend.tools.schema_check import misfit
from backend.tools.strict_schema import Schema, accepts_null, strict, tidy

_REFUSED_AT_THE_TOP: Final = ("$schema", "$id", "anyOf", "oneOf", "allOf", "not", "enum", "title")
"""Upstreams refuse some of these outside of properties. The server checks the arguments anyway."""
_DEEPEST: Final = 32


@dataclass(frozen=True, slots=True)
class Arguments:
    schema: Schema
    """For a model."""
    form: Schema
    """For a person."""
    strict: bool
    _null_means_none: frozenset[str]

    @classmethod
    def of(cls, given: dict[str, Any]) -> "Arguments":
        """Returns the arguments of a schema. One that nobody could use counts as any object."""
        form = {key: value for key, value in given.items() if key not in _REFUSED_AT_THE_TOP}
        properties = form.get("properties")
        form = {**form, "type": "object", "properties": properties or {}}
        if not isinstance(form["properties"], dict) or _depth(form) > _DEEPEST:
            return cls({"type": "object", "properties": {}}, {}, False, frozenset())
        form = without_dead_ends(form)
        required = form.pop("required", None)
        if isinstance(required, list):
            form["required"] = [name for name in required if isinstance(name, str)]
        strict_schema = _strict(form)
        if strict_schema is None:
            return cls(form, form, False, frozenset())
        optional = form["properties"].keys() - set(form.get("required", ()))
        definitions = form.get("$defs", {})
        no_nulls = {
            name for name in optional if not accepts_null(form["properties"][name], definitions)
        }
        return cls(strict_schema, form, True, frozenset(no_nulls))

    def parse(self, arguments: str) -> dict[str, Any]:
        """Returns the arguments in JSON text. Raises `InvalidArguments`."""
        return {
            name: value
            for name, value in arguments_in(arguments).items()
            if value is not None or name not in self._null_means_none
        }

    def edited(self, arguments: str) -> dict[str, Any]:
        """Returns what somebody wrote in the form, in JSON text. Raises `InvalidArguments`."""
        given = self.parse(arguments)
        if (wrong := misfit(given, self.form)) is not None:
            raise InvalidArguments(f"The arguments are not valid. {wrong}.")
        return given


def _strict(form: Schema) -> Schema | None:
    """Returns the schema for strict mode; None where that would change what may be left out."""
    try:
        inner = [form["properties"], form.get("$defs", {})]
        if any(_has_optional(value) or has_loop_to_the_top(value) for value in inner):
            return None
        return strict(tidy(form))
    except (AttributeError, KeyError, TypeError, ValueError):
        # Not a schema where one should be.
        return None


def _has_optional(value: Any) -> bool:
    """Whether an object within may lack a property or have others, which strict mode forbids."""
    if isinstance(value, list):
        return any(map(_has_optional, value))
    if not isinstance(value, dict):
        return False
    if value.get("type") == "object":
        properties = value.get("properties") or {}
        if set(properties) != set(value.get("required") or ()):
            return True
        if value.get("additionalProperties", True) is not False:
            return True
    return any(map(_has_optional, value.values()))


def _depth(value: Any) -> int:
    deepest, level = 0, [value]
    while level and deepest <= _DEEPEST:
        deepest += 1
        level = [
            inner
            for each in level
            for inner in (
                each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
            )
            if isinstance(inner, dict | list)
        ]
    return deepest
