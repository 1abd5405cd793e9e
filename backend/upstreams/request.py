"""What an upstream is asked: the request that starts a run, and the outputs of its tool calls."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backend.domain.assistant import Assistant
from backend.domain.hosted_tool import HostedServer
from backend.domain.ids import FileId, ItemId, RunId, ThreadId
from backend.domain.items import Item
from backend.domain.parts import Part, TextPart, in_words
from backend.tools.function import FunctionSpec
from backend.upstreams.events import ToolCall

Content = Callable[[], Awaitable[bytes]]
"""Reads the bytes of a file. Raises `OSError` and `AppError`."""


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """The output of one call, for the model."""

    call_id: str
    parts: tuple[Part, ...]
    contents: Mapping[FileId, Content] = field(default_factory=dict)
    """The bytes of its pictures."""

    @property
    def output(self) -> str:
        """The output as a text, in which pictures and files have names."""
        return in_words(self.parts)

    @classmethod
    def of_text(cls, call_id: str, text: str) -> "ToolOutput":
        return cls(call_id, (TextPart(text=text),))


@dataclass(frozen=True, slots=True)
class AnsweredRound:
    """A round of this run that an earlier session had, with the outputs of its calls."""

    after: ItemId
    """The last item of `history` that precedes the round."""
    calls: tuple[ToolCall, ...]
    outputs: tuple[ToolOutput, ...]
    native: Mapping[str, Any] | None
    """What `ToolCallsRequired.native` was."""


@dataclass(frozen=True, slots=True)
class RunFiles:
    """The files attached to the messages of a history."""

    contents: Mapping[FileId, Content] = field(default_factory=dict)
    """Their bytes. A file that is missing here has been deleted."""
    remote_ids: Mapping[FileId, str] = field(default_factory=dict)
    """The ids of their copies at the upstream, where it hosts files."""
    vector_store_ids: tuple[str, ...] = ()
    """The vector stores that hosted file search looks through."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """Everything an upstream needs to know about a run."""

    thread_id: ThreadId
    run_id: RunId
    history: tuple[Item, ...]
    """The path from the root to the item that the run continues from, inclusive.

    That item is the user message that started the run or, if the run was cut short before, a
    finished call after it.
    """
    assistant: Assistant
    functions: tuple[FunctionSpec, ...]
    now: datetime
    """In the visitor's time zone."""
    files: RunFiles = RunFiles()
    remote_thread_id: str | None = None
    """The remote thread, if any, that mirrors all of `history` except its last item."""
    model: str | None = None
    """The model that was chosen in place of the assistant's own. `assistant` has it, too."""
    instructions: str = ""
    """Those of the thread, which follow the assistant's own."""
    servers: tuple[HostedServer, ...] = ()
    """Those of the configuration whose tools the upstream calls itself."""
    rounds: tuple[AnsweredRound, ...] = ()
    """The rounds that a resumed run has had. Their items are in `history`, too."""
