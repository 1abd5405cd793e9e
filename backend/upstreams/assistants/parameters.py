"""Parameters of answers as the Assistants API has them, on an assistant and on a run.

https://platform.openai.com/docs/api-reference/assistants/createAssistant
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from backend.domain.errors import InvalidRequest
from backend.domain.parameters import Parameters
from backend.upstreams.request_fields import flat_fields

LIMIT_KEY: Final = "max_output_tokens"
"""Where an assistant's metadata hold the limit, which the API has on runs only."""

_API_DEFAULT: Final = 1
"""Of temperature and top-p: what every assistant has for which nobody chose any."""

_WORDS: Final = {"verbosity": "verbosity", "service_tier": "service tier"}
"""The parameters that this API does not have."""


def parameters_of(remote: Mapping[str, Any]) -> Parameters:
    """Returns ours for the fields of a remote assistant. What is odd costs that field."""
    form = remote.get("response_format")
    schema = form.get("json_schema") if isinstance(form, dict) else None
    found = {
        "reasoning_effort": remote.get("reasoning_effort"),
        "temperature": _unless_default(remote.get("temperature")),
        "top_p": _unless_default(remote.get("top_p")),
        "max_output_tokens": (remote.get("metadata") or {}).get(LIMIT_KEY),
        "output_schema": schema.get("schema") if isinstance(schema, dict) else None,
    }
    return Parameters().model_copy(
        update={name: value for name, value in map(_checked, found.items()) if value is not None}
    )


def assistant_fields(
    wanted: Parameters, before: Parameters, metadata: Mapping[str, Any]
) -> dict[str, Any]:
    """Returns the fields of an assistant that has had `before`; null takes a value back.

    Raises `InvalidRequest` for a parameter that the API does not have.
    """
    for name, word in _WORDS.items():
        if getattr(wanted, name) is not None:
            raise InvalidRequest(
                f"The Assistants API has no {word}. Leave it empty.", field=f"parameters.{name}"
            )
    fields: dict[str, Any] = dict.fromkeys(_fields(before))
    fields |= _fields(wanted)
    if "response_format" in fields and fields["response_format"] is None:
        fields["response_format"] = "auto"
    if wanted.max_output_tokens != before.max_output_tokens:
        # Some servers keep the keys that are not sent, so the key is emptied rather than left out.
        limit = str(wanted.max_output_tokens or "")
        fields["metadata"] = {**metadata, LIMIT_KEY: limit}
    return fields


def run_fields(parameters: Parameters) -> dict[str, Any]:
    """Returns the fields of a run."""
    return flat_fields(parameters.model_copy(update=dict.fromkeys(_WORDS)))


def _fields(parameters: Parameters) -> dict[str, Any]:
    """Returns the fields of an assistant."""
    return run_fields(parameters.model_copy(update={"max_output_tokens": None}))


def _unless_default(value: Any) -> Any:
    return None if value == _API_DEFAULT else value


def _checked(field: tuple[str, Any]) -> tuple[str, Any]:
    name, value = field
    try:
        return name, getattr(Parameters.model_validate({name: value}), name)
    except ValidationError:
        return name, None
