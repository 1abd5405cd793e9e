"""What is so now: looked up when somebody reads the figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Now:
    deltas: int = 0
    """Since the start of the process."""
    active: Mapping[str, int] = field(default_factory=dict)
    """Runs that are worked on, by upstream."""
    waiting: int | None = None
    """Runs that wait for a person; None where the store cannot tell."""
