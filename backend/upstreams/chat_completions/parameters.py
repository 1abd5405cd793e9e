"""Parameters of answers as the Chat Completions API has them."""

from typing import Any

from backend.domain.parameters import Parameters
from backend.upstreams.parameters import sampling_fields
from backend.upstreams.structured_output import output_format


def request_fields(parameters: Parameters) -> dict[str, Any]:
    fields = sampling_fields(parameters)
    if parameters.max_output_tokens is not None:
        fields["max_completion_tokens"] = parameters.max_output_tokens
    for name in ("reasoning_effort", "verbosity"):
        if (value := getattr(parameters, name)) is not None:
            fields[name] = value
    if parameters.output_schema is not None:
        form = output_format(parameters.output_schema)
        fields["response_format"] = {"type": "json_schema", "json_schema": form}
    return fields
