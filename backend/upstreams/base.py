"""What every upstream speaks to `runs/`: one session per run, one stream of events per round.

An adapter translates and nothing else: it runs no tools, writes no rows, knows no sockets. It
makes our items (with our ids) and remembers by itself which foreign item each one is.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol, get_args, runtime_checkable

from backend.config.settings import UpstreamName
from backend.domain.assistant import Assistant
from backend.domain.ids import FileId, ItemId, RunId, ThreadId
from backend.domain.items import (
    DeltaField,
    Item,
    ItemAnnotation,
    RunError,
    TerminalStatus,
    Usage,
)
from backend.openai_client.hosted_files import HostedFiles
from backend.tools.function import FunctionSpec
from backend.upstreams.citations import Mark


@dataclass(frozen=True, slots=True)
class ItemStarted:
    """A new item; `runs/` gives it its parent and its place."""

    item: Item


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of a field; `runs/` counts the offset. `index` is for `logs` and `summary`."""

    item_id: ItemId
    field: DeltaField
    delta: str
    index: int = 0


@dataclass(frozen=True, slots=True)
class ItemChanged:
    """The item as it now stands replaces what was there."""

    item: Item
    container_id: str | None = None
    """Where the files that it names are, if they are in a container."""


@dataclass(frozen=True, slots=True)
class Annotated:
    item_id: ItemId
    annotation: ItemAnnotation
    container_id: str | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """A citation marker that the adapter took out of an assistant message, and where it stood.

    For adapters that read their text with a `CitationFilter`; in others' text `runs/` finds them.
    """

    item_id: ItemId
    mark: Mark


@dataclass(frozen=True, slots=True)
class ItemFinished:
    """The authoritative final state. Function calls finish in `runs/`, once they have an output.

    `native` is what the adapter must remember of it; stored, never sent to a client.
    """

    item: Item
    native: dict[str, Any] | None = None
    container_id: str | None = None


@dataclass(frozen=True, slots=True)
class RemoteState:
    """What is needed to go on or to cancel later; stored before any tool of the round runs.

    A session that can `resume` hands it out before the items that it would then tell again.
    """

    run: dict[str, Any]
    thread_id: str | None = None
    """The remote thread that now mirrors ours, where the upstream holds threads."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A function call with its final arguments (JSON text, as the model wrote it)."""

    item_id: ItemId
    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolCallsRequired:
    """The last event of a round that needs outputs: all calls of the round, in order."""

    calls: tuple[ToolCall, ...]


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The last event of the last round. Usage is summed over the rounds by the adapter."""

    status: TerminalStatus
    error: RunError | None = None
    usage: Usage | None = None


ItemEvent = ItemStarted | TextDelta | ItemChanged | Annotated | Marked | ItemFinished
"""What is told of an item."""

UpstreamEvent = ItemEvent | RemoteState | ToolCallsRequired | RunEnded


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """The answer to one call, as the text that goes to the model."""

    call_id: str
    output: str


@dataclass(frozen=True, slots=True)
class RunFiles:
    """The files that the messages of a history carry."""

    paths: Mapping[FileId, Path] = field(default_factory=dict)
    """Where their bytes are. One that is missing was deleted since."""
    remote_ids: Mapping[FileId, str] = field(default_factory=dict)
    """Of their copies at the upstream, where it hosts files."""
    vector_store_ids: tuple[str, ...] = ()
    """What hosted file search searches."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """All that an upstream needs to know of a run."""

    thread_id: ThreadId
    run_id: RunId
    history: tuple[Item, ...]
    """The path from the root to the item that the run goes on from, inclusive.

    That is the user message that started it, or a finished function call after it, where a run
    that did not complete is started again.
    """
    assistant: Assistant
    functions: tuple[FunctionSpec, ...]
    now: datetime
    """In the visitor's time zone."""
    files: RunFiles = RunFiles()
    remote_thread_id: str | None = None
    """The remote thread that mirrors all of `history` but its last item, if there is one."""


HostedTool = Literal["code_interpreter", "file_search"]
EVERY_HOSTED_TOOL: frozenset[HostedTool] = frozenset(get_args(HostedTool))


class UpstreamSession(Protocol):
    """One run at the upstream."""

    def next(self, outputs: tuple[ToolOutput, ...] | None) -> AsyncGenerator[UpstreamEvent]:
        """Stream one round: `None` starts the run, later all outputs of the round before.

        The last event is `ToolCallsRequired` or `RunEnded`. Raises `UpstreamError`, whose
        message holds no secret.
        """
        ...

    async def cancel(self) -> None:
        """Stop the remote side, if there is one. Harmless when it has ended already."""
        ...


@runtime_checkable
class ResumableSession(UpstreamSession, Protocol):
    """One that can take up a run which another process began."""

    def resume(self, remote: Mapping[str, Any]) -> AsyncGenerator[UpstreamEvent]:
        """Stream a round as `next` does, telling again all that came since `RemoteState.run`.

        `history` then ends where those items begin. Raises `UpstreamError` where the run cannot
        be taken up.
        """
        ...


class Upstream(Protocol):
    """A server that answers, with one client for its whole life."""

    @property
    def name(self) -> UpstreamName: ...

    @property
    def base_url(self) -> str: ...

    @property
    def holds_assistants(self) -> bool:
        """Whether assistants and threads live there (`assistants`) or in our store."""
        ...

    def session(self, request: RunRequest) -> UpstreamSession: ...

    async def models(self) -> list[str]:
        """Model ids, sorted. Raises `UpstreamError`."""
        ...

    async def get_assistant(self, assistant_id: str) -> Assistant | None:
        """The assistant, or None where the upstream does not know it. Raises `UpstreamError`."""
        ...

    async def save_assistant(
        self, assistant: Assistant, functions: tuple[FunctionSpec, ...]
    ) -> Assistant:
        """Create (empty id) or update; the answer has the upstream's id. Raises `UpstreamError`."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class HostsTools(Protocol):
    """An `Upstream` that runs built-in tools itself. One without this attribute runs none."""

    @property
    def hosted_tools(self) -> frozenset[HostedTool]: ...


def hosted_tools(upstream: object) -> frozenset[HostedTool]:
    """The built-in tools that run there; every other one is ours to run."""
    return upstream.hosted_tools if isinstance(upstream, HostsTools) else frozenset()


@runtime_checkable
class HostsFiles(HostsTools, Protocol):
    """An `Upstream` whose tools work on files that live there."""

    @property
    def base_url(self) -> str: ...

    @property
    def holds_assistants(self) -> bool: ...

    @property
    def hosted_files(self) -> HostedFiles: ...

    async def knowledge_store(self, assistant: Assistant, store_id: str | None) -> str:
        """Have the assistant search this vector store, or one that is made; answers its id.

        Raises `UpstreamError`.
        """
        ...


def hosts_files(upstream: object) -> HostsFiles | None:
    """The upstream, if it searches files itself."""
    if isinstance(upstream, HostsFiles) and "file_search" in upstream.hosted_tools:
        return upstream
    return None


@runtime_checkable
class TitlingUpstream(Upstream, Protocol):
    """One that can name a conversation."""

    async def title(self, assistant: Assistant, history: tuple[Item, ...]) -> str | None:
        """A few words for a list of threads, None for want of an idea. Raises `UpstreamError`."""
        ...
