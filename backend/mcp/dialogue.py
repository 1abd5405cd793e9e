"""A call that is under way at a server, which may ask something meanwhile."""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from backend.domain.ids import OwnerId, RunId
from backend.mcp.failures import ServerUnavailable
from backend.mcp.question import MAX_ID_CHARS, Question, Reply
from backend.tools.tool import Settle
from backend.tools.tool_context import ReportProgress, unseen
from backend.waiting import Detached, cancel

T = TypeVar("T")

MAX_HELD: Final = 200
"""Calls that are open, or addresses of which their server may tell, while somebody is waited for."""
_MAX_COMPLETED: Final = 100


class Over(Exception):
    """The call has ended that a question was asked in."""


class Dialogue(Generic[T]):
    """The call goes on in a task of its own, so that nobody has to wait with it for an answer."""

    def __init__(self, owner: OwnerId) -> None:
        self.owner = owner
        self.tell: ReportProgress = unseen
        self.notes: list[str] = []
        """What the model is to be told beside the result."""
        self.withdrawn: Callable[[], None] | None = None
        """Called once when the question that is open needs no answer any more."""
        self._task: asyncio.Task[T] | None = None
        self._open: tuple[Question, asyncio.Future[Reply]] | None = None
        self._changed = asyncio.Event()
        self._turn = asyncio.Lock()
        self.waiting = 0
        """Questions that are not answered yet."""

    def begin(self, call: Coroutine[Any, Any, T]) -> None:
        self._task = asyncio.create_task(call)
        self._task.add_done_callback(lambda _: self._ended())

    @property
    def is_asking(self) -> bool:
        return self._open is not None

    async def ask(self, question: Question) -> Reply:
        """Ask, after what was asked before. Raises `Over`. Cancelling takes the question back."""
        self.waiting += 1
        try:
            return await self._ask(question)
        finally:
            self.waiting -= 1

    async def _ask(self, question: Question) -> Reply:
        async with self._turn:
            if self._task is None or self._task.done():
                raise Over
            reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
            self._open = opened = question, reply
            self._changed.set()
            try:
                return await reply
            finally:
                if self._open is opened:
                    self._take_back()

    def answer(self, reply: Reply) -> None:
        """Answer what is asked, if it still is."""
        if self._open is not None:
            (_, waiting), self._open = self._open, None
            if not waiting.done():
                waiting.set_result(reply)

    async def next(self) -> T | Question:
        """Returns what is asked next, or the result. Raises what the call does, `ServerUnavailable`."""
        assert self._task is not None
        while self._open is None and not self._task.done():
            self._changed.clear()
            await self._changed.wait()
        if self._open is not None:
            return self._open[0]
        if self._task.cancelled():
            raise ServerUnavailable("The call was given up.")
        return self._task.result()

    async def end(self) -> None:
        """End the call at the server, whatever comes of it."""
        if self._task is not None:
            await cancel([self._task])

    def _take_back(self) -> None:
        self._open = None
        self._changed.set()
        withdrawn, self.withdrawn = self.withdrawn, None
        if withdrawn is not None:
            withdrawn()

    def _ended(self) -> None:
        self._changed.set()
        if self._open is not None:
            _, reply = self._open
            self._take_back()
            if not reply.done():
                reply.set_exception(Over())


@dataclass(frozen=True, slots=True)
class _Held:
    run_id: RunId
    settle: Settle | None
    dialogue: Dialogue[Any] | None
    address: tuple[str, str] | None
    """The server, and its id of an address that somebody opens."""
    timer: asyncio.TimerHandle


class HeldCalls:
    """What goes on at servers while somebody is asked, by tokens. In memory: it ends with the process."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}
        self._completed: deque[tuple[str, str]] = deque(maxlen=_MAX_COMPLETED)
        self._ending = Detached()

    def hold(
        self,
        run_id: RunId,
        settle: Settle | None,
        dialogue: Dialogue[Any] | None,
        address: tuple[str, str] | None,
        within_s: float,
    ) -> str | None:
        """Returns the token, None where there is no room. It is given up after that time."""
        if len(self._held) >= MAX_HELD:
            return None
        token = secrets.token_hex(12)
        timer = asyncio.get_running_loop().call_later(within_s, self._drop, token)
        self._held[token] = _Held(run_id, settle, dialogue, address, timer)
        if dialogue is not None:
            dialogue.withdrawn = lambda: self._settle(token, "expire")
        return token

    def take(self, token: str | None) -> Dialogue[Any] | None:
        """Returns the call, which is held no more. None where it is gone."""
        held = self._held.pop(token, None) if token is not None else None
        if held is None:
            return None
        held.timer.cancel()
        if held.dialogue is not None:
            held.dialogue.withdrawn = None
        return held.dialogue

    def completed(self, server: str, number: str) -> None:
        """The server says that an address is done with."""
        if len(number) > MAX_ID_CHARS:
            return
        self._completed.append((server, number))
        for token, held in tuple(self._held.items()):
            if held.address == (server, number):
                self._settle(token, "allow")

    def is_completed(self, server: str, number: str) -> bool:
        return (server, number) in self._completed

    def let_go(self, run_id: RunId) -> None:
        """End the calls of a run."""
        for token, held in tuple(self._held.items()):
            if held.run_id == run_id:
                self._drop(token)

    async def close(self) -> None:
        """End all calls. Nobody is told: what was asked in them is given up by the next process."""
        for token in tuple(self._held):
            self._drop(token)
        await self._ending.join()

    def _drop(self, token: str) -> None:
        dialogue = self.take(token)
        if dialogue is not None:
            self._ending.start(dialogue.end())

    def _settle(self, token: str, decision: Any) -> None:
        held = self._held.get(token)
        if held is not None and held.settle is not None:
            held.settle(decision)
