"""What somebody answers to a call by hand that asks something in its middle."""

import time
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import Field, JsonValue

from backend.domain.action import Action, Decider, Resolution
from backend.domain.errors import InvalidRequest
from backend.domain.frozen_model import FrozenModel
from backend.domain.text import json_text
from backend.runs.decisions import answer_within
from backend.tools.parameters import InvalidArguments


class ToolAnswer(FrozenModel):
    """What somebody decides on a question that a function asks in the middle of its call."""

    question: str
    """The `message` of the item's `required_action`."""
    decision: Literal["allow", "deny", "answer", "skip"]
    answer: dict[str, JsonValue] | str | None = None
    """A text is JSON."""
    reason: str | None = Field(default=None, max_length=2000)


def answered_last(action: Action, answers: Sequence[ToolAnswer], by: Decider) -> Action:
    """Returns what a call asked, with the last of the answers. Raises `InvalidRequest`."""
    if not answers:
        raise InvalidRequest("The answer is missing.", field="answers")
    if (answers[-1].decision in ("answer", "skip")) != (action.kind == "question"):
        raise InvalidRequest("This decision does not fit what was asked.", field="answers")
    return action.model_copy(update={"resolution": _resolution(action, answers[-1], by)})


def _resolution(action: Action, given: ToolAnswer, by: Decider) -> Resolution:
    answer = None
    if given.decision == "answer":
        text = given.answer if isinstance(given.answer, str) else json_text(given.answer)
        try:
            answer = answer_within(action, text)
        except InvalidArguments as error:
            raise InvalidRequest(str(error), field="answers") from None
    return Resolution(
        decision=given.decision, by=by, at=time.time(), reason=given.reason, answer=answer
    )


def answered(name: str, answers: Iterable[ToolAnswer], by: Decider) -> Action | None:
    """Returns what the call asked, with the answers. Raises `InvalidRequest`."""
    last: Action | None = None
    now = time.time()
    for given in answers:
        action = Action(
            kind="question" if given.decision in ("answer", "skip") else "approval",
            tool=name,
            message=given.question,
            form={},
            arguments="",
            asked_at=now,
            expires_at=now,
            within=True,
        )
        resolution = _resolution(action, given, by)
        action = action.model_copy(update={"resolution": resolution})
        last = action if last is None else last.followed_by(action)
    return last
