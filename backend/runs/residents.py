"""The threads that are at home on this process, as its homes see them: they come, and they leave."""

from collections.abc import Mapping, Sequence

from backend.domain.errors import Elsewhere
from backend.domain.ids import ThreadId
from backend.live.registry import Threads
from backend.runs.active import ActiveRuns
from backend.store.writer import Writer
from backend.tools.tool import ToolSource


class ThreadsAtHome:
    def __init__(
        self, threads: Threads, active: ActiveRuns, writer: Writer, tools: Sequence[ToolSource]
    ) -> None:
        self._threads = threads
        self._active = active
        self._writer = writer
        self._tools = tools

    def is_idle(self, thread_id: ThreadId) -> bool:
        return self._threads.is_idle(thread_id)

    def room(self) -> int:
        return self._active.room

    async def come(self, thread_id: ThreadId) -> None:
        await self._threads.come(thread_id)

    def leave(self, lost: Mapping[ThreadId, Elsewhere], *, closing: bool) -> None:
        for there in lost.values():
            live = self._threads.leave(there, closing=closing)
            run = live.active_run if live is not None else None
            if run is not None:
                self._active.lose(run.id)
                for source in self._tools:
                    source.let_go(run.id)
        self._writer.drop(lost)

    def wake(self) -> None:
        self._threads.wake_all()
