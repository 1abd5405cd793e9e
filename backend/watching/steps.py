"""What there is to watch: steps that take time, with what is known of each by its end."""

from dataclasses import dataclass
from typing import Literal

from backend.domain.ids import RunId, ThreadId


@dataclass(slots=True)
class Requested:
    """A request is answered, or a socket served."""

    request_id: str
    thread_id: ThreadId | None
    """What is asked for, whoever's it is."""


@dataclass(slots=True)
class Connected:
    """A socket is open."""


@dataclass(slots=True)
class PassedOn:
    """The frames of a socket are passed on to another process, where its thread is at home."""


@dataclass(slots=True)
class Commanded:
    """A command that came over a socket is carried out, up to its `ack`."""

    type: str
    thread_id: ThreadId | None
    """None where the command makes the thread."""


@dataclass(slots=True)
class Working:
    """A run is worked on in this process, until it ends, parks or is let go of."""

    thread_id: ThreadId
    run_id: RunId


@dataclass(slots=True)
class Asking:
    """A round is asked of the upstream, up to its last event."""

    upstream: str
    error: str | None = None
    """The code of what failed, where nothing is raised."""


@dataclass(slots=True)
class Calling:
    """A tool is called for a run."""

    tool: str | None
    """None where there is no such tool."""
    outcome: Literal["completed", "failed", "asked"] = "completed"
    """`asked`: it asks somebody, and is called again with the answer."""


@dataclass(slots=True)
class Storing:
    """A transaction stores what was recorded, and commands."""

    changes: int


@dataclass(slots=True)
class Showing:
    """A snapshot of a thread is made for a reader."""

    reason: Literal["opened", "behind"]
    """`behind`: the reader is so slow that the events which it lacks are gone."""


Step = Requested | Connected | PassedOn | Commanded | Working | Asking | Calling | Storing | Showing
