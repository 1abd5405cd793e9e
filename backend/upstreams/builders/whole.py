"""What stands, when a text has arrived in deltas and once more as a whole."""

import json
from typing import Any

from backend.upstreams.events import UpstreamEvent

Out = list[UpstreamEvent]
"""Where builders put the events that they make."""


def standing_text(sent: str, whole: str | None) -> str:
    """Returns the whole, unless it is so short that it can only be a damaged or abridged one."""
    if not whole:
        return sent
    return whole if whole.startswith(sent) or 2 * len(whole) >= len(sent) else sent


def standing_arguments(sent: str, whole: str | None) -> str:
    """Returns the whole, unless it is no JSON object and what was sent is one."""
    if not whole:
        return sent
    return sent if not is_json_object(whole) and is_json_object(sent) else whole


def is_json_object(text: str) -> bool:
    return isinstance(parsed_json(text), dict)


def object_arguments(arguments: str) -> str:
    """Returns the arguments, or those of an empty object where a server could not parse them."""
    return arguments if is_json_object(arguments) else "{}"


def parsed_json(text: str) -> Any:
    """Returns the value, or the text itself where it is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
