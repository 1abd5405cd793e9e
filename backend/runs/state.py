"""The stored state of a run: everything that a process needs to continue it.

It is stored as JSON beside the run, in the same transaction as the items that it speaks of.
"""

import logging
from typing import Any, Literal

from pydantic import Field, ValidationError

from backend.domain.assistant import Assistant
from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import ItemId
from backend.domain.items import Usage

log = logging.getLogger(__name__)


class OpenCall(FrozenModel):
    """A call of the present round. It may be under way as soon as it is stored."""

    item_id: ItemId
    call_id: str
    name: str
    arguments: str
    repeatable: bool
    """Whether the call may be made again if a process died during it."""
    output: str | None = None
    """The text for the model."""


class FinishedRound(FrozenModel):
    """A round that ended with calls, all of which have outputs."""

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
    version: Literal[1] = 1
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
    max_rounds: int
    """The number of rounds with calls that the run may have."""
    place: tuple[str, str] | None = None
    """The name and base URL of the upstream that answers."""
    assistant: Assistant | None = None
    """The assistant as it was when the run began."""
    remote: RemoteRun | None = None
    rounds: tuple[FinishedRound, ...] = ()
    calls: tuple[OpenCall, ...] = ()
    native: dict[str, Any] | None = None
    """What `FinishedRound.native` will be for the present calls."""
    usage: Usage | None = None
    """The tokens of all rounds that have ended."""
    session: Literal["none", "resuming", "open"] = Field(default="none", exclude=True)
    """This process's session with the upstream. Not stored."""

    @property
    def pending(self) -> tuple[OpenCall, ...]:
        """The calls without an output."""
        return tuple(call for call in self.calls if call.output is None)

    def output_of(self, item_id: ItemId) -> str | None:
        """Returns the output of a call of an earlier round."""
        calls = (call for done in self.rounds for call in done.calls)
        return next((call.output for call in calls if call.item_id == item_id), None)


def load_state(stored: str | None) -> RunState | None:
    """Returns None if nothing is stored, or if another version stored what this one cannot read."""
    try:
        return RunState.model_validate_json(stored) if stored else None
    except ValidationError:
        log.warning("The stored state of a run cannot be read, so the run cannot be resumed")
        return None
