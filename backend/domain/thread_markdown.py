"""A thread as Markdown, for reading."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import assert_never

from backend.domain.app import AppPart
from backend.domain.events import Thread
from backend.domain.ids import RunId
from backend.domain.items import (
    TERMINAL_STATUSES,
    AssistantMessage,
    CodeInterpreterCall,
    CodeLogs,
    FileSearchCall,
    FunctionCall,
    ImageGenerationCall,
    Item,
    McpCall,
    Reasoning,
    Run,
    ToolCallBase,
    UserMessage,
    WebSearchCall,
)
from backend.domain.parts import FilePart, ImagePart, JsonPart, MessagePart, Part, TextPart
from backend.domain.run_facts import facts_line
from backend.domain.text import json_text


def markdown(thread: Thread, path: tuple[Item, ...], runs: Mapping[RunId, Run]) -> str:
    """Returns the items of a path as Markdown, tool calls included, each answer with its facts."""
    began = datetime.fromtimestamp(thread.created_at, UTC)
    parts = [f"# {_line(thread.title)}", f"*{began:%Y-%m-%d %H:%M} UTC*"]
    if thread.instructions:
        parts += ["## Instructions", thread.instructions]
    speaker = ""
    for item, following in pairwise((*path, None)):
        assert item is not None
        says = "User" if isinstance(item, UserMessage) else "Assistant"
        paragraphs = list(_paragraphs(item))
        if paragraphs and says != speaker:
            parts.append(f"## {says}")
            speaker = says
        parts += paragraphs
        if (following is not None and following.run_id == item.run_id) or says == "User":
            continue
        run = runs.get(item.run_id) if item.run_id is not None else None
        if run is not None and run.status in TERMINAL_STATUSES:
            parts.append(f"*{_line(facts_line(run))}*")
    return "\n\n".join(parts) + "\n"


def _paragraphs(item: Item) -> Iterator[str]:
    match item:
        case UserMessage():
            yield item.text
            yield from map(_shown, item.files)
            for context in item.contexts:
                yield f"*The app {_line(context.title)} told:*"
                yield _fenced(context.text, "")
        case AssistantMessage():
            yield from filter(None, map(_shown, item.content))
            if item.refusal:
                yield item.refusal
        case Reasoning():
            yield from ("> " + part.replace("\n", "\n> ") for part in item.summary if part)
        case FunctionCall():
            yield from _called(item)
            yield from map(_output, item.outputs)
            if not item.outputs and item.error is not None:
                yield _fenced(item.error, "")
        case McpCall():
            yield from _called(item)
            answer = item.output if item.output is not None else item.error
            if answer is not None:
                yield _fenced(answer, "")
        case CodeInterpreterCall():
            yield _fenced(item.code, "python")
            yield from _decided(item)
            logs = "".join(output.logs for output in item.outputs if isinstance(output, CodeLogs))
            if logs:
                yield _fenced(logs, "")
            yield from (_shown(each) for each in item.outputs if not isinstance(each, CodeLogs))
        case FileSearchCall():
            yield f"*Searched the files: {_line('; '.join(item.queries))}*"
            yield from _decided(item)
        case WebSearchCall():
            yield f"*Searched the web: {_line('; '.join(item.queries))}*"
        case ImageGenerationCall():
            yield f"*Made a picture: {_line(item.prompt or '')}*"
            yield from _decided(item)
            if item.file_id is not None:
                yield f"![{_line(item.filename or '')}](/api/files/{item.file_id}/content)"
            elif item.error is not None:
                yield f"*{_line(item.error)}*"
        case _:
            assert_never(item)


def _shown(part: MessagePart) -> str:
    match part:
        case TextPart():
            return part.text
        case ImagePart():
            about = ": ".join(filter(None, (part.name or part.url, part.alt)))
            return f"*Picture: {_line(about)}*"
        case FilePart():
            origin = f" ({_line(part.origin)})" if part.origin else ""
            return f"*File: {_line(part.name)}{origin}*"


def _called(call: FunctionCall | McpCall) -> Iterator[str]:
    yield f"**{_line(call.name)}**"
    yield _fenced(call.arguments or "{}", "json")
    yield from _decided(call)


def _decided(call: ToolCallBase) -> Iterator[str]:
    """Yields what somebody is asked and decided, and the arguments before they were changed."""
    for action in call.required_action.all if call.required_action is not None else ():
        if action.resolution is None and call.status != "awaiting_approval":
            continue
        if action.within:
            address = f" <{action.url}>" if action.url is not None else ""
            yield f"{_line(action.asker or 'It')} asked: {_line(action.message)}{address}"
        if action.resolution is None:
            yield "*Waits for an answer*"
            continue
        words = _line(action.resolution.in_words())
        yield f"*{words[:1].upper()}{words[1:]}*"
        if action.resolution.answer is not None:
            yield _fenced(json_text(action.resolution.answer, indent=2), "json")
        if action.resolution.arguments is not None:
            yield "The arguments were:"
            yield _fenced(action.arguments, "json")


def _output(part: Part) -> str:
    match part:
        case TextPart():
            return _fenced(part.text, "")
        case JsonPart():
            return _fenced(json_text(part.value, indent=2), "json")
        case AppPart():
            return f"*App: {_line(part.title)}*" if part.title else "*App*"
        case _:
            return _shown(part)


def _fenced(text: str, language: str) -> str:
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _line(text: str) -> str:
    return " ".join(text.split())
