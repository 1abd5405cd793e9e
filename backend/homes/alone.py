"""One process: every thread is at home here, without a statement. Its start is the only tenure."""

from collections.abc import Mapping

from backend.domain.errors import Elsewhere
from backend.domain.ids import ThreadId, new_epoch
from backend.homes.base import Residents


class Alone:
    problem: str | None = None
    silent = False

    def __init__(self) -> None:
        self._epoch = new_epoch()

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def take(self, thread_id: ThreadId) -> None: ...

    def is_here(self, thread_id: ThreadId) -> bool:
        return True

    def begin(self, thread_id: ThreadId) -> None: ...

    async def where(self, thread_id: ThreadId) -> str | None:
        return None

    def epoch(self, thread_id: ThreadId | None) -> str:
        return self._epoch

    async def may_act(self) -> None: ...

    def lose(self, lost: Mapping[ThreadId, Elsewhere]) -> None: ...

    def welcome(self, residents: Residents) -> None: ...

    async def drain(self) -> None: ...
