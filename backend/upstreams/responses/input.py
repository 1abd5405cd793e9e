"""What the Responses API is told: instructions, the thread so far, this run's rounds, tools.

https://platform.openai.com/docs/api-reference/responses/create

Nothing is stored at the server, so everything is sent each time. Within a run the server's own
output items are echoed verbatim, encrypted reasoning included; earlier runs are told in our words.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, assert_never

from backend.domain.ids import FileId
from backend.domain.item_files import item_files
from backend.domain.items import (
    AssistantMessage,
    CodeInterpreterCall,
    CodeLogs,
    FileSearchCall,
    FunctionCall,
    ImageGenerationCall,
    Item,
    McpCall,
    Reasoning,
    UserMessage,
    WebSearchCall,
)
from backend.domain.parts import FilePart, ImagePart, in_words
from backend.domain.time_zone import zone_name
from backend.tools.function import FunctionSpec
from backend.upstreams.builders.whole import is_json_object, object_arguments
from backend.upstreams.request import RunRequest, ToolOutput
from backend.upstreams.responses.client_calls import call_answer, calls_among
from backend.upstreams.responses.echo import IMAGE_GENERATION_CALL
from backend.upstreams.responses.files import Parts, content
from backend.upstreams.tool_pictures import is_shown, pictures_apart

_LONGEST_REPLAY = 4_000
"""Characters of a hosted call's result that later runs are sent."""


def instructions(request: RunRequest) -> str:
    """Returns the assistant's instructions, followed by the visitor's date and time."""
    return "\n\n".join(filter(None, (request.assistant.instructions, _clock(request.now))))


def input_so_far(request: RunRequest, attached: Parts) -> list[dict[str, Any]]:
    """Returns the history, with earlier rounds of this run as the server sent them if possible."""
    history, rounds = request.history, request.rounds
    natives = [done.native for done in rounds if done.native is not None]
    if not rounds or len(natives) < len(rounds):
        return history_input(history, attached)
    end = next(place for place, item in enumerate(history, 1) if item.id == rounds[0].after)
    told = history_input(history[:end], attached)
    for done, native in zip(rounds, natives, strict=True):
        # Stored without the pictures, of which the history knows the files.
        output = [item for item in native["output"] if item.get("type") != IMAGE_GENERATION_CALL]
        told += [*output, *output_input(done.outputs, output, attached)]
    pictures = (item for item in history[end:] if isinstance(item, ImageGenerationCall))
    return told + history_input(pictures, attached)


def history_input(history: Iterable[Item], attached: Parts) -> list[dict[str, Any]]:
    """Returns the items of earlier runs and the user message that starts this one."""
    return [part for item in history for part in _replayed(item, attached)]


def output_input(
    outputs: Iterable[ToolOutput], told: Iterable[Mapping[str, Any]], pictures: Parts
) -> list[dict[str, Any]]:
    """Returns the outputs of a round's calls, in the form that each of these in `told` wants, with
    those of their pictures that are shown."""
    others = calls_among(told)
    return [
        call_answer(others[output.call_id], output.output)
        if output.call_id in others
        else _function_output(output.call_id, output.output, _shown(output.parts, pictures))
        for output in outputs
    ]


def function_tool(spec: FunctionSpec) -> dict[str, Any]:
    return {
        "type": "function",
        "name": spec.name,
        "description": spec.description,
        "parameters": spec.parameters,
        "strict": spec.strict,
    }


def _clock(now: datetime) -> str:
    offset = now.strftime("%z") or "+0000"
    return (
        f"For the user it is now {now:%A}, {now:%Y-%m-%d}, {now:%H:%M} "
        f"(time zone {zone_name(now)}, UTC{offset[:3]}:{offset[3:5]})."
    )


def _replayed(item: Item, attached: Parts) -> Iterator[dict[str, Any]]:
    match item:
        case UserMessage():
            yield _message("user", content(item, attached))
        case AssistantMessage():
            yield from _replayed_message(item, attached)
        case FunctionCall():
            yield from _replayed_call(item, attached)
        case CodeInterpreterCall():
            yield _done("ran this code", item.code, "It printed", _code_results(item))
            if pictures := _shown(item.outputs, attached):
                yield pictures_apart(pictures)
        case FileSearchCall():
            found = "\n\n".join(
                f"{result.filename or result.file_id}: {result.text or ''}"
                for result in item.results
            )
            yield _done("searched the files for", "; ".join(item.queries), "It found", found)
        case WebSearchCall():
            what = "; ".join(item.queries) or "pages"
            yield _done("searched the web for", what, "It read", "\n".join(item.urls))
        case ImageGenerationCall():
            yield from _replayed_picture(item, attached)
        case McpCall():
            called = f"{item.server_label}.{item.name}({item.arguments})"
            yield _done("called", called, "It answered", item.error or item.output or "")
        case Reasoning():
            # Without its encrypted form it would only be read as something that was said.
            return
        case _:
            assert_never(item)


def _replayed_message(item: AssistantMessage, attached: Parts) -> Iterator[dict[str, Any]]:
    """Yields its text, in which its pictures and files are named, and then the pictures.

    As a user's message, since an assistant's has no pictures.
    """
    if text := "\n\n".join(filter(None, (in_words(item.content), item.refusal))):
        yield _said(text)
    if shown := [attached[each.file_id] for each in item_files(item) if each.file_id in attached]:
        text = "(The pictures that the assistant showed.)"
        yield _message("user", [{"type": "input_text", "text": text}, *shown])


def _replayed_picture(item: ImageGenerationCall, attached: Parts) -> Iterator[dict[str, Any]]:
    """Yields what was made, and the picture itself, so that it can be changed on request.

    As a user's message, since an assistant's has no pictures.
    """
    what = item.prompt or "what was asked for"
    if item.error is not None:
        yield _done("tried to make a picture of", what, "It failed", item.error)
        return
    yield _done("generated an image of", what, "", "")
    if item.file_id is not None and (part := attached.get(FileId(item.file_id))) is not None:
        text = {"type": "input_text", "text": "(The picture that the assistant made.)"}
        yield _message("user", [text, part])


def _replayed_call(item: FunctionCall, attached: Parts) -> Iterator[dict[str, Any]]:
    if not item.outputs and not is_json_object(item.arguments):
        return
    arguments = object_arguments(item.arguments)
    call_id = f"call_{item.id}"
    yield {
        "type": "function_call",
        "call_id": call_id,
        "name": item.name,
        "arguments": arguments,
    }
    yield _function_output(call_id, _output_text(item), _shown(item.outputs, attached))


def _code_results(item: CodeInterpreterCall) -> str:
    """Returns what the code printed, and the names of the files it made."""
    lines: list[str] = []
    for output in item.outputs:
        match output:
            case CodeLogs():
                lines.append(output.logs)
            case ImagePart(name=str(name)) | FilePart(name=name):
                lines.append(f"[File: {name}]")
            case _:
                """A file without a name says nothing."""
    return "\n".join(lines)


def _output_text(item: FunctionCall) -> str:
    """Returns an output for every call, as the API requires, even if it never ran."""
    if item.outputs:
        return in_words(item.outputs)
    return item.error or f"There is no output: the call is {item.status}."


def _function_output(call_id: str, text: str, pictures: list[dict[str, Any]]) -> dict[str, Any]:
    output = [{"type": "input_text", "text": text}, *pictures] if pictures else text
    return {"type": "function_call_output", "call_id": call_id, "output": output}


def _shown(parts: Iterable[object], pictures: Parts) -> list[dict[str, Any]]:
    """Returns the pictures among the parts that the model is shown."""
    shown = [part for part in parts if isinstance(part, ImagePart) and is_shown(part)]
    return [pictures[part.file_id] for part in shown if part.file_id and part.file_id in pictures]


def _done(verb: str, what: str, then: str, result: str) -> dict[str, Any]:
    text = f"(The assistant {verb}: {_cut(what)}"
    if result:
        text += f"\n{then}: {_cut(result)}"
    return _said(text + ")")


def _said(text: str) -> dict[str, Any]:
    return _message("assistant", [{"type": "output_text", "text": text}])


def _message(role: str, content: str | list[dict[str, Any]]) -> dict[str, Any]:
    """Returns a message with its type, without which some servers refuse or ignore it."""
    return {"type": "message", "role": role, "content": content}


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_REPLAY else text[: _LONGEST_REPLAY - 1] + "…"
