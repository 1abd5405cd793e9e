"""The thread so far, in the input items of the Responses API.

Nothing is stored at the server, so everything is sent each time. Chat Completions are told the same in
messages.
https://platform.openai.com/docs/api-reference/responses/create
"""

from collections.abc import Iterable, Iterator
from typing import Any

from backend.domain.ids import FileId
from backend.domain.item_files import item_files
from backend.domain.items import (
    AssistantMessage,
    CodeInterpreterCall,
    FunctionCall,
    ImageGenerationCall,
    Item,
    UserMessage,
)
from backend.domain.parts import ImagePart
from backend.upstreams.builders.whole import is_json_object, object_arguments
from backend.upstreams.prompt.attachments import Parts, content
from backend.upstreams.prompt.words import output_text, told
from backend.upstreams.request import ToolOutput
from backend.upstreams.tool_pictures import is_shown, pictures_apart


def history_input(history: Iterable[Item], attached: Parts) -> list[dict[str, Any]]:
    """Returns the items of earlier runs and the user message that starts this one."""
    return [part for item in history for part in _replayed(item, attached)]


def function_output(output: ToolOutput, pictures: Parts) -> dict[str, Any]:
    """Returns the output of a function, with those of its pictures that are shown."""
    return _function_output(output.call_id, output.output, _shown(output.parts, pictures))


def _replayed(item: Item, attached: Parts) -> Iterator[dict[str, Any]]:
    """A picture follows in a message of the user, since an assistant's has no pictures."""
    match item:
        case UserMessage():
            yield _message("user", content(item, attached))
        case FunctionCall():
            yield from _replayed_call(item, attached)
        case _:
            if text := told(item):
                yield _message("assistant", [{"type": "output_text", "text": text}])
    match item:
        case AssistantMessage():
            files = [
                attached[each.file_id] for each in item_files(item) if each.file_id in attached
            ]
            if files:
                yield _pictures("(The pictures that the assistant showed.)", *files)
        case CodeInterpreterCall():
            if pictures := _shown(item.outputs, attached):
                yield pictures_apart(pictures)
        case ImageGenerationCall(file_id=str(file_id)) if FileId(file_id) in attached:
            yield _pictures("(The picture that the assistant made.)", attached[FileId(file_id)])
        case _:
            """It has none."""


def _replayed_call(item: FunctionCall, attached: Parts) -> Iterator[dict[str, Any]]:
    if not item.outputs and not is_json_object(item.arguments):
        return
    call_id = f"call_{item.id}"
    yield {
        "type": "function_call",
        "call_id": call_id,
        "name": item.name,
        "arguments": object_arguments(item.arguments),
    }
    yield _function_output(call_id, output_text(item), _shown(item.outputs, attached))


def _function_output(call_id: str, text: str, pictures: list[dict[str, Any]]) -> dict[str, Any]:
    output = [{"type": "input_text", "text": text}, *pictures] if pictures else text
    return {"type": "function_call_output", "call_id": call_id, "output": output}


def _shown(parts: Iterable[object], pictures: Parts) -> list[dict[str, Any]]:
    """Returns the pictures among the parts that the model is shown."""
    shown = [part for part in parts if isinstance(part, ImagePart) and is_shown(part)]
    return [pictures[part.file_id] for part in shown if part.file_id and part.file_id in pictures]


def _pictures(text: str, *pictures: dict[str, Any]) -> dict[str, Any]:
    return _message("user", [{"type": "input_text", "text": text}, *pictures])


def _message(role: str, content: str | list[dict[str, Any]]) -> dict[str, Any]:
    """Returns a message with its type, without which some servers refuse or ignore it."""
    return {"type": "message", "role": role, "content": content}
