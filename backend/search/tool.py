"""The built-in tool `file_search`, which searches the knowledge and the thread's documents."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Annotated

from pydantic import Field

from backend.domain.action import ApprovalPolicy
from backend.domain.assistant import FILE_SEARCH
from backend.domain.errors import AppError
from backend.domain.ids import FileId, OwnerId
from backend.domain.items import (
    FileSearchCall,
    FileSearchResult,
    FunctionCall,
    Item,
    ToolCallBase,
    ToolItem,
    UserMessage,
)
from backend.domain.parts import TextPart
from backend.domain.text import clean_text
from backend.search.document_index import DocumentIndex, Found
from backend.search.markers import marker
from backend.store.passages import SearchableFile
from backend.tools.form import Form, approval_form
from backend.tools.function import FunctionSpec
from backend.tools.parameters import InvalidArguments, Parameters
from backend.tools.tool import (
    CallContext,
    Display,
    StreamedArguments,
    ToolResult,
)
from backend.waiting import poll

PASSAGES = 8
"""Number of passages that the model reads, about 8,000 characters."""

READING_S = 20.0
"""How long a search waits for an attached document to be read."""
LOOK_PAUSE_S = 0.2

_DESCRIPTION = (
    "Search the user's documents: the files of this conversation and the assistant's knowledge. "
    "Returns the best passages, each with its marker. Use it before you answer a question that "
    "such a document may answer. Search again, with other words, when nothing fits."
)
_INSTRUCTION = (
    "Answer from these passages alone and say so where they do not answer the question. After each "
    "statement that rests on a passage write that passage's marker, exactly as it stands here, for "
    "instance {example}."
)


def _signature(
    query: Annotated[
        str,
        "What to look for: the question in full, or its most telling words.",
        Field(min_length=1, max_length=1000),
    ],
) -> None:
    """The arguments of a call."""


class FileSearch:
    """A `Tool`."""

    _parameters = Parameters.of(_signature, FILE_SEARCH, context_type=type(None))
    spec = FunctionSpec(FILE_SEARCH, _DESCRIPTION, _parameters.schema, _parameters.strict)
    streamed: StreamedArguments | None = None
    repeatable = True
    approval: ApprovalPolicy = "never"

    def __init__(self, documents: DocumentIndex, max_chars: int) -> None:
        """`max_chars` limits the output of one search."""
        self._documents = documents
        self._max_chars = max_chars

    def unavailable(self) -> str | None:
        return None

    def form(self, arguments: str) -> Form:
        return approval_form(self._parameters, arguments)

    def item(self, call: FunctionCall) -> ToolItem:
        return FileSearchCall(**call.model_dump(include=set(ToolCallBase.model_fields)))

    def finished(self, item: ToolItem, result: ToolResult) -> ToolItem:
        return item

    async def call(self, arguments: str, display: Display, context: CallContext) -> ToolResult:
        try:
            query: str = self._parameters.parse(arguments)["query"]
        except InvalidArguments as error:
            return ToolResult.refusal(str(error))
        display.replace(display.item.model_copy(update={"queries": (query,)}))
        try:
            files = await self._files(_attached(context.history), context.owner)
            known = {file.id: file for file in files if file.status == "completed"}
            found = await self._documents.find(query, tuple(known), PASSAGES)
        except AppError as error:
            return ToolResult.refusal(f"The search failed: {error.message}")
        results = tuple(_result(passage, known[passage.file_id]) for passage in found)
        number = _number(context.history)
        output, results = _output(results, files, number, self._max_chars)
        display.replace(display.item.model_copy(update={"results": results}))
        return ToolResult((TextPart(text=clean_text(output)),))

    async def _files(self, attached: Sequence[FileId], owner: OwnerId) -> list[SearchableFile]:
        """Returns the files to search, after waiting `READING_S` at most for attached ones."""

        async def files_once_read() -> list[SearchableFile] | None:
            files = await self._documents.files(attached, owner)
            reading = any(file.status == "in_progress" for file in files if file.id in attached)
            return None if reading else files

        try:
            return await poll(
                files_once_read,
                within_s=READING_S,
                first_pause_s=LOOK_PAUSE_S,
                longest_pause_s=LOOK_PAUSE_S,
            )
        except TimeoutError:
            return await self._documents.files(attached, owner)


def _attached(history: Iterable[Item]) -> tuple[FileId, ...]:
    messages = (item for item in history if isinstance(item, UserMessage))
    return tuple(file.file_id for message in messages for file in message.files)


def _number(history: Iterable[Item]) -> int:
    """Returns the number of this search in the thread, from 1."""
    return 1 + sum(isinstance(item, FileSearchCall) for item in history)


def _result(found: Found, file: SearchableFile) -> FileSearchResult:
    return FileSearchResult(
        file_id=found.file_id,
        filename=file.name,
        score=found.score,
        text=found.text,
        location=found.location,
    )


def _output(
    results: Iterable[FileSearchResult],
    files: Sequence[SearchableFile],
    number: int,
    max_chars: int,
) -> tuple[str, tuple[FileSearchResult, ...]]:
    """Returns the output for the model, and the results in it: the best, as many as fit."""
    if not files:
        return "There are no files to search.", ()
    notes = _notes(files, max_chars // 4)
    instruction = _INSTRUCTION.format(example=marker(number, 0))
    spare = max_chars - len("\n\n".join([instruction, *notes]))
    shown, passages = list[FileSearchResult](), list[str]()
    for place, result in enumerate(results):
        passage = f"{marker(number, place)} {_source(result)}\n{result.text}"
        spare -= len("\n\n") + len(passage)
        if spare < 0:
            break
        shown.append(result)
        passages.append(passage)
    if not shown:
        return "\n".join(["No passage fits this query.", *notes]), ()
    return "\n\n".join([instruction, *notes, *passages]), tuple(shown)


def _notes(files: Iterable[SearchableFile], max_chars: int) -> list[str]:
    """Returns a note for the model about each file that is not searched."""
    notes = [
        f"({file.name} is not searched yet: it is still being read.)"
        if file.status == "in_progress"
        else f"({file.name} cannot be searched: {file.error})"
        for file in files
        if file.status != "completed"
    ]
    lengths = accumulate(len(note) + 2 for note in notes)
    room = sum(length <= max_chars for length in lengths)
    if room < len(notes):
        notes[room:] = [f"({len(notes) - room} more files are not searched.)"]
    return notes


def _source(result: FileSearchResult) -> str:
    return f"{result.filename}, {result.location}" if result.location else f"{result.filename}"
