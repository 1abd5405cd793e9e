"""Parameters of answers as the Responses API has them."""

from typing import Any

from backend.domain.parameters import Parameters
from backend.upstreams.parameters import sampling_fields
from backend.upstreams.structured_output import output_format


def request_fields(parameters: Parameters, reasoning: dict[str, Any]) -> dict[str, Any]:
    """Returns the fields of a request; `reasoning` is what else is asked for of reasoning."""
    fields = sampling_fields(parameters)
    if parameters.max_output_tokens is not None:
        fields["max_output_tokens"] = parameters.max_output_tokens
    if parameters.reasoning_effort is not None:
        reasoning = {**reasoning, "effort": parameters.reasoning_effort}
    if reasoning:
        fields["reasoning"] = reasoning
    text: dict[str, Any] = {}
    if parameters.verbosity is not None:
        text["verbosity"] = parameters.verbosity
    if parameters.output_schema is not None:
        text["format"] = {"type": "json_schema", **output_format(parameters.output_schema)}
    if text:
        fields["text"] = text
    return fields
