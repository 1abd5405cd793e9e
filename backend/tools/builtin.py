"""Built-in tools that run here, for upstreams that do not host them: code interpreter, file search.

The model calls one like any function; the thread shows the call as the hosted tool's own item.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from backend.domain.assistant import Assistant
from backend.domain.ids import OwnerId, RunId, ThreadId
from backend.domain.items import DeltaField, FunctionCall, Item
from backend.tools.function import FunctionSpec


@dataclass(frozen=True, slots=True)
class StreamedArgument:
    """An argument that is shown while it arrives, and the field of the item that shows it."""

    name: str
    field: DeltaField


@dataclass(frozen=True, slots=True)
class BuiltinContext:
    """What a call may know of the run it belongs to."""

    owner: OwnerId
    thread_id: ThreadId
    run_id: RunId
    history: tuple[Item, ...]
    """The path from the root to this call, exclusive."""


@dataclass(frozen=True, slots=True)
class BuiltinResult:
    """What the model is told. With `failed`, why there is no result."""

    output: str
    failed: bool = False


class Display(Protocol):
    """The item of a running call; what is done to it here is seen at once."""

    @property
    def item(self) -> Item: ...

    def append(self, field: DeltaField, delta: str, index: int = 0) -> None:
        """Append to a field, as `ItemDelta` does."""
        ...

    def replace(self, item: Item) -> None: ...


class Builtin(Protocol):
    """A tool of ours that stands in for a hosted one."""

    @property
    def spec(self) -> FunctionSpec:
        """Named like the hosted tool."""
        ...

    @property
    def streamed(self) -> StreamedArgument | None: ...

    def unavailable(self) -> str | None:
        """Why it cannot be used now, in a sentence; None when it can."""
        ...

    def item(self, call: FunctionCall) -> Item:
        """What is shown instead of the call: same id and place, nothing of it filled in."""
        ...

    async def call(
        self, arguments: str, display: Display, context: BuiltinContext
    ) -> BuiltinResult:
        """Run a call with its final arguments (JSON text).

        What goes wrong is a result that tells the model so. When cancelled it stops all it began.
        """
        ...


def builtins_of(
    tools: Iterable[Builtin], assistant: Assistant, hosted: frozenset[str]
) -> dict[str, Builtin]:
    """By name, those of the assistant's tools that its upstream does not host."""
    wanted = frozenset(assistant.tools) - hosted
    return {tool.spec.name: tool for tool in tools if tool.spec.name in wanted}
