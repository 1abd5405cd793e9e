"""Items: the entries of a thread, with the field names of the Responses API.

https://platform.openai.com/docs/api-reference/responses/object
"""

from typing import Annotated, Literal, get_args

from pydantic import Field, JsonValue, TypeAdapter

from backend.domain.action import Action
from backend.domain.app import MAX_CONTEXTS, AppContext
from backend.domain.feedback import Feedback
from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import ItemId, RunId, ThreadId
from backend.domain.parameters import Parameters
from backend.domain.parts import FilePart, ImagePart, MessagePart, Part, TextPart, value_of
from backend.domain.usage import Cost, Tokens, Usage

ItemStatus = Literal[
    "in_progress",
    "awaiting_approval",
    "running",
    "completed",
    "failed",
    "denied",
    "cancelled",
    "incomplete",
]
"""A tool call goes from in_progress through awaiting_approval and running to one of the others."""

OPEN_STATUSES: frozenset[ItemStatus] = frozenset({"in_progress", "awaiting_approval", "running"})

RunStatus = Literal[
    "queued",
    "in_progress",
    "requires_action",
    "cancelling",
    "completed",
    "incomplete",
    "failed",
    "cancelled",
    "expired",
]
TerminalStatus = Literal["completed", "incomplete", "failed", "cancelled", "expired"]
TERMINAL_STATUSES: frozenset[str] = frozenset(get_args(TerminalStatus))
PARKED: RunStatus = "requires_action"
"""The status of a run of which nothing runs anywhere, since it waits for somebody."""


class RunError(FrozenModel):
    """Why a run did not complete: a stable code, and a message that says what to do."""

    code: str
    message: str
    retryable: bool = False
    retry_after_s: float | None = None


class Run(FrozenModel):
    """The assistant's work on one user message, up to a terminal status."""

    id: RunId
    thread_id: ThreadId
    parent_id: ItemId | None = None
    """The item that the run continues from: a user message or, in a retry, perhaps a tool call."""
    status: RunStatus = "in_progress"
    upstream: str
    model: str | None = None
    assistant_id: str | None = None
    assistant_name: str | None = None
    parameters: Parameters | None = None
    """What the answer was asked for with, if anything was chosen."""
    overrides: Parameters | None = None
    """Those parameters that the message chose in place of the assistant's own."""
    notes: tuple[str, ...] = ()
    """Sentences about what was done otherwise than asked for."""
    error: RunError | None = None
    usage: Usage | None = None
    """What it has taken so far; None where the upstream does not tell."""
    cost: Cost | None = None
    """None where the model has no price."""
    context_tokens: Tokens | None = None
    """How much the model read in the last round; None where the upstream keeps the thread."""
    context_length: Tokens | None = None
    """How much the model can read, its answer included, where that is known."""
    active_s: float | None = None
    """The seconds that were spent on it, without those in which it waited for somebody."""
    created_at: float
    """Seconds since the Unix epoch, as in every `…_at` field."""
    finished_at: float | None = None
    expires_at: float | None = None
    """When the first thing that it waits for is given up, while the status is `requires_action`."""
    feedback: Feedback | None = None
    """What its reader thinks of the answer."""

    @property
    def is_parked(self) -> bool:
        return self.status == PARKED


class ItemBase(FrozenModel):
    id: ItemId
    parent_id: ItemId | None = None
    run_id: RunId | None = None
    """The run that made the item or, for a user message, the first run that it started."""
    status: ItemStatus = "in_progress"
    created_at: float


class UserMessage(ItemBase):
    """What a person wrote, and the files that came with it, pictures among them, in no order."""

    type: Literal["user_message"] = "user_message"
    text: str
    files: tuple[FilePart, ...] = ()
    contexts: tuple[AppContext, ...] = Field(default=(), max_length=MAX_CONTEXTS)
    """What apps told with it, which the person did not write."""


class AssistantMessage(ItemBase):
    """Text, pictures and files in the order in which the model made them.

    A `text` delta with index i appends to content[i] or, if i is the next index, creates it.
    """

    type: Literal["assistant_message"] = "assistant_message"
    content: tuple[MessagePart, ...] = ()
    refusal: str | None = None

    @property
    def text(self) -> str:
        """All its text, to read, search or copy."""
        return "\n\n".join(
            part.text for part in self.content if isinstance(part, TextPart) and part.text
        )


class Reasoning(ItemBase):
    type: Literal["reasoning"] = "reasoning"
    summary: tuple[str, ...] = ()


class ToolCallBase(ItemBase):
    """A call of a tool, whoever runs it."""

    call_id: str | None = None
    """The upstream's id of a call that this server runs or allows, known once the upstream waits for it."""
    error: str | None = None
    """A sentence that says why there is no result."""
    duration_ms: float | None = None
    """How long this server ran it, or saw the upstream run it."""
    required_action: Action | None = None
    """What it waits for from outside, or waited for. It waits while the status is
    `awaiting_approval`."""


class Progress(FrozenModel):
    """How far a call is, as its function last said."""

    fraction: float | None = None
    """From 0 to 1; None if unknown."""
    message: str | None = None


class FunctionCall(ToolCallBase):
    type: Literal["function_call"] = "function_call"
    name: str
    arguments: str = ""
    """JSON text, which may be incomplete while the status is `in_progress`."""
    title: str | None = None
    """What people see in place of the name."""
    icon: str | None = None
    """An emoji, or the name of an icon of the page."""
    outputs: tuple[Part, ...] = ()
    """Text and JSON, which the model and a widget get, and pictures and files, which are shown."""
    widget: str | None = None
    """The widget that the function asks for. None: the one that is called like the function."""
    progress: Progress | None = None
    has_app: bool = False
    """Whether an app shows the call while it is under way, too: the one at `/api/apps/{id}`."""

    @property
    def output(self) -> JsonValue:
        """What a widget gets: the text or JSON, a list where there are several."""
        return value_of(self.outputs)


class CodeLogs(FrozenModel):
    type: Literal["logs"] = "logs"
    logs: str = ""


CodeOutput = Annotated[CodeLogs | ImagePart | FilePart, Field(discriminator="type")]


CodeLanguage = Literal["python", "shell", "diff"]


class CodeInterpreterCall(ToolCallBase):
    """Code in a sandbox: Python, commands of a shell, or a patch of a file."""

    type: Literal["code_interpreter_call"] = "code_interpreter_call"
    language: CodeLanguage = "python"
    code: str = ""
    outputs: tuple[CodeOutput, ...] = ()
    """A `logs` delta with index i appends to outputs[i] or, if i is the next index, creates it."""


class FileSearchResult(FrozenModel):
    file_id: str
    filename: str | None = None
    score: float | None = None
    text: str | None = None
    location: str | None = None


class FileSearchCall(ToolCallBase):
    type: Literal["file_search_call"] = "file_search_call"
    queries: tuple[str, ...] = ()
    results: tuple[FileSearchResult, ...] = ()


class WebSearchCall(ToolCallBase):
    type: Literal["web_search_call"] = "web_search_call"
    action: str | None = None
    """`search`, `open_page` or `find_in_page`."""
    queries: tuple[str, ...] = ()
    """What was searched for: the web, or the text of a page."""
    urls: tuple[str, ...] = ()
    """The sources of a search, or the page that was opened."""


class ImageGenerationCall(ToolCallBase):
    """A picture that a model made: a file of this server, once it is finished."""

    type: Literal["image_generation_call"] = "image_generation_call"
    prompt: str | None = None
    file_id: str | None = None
    filename: str | None = None
    media_type: str | None = None
    size: int | None = None
    """Bytes."""
    previews: int = 0
    """How many unfinished pictures have come. The newest is at `/api/previews/{id}` for a while."""


class McpCall(ToolCallBase):
    """A call that the upstream made on an MCP server, or the server's list of tools (`list_tools`)."""

    type: Literal["mcp_call"] = "mcp_call"
    server_label: str = ""
    name: str
    arguments: str = ""
    output: str | None = None


ToolItem = (
    FunctionCall
    | CodeInterpreterCall
    | FileSearchCall
    | WebSearchCall
    | ImageGenerationCall
    | McpCall
)

Item = Annotated[
    UserMessage | AssistantMessage | Reasoning | ToolItem,
    Field(discriminator="type"),
]


class Fork(FrozenModel):
    """A point of the path at which other branches begin."""

    parent_id: ItemId | None
    """The item before that point, or None if the branches are alternatives to the first message."""
    item_ids: tuple[ItemId, ...]
    """All children of the item, oldest first."""


ITEM: TypeAdapter[Item] = TypeAdapter(Item)
"""Parses a stored or received item."""

DeltaField = Literal["text", "refusal", "arguments", "code", "logs", "summary"]

LIST_FIELDS: frozenset[DeltaField] = frozenset({"text", "logs", "summary"})
"""Fields whose deltas name an `index`."""
