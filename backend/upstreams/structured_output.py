"""Structured output: a JSON Schema as every one of the OpenAI APIs wants it.

https://platform.openai.com/docs/guides/structured-outputs
"""

import re
from typing import Any, Final

from backend.tools.strict_schema import is_strict

_MAX_NAME_LENGTH: Final = 64


def output_format(schema: dict[str, Any]) -> dict[str, Any]:
    """Returns `name`, `schema` and `strict`. A schema that is not strict is only advice."""
    title = schema.get("title")
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", title) if isinstance(title, str) else ""
    without_title = {key: value for key, value in schema.items() if key != "title"}
    return {
        "name": name.strip("_")[:_MAX_NAME_LENGTH] or "answer",
        "schema": schema,
        "strict": is_strict(without_title),
    }
