"""What somebody decides on calls that wait: what becomes of their items, and of the run. No I/O."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from backend.domain.action import Action, Decider, Decision, Resolution, Scope
from backend.domain.errors import AppError, InvalidRequest, NotFound
from backend.domain.ids import ItemId
from backend.domain.items import FunctionCall, Item, McpCall, ToolCallBase, ToolItem
from backend.domain.parts import JsonPart, Part, TextPart
from backend.domain.text import json_text
from backend.domain.transcript import Transcript
from backend.runs import events
from backend.runs.state import OpenCall
from backend.tools.parameters import InvalidArguments, answer_in
from backend.tools.schema_check import misfit

GONE = (
    "This was asked in the middle of a call that ended when this server stopped. Make the call again to "
    "be asked again."
)
_SKIPPED = "The user did not answer this question. Go on without the answer."

Parse = Callable[[str], Any]
"""Returns changed arguments or an answer in JSON text. Raises `InvalidArguments`."""


class AlreadyAnswered(AppError):
    code = "already_answered"
    status = 409


class NotWaiting(AppError):
    code = "not_waiting"
    status = 409


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody decides on calls of one run."""

    item_ids: tuple[ItemId, ...]
    decision: Decision
    by: Decider
    scope: Scope = "once"
    arguments: dict[str, Any] | str | None = None
    """Other arguments to make the call with, or the answer to the question; a text is JSON."""
    reason: str | None = None
    has_ended: bool = False
    """Whether the call that asked is over, so that it cannot go on."""

    def __post_init__(self) -> None:
        """Raises `InvalidRequest` for what does not fit together."""
        if self.scope != "once" and self.decision != "allow":
            raise InvalidRequest("Only what is allowed can be allowed for good.", field="scope")
        if self.reason is not None and self.decision not in ("deny", "skip"):
            raise InvalidRequest("Give a reason for a denial only.", field="reason")
        if self.decision == "answer" and self.arguments is None:
            raise InvalidRequest("The answer is missing: send it as arguments.", field="arguments")
        if self.arguments is not None and self.decision not in ("allow", "answer"):
            raise InvalidRequest("Arguments fit what is allowed or answered.", field="arguments")
        if self.arguments is not None and len(self.item_ids) > 1:
            raise InvalidRequest("Arguments are those of one call.", field="item_ids")


def decider(has_origin: bool) -> Decider:
    """Returns who sent a request: browsers say from where they send it, scripts do not."""
    return "visitor" if has_origin else "script"


def waiting_item(item: Item | None) -> tuple[ToolItem, Action]:
    """Returns an item that waits and what for. Raises `NotFound`, `AlreadyAnswered`, `NotWaiting`."""
    if item is None:
        raise NotFound("There is no such item on this path.")
    action = item.required_action if isinstance(item, ToolCallBase) else None
    if isinstance(item, ToolCallBase) and action is not None:
        if action.resolution is not None:
            raise AlreadyAnswered(f"This was already {action.resolution.in_words()}.")
        if item.status == "awaiting_approval":
            return item, action
    raise NotWaiting("This item does not wait for anybody.")


def resolved(item: ToolItem, action: Action, answer: Answer, parse: Parse, at: float) -> ToolItem:
    """Returns the item as it is after the answer. Raises `InvalidRequest`.

    Only what somebody wrote is parsed: what the model wrote is for the call to refuse.
    """
    if (action.kind == "question") != (answer.decision in ("answer", "skip")) and (
        answer.decision != "expire"
    ):
        fitting = (
            "This is a question: answer or skip it."
            if action.kind == "question"
            else "This call asks for an approval: allow or deny it."
        )
        raise InvalidRequest(fitting, field="decision")
    if action.within and answer.scope != "once":
        raise InvalidRequest("This cannot be allowed for good, only this time.", field="scope")
    changes: dict[str, Any] = {"status": _status(answer.decision)}
    if action.within:
        # The function is told, and goes on, unless it ended with its process.
        changes |= (
            {"status": "failed", "error": GONE} if answer.has_ended else {"status": "running"}
        )
    if isinstance(item, McpCall) and answer.decision == "allow":
        # It goes on once the upstream tells of the call itself.
        changes["status"] = "completed"
    arguments = within = None
    if answer.arguments is not None:
        given = answer.arguments
        text = given if isinstance(given, str) else json_text(given)
        try:
            value = parse(text)
        except InvalidArguments as error:
            raise InvalidRequest(str(error), field="arguments", code="invalid_arguments") from None
        if action.within:
            within = value
        elif answer.decision == "answer":
            changes["outputs"] = (JsonPart(value=value),)
        else:
            arguments = text
    resolution = Resolution(
        decision=answer.decision,
        by=answer.by,
        at=at,
        scope=answer.scope,
        reason=answer.reason,
        arguments=arguments,
        answer=within,
    )
    changes["required_action"] = action.model_copy(update={"resolution": resolution})
    if answer.decision in ("deny", "expire", "skip") and not action.within:
        changes["error"] = _refusal(action, resolution)
    return item.model_copy(update=changes)


def answer_within(action: Action, text: str) -> Any:
    """Returns an answer to what a function or a server asks, from JSON text. Raises `InvalidArguments`.

    It has to fit the form. Only who asks knows more: they ask once more for what they cannot take.
    """
    if action.kind == "approval":
        raise InvalidArguments("This is answered by allow or deny, without arguments.")
    given = answer_in(text)
    filled_in = {name: value for name, value in given.items() if value is not None}
    # Some forms have null for what is left empty.
    if misfit(given, action.form) and (wrong := misfit(filled_in, action.form)):
        raise InvalidArguments(f"The answer is not valid. {wrong}.")
    return given


def decisions(calls: Iterable[OpenCall], transcript: Transcript) -> tuple[events.Decision, ...]:
    """Returns what was decided on waiting calls: their items tell, which were stored with it."""
    head_id = transcript.head_id
    assert head_id is not None
    decided = (_decided(call, transcript.item(call.item_id), head_id) for call in calls)
    return tuple(decision for decision in decided if decision is not None)


def told_with(action: Action | None, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Returns a call's output as the model is told it: with what somebody changed."""
    changed = action.changed_arguments if action is not None else None
    if changed is None:
        return parts
    return (TextPart(text=f"The user allowed this call with other arguments: {changed}"), *parts)


def _status(decision: Decision) -> str:
    match decision:
        case "allow":
            return "running"
        case "answer" | "skip":
            return "completed"
        case "deny" | "expire":
            return "denied"


def _refusal(action: Action, resolution: Resolution) -> str:
    why = f" Reason: {resolution.reason}" if resolution.reason else ""
    match action.kind, resolution.decision:
        case "question", "skip":
            return _SKIPPED + why
        case "question", _:
            return "Nobody answered this question in time."
        case _, "deny":
            return "The user denied this call, so it was not made." + why
        case _:
            return "Nobody allowed this call in time, so it was not made."


def _decided(call: OpenCall, item: Item, head_id: ItemId) -> events.Decision | None:
    action = item.required_action if isinstance(item, ToolCallBase) else None
    if action is None or action.resolution is None:
        return None
    resolution = action.resolution
    if call.hosted:
        permission = {"approve": resolution.decision == "allow", "reason": resolution.reason}
        return events.CallAnswered(call.item_id, (JsonPart(value=permission),), head_id)
    if action.within and item.status == "failed":
        return events.CallAnswered(call.item_id, (TextPart(text=GONE),), head_id)
    if resolution.decision == "allow" or action.within:
        return events.CallAllowed(call.item_id)
    answered = item.outputs if isinstance(item, FunctionCall) else ()
    output: tuple[Part, ...] = answered or (TextPart(text=_refusal(action, resolution)),)
    return events.CallAnswered(call.item_id, output, head_id)
