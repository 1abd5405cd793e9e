"""What the threads of a process need to know of other processes.

The home of a thread is the one process that may change it now: it holds the thread's live state,
numbers its events and works on its runs. A tenure is how often the home has changed.
"""

from collections.abc import Mapping
from typing import Protocol

from backend.domain.errors import Elsewhere
from backend.domain.ids import ThreadId

__all__ = ["Elsewhere", "Homes", "Residents"]


class Homes(Protocol):
    @property
    def problem(self) -> str | None:
        """Why this process takes no threads now, in a sentence."""

    @property
    def silent(self) -> bool:
        """Whether others may take the threads of this process soon, so that it tells nothing."""

    async def open(self) -> None: ...

    async def close(self) -> None:
        """Give every home back."""

    async def take(self, thread_id: ThreadId) -> None:
        """Make this process the home of a thread, unless it is, or there is no such thread.

        Raises `Elsewhere` and `StoreUnavailable`.
        """

    def is_here(self, thread_id: ThreadId) -> bool: ...

    def begin(self, thread_id: ThreadId) -> None:
        """Have a new thread be at home here once it is stored."""

    async def where(self, thread_id: ThreadId) -> str | None:
        """Returns the address of the other process that is at home there; None where none is."""

    def epoch(self, thread_id: ThreadId | None) -> str:
        """Returns what the numbers of the events of a thread at home here belong to."""

    async def may_act(self) -> None:
        """Return once this process is not silent."""

    async def drain(self) -> None:
        """Take no more homes, and give those back that nobody uses: this process is stopping."""


class Residents(Protocol):
    """The threads that are at home here."""

    def is_idle(self, thread_id: ThreadId) -> bool:
        """Whether nobody uses the thread, and all of it is stored."""

    def room(self) -> int:
        """How many more runs this process takes up."""

    async def come(self, thread_id: ThreadId) -> None:
        """Open a thread, and so take its home. Raises `AppError`."""

    def leave(self, lost: Mapping[ThreadId, Elsewhere], *, closing: bool) -> None:
        """Throw these away without a word. `closing` says that this process cannot serve their
        sockets by passing on what they say."""

    def wake(self) -> None:
        """There may be something to tell."""
