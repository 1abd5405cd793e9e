"""Built-in tools that run here, for upstreams that host none: code interpreter and file search.

A model calls one like any function; the thread shows the call as an item of the hosted tool.
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
    """An argument that is shown while it is streamed, and the field of the item that shows it."""

    name: str
    field: DeltaField


@dataclass(frozen=True, slots=True)
class BuiltinContext:
    """The run that a call belongs to."""

    owner: OwnerId
    thread_id: ThreadId
    run_id: RunId
    history: tuple[Item, ...]
    """The path from the root to this call, without the call."""


@dataclass(frozen=True, slots=True)
class BuiltinResult:
    """The output for the model. With `failed` it says why there is no result."""

    output: str
    failed: bool = False


class Display(Protocol):
    """The item of a running call. Every change is shown at once."""

    @property
    def item(self) -> Item: ...

    def append(self, field: DeltaField, delta: str, index: int = 0) -> None:
        """Append to a field of the item, as `ItemDelta` does."""
        ...

    def replace(self, item: Item) -> None: ...


class Builtin(Protocol):
    """A local tool that stands in for a hosted one."""

    @property
    def spec(self) -> FunctionSpec:
        """The function that the model calls, named like the hosted tool."""
        ...

    @property
    def streamed(self) -> StreamedArgument | None: ...

    def unavailable(self) -> str | None:
        """Returns in a sentence why the tool cannot be used now, or None if it can."""
        ...

    def item(self, call: FunctionCall) -> Item:
        """Returns the item to show for the call: of the same id and place, with no content yet."""
        ...

    async def call(
        self, arguments: str, display: Display, context: BuiltinContext
    ) -> BuiltinResult:
        """Run a call with its final arguments (JSON text).

        A failure is a result for the model, not an exception. Cancelling stops all that it began.
        """
        ...


def builtins_of(
    tools: Iterable[Builtin], assistant: Assistant, hosted: frozenset[str]
) -> dict[str, Builtin]:
    """Returns by name the tools of the assistant that its upstream does not host."""
    wanted = frozenset(assistant.tools) - hosted
    return {tool.spec.name: tool for tool in tools if tool.spec.name in wanted}
