"""The items of a round as input of the next: as the server sent them, cleaned of what it refuses.

Nothing is stored at the server, so ids that it would look up are left out. Only reasoning keeps its
id: servers that check their input require it.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from backend.upstreams.builders.function_call import FunctionCallBuilder
from backend.upstreams.builders.message import MessageBuilder
from backend.upstreams.builders.reasoning import ReasoningBuilder
from backend.upstreams.builders.whole import object_arguments
from backend.upstreams.responses.client_calls import CLIENT_CALLS
from backend.upstreams.responses.other_items import OtherItemBuilder
from backend.upstreams.responses.slots import Slot
from backend.upstreams.thoughts import without_thoughts

IMAGE_GENERATION_CALL: Final = "image_generation_call"
_MESSAGE_PARTS: Final = frozenset({"output_text", "refusal"})


def echoed_items(slots: Iterable[Slot]) -> list[dict[str, Any]]:
    return [item for slot in slots for item in _echo(slot)]


def without_picture(item: dict[str, Any]) -> dict[str, Any]:
    """Returns the item as it is stored with a run: a picture is a file of this server by then."""
    return {**item, "result": None} if item.get("type") == IMAGE_GENERATION_CALL else item


def _echo(slot: Slot) -> Iterator[dict[str, Any]]:
    match slot.item:
        case FunctionCallBuilder() as call if call.is_answered:
            if slot.raw is not None:
                yield slot.raw
            if slot.answer is not None:
                yield slot.answer
        case FunctionCallBuilder() as call if slot.kind in CLIENT_CALLS and slot.raw is not None:
            if call.call is not None:
                yield _client_call(slot.raw, call.call.call_id)
        case FunctionCallBuilder() as call:
            # Without a call it gets no output, and the server refuses a call without one.
            if (echo := call.echo()) is not None:
                raw = _without_nulls(slot.raw or {})
                yield {**raw, **echo, "arguments": object_arguments(echo["arguments"])}
        case MessageBuilder() as message:
            if content := _message_content(slot.raw, message.raw_text):
                raw = _without_nulls(slot.raw or {})
                yield {**raw, "type": "message", "role": "assistant", "content": content}
        case ReasoningBuilder():
            yield from _reasoning(slot.raw or {})
        case OtherItemBuilder() as other:
            if slot.raw is not None and (other.to_be_allowed is not None or not other.waits):
                yield slot.raw
                yield from other.answers()
        case _:
            if slot.raw is not None:
                yield slot.raw


def _client_call(raw: dict[str, Any], call_id: str) -> dict[str, Any]:
    """Returns the call without the id of what was not stored, where it may be left out."""
    keeps_id = raw["type"] == "local_shell_call"
    return ({"id": raw.get("id")} if keeps_id else {}) | _without_nulls(raw) | {"call_id": call_id}


def _message_content(raw: dict[str, Any] | None, text: str) -> list[dict[str, Any]]:
    parts = raw.get("content") if raw is not None else None
    if not isinstance(parts, list) or not all(_is_message_part(part) for part in parts):
        parts = [{"type": "output_text", "text": text, "annotations": []}]
    cleaned = [
        {**part, "text": without_thoughts(part["text"])} if "text" in part else part
        for part in parts
    ]
    return [part for part in cleaned if part.get("text") or part.get("refusal")]


def _is_message_part(part: Any) -> bool:
    return (
        isinstance(part, dict)
        and part.get("type") in _MESSAGE_PARTS
        and isinstance(part.get("text", part.get("refusal")), str)
    )


def _reasoning(raw: dict[str, Any]) -> Iterator[dict[str, Any]]:
    echo = {key: value for key, value in raw.items() if value is not None}
    if not isinstance(echo.get("content", []), list):
        del echo["content"]
    if not isinstance(echo.get("id", ""), str):
        del echo["id"]
    # Else it is nothing but a reference to what was not stored.
    if echo.get("encrypted_content") or echo.get("content"):
        if not isinstance(echo.get("summary"), list):
            echo["summary"] = []
        yield echo


def _without_nulls(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if value is not None and key != "id"}
