"""The REST API of the workbench: all tools that run here, their calls, and calls by hand."""

import json
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import AbstractContextManager, aclosing, contextmanager
from typing import Any, Final

from pydantic import Field, JsonValue
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from backend.domain.action import Action, ApprovalPolicy
from backend.domain.errors import InvalidRequest, NotFound
from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import ItemId, ThreadId, new_run_id
from backend.domain.items import Item, ItemStatus
from backend.domain.locale import locale_tag
from backend.domain.parts import Part, in_words
from backend.domain.tool_calls import arguments_of
from backend.http.framework.api import endpoint
from backend.http.framework.cursor import CursorFormat
from backend.http.security.identity import owner_of
from backend.http.tool_answers import ToolAnswer, answered, answered_last
from backend.http.tried_apps import TriedApps
from backend.runs.active import TooManyRuns
from backend.runs.asked_by_hand import AskedByHand, AskedCall
from backend.runs.by_hand import ASKED_FOR_S, Trial, by_hand
from backend.runs.decisions import NotWaiting, decider
from backend.setup.models import FunctionProblemInfo
from backend.store.calls import CallPlace, CallRows, StoredCall
from backend.store.policies import PolicyRows
from backend.tools.asking import MAX_ASKED
from backend.tools.catalogue import Catalogue, ToolUnavailable
from backend.tools.policy import policy_of
from backend.tools.tool import CallContext, ToolEntry, ToolKind

MAX_AT_ONCE: Final = 32
"""How many calls by hand may be under way, of all visitors together."""

LINES: Final = "application/x-ndjson"


class ToolInfo(FrozenModel):
    name: str
    title: str | None
    icon: str | None
    """An emoji, or the name of an icon of the page."""
    kind: ToolKind
    origin: str
    """Where it comes from: a file and the line, an entry point of a package, the name of an MCP
    server; empty for what is built in."""
    description: str
    parameters: dict[str, Any]
    """JSON Schema of the arguments, as a model gets it."""
    form: dict[str, Any]
    """The same for people: with defaults, and with what strict mode leaves out."""
    strict: bool
    approval: ApprovalPolicy
    """Whether somebody is asked before a call of a model."""
    default_approval: ApprovalPolicy
    unavailable: str | None
    """Why it cannot be used now."""


class ToolList(FrozenModel):
    tools: tuple[ToolInfo, ...]
    problems: tuple[FunctionProblemInfo, ...]
    """What is left out, and why."""


class ToolRunRequest(FrozenModel):
    arguments: dict[str, JsonValue] | str = Field(default_factory=dict)
    """A text is JSON."""
    timezone: str | None = Field(default=None, max_length=64)
    locale: str | None = Field(default=None, max_length=64)
    answers: tuple[ToolAnswer, ...] = Field(default=(), max_length=MAX_ASKED)
    """To what the call asked when it was made before, in this order. It is made again with them."""
    continues: str | None = Field(default=None, max_length=64)
    """As the last answer said: the call goes on where it was, with the last of `answers`."""
    stream: bool = False
    """Whether to answer each state of the call, a line of JSON per state, as it comes about."""


class ToolRun(FrozenModel):
    """A call by hand."""

    item: Item
    """What a chat would show of it. Its status says how it ended."""
    told: tuple[Part, ...] | None
    """What a model would be told; null while it runs, and where it asks something first."""
    text: str | None
    """The same as the text that a model reads, in which pictures and files have names."""
    continues: str | None
    """What to send with the answer, where the call asks something and does not begin anew with it."""


class ToolCallInfo(FrozenModel):
    item_id: ItemId
    thread_id: ThreadId
    title: str
    """The thread's."""
    arguments: str
    """JSON text, as far as they are known."""
    created_at: float
    """Seconds since the Unix epoch."""
    duration_ms: float | None
    status: ItemStatus
    error: str | None


class ToolCallPage(FrozenModel):
    calls: tuple[ToolCallInfo, ...]
    next_cursor: str | None
    """For the next page; None where this is the last."""


class ToolCallQuery(FrozenModel):
    limit: int = Field(default=20, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=256)


_CURSORS = CursorFormat(CallPlace)


class ToolsApi:
    def __init__(
        self, catalogue: Catalogue, policies: PolicyRows, calls: CallRows, apps: TriedApps
    ) -> None:
        self._apps = apps
        self._catalogue = catalogue
        self._policies = policies
        self._calls = calls
        self._running = 0
        self._asked = AskedByHand(catalogue.let_go)

    @endpoint("GET", "/api/tools", "List the tools that run here, and what is left out")
    async def list_tools(self) -> ToolList:
        """Functions, built-in tools and tools of MCP servers, each once."""
        policies = await self._policies.server()
        return ToolList(
            tools=tuple(_info(entry, policies) for entry in self._catalogue.entries()),
            problems=tuple(
                FunctionProblemInfo(source=problem.source, error=problem.error)
                for problem in self._catalogue.problems()
            ),
        )

    @endpoint(
        "GET",
        "/api/tools/{name}/calls",
        "List your calls of a tool, newest first",
        errors=(InvalidRequest,),
    )
    async def list_calls(self, name: str, query: ToolCallQuery, request: Request) -> ToolCallPage:
        """Those of all your chats, whoever ran the tool. Calls by hand are in no chat."""
        after = _CURSORS.read(query.cursor) if query.cursor is not None else None
        found = await self._calls.page(owner_of(request), name, query.limit + 1, after)
        shown = found[: query.limit]
        last = shown[-1].item if len(found) > len(shown) else None
        return ToolCallPage(
            calls=tuple(map(_call, shown)),
            next_cursor=last and _CURSORS.write(CallPlace(last.created_at, last.id)),
        )

    @endpoint(
        "POST",
        "/api/tools/{name}/runs",
        "Call a tool by hand",
        answer=ToolRun,
        errors=(NotFound, ToolUnavailable, TooManyRuns, NotWaiting),
    )
    async def run_tool(self, name: str, body: ToolRunRequest, request: Request) -> Response:
        """Calls it without a model, a chat or an approval, and answers once the call has ended; a
        call that fails is an answer as well. Closing the connection stops it. With `stream` each
        line is a state of the call, the last one its outcome.

        Where it asks something, the call ends with the item's status `awaiting_approval`; make it
        again with the `answers`, and with what it `continues` if it says so. The call sees no files,
        since these belong to a chat. What it makes is kept for a day.
        """
        tool = self._catalogue.usable(name)
        given, owner = body.arguments, owner_of(request)
        by, asked = decider("origin" in request.headers), None
        if body.continues is not None:
            asked = self._asked.find(body.continues, owner, name)
            decided: Action | None = answered_last(asked.action, body.answers, by)
            with self._counted():
                self._asked.take(body.continues)
        else:
            decided = answered(name, body.answers, by)
        context = CallContext(
            owner,
            None,
            new_run_id() if asked is None else asked.run_id,
            body.timezone or "UTC",
            locale_tag(body.locale),
            (),
            decided.all if decided is not None else (),
            None if asked is None else asked.keeps,
        )
        arguments = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        trials = by_hand(tool, arguments, context, decided, may_ask=True)
        media_type = LINES if body.stream else "application/json"
        answer = self._answer(name, context, trials, body.stream)
        return _Counted(answer, self._counted(), media_type)

    async def _answer(
        self, name: str, context: CallContext, trials: AsyncGenerator[Trial], stream: bool
    ) -> AsyncGenerator[str]:
        async with aclosing(trials):
            async for trial in trials:
                self._apps.keep(context.owner, trial.item)
                if stream or trial.has_ended:
                    token = self._kept(name, context, trial)
                    yield _run(trial, token).model_dump_json() + "\n"

    def _kept(self, name: str, context: CallContext, trial: Trial) -> str | None:
        """Returns what the call can be gone on with."""
        action = trial.item.required_action
        if trial.keeps is None or action is None:
            return None
        call = AskedCall(context.owner, name, context.run_id, action, trial.keeps)
        return self._asked.keep(call, ASKED_FOR_S)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """Raises `TooManyRuns` where one more would be too many."""
        if self._running >= MAX_AT_ONCE:
            raise TooManyRuns("The server is busy with other calls. Try again in a moment.")
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1


class _Counted(StreamingResponse):
    """Is counted for as long as it is sent, so that a burst is not let in before any of it counts."""

    def __init__(
        self, content: AsyncGenerator[str], counted: AbstractContextManager[None], media_type: str
    ) -> None:
        super().__init__(content, media_type=media_type)
        self._counted = counted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._counted:
            await super().__call__(scope, receive, send)


def _info(entry: ToolEntry, policies: Mapping[str, ApprovalPolicy]) -> ToolInfo:
    tool = entry.tool
    name = tool.spec.name
    return ToolInfo(
        name=name,
        title=entry.title,
        icon=entry.icon,
        kind=entry.kind,
        origin=entry.origin,
        description=tool.spec.description,
        parameters=tool.spec.parameters,
        form=tool.spec.parameters if entry.form is None else entry.form,
        strict=tool.spec.strict,
        approval=policy_of(tool.spec, tool.approval, policies),
        default_approval=tool.approval,
        unavailable=tool.unavailable(),
    )


def _call(call: StoredCall) -> ToolCallInfo:
    item = call.item
    return ToolCallInfo(
        item_id=item.id,
        thread_id=call.thread_id,
        title=call.title,
        arguments=arguments_of(item),
        created_at=item.created_at,
        duration_ms=item.duration_ms,
        status=item.status,
        error=item.error,
    )


def _run(trial: Trial, continues: str | None) -> ToolRun:
    return ToolRun(
        continues=continues,
        item=trial.item,
        told=trial.told,
        text=None if trial.told is None else in_words(trial.told),
    )
