"""Tools: what a model may call, whoever runs it here, and the sources that they come from.

Functions, code interpreter and file search are tools. A source offers a run its tools; `runs/` makes
the calls and shows each on an item of the thread.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from backend.domain.action import Action, ApprovalPolicy
from backend.domain.assistant import Assistant
from backend.domain.ids import OwnerId, RunId, ThreadId
from backend.domain.items import DeltaField, FunctionCall, Item, ToolItem
from backend.domain.parts import Part, TextPart
from backend.tools.discovery import FunctionProblem
from backend.tools.form import Form
from backend.tools.function import FunctionSpec


@dataclass(frozen=True, slots=True)
class StreamedArguments:
    """What an item shows of a call's arguments while these are streamed."""

    field: DeltaField
    """The field of the item."""
    name: str | None = None
    """The argument whose string is shown. None shows the JSON text of all arguments."""


Settle = Callable[[Literal["allow", "expire"]], None]
"""`expire` where whoever asked needs no answer any more, `allow` where they know it by now."""


@dataclass(frozen=True, slots=True)
class CallContext:
    """The run that a call belongs to."""

    owner: OwnerId
    thread_id: ThreadId | None
    """None for a call by hand, which belongs to no chat."""
    run_id: RunId
    timezone: str
    """IANA name of the visitor's time zone."""
    locale: str
    """The visitor's language and region, such as `pt-BR`."""
    history: tuple[Item, ...]
    """The path from the root to this call, without the call."""
    decided: tuple[Action, ...] = ()
    """What the call asked somebody when it was made before, oldest first, all of it decided."""
    kept: str | None = None
    """What the call wanted to be kept when it asked last."""
    settle: Settle | None = None
    """Decides on what the call asks, from outside of it. Late is never wrong."""
    can_ask: bool = True
    """Whether somebody can be asked in the middle of the call."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The result of a call. If it failed, its parts tell the model why."""

    parts: tuple[Part, ...]
    failed: bool = False
    error: str | None = None
    """What the card says of a failure that the item does not show by itself."""
    asks: Form | None = None
    """What somebody has to decide before there is a result. The call is made again then. The rest is
    for where nobody can be asked."""
    keeps: str | None = None
    """What a call that asks is given when it is made again. It is stored, and shown to nobody."""

    @classmethod
    def refusal(cls, reason: str) -> "ToolResult":
        """Returns the result of a call that came to nothing, for a reason in a sentence."""
        return cls((TextPart(text=reason),), failed=True, error=reason)


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


ToolKind = Literal["function", "builtin", "mcp"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolEntry:
    """A tool in the list of all that run here."""

    tool: Tool
    kind: ToolKind
    origin: str = ""
    """Where it comes from: a file and the line, an entry point of a package, the name of an MCP
    server; empty for what is built in."""
    title: str | None = None
    """What people see in place of the name."""
    icon: str | None = None
    """An emoji, or the name of an icon of the page."""
    form: dict[str, Any] | None = None
    """JSON Schema of the arguments for people, with defaults; None means that of `spec`."""


class ToolSource(Protocol):
    """Where tools come from."""

    def tools(self, assistant: Assistant, hosted: frozenset[str]) -> Iterable[Tool]:
        """Returns the tools of an assistant. `hosted` names those that its upstream runs itself, and
        the servers, such as `mcp:NAME`."""
        ...

    def entries(self) -> Iterable[ToolEntry]:
        """Returns all tools, whoever may call them, and those as well that cannot be used now."""
        ...

    def problems(self) -> Iterable[FunctionProblem]:
        """Returns what is left out, and why, without any secret."""
        ...

    def let_go(self, run_id: RunId) -> None:
        """End the calls that are kept open for answers which the run, now over, does not bring."""
        ...
