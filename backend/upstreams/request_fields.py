"""Parameters of answers as fields of a request."""

from typing import Any, Final

from backend.domain.parameters import Parameters
from backend.upstreams.structured_output import output_format

_ALIKE: Final = ("temperature", "top_p", "service_tier")
"""What every API names as we do."""


def responses_fields(parameters: Parameters, reasoning: dict[str, Any]) -> dict[str, Any]:
    """Returns those of the Responses API; `reasoning` is what else is asked for of reasoning."""
    fields = _given(parameters, *_ALIKE, "max_output_tokens")
    if parameters.reasoning_effort is not None:
        reasoning = {**reasoning, "effort": parameters.reasoning_effort}
    text = _given(parameters, "verbosity")
    if parameters.output_schema is not None:
        text["format"] = {"type": "json_schema", **output_format(parameters.output_schema)}
    return (
        fields | ({"reasoning": reasoning} if reasoning else {}) | ({"text": text} if text else {})
    )


def flat_fields(parameters: Parameters) -> dict[str, Any]:
    """Returns those of Chat Completions, and of a run of the Assistants API."""
    fields = _given(parameters, *_ALIKE, "reasoning_effort", "verbosity")
    if parameters.max_output_tokens is not None:
        fields["max_completion_tokens"] = parameters.max_output_tokens
    if parameters.output_schema is not None:
        form = output_format(parameters.output_schema)
        fields["response_format"] = {"type": "json_schema", "json_schema": form}
    return fields


def _given(parameters: Parameters, *names: str) -> dict[str, Any]:
    return {name: value for name, value in parameters.given().items() if name in names}
