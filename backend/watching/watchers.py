"""Those who watch, as the settings say. What is off is not even imported."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.config.settings import Settings
from backend.watching.log_ids import LogIds
from backend.watching.watch import Watch, together

if TYPE_CHECKING:
    from backend.watching.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Watchers:
    watch: Watch
    """Tells all of them."""
    metrics: "Metrics | None"
    has_requests: bool
    """Whether somebody wants to know of each request."""

    @classmethod
    def of(cls, settings: Settings, version: str) -> "Watchers":
        watches: list[Watch] = []
        metrics = None
        if settings.log_format == "json":
            watches.append(LogIds())
        if settings.metrics:
            from backend.watching.metrics import Metrics

            metrics = Metrics(version)
            watches.append(metrics)
        return cls(together(watches), metrics, settings.log_format == "json")
