"""What a call waits for from outside, and what was decided: an approval, or an answer of the user."""

from datetime import UTC, datetime
from typing import Literal

from pydantic import JsonValue

from backend.domain.frozen_model import FrozenModel

ApprovalPolicy = Literal["never", "ask", "always_allow"]
"""Whether somebody is asked before a call; `always_allow` shows that nobody had to be asked."""

ActionKind = Literal["approval", "question"]
Decision = Literal["allow", "deny", "answer", "skip", "expire"]
Decider = Literal["visitor", "script", "rule", "policy", "time", "asker"]
"""`visitor` is a browser, `rule` an earlier "always" of the visitor's, `policy` what this server is told of
the tool for everybody, `time` the expiry, `asker` whoever asked and needs no answer any more."""
Scope = Literal["once", "thread", "everywhere"]

_DECIDED = {
    "allow": "allowed",
    "deny": "denied",
    "answer": "answered",
    "skip": "skipped",
    "expire": "given up",
}
_DECIDERS = {
    "visitor": "in a browser",
    "script": "by a script",
    "rule": "by what the visitor always allows",
    "policy": "by the policy of this server",
    "time": "since nobody answered in time",
    "asker": "by the server that asked",
}


class ToolChange(FrozenModel):
    """What the server of a tool has changed of it since it was last called."""

    what: Literal["title", "description", "arguments", "hints", "app"]
    before: str
    after: str


class Resolution(FrozenModel):
    decision: Decision
    by: Decider
    at: float
    scope: Scope = "once"
    """For what the decision counts from now on."""
    reason: str | None = None
    arguments: str | None = None
    """The arguments as JSON text, if they were changed before the call was allowed."""
    answer: JsonValue = None
    """To a question that a function asked within its call. `ask_user` has its answer as the output."""

    def in_words(self) -> str:
        """Returns, for instance, `denied in a browser at 2026-11-30 12:00 UTC: Too dear.`"""
        at = datetime.fromtimestamp(self.at, UTC)
        changed = ", with other arguments," if self.arguments is not None else ""
        why = f": {self.reason}" if self.reason else ""
        decided, decider = _DECIDED[self.decision], _DECIDERS[self.by]
        return f"{decided}{changed} {decider} at {at:%Y-%m-%d %H:%M} UTC{why}"


class Action(FrozenModel):
    kind: ActionKind
    tool: str
    """The name by which the tool can be allowed for good."""
    message: str = ""
    """The question; empty for an approval."""
    form: dict[str, JsonValue]
    """JSON Schema of the arguments that may be approved, or of the answer."""
    arguments: str
    """The arguments as the model wrote them: JSON text."""
    asked_at: float
    """Seconds since the Unix epoch, as in every `…_at` field."""
    expires_at: float
    resolution: Resolution | None = None
    """None while it waits."""
    within: bool = False
    """Whether the function asks in the middle of its call, which is made again once this is decided."""
    problem: str | None = None
    """Why the function could not take an answer that it got before to the same question."""
    asker: str | None = None
    """The MCP server that asks, where it is not this one."""
    url: str | None = None
    """An address that somebody is asked to open, before they allow the call to go on."""
    held: bool = False
    """Whether the call is kept open until there is an answer, so that it ends with the process."""
    changes: tuple[ToolChange, ...] = ()
    """Why it is asked again, where its server has changed the tool."""
    earlier: "tuple[Action, ...]" = ()
    """What the same call waited for before, oldest first."""

    @property
    def all(self) -> "tuple[Action, ...]":
        """All that the call waited for, oldest first."""
        return (*self.earlier, self)

    @property
    def changed_arguments(self) -> str | None:
        """The arguments as JSON text that somebody gave in place of the model's."""
        given = (each.resolution.arguments for each in self.all if each.resolution is not None)
        return next((arguments for arguments in given if arguments is not None), None)

    def followed_by(self, action: "Action") -> "Action":
        """Returns what a call waits for next that waited for this before."""
        return action.model_copy(update={"earlier": (*self.earlier, self.without_earlier())})

    def without_earlier(self) -> "Action":
        return self.model_copy(update={"earlier": ()})
