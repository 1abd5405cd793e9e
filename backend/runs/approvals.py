"""Decides which calls of a round wait for somebody."""

import time
from dataclasses import dataclass
from typing import Any, Final

from backend.domain.action import Action, Resolution
from backend.store.policies import Policies
from backend.tools.parameters import InvalidArguments
from backend.tools.tool import Form, Tool
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

    def action(self, call: ToolCall, tool: Tool) -> Action | None:
        """Returns what the call waits for, or was allowed by. None where nobody is asked."""
        policy = self.policies.server.get(call.name, "ask" if call.hosted else tool.approval)
        try:
            form = HOSTED_FORM if call.hosted else tool.form(call.arguments)
        except InvalidArguments:
            return None
        now, resolution = time.time(), None
        if form.kind == "approval":
            if policy == "never" and not call.hosted:
                return None
            scope = self.policies.allowed.get(call.name) if policy == "ask" else "everywhere"
            if scope is not None:
                resolution = Resolution(decision="allow", by="rule", at=now, scope=scope)
        return Action(
            kind=form.kind,
            tool=call.name,
            message=form.message,
            form=form.schema,
            arguments=call.arguments,
            asked_at=now,
            expires_at=now + self.timeout_s,
            resolution=resolution,
        )
