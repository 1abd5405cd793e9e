"""What the threads of a process need to know of other processes.

The home of a thread is the one process that may change it now: it holds the thread's live state,
numbers its events and works on its runs. A tenure is how often the home has changed.
"""

from typing import Protocol

from backend.domain.errors import AppError
from backend.domain.ids import ThreadId


class Elsewhere(AppError):
    """Another process is the thread's home, or will be."""

    code = "elsewhere"
    status = 503
    retryable = True

    def __init__(self, address: str, thread_id: ThreadId) -> None:
        super().__init__("Another process of this server has this chat by now. Try again.")
        self.address = address
        """Where that process is asked: `http://host:port`."""
        self.thread_id = thread_id


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

    def begin(self, thread_id: ThreadId) -> None:
        """Have a new thread be at home here once it is stored."""

    async def where(self, thread_id: ThreadId) -> str | None:
        """Returns the address of the other process that is at home there; None where none is."""

    def epoch(self, thread_id: ThreadId | None) -> str:
        """Returns what the numbers of the events of a thread at home here belong to."""

    async def may_act(self) -> None:
        """Return once this process is not silent."""
