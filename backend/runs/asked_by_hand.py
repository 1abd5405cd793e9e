"""Calls by hand that have asked something and go on where they were: tools of other servers do."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from backend.domain.action import Action
from backend.domain.ids import OwnerId, RunId
from backend.runs.decisions import NotWaiting

MAX_KEPT: Final = 32
"""Of all visitors together. One more, and the oldest is given up."""


@dataclass(frozen=True, slots=True)
class AskedCall:
    """What a call by hand is given when it goes on."""

    owner: OwnerId
    tool: str
    run_id: RunId
    action: Action
    keeps: str


class AskedByHand:
    """In memory, by tokens: nobody but who made a call by hand goes on with it."""

    def __init__(self, let_go: Callable[[RunId], None]) -> None:
        """`let_go` ends what a call has kept open."""
        self._let_go = let_go
        self._kept: dict[str, tuple[AskedCall, asyncio.TimerHandle]] = {}

    def keep(self, call: AskedCall, within_s: float) -> str:
        """Returns the token. The call is given up after that time."""
        if len(self._kept) >= MAX_KEPT:
            self._give_up(next(iter(self._kept)))
        token = secrets.token_urlsafe(18)
        timer = asyncio.get_running_loop().call_later(within_s, self._give_up, token)
        self._kept[token] = call, timer
        return token

    def find(self, token: str, owner: OwnerId, tool: str) -> AskedCall:
        """Raises `NotWaiting` for a call that is over, or somebody else's."""
        call = self._kept[token][0] if token in self._kept else None
        if call is None or (call.owner, call.tool) != (owner, tool):
            raise NotWaiting("This call is over. Run the tool again.")
        return call

    def take(self, token: str) -> AskedCall:
        """Returns a call that is there, and goes on now."""
        call, timer = self._kept.pop(token)
        timer.cancel()
        return call

    def _give_up(self, token: str) -> None:
        self._let_go(self.take(token).run_id)
