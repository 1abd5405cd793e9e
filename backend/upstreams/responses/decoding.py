"""Which event of a stream is which: by its type, else by its name, else as an error."""

from typing import Any, Final, get_args

import msgspec

from backend.openai_client.error_body import error_event
from backend.openai_client.lenient import Misfit, fitted
from backend.openai_client.other_apis import refuse_chat_completions
from backend.openai_client.sse import ServerSentEvent
from backend.upstreams.responses.events import Error, ResponseEvent, TypedEvent

IGNORED: Final = frozenset(
    {
        # They only say that something begins or ends, which the item's own events say as well.
        "response.queued",
        "response.in_progress",
        "response.content_part.added",
        "response.reasoning_summary_part.added",
        "response.code_interpreter_call.in_progress",
        "response.code_interpreter_call.completed",
        "response.file_search_call.in_progress",
        "response.file_search_call.completed",
        "response.web_search_call.in_progress",
        "response.web_search_call.completed",
        "response.image_generation_call.in_progress",
        "response.image_generation_call.completed",
        "response.mcp_call.in_progress",
        "response.mcp_call.completed",
        "response.mcp_call.failed",
        "response.mcp_list_tools.in_progress",
        "response.mcp_list_tools.completed",
        "response.mcp_list_tools.failed",
        "response.audio.done",
        "response.audio.transcript.done",
        "response.compaction.compacting",
        # Not in the published list. The finished call has the whole diff.
        "response.apply_patch_call_operation_diff.delta",
        "response.apply_patch_call_operation_diff.done",
    }
)
"""Known events that say nothing new. Those of neither list cannot be read."""


_TYPES: Final[dict[str, type[TypedEvent]]] = {
    str(event.__struct_config__.tag): event for event in get_args(TypedEvent)
}
_DECODER: msgspec.json.Decoder[TypedEvent] = msgspec.json.Decoder(TypedEvent)


def decode_event(event: ServerSentEvent) -> ResponseEvent | None:
    """Returns the event in the `data:` field; None for one of `IGNORED`.

    Raises `msgspec.MsgspecError` for one that is unknown here or unreadable, `UpstreamError` for
    one of another API.
    """
    try:
        return _DECODER.decode(event.data)
    except msgspec.ValidationError as error:
        value = msgspec.json.decode(event.data)
        found = _read(value, event.event)
        if found is None and _type_of(value, event.event) not in IGNORED:
            refuse_chat_completions(value)
            raise error
        return found


def _read(value: Any, name: str) -> ResponseEvent | None:
    """Field by field, or as an error; the type may only be in the event's name."""
    kind = _TYPES.get(_type_of(value, name))
    if kind is not None:
        try:
            found: TypedEvent = fitted(value, kind)
        except Misfit:
            return None
        return found
    error = error_event(value, name)
    return Error(error) if error is not None else None


def _type_of(value: Any, name: str) -> str:
    told = value.get("type") if isinstance(value, dict) else None
    return told if isinstance(told, str) and told else name
