"""One process: every thread is at home here, without a statement. Its start is the only tenure."""

from backend.domain.ids import ThreadId, new_epoch


class Alone:
    problem: str | None = None
    silent = False

    def __init__(self) -> None:
        self._epoch = new_epoch()

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def take(self, thread_id: ThreadId) -> None: ...

    def begin(self, thread_id: ThreadId) -> None: ...

    async def where(self, thread_id: ThreadId) -> str | None:
        return None

    def epoch(self, thread_id: ThreadId | None) -> str:
        return self._epoch

    async def may_act(self) -> None: ...
