"""A thread as a file: JSON with all branches, for import, or Markdown, for reading."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal, Self, assert_never

import msgspec
from pydantic import Base64Bytes, Field, TypeAdapter, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from backend.domain.events import Thread
from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import ItemId, RunId, new_item_id, new_run_id, new_thread_id
from backend.domain.item_v1 import with_parts
from backend.domain.items import (
    ITEM,
    OPEN_STATUSES,
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
    RunError,
    ToolCallBase,
    UserMessage,
    WebSearchCall,
)
from backend.domain.parts import FilePart, ImagePart, JsonPart, MessagePart, Part, TextPart
from backend.domain.text import json_text

MAX_TITLE_LENGTH: Final = 200
YEAR_10000: Final = 253_402_300_800
MAX_PARTS: Final = 20_000
"""Of an item. All of them are validated in one go, for which all else in the process waits."""

_UNDER_WAY: Final = RunError(
    code="interrupted",
    message="This answer was still being written when the thread was exported. Try again.",
    retryable=True,
)


class PortableFile(FrozenModel):
    """A file that items of the thread name."""

    id: str
    name: str
    content: Base64Bytes


class _Rest(FrozenModel):
    """What there is but little of in a thread."""

    format: Literal["runstream-thread"] = "runstream-thread"
    version: Literal[2] = 2
    thread: Thread
    files: tuple[PortableFile, ...] = ()
    """As many as fit into an import."""


class PortableThread(_Rest):
    """A whole thread. Its ids are valid only within the file. Version 1 is read, too."""

    items: tuple[Item, ...] = Field(min_length=1)
    """The items of all branches."""
    runs: tuple[Run, ...] = ()

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """One item after the other: a thread that validates lets others go on between them."""
        try:
            fields = msgspec.json.decode(_as_version_2(json_data), type=dict[str, msgspec.Raw])
            parts: dict[str, object] = {
                name: tuple(_each(name, fields.pop(name), adapter, options))
                for name, adapter in _MANY.items()
                if name in fields
            }
        except (msgspec.MsgspecError, RecursionError) as error:
            raise _invalid(
                {"type": "json_invalid", "ctx": {"error": str(error)}, "input": ""}
            ) from None
        rest = _Rest.model_validate_json(msgspec.json.encode(fields), **options)
        return cls.model_validate(dict(rest) | parts)

    @model_validator(mode="after")
    def _has_dates(self) -> Self:
        times = [self.thread.created_at, self.thread.updated_at]
        times += [item.created_at for item in self.items]
        for run in self.runs:
            times += [
                run.created_at,
                run.created_at if run.finished_at is None else run.finished_at,
            ]
        if not all(0 <= at < YEAR_10000 for at in times):
            raise ValueError("A time is not in seconds since 1970, or is after the year 9999")
        return self

    @model_validator(mode="after")
    def _is_a_tree(self) -> Self:
        parents = {item.id: item.parent_id for item in self.items}
        if len(parents) != len(self.items) or len({run.id for run in self.runs}) != len(self.runs):
            raise ValueError("Two items or two runs have the same id")
        if self.thread.head_id not in parents:
            raise ValueError("The head of the thread is not one of its items")
        safe: set[ItemId | None] = {None}
        for item_id in parents:
            way: dict[ItemId | None, None] = {}
            at: ItemId | None = item_id
            while at not in safe:
                if at in way or at not in parents:
                    raise ValueError(
                        "The items are not a tree: a parent is missing, or is its own descendant"
                    )
                way[at] = None
                at = parents[at]
            safe.update(way)
        return self

    def renewed(self, now: float) -> "PortableThread":
        """Returns a copy with new ids and no active run. `now` is in seconds since the Unix epoch."""
        thread_id = new_thread_id()
        items: dict[ItemId | None, ItemId | None] = {item.id: new_item_id() for item in self.items}
        runs: dict[RunId | None, RunId | None] = {run.id: new_run_id() for run in self.runs}
        return self.model_copy(
            update={
                "thread": self.thread.model_copy(
                    update={
                        "id": thread_id,
                        "title": self.thread.title[:MAX_TITLE_LENGTH],
                        "head_id": items[self.thread.head_id],
                        "updated_at": now,
                    }
                ),
                "items": tuple(
                    item.model_copy(
                        update={
                            "id": items[item.id],
                            "parent_id": items.get(item.parent_id),
                            "run_id": runs.get(item.run_id),
                            "status": "incomplete" if item.status in OPEN_STATUSES else item.status,
                        }
                    )
                    for item in self.items
                ),
                "runs": tuple(
                    run.model_copy(
                        update={
                            "id": runs[run.id],
                            "thread_id": thread_id,
                            "parent_id": items.get(run.parent_id),
                        }
                        | ({} if run.status in TERMINAL_STATUSES else _ended(now))
                    )
                    for run in self.runs
                ),
            }
        )


def file_ids(item: Item) -> Iterator[str]:
    """Yields the ids of the files that an item names, wherever they are in it."""
    yield from _file_ids(item.model_dump())


def with_file_ids(item: Item, ids: Mapping[str, str]) -> Item:
    """Returns the item with other ids of the files that it names."""
    return ITEM.validate_python(_renamed(item.model_dump(), ids))


def _file_ids(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(file_id := value.get("file_id"), str):
            yield file_id
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            yield from _file_ids(each)


def _renamed(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            name: ids.get(each, each) if name == "file_id" else _renamed(each, ids)
            for name, each in value.items()
        }
    return [_renamed(each, ids) for each in value] if isinstance(value, list | tuple) else value


def markdown(thread: Thread, path: tuple[Item, ...]) -> str:
    """Returns the items of a path as Markdown, tool calls included."""
    began = datetime.fromtimestamp(thread.created_at, UTC)
    parts = [f"# {_line(thread.title)}", f"*{began:%Y-%m-%d %H:%M} UTC*"]
    speaker = ""
    for item in path:
        says = "User" if isinstance(item, UserMessage) else "Assistant"
        paragraphs = list(_paragraphs(item))
        if paragraphs and says != speaker:
            parts.append(f"## {says}")
            speaker = says
        parts += paragraphs
    return "\n\n".join(parts) + "\n"


def _paragraphs(item: Item) -> Iterator[str]:
    match item:
        case UserMessage():
            yield item.text
            yield from map(_shown, item.files)
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


_MANY: Final[Mapping[str, TypeAdapter[Any]]] = {"items": ITEM, "runs": TypeAdapter(Run)}


class _Parts(msgspec.Struct):
    content: list[msgspec.Raw] = []
    outputs: list[msgspec.Raw] = []


def _each(
    name: str, listed: msgspec.Raw, adapter: TypeAdapter[Any], options: Mapping[str, Any]
) -> Iterator[Any]:
    for place, raw in enumerate(msgspec.json.decode(listed, type=list[msgspec.Raw])):
        try:
            parts = msgspec.json.decode(raw, type=_Parts)
        except msgspec.ValidationError:
            parts = _Parts()  # To be refused for what they are.
        if len(parts.content) + len(parts.outputs) > MAX_PARTS:
            too_many = PydanticCustomError("too_many", f"It has more than {MAX_PARTS:,} parts")
            raise _invalid({"type": too_many, "loc": (name, place), "input": ""})
        try:
            yield adapter.validate_json(bytes(raw), **options)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise _invalid(
                {
                    "type": first["type"],
                    "loc": (name, place, *first["loc"]),
                    "ctx": first.get("ctx", {}),
                    "input": "",
                }
            ) from None


def _invalid(error: InitErrorDetails) -> ValidationError:
    return ValidationError.from_exception_data("PortableThread", [error])


class _Head(msgspec.Struct):
    version: int = 0


def _as_version_2(exported: str | bytes | bytearray) -> str | bytes | bytearray:
    try:
        if msgspec.json.decode(exported, type=_Head).version != 1:
            return exported
        body = json.loads(exported)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return exported  # To be refused for what it is.
    match body:
        case {"items": list(items)}:
            renewed = [with_parts(item) if isinstance(item, dict) else item for item in items]
            return json.dumps(body | {"version": 2, "items": renewed})
        case _:
            return exported


def _shown(part: MessagePart) -> str:
    match part:
        case TextPart():
            return part.text
        case ImagePart():
            about = ": ".join(filter(None, (part.name or part.url, part.alt)))
            return f"*Picture: {_line(about)}*"
        case FilePart():
            return f"*File: {_line(part.name)}*"


def _called(call: FunctionCall | McpCall) -> Iterator[str]:
    yield f"**{_line(call.name)}**"
    yield _fenced(call.arguments or "{}", "json")
    yield from _decided(call)


def _decided(call: ToolCallBase) -> Iterator[str]:
    """Yields what somebody decided, and the arguments before they were changed."""
    action = call.required_action
    if action is None or action.resolution is None:
        return
    words = _line(action.resolution.in_words())
    yield f"*{words[:1].upper()}{words[1:]}*"
    if action.resolution.arguments is not None:
        yield "The arguments were:"
        yield _fenced(action.arguments, "json")


def _output(part: Part) -> str:
    match part:
        case TextPart():
            return _fenced(part.text, "")
        case JsonPart():
            return _fenced(json_text(part.value, indent=2), "json")
        case _:
            return _shown(part)


def _fenced(text: str, language: str) -> str:
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _ended(now: float) -> dict[str, object]:
    return {"status": "failed", "error": _UNDER_WAY, "finished_at": now}
