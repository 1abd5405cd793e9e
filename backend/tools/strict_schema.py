"""JSON Schema in the subset that OpenAI's strict mode accepts.

https://platform.openai.com/docs/guides/structured-outputs#supported-schemas

Strict mode requires every property, so an optional argument becomes nullable, and null means its
default. What strict mode has no keyword for, such as a length or the default inside a model, is told
in the description; pydantic checks it all the same.
The openai package converts schemas too, but in a private module, without nulls for defaults, and
without saying which schemas strict mode refuses.
"""

from collections.abc import Callable
from typing import Any

from backend.domain.text import json_text

STRICT_KEYWORDS = frozenset(
    {
        "$defs",
        "$ref",
        "additionalProperties",
        "anyOf",
        "const",
        "description",
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "items",
        "maxItems",
        "maximum",
        "minItems",
        "minimum",
        "multipleOf",
        "pattern",
        "properties",
        "required",
        "type",
    }
)
STRICT_FORMATS = frozenset(
    {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}
)

Schema = dict[str, Any]


def tidy(schema: Schema) -> Schema:
    """Returns the schema without the titles that pydantic derives from names."""
    return {
        keyword: _inside(keyword, value, tidy)
        for keyword, value in schema.items()
        if keyword != "title"
    }


def strict(schema: Schema) -> Schema | None:
    """Returns an object schema for strict mode, or None if strict mode cannot express it."""
    required = schema.get("required", [])
    properties = {
        name: value if name in required else _optional(value, schema)
        for name, value in schema.get("properties", {}).items()
    }
    candidate = _restricted({**schema, "properties": properties})
    return candidate if is_strict(candidate) else None


def is_strict(schema: Schema) -> bool:
    """Returns whether strict mode accepts the schema as it is."""
    if not schema.keys() <= STRICT_KEYWORDS or schema.get("format", "date") not in STRICT_FORMATS:
        return False
    if "$ref" in schema and len(schema) > 1:
        return False
    if "(?" in schema.get("pattern", ""):
        return False
    if not {"$ref", "anyOf", "type", "enum", "const"} & schema.keys():
        return False
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        if schema.get("additionalProperties") is not False:
            return False
        if set(schema.get("required", ())) != set(properties):
            return False
    if schema.get("type") == "array" and "items" not in schema:
        return False
    children = [
        *schema.get("properties", {}).values(),
        *schema.get("$defs", {}).values(),
        *schema.get("anyOf", ()),
        *([schema["items"]] if "items" in schema else []),
    ]
    return all(is_strict(child) for child in children)


def accepts_null(schema: Schema, definitions: Schema) -> bool:
    if "$ref" in schema:
        target = definitions.get(str(schema["$ref"]).rpartition("/")[2], {})
        return accepts_null(target, {})
    if any(accepts_null(option, definitions) for option in schema.get("anyOf", ())):
        return True
    kinds = schema.get("type")
    if kinds is None:
        # `Any` has no type and no keyword that would exclude null.
        return not {"anyOf", "const", "enum", "oneOf", "allOf"} & schema.keys()
    return kinds == "null" or (isinstance(kinds, list) and "null" in kinds)


def _optional(schema: Schema, root: Schema) -> Schema:
    schema = _without_default(schema)
    if accepts_null(schema, root.get("$defs", {})):
        return schema
    description = {"description": schema["description"]} if "description" in schema else {}
    inner = {keyword: value for keyword, value in schema.items() if keyword != "description"}
    if "anyOf" in inner:
        return {**inner, "anyOf": [*inner["anyOf"], {"type": "null"}], **description}
    return {"anyOf": [inner, {"type": "null"}], **description}


def _without_default(schema: Schema) -> Schema:
    return {keyword: value for keyword, value in schema.items() if keyword != "default"}


def _restricted(schema: Schema) -> Schema:
    """Returns the schema with what strict mode demands of objects, and without what it refuses but
    words can say."""
    changed = {keyword: _inside(keyword, value, _restricted) for keyword, value in schema.items()}
    if "oneOf" in changed:
        changed["anyOf"] = changed.pop("oneOf")
        changed.pop("discriminator", None)
    if "properties" in changed:
        changed.setdefault("additionalProperties", False)
        changed["required"] = list(changed["properties"])
    said = [changed.pop("description")] if "description" in changed else []
    said += [
        in_words(changed.pop(keyword))
        for keyword, in_words in _IN_WORDS.items()
        if keyword in changed and not is_strict({"type": "string", keyword: changed[keyword]})
    ]
    description = " ".join(words for words in said if words)
    if "$ref" in changed and description:
        changed = {"anyOf": [changed]}
    return changed | ({"description": description} if description else {})


def _default(value: Any) -> str:
    return "" if value is None else f"Default: {json_text(value)}."


_IN_WORDS: dict[str, Callable[[Any], str]] = {
    "minLength": lambda least: f"At least {least} characters.",
    "maxLength": lambda most: f"At most {most} characters.",
    "uniqueItems": lambda _: "No item twice.",
    "pattern": lambda pattern: f"Pattern: {pattern}",
    "format": lambda name: f"Format: {name}.",
    "examples": lambda examples: f"For example {', '.join(map(json_text, examples))}.",
    "default": _default,
}
"""How to say what strict mode has no keyword for."""


def _inside(keyword: str, value: Any, change: Callable[[Schema], Schema]) -> Any:
    """Returns the value of a keyword with `change` applied to the schemas in it."""
    match keyword, value:
        case "properties" | "$defs", dict():
            return {name: change(schema) for name, schema in value.items()}
        case "items" | "additionalProperties", dict():
            return change(value)
        case "anyOf" | "oneOf" | "allOf" | "prefixItems", list():
            return [change(schema) for schema in value]
        case _:
            return value
