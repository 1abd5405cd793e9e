"""Decides which calls of a round wait for somebody."""

import time
from dataclasses import dataclass
from typing import Any, Final

from backend.domain.action import Action, Resolution
from backend.domain.items import FunctionCall
from backend.runs.state import OpenCall
from backend.store.policies import Policies
from backend.tools.form import Form
from backend.tools.parameters import InvalidArguments
from backend.tools.policy import policy_of
from backend.tools.tool import Tool
from backend.upstreams.events import ToolCall


def _unchangeable(arguments: str) -> Any:
    raise InvalidArguments("The arguments of this call cannot be changed: another server makes it.")


HOSTED_FORM: Final = Form("approval", {}, _unchangeable)
"""Of a call that the upstream makes once it is allowed."""


@dataclass(frozen=True, slots=True)
class Approvals:
    """For the calls of one round."""

    policies: Policies
    timeout_s: float
    """How long somebody is waited for."""

    def asks(self, tool: Tool) -> bool:
        """Returns whether somebody is asked before a call of a tool that runs here."""
        policy = policy_of(tool.spec, tool.approval, self.policies.server)
        return policy == "ask" and tool.spec.permission not in self.policies.allowed

    def action(self, call: ToolCall, tool: Tool) -> Action | None:
        """Returns what the call waits for, or was allowed by. None where nobody is asked."""
        if call.hosted:
            name, policy = call.name, self.policies.server.get(call.name, "ask")
        else:
            name = tool.spec.permission
            policy = policy_of(tool.spec, tool.approval, self.policies.server)
        try:
            form = HOSTED_FORM if call.hosted else tool.form(call.arguments)
        except InvalidArguments:
            return None
        action = asked(form, call, self.timeout_s, name)
        if form.kind == "question":
            return action
        if policy == "never" and not call.hosted:
            return None
        scope, by = self.policies.allowed.get(name), "rule"
        if policy != "ask":
            scope, by = "everywhere", "policy"
        if scope is None:
            return action
        allowed = Resolution(decision="allow", by=by, at=action.asked_at, scope=scope)
        return action.model_copy(update={"resolution": allowed, "changes": ()})


def asked(
    form: Form,
    call: ToolCall | OpenCall | FunctionCall,
    timeout_s: float,
    tool: str,
    *,
    within: bool = False,
) -> Action:
    """Returns what a call waits for from now on. `tool` is the name by which it can be allowed."""
    now = time.time()
    return Action(
        kind=form.kind,
        tool=tool,
        message=form.message,
        form=form.schema,
        arguments=call.arguments,
        asked_at=now,
        expires_at=now + timeout_s,
        within=within,
        problem=form.problem,
        asker=form.asker,
        url=form.url,
        held=form.held,
        changes=form.changes,
    )
