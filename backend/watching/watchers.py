"""Those who watch, as the settings and the environment say. What is off is not even imported."""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from backend.config.settings import Settings
from backend.watching.log_ids import LogIds
from backend.watching.watch import Watch, together

if TYPE_CHECKING:
    from backend.watching.metrics import Metrics
    from backend.watching.traces import Traces

log = logging.getLogger(__name__)

_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_SWITCHES: Final = {"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "none"}


@dataclass(frozen=True, slots=True)
class Watchers:
    watch: Watch
    """Tells all of them."""
    metrics: "Metrics | None"
    traces: "Traces | None"
    has_requests: bool
    """Whether somebody wants to know of each request."""

    @classmethod
    def of(cls, settings: Settings, version: str, others: Sequence[Watch] = ()) -> "Watchers":
        watches = list(others)
        if is_json := settings.log_format == "json":
            watches.append(LogIds())
        metrics = None
        if settings.metrics:
            from backend.watching.metrics import Metrics

            metrics = Metrics(version)
            watches.append(metrics)
        traces = _traces(version)
        if traces is not None:
            watches.append(traces)
        return cls(together(watches), metrics, traces, is_json)

    async def close(self) -> None:
        if self.traces is not None:
            await self.traces.close()


def _traces(version: str) -> "Traces | None":
    """Returns None unless the standard variables say where to send them."""
    told = {name: os.environ.get(name, "").strip() for name in (*_ENDPOINTS, *_SWITCHES)}
    is_off = any(told[name].lower() == value for name, value in _SWITCHES.items())
    if is_off or not any(told[name] for name in _ENDPOINTS):
        return None
    try:
        from backend.watching.traces import Traces, exporting
    except ImportError:
        log.warning(
            "The environment says where to send traces, but OpenTelemetry is not installed: "
            "pip install 'runstream[otel]'"
        )
        return None
    return Traces(exporting(version))
