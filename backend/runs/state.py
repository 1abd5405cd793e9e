"""The stored state of a run: everything that a process needs to continue it.

It is stored as JSON beside the run, in the same transaction as the items that it speaks of. Rounds
with calls have rows of their own, so that each step of a long run stores no more than it changed.
"""

import logging
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator

from backend.domain.assistant import Assistant
from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import ItemId
from backend.domain.locale import DEFAULT
from backend.domain.parts import Part, TextPart
from backend.domain.usage import Usage

log = logging.getLogger(__name__)


Stage = Literal["waiting", "free", "begun"]
"""Of a call without an output: it waits for somebody, may be begun, or may be under way."""


class OpenCall(FrozenModel):
    """A call of the present round."""

    item_id: ItemId
    call_id: str
    name: str
    arguments: str
    repeatable: bool
    """Whether the call may be made again if a process died during it."""
    stage: Stage = "begun"
    hosted: bool = False
    """Whether the upstream makes the call itself, and waits only for the permission."""
    output: tuple[Part, ...] | None = None
    kept: str | None = None
    """What the call wanted to be kept when it asked somebody, for when it is made again. The tool's own."""

    @field_validator("output", mode="before")
    @classmethod
    def _of_text(cls, output: Any) -> Any:
        """It was a text before it was parts."""
        return (TextPart(text=output),) if isinstance(output, str) else output


class Round(FrozenModel):
    """A round that ended with calls."""

    after: ItemId
    """The item that the round continued from."""
    calls: tuple[OpenCall, ...]
    native: dict[str, Any] | None = None
    """The round in the upstream's own form, if the upstream wants to be told it again."""


class RemoteRun(FrozenModel):
    """A run at the upstream that any process can resume."""

    after: ItemId
    """The item that precedes everything the upstream repeats when it is resumed."""
    state: dict[str, Any]
    """The adapter's own."""


class RunState(FrozenModel):
    version: Literal[2] = 2
    phase: Literal["asking", "calling", "ended"] = "asking"
    """`ended` is never stored: the state goes with the run's end."""
    boundary: ItemId
    """The item that the present round continues from."""
    attempt: int = 0
    """How often a process has begun the present round, or its calls."""
    active_s: float = 0
    """The seconds that processes have spent on the run."""
    stopping: bool = False
    """Whether the user asked the run to stop."""
    timezone: str
    locale: str = DEFAULT
    max_rounds: int
    """The number of rounds with calls that the run may have."""
    place: tuple[str, str] | None = None
    """The name and base URL of the upstream that answers."""
    assistant: Assistant | None = None
    """The assistant as it was when the run began, with the parameters of the message."""
    model: str | None = None
    """The one that was chosen for the thread, in place of the assistant's own."""
    instructions: str = ""
    """Those of the thread, when the run began."""
    remote: RemoteRun | None = None
    rounds: tuple[Round, ...] = Field(default=(), exclude=True)
    """Each is stored in a row of its own. In `calling` the last one is the present round, and all
    others' calls have outputs."""
    notes: tuple[str, ...] = ()
    """What the run tells of what it did otherwise than asked for."""
    usage: Usage | None = None
    """The tokens of all rounds that have ended."""
    context_tokens: int | None = None
    """Those that the last of these rounds had read."""
    session: Literal["none", "resuming", "open"] = Field(default="none", exclude=True)
    """This process's session with the upstream. Not stored."""

    @property
    def calls(self) -> tuple[OpenCall, ...]:
        """The calls of the present round."""
        return self.rounds[-1].calls if self.phase == "calling" and self.rounds else ()

    @property
    def pending(self) -> tuple[OpenCall, ...]:
        """The calls without an output."""
        return tuple(call for call in self.calls if call.output is None)

    def at(self, stage: Stage) -> tuple[OpenCall, ...]:
        """The calls without an output that are at this stage."""
        return tuple(call for call in self.pending if call.stage == stage)

    def output_of(self, item_id: ItemId) -> tuple[Part, ...] | None:
        """Returns the output of a call of an earlier round."""
        calls = (call for done in self.rounds for call in done.calls)
        return next((call.output for call in calls if call.item_id == item_id), None)


def changed_rounds(before: RunState, after: RunState) -> dict[int, Round]:
    """Returns the rounds to store by their numbers, which begin with 1."""
    known = (*before.rounds, *(None for _ in after.rounds))
    return {
        number: now
        for number, (now, former) in enumerate(zip(after.rounds, known, strict=False), 1)
        if now is not former
    }


def load_state(stored: str | None, rounds: Sequence[str] = ()) -> RunState | None:
    """Returns None if nothing is stored, or if another version stored what this one cannot read."""
    if not stored:
        return None
    try:
        state = RunState.model_validate_json(stored)
        state = state.model_copy(update={"rounds": tuple(map(Round.model_validate_json, rounds))})
    except ValidationError:
        state = None
    if state is None or (state.phase == "calling" and not state.pending):
        log.warning("The stored state of a run cannot be read, so the run cannot be resumed")
        return None
    return state
