"""What happens to a run: what its state machine is told."""

from dataclasses import dataclass
from typing import Any

from backend.domain.assistant import Assistant
from backend.domain.ids import ItemId
from backend.domain.parts import Part
from backend.domain.usage import Usage
from backend.runs.state import OpenCall, RemoteRun
from backend.upstreams.events import RunEnded


@dataclass(frozen=True, slots=True)
class CallAnswered:
    item_id: ItemId
    output: tuple[Part, ...]
    head_id: ItemId
    """The end of the path."""


@dataclass(frozen=True, slots=True)
class CallAllowed:
    """Somebody allowed a waiting call."""

    item_id: ItemId


@dataclass(frozen=True, slots=True)
class CallAsked:
    """A call under way ended with a question: it is made again once somebody has decided."""

    item_id: ItemId
    keeps: str | None = None
    """What it is given then."""


Decision = CallAllowed | CallAnswered


@dataclass(frozen=True, slots=True)
class Started:
    """A process takes up the run, new or not, and has found who answers."""

    place: tuple[str, str]
    assistant: Assistant
    decisions: tuple[Decision, ...] = ()
    """What was decided on waiting calls since the state was stored."""


@dataclass(frozen=True, slots=True)
class Remarked:
    """Something is done otherwise than asked for, which the end of the run tells."""

    note: str


@dataclass(frozen=True, slots=True)
class ModelGone:
    """The model that was chosen for the thread is not there. The run goes on with the assistant's
    own, and its end tells that."""

    note: str


@dataclass(frozen=True, slots=True)
class RemoteNamed:
    """The upstream named its own run, before the items that `remote` would repeat."""

    remote: RemoteRun


@dataclass(frozen=True, slots=True)
class CallsRequired:
    """The round ended with calls."""

    calls: tuple[OpenCall, ...]
    native: dict[str, Any] | None = None
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class RoundEnded:
    """The upstream said how the run ended."""

    ended: RunEnded


@dataclass(frozen=True, slots=True)
class RoundFailed:
    """The upstream failed during the round."""

    ended: RunEnded


@dataclass(frozen=True, slots=True)
class StopAsked:
    """The user asked the run to stop."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Something else ends the run: a stop, a timeout, an error of ours."""

    ended: RunEnded


@dataclass(frozen=True, slots=True)
class Detached:
    """The process lets go of the run, for another one to continue it."""


Event = (
    Started
    | Remarked
    | ModelGone
    | RemoteNamed
    | CallsRequired
    | CallAllowed
    | CallAnswered
    | CallAsked
    | RoundEnded
    | RoundFailed
    | StopAsked
    | Cut
    | Detached
)
