"""What a run's state machine asks for: what its driver performs."""

from dataclasses import dataclass

from backend.domain.ids import ItemId
from backend.runs.state import OpenCall, RemoteRun
from backend.upstreams.events import RunEnded
from backend.upstreams.request import ToolOutput


@dataclass(frozen=True, slots=True)
class Flush:
    """Wait until the state, and all that came before it, is stored."""


@dataclass(frozen=True, slots=True)
class Rewind:
    """Close what the cut round left open and take the path back to this item."""

    boundary: ItemId


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask for the next round: in the open session if there are outputs, else in a new one."""

    outputs: tuple[ToolOutput, ...] | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """Have the upstream repeat its run in a new session."""

    remote: RemoteRun


@dataclass(frozen=True, slots=True)
class Call:
    """Make these calls at once, when the state is stored."""

    calls: tuple[OpenCall, ...]


@dataclass(frozen=True, slots=True)
class Park:
    """Let go of the run until somebody decides on one of its calls."""


@dataclass(frozen=True, slots=True)
class CancelRemote:
    """Stop the run at the upstream, if this process has a session with it."""


@dataclass(frozen=True, slots=True)
class End:
    ended: RunEnded


Effect = Flush | Rewind | Ask | Resume | Call | Park | CancelRemote | End
Effects = tuple[Effect, ...]
