"""What a call waits for from outside, and what was decided: an approval, or an answer of the user."""

from datetime import UTC, datetime
from typing import Literal

from pydantic import JsonValue

from backend.domain.frozen_model import FrozenModel

ApprovalPolicy = Literal["never", "ask", "always_allow"]
"""Whether somebody is asked before a call; `always_allow` shows that nobody had to be asked."""

ActionKind = Literal["approval", "question"]
Decision = Literal["allow", "deny", "answer", "skip", "expire"]
Decider = Literal["visitor", "script", "rule", "time"]
"""`visitor` is a browser, `rule` an earlier "always", `time` the expiry."""
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
    "rule": "by a rule",
    "time": "since nobody answered in time",
}


class Resolution(FrozenModel):
    decision: Decision
    by: Decider
    at: float
    scope: Scope = "once"
    """For what the decision counts from now on."""
    reason: str | None = None
    arguments: str | None = None
    """The arguments as JSON text, if they were changed before the call was allowed."""

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
