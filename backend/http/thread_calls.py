"""The REST API of calls that the page makes in a chat: what a widget asks for, on behalf of its reader."""

import json
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from typing import Final

from pydantic import Field, JsonValue
from starlette.requests import Request

from backend.domain.errors import AppError, NotFound
from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import OwnerId, ThreadId, new_run_id
from backend.domain.items import Item
from backend.domain.locale import locale_tag
from backend.http.framework.api import endpoint
from backend.http.security.identity import owner_of
from backend.live.registry import Threads
from backend.runs.by_hand import by_hand
from backend.store.policies import PolicyRows
from backend.tools.catalogue import Catalogue, ToolUnavailable
from backend.tools.policy import policy_of
from backend.tools.tool import CallContext

MAX_A_MINUTE: Final = 60
"""Of one visitor."""
MAX_AT_ONCE: Final = 4
"""Of one visitor."""
MAX_VISITORS: Final = 10_000
"""Of more, those who called longest ago are forgotten."""


class TooManyCalls(AppError):
    code = "too_many_calls"
    status = 429
    retryable = True


class ThreadCallRequest(FrozenModel):
    name: str = Field(min_length=1, max_length=256)
    """The tool."""
    arguments: dict[str, JsonValue] = Field(default_factory=dict)
    allowed: bool = False
    """Whether the visitor was asked and has allowed this one call."""
    timezone: str | None = Field(default=None, max_length=64)
    locale: str | None = Field(default=None, max_length=64)


class ThreadCall(FrozenModel):
    item: Item | None
    """The call as a chat would show it: its status says how it ended. Null where the tool asks first and
    nobody was asked, so that nothing was called."""


class ThreadCallsApi:
    def __init__(self, catalogue: Catalogue, threads: Threads, policies: PolicyRows) -> None:
        self._catalogue = catalogue
        self._threads = threads
        self._policies = policies
        self._limits = CallLimits()

    @endpoint(
        "POST",
        "/api/threads/{thread_id}/tool-calls",
        "Call a tool in a chat, without its model",
        errors=(NotFound, ToolUnavailable, TooManyCalls),
    )
    async def call(self, request: Request, thread_id: str, body: ThreadCallRequest) -> ThreadCall:
        """For widgets. The call sees the chat's files. Its output goes to who called, and is no part of
        the chat: the model hears of it only by a message.

        A tool that asks first is called only if `allowed` says that somebody was asked.
        """
        owner = owner_of(request)
        live = await self._threads.get(ThreadId(thread_id), owner)
        tool = self._catalogue.usable(body.name)
        policies = await self._policies.of(owner, live.id)
        asks = policy_of(tool.spec, tool.approval, policies.server) == "ask"
        if asks and tool.spec.permission not in policies.allowed and not body.allowed:
            return ThreadCall(item=None)
        context = CallContext(
            owner,
            live.id,
            new_run_id(),
            body.timezone or "UTC",
            locale_tag(body.locale),
            live.transcript.items,
            can_ask=False,
        )
        arguments = json.dumps(body.arguments, ensure_ascii=False)
        with self._limits.counted(owner):
            async with aclosing(by_hand(tool, arguments, context)) as trials:
                items = [trial.item async for trial in trials]
        return ThreadCall(item=items[-1])


class CallLimits:
    """How many calls a visitor may make. What a widget does in a loop is not to hold up others."""

    def __init__(self) -> None:
        self._recent: OrderedDict[OwnerId, deque[float]] = OrderedDict()
        self._running: Counter[OwnerId] = Counter()

    @contextmanager
    def counted(self, owner: OwnerId) -> Iterator[None]:
        """Raises `TooManyCalls` where one more would be too many."""
        now = time.monotonic()
        recent = self._recent.setdefault(owner, deque(maxlen=MAX_A_MINUTE))
        if len(recent) == MAX_A_MINUTE and now - recent[0] < 60:
            wait_s = 60 - (now - recent[0])
            raise TooManyCalls(
                f"Widgets and apps made {MAX_A_MINUTE} calls within a minute. Wait a moment, then try again.",
                retry_after_s=wait_s,
            )
        if self._running[owner] >= MAX_AT_ONCE:
            raise TooManyCalls(
                f"{MAX_AT_ONCE} calls of widgets and apps are under way. Wait for one of them."
            )
        recent.append(now)
        self._recent.move_to_end(owner)
        while len(self._recent) > MAX_VISITORS:
            self._recent.popitem(last=False)
        self._running[owner] += 1
        try:
            yield
        finally:
            self._running -= Counter({owner: 1})
