"""Tools: what a model may call, whoever runs it here, and the sources that they come from.

Functions, code interpreter and file search are tools. A source offers a run its tools; `runs/` makes
the calls and shows each on an item of the thread.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from backend.domain.action import ActionKind, ApprovalPolicy
from backend.domain.assistant import Assistant
from backend.domain.ids import OwnerId, RunId, ThreadId
from backend.domain.items import DeltaField, FunctionCall, Item, ToolItem
from backend.domain.parts import Part, TextPart
from backend.tools.function import FunctionSpec
from backend.tools.parameters import Parameters


@dataclass(frozen=True, slots=True)
class StreamedArguments:
    """What an item shows of a call's arguments while these are streamed."""

    field: DeltaField
    """The field of the item."""
    name: str | None = None
    """The argument whose string is shown. None shows the JSON text of all arguments."""


@dataclass(frozen=True, slots=True)
class CallContext:
    """The run that a call belongs to."""

    owner: OwnerId
    thread_id: ThreadId
    run_id: RunId
    timezone: str
    """IANA name of the visitor's time zone."""
    locale: str
    """The visitor's language and region, such as `pt-BR`."""
    history: tuple[Item, ...]
    """The path from the root to this call, without the call."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The result of a call. If it failed, its parts tell the model why."""

    parts: tuple[Part, ...]
    failed: bool = False
    error: str | None = None
    """What the card says of a failure that the item does not show by itself."""

    @classmethod
    def refusal(cls, reason: str) -> "ToolResult":
        """Returns the result of a call that came to nothing, for a reason in a sentence."""
        return cls((TextPart(text=reason),), failed=True, error=reason)


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody is asked before a call, or instead of it."""

    kind: ActionKind
    schema: dict[str, Any]
    """JSON Schema of the arguments that may be approved, or of the answer; empty if they cannot be
    changed."""
    parse: Callable[[str], Any]
    """Returns the arguments or the answer in JSON text. Raises `InvalidArguments`."""
    message: str = ""
    """The question."""


def approval_form(parameters: Parameters, arguments: str) -> Form:
    """Returns the form of a call with these arguments. Raises `InvalidArguments`."""
    parameters.parse(arguments)
    return Form("approval", parameters.form, parameters.parse)


class Display(Protocol):
    """The item of a running call. Every change is shown at once."""

    @property
    def item(self) -> ToolItem: ...

    def append(self, field: DeltaField, delta: str, index: int = 0) -> None:
        """Append to a field of the item, as `ItemDelta` does."""
        ...

    def replace(self, item: ToolItem) -> None: ...


class Tool(Protocol):
    @property
    def spec(self) -> FunctionSpec:
        """The function that the model calls."""
        ...

    @property
    def repeatable(self) -> bool:
        """Whether a call may be made again if the server died during it."""
        ...

    @property
    def approval(self) -> ApprovalPolicy:
        """Whether somebody is asked before a call, unless this server is told otherwise."""
        ...

    @property
    def streamed(self) -> StreamedArguments | None: ...

    def form(self, arguments: str) -> Form:
        """Returns what somebody is asked about a call with these arguments (JSON text).

        Raises `InvalidArguments` where nobody is to be asked, since the call would refuse them.
        """
        ...

    def unavailable(self) -> str | None:
        """Returns in a sentence why the tool cannot be used now, or None if it can."""
        ...

    def item(self, call: FunctionCall) -> ToolItem:
        """Returns the item to show for the call: of the same id and place, without results."""
        ...

    async def call(self, arguments: str, display: Display, context: CallContext) -> ToolResult:
        """Make a call with its final arguments (JSON text).

        A failure is a result, not an exception. Cancelling stops all that the call began.
        """
        ...

    def finished(self, item: ToolItem, result: ToolResult) -> ToolItem:
        """Returns the item of a call with its result. `runs/` adds status, error and duration."""
        ...


class ToolSource(Protocol):
    """Where tools come from."""

    def tools(self, assistant: Assistant, hosted: frozenset[str]) -> Iterable[Tool]:
        """Returns the tools of an assistant. `hosted` names those that its upstream runs itself."""
        ...
