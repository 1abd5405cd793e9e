"""What every run needs to be driven."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from backend.config.settings import Settings
from backend.files.files import Files
from backend.mcp.hosted import HostedServers
from backend.runs.context_lengths import ContextLengths
from backend.runs.tool_calls import SettleItem
from backend.setup.assistants import Choice
from backend.store.store import Store
from backend.store.writer import Writer
from backend.tools.tool import ToolSource
from backend.upstreams.base import Upstream
from backend.watching.watch import Watch


class Answering(Protocol):
    """The upstream in use and its assistants. An `AppError` that these raise ends the run."""

    def upstream_name(self) -> str: ...
    async def upstream(self) -> Upstream: ...
    async def choose(self, upstream: Upstream, assistant_id: str | None) -> Choice: ...
    async def knows(self, assistant_id: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class RunDeps:
    """What every run needs."""

    settings: Settings
    answering: Answering
    tools: tuple[ToolSource, ...]
    servers: HostedServers
    files: Files
    store: Store
    writer: Writer
    settle: SettleItem
    lengths: ContextLengths
    watch: Watch
    may_act: Callable[[], Awaitable[None]]
    """Returns once this process knows that what it works on is still its own."""
