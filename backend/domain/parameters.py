"""The parameters of an answer: how long a model thinks, how freely it writes, and in which form.

The names are those of the OpenAI APIs. None leaves a parameter to the model.
https://platform.openai.com/docs/api-reference/responses/create
"""

import json
from typing import Any, Final, Literal, Self

from pydantic import ConfigDict, Field, field_validator

from backend.domain.frozen_model import FrozenModel
from backend.domain.text import json_text

MAX_SCHEMA_CHARS: Final = 16_000

ReasoningEffort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
Verbosity = Literal["low", "medium", "high"]
ServiceTier = Literal["auto", "default", "flex", "priority"]


class Parameters(FrozenModel):
    # One schema for requests and answers: every field is optional in both.
    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    reasoning_effort: ReasoningEffort | None = None
    verbosity: Verbosity | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_output_tokens: int | None = Field(default=None, ge=1, le=10_000_000)
    """Tokens of the answer, those of its reasoning included."""
    service_tier: ServiceTier | None = None
    output_schema: dict[str, Any] | None = None
    """The JSON Schema of an object, which the answer then is: structured output."""

    @field_validator("output_schema")
    @classmethod
    def _of_an_object(cls, schema: dict[str, Any] | None) -> dict[str, Any] | None:
        if schema is not None:
            if schema.get("type") != "object" or not isinstance(schema.get("properties"), dict):
                raise ValueError(
                    'must be a JSON Schema of an object: {"type": "object", "properties": {…}}'
                )
            if not _is_finite(schema):
                raise ValueError("must be JSON, which has neither NaN nor infinite numbers")
            if len(json_text(schema)) > MAX_SCHEMA_CHARS:
                raise ValueError(f"must have at most {MAX_SCHEMA_CHARS} characters")
        return schema

    def overridden_by(self, others: Self | None) -> Self:
        """Returns these, with those of `others` that are not None in their place."""
        return self.model_copy(update=others.given()) if others is not None else self

    def given(self) -> dict[str, Any]:
        """Returns the parameters that are not None."""
        return {name: value for name, value in self if value is not None}


def _is_finite(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True
