"""The calls of a run that are under way at the same time."""

import asyncio
from collections.abc import Awaitable, Callable

from backend.runs.effects import Effects
from backend.runs.state import OpenCall
from backend.runs.tool_calls import Answered, ToolCalls


class CallGroup:
    """All of them are cancelled with whoever awaits `run`."""

    def __init__(
        self,
        calls: ToolCalls,
        store: Callable[[], Awaitable[None]],
        answered: Callable[[OpenCall, Answered], Effects],
    ) -> None:
        """`store` returns when all that is shown is stored. `answered` takes what comes of each."""
        self._calls = calls
        self._store = store
        self._answered = answered
        self._following: Effects = ()

    async def run(self, calls: tuple[OpenCall, ...], meanwhile: Callable[[], None]) -> Effects:
        """Make these calls, and those that are added to them. Returns what follows from the answers.

        `meanwhile` is called once others can be added.
        """
        self._following = ()
        try:
            async with asyncio.TaskGroup() as self._group:
                self.add(calls)
                meanwhile()
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return self._following

    def add(self, calls: tuple[OpenCall, ...]) -> None:
        """Make further calls while others are under way."""
        for call in calls:
            self._calls.begin(call)
        self._group.create_task(self._make(calls))

    async def _make(self, calls: tuple[OpenCall, ...]) -> None:
        await self._store()
        for call in calls:
            self._group.create_task(self._call(call))

    async def _call(self, call: OpenCall) -> None:
        answered = await self._calls.run(call)
        self._following += self._answered(call, answered)
