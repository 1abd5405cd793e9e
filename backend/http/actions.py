"""The REST API of what waits for somebody, and of what is allowed for good."""

import secrets
from typing import Literal

from pydantic import Field, JsonValue
from starlette.requests import Request

from backend.domain.action import Scope
from backend.domain.errors import NotFound
from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import CommandId, ItemId, OwnerId, RunId, ThreadId
from backend.domain.items import Item
from backend.http.framework.api import endpoint
from backend.http.security.identity import owner_of
from backend.live.registry import Threads
from backend.runs.active import TooManyRuns
from backend.runs.decisions import AlreadyAnswered, Answer, NotWaiting, decider
from backend.runs.runs import Runs
from backend.store.policies import PolicyRows


class WaitingItems(FrozenModel):
    items: tuple[Item, ...]
    """Those with the status `awaiting_approval`; `required_action` says what each waits for."""


class ActionDecision(FrozenModel):
    """As the WebSocket's `action.resolve`."""

    id: str | None = Field(default=None, min_length=1, max_length=64)
    """Unique per owner; a repeated one repeats the answer and changes nothing."""
    item_ids: tuple[ItemId, ...] = Field(min_length=1, max_length=200)
    decision: Literal["allow", "deny", "answer", "skip"]
    scope: Scope = "once"
    arguments: dict[str, JsonValue] | str | None = None
    reason: str | None = Field(default=None, max_length=2000)


class Decided(FrozenModel):
    thread_id: ThreadId | None
    item_id: ItemId | None
    """The first of the items."""
    run_id: RunId | None
    """The run that goes on."""


class GrantInfo(FrozenModel):
    tool: str
    thread_id: ThreadId | None
    """The thread on which it is allowed; null for all of yours."""
    title: str | None
    """The thread's."""


class GrantList(FrozenModel):
    grants: tuple[GrantInfo, ...]


class GrantQuery(FrozenModel):
    thread_id: str | None = Field(default=None, max_length=64)
    """Null: what is allowed on all threads."""


class ActionsApi:
    def __init__(self, threads: Threads, runs: Runs, policies: PolicyRows) -> None:
        self._threads = threads
        self._runs = runs
        self._policies = policies

    @endpoint(
        "GET",
        "/api/threads/{thread_id}/actions",
        "List what waits for somebody",
        errors=(NotFound,),
    )
    async def list_actions(self, request: Request, thread_id: str) -> WaitingItems:
        live = await self._threads.get(ThreadId(thread_id), owner_of(request))
        items = live.shown.items
        return WaitingItems(
            items=tuple(item for item in items if item.status == "awaiting_approval")
        )

    @endpoint(
        "POST",
        "/api/threads/{thread_id}/actions",
        "Decide on what waits",
        errors=(NotFound, AlreadyAnswered, NotWaiting, TooManyRuns),
    )
    async def decide(self, request: Request, thread_id: str, body: ActionDecision) -> Decided:
        """Decides on all of the items or on none. The first decision on an item counts."""
        owner = owner_of(request)
        live = await self._threads.get(ThreadId(thread_id), owner)
        answer = Answer(
            body.item_ids,
            body.decision,
            decider("origin" in request.headers),
            body.scope,
            body.arguments,
            body.reason,
        )
        command_id = CommandId(body.id or f"rest_{secrets.token_hex(12)}")
        done = await self._runs.resolve(owner, live, command_id, answer)
        return Decided(thread_id=done.thread_id, item_id=done.item_id, run_id=done.run_id)

    @endpoint("GET", "/api/grants", "List the tools that you allowed for good")
    async def list_grants(self, request: Request) -> GrantList:
        found = await self._policies.grants(owner_of(request))
        return GrantList(grants=tuple(GrantInfo(**grant._asdict()) for grant in found))

    @endpoint("DELETE", "/api/grants/{tool}", "Have a tool ask again", errors=(NotFound,))
    async def revoke(self, request: Request, tool: str, query: GrantQuery) -> None:
        owner = owner_of(request)
        subject: OwnerId | ThreadId = owner
        if query.thread_id is not None:
            subject = (await self._threads.get(ThreadId(query.thread_id), owner)).id
        if not await self._policies.revoke(subject, tool):
            raise NotFound("This tool was not allowed for good there.")
