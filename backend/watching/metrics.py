"""Figures in the text form of Prometheus: what happened since the start, and what is so now.

They have few series however long the server runs, and tell of no thread, no text and no key.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, assert_never

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from backend.domain.items import Run
from backend.watching.labels import Few, code_of, few_codes
from backend.watching.now import Now
from backend.watching.steps import (
    Asking,
    Calling,
    Commanded,
    Connected,
    PassedOn,
    Requested,
    Showing,
    Step,
    Storing,
    Working,
)
from backend.watching.watch import Watch

# Else a second series tells of each figure since when it is there.
disable_created_metrics()  # type: ignore[no-untyped-call]

LAG_INTERVAL_S: Final = 0.25
MAX_UPSTREAMS: Final = 20
MAX_TOOLS: Final = 100
MAX_CODES: Final = 50
NO_TOOL: Final = "(no such tool)"
"""In place of names that a model made up."""

_SOON: Final = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60)
_LONG: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_SHORT: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
_COUNT: Final = (1, 3, 10, 30, 100, 300, 1_000, 3_000)


class Metrics(Watch):
    """Counts into a registry of its own."""

    def __init__(self, version: str) -> None:
        self.registry = registry = CollectorRegistry()
        self._now = _Now()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        registry.register(self._now)
        self._upstream, self._tool = Few(MAX_UPSTREAMS), Few(MAX_TOOLS)
        self._code, self._refusal = few_codes(MAX_CODES), few_codes(MAX_CODES)

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"runstream_{name}", text, labels, registry=registry)

        def times(name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"runstream_{name}", text, labels, registry=registry, buckets=buckets)

        Gauge("runstream_info", "The version.", ["version"], registry=registry).labels(version).set(
            1
        )
        self._sockets = Gauge("runstream_sockets", "Open sockets.", registry=registry)
        self._relays = Gauge(
            "runstream_relays",
            "Open sockets whose thread is at home on another process.",
            registry=registry,
        )
        self._commands = counter(
            "commands",
            "Commands by type and outcome: ok, or the code of the error.",
            "type",
            "outcome",
        )
        self._runs = counter(
            "runs", "Runs that ended, by upstream and status.", "upstream", "status"
        )
        self._first = times(
            "first_delta_seconds", "From the start of a run to its first delta.", _SOON, "upstream"
        )
        self._rounds = times(
            "round_seconds", "From the request of a round to its last event.", _LONG, "upstream"
        )
        self._errors = counter(
            "upstream_errors", "Rounds that failed, by upstream and code.", "upstream", "code"
        )
        self._tools = times("tool_seconds", "Calls of tools that run here.", _LONG, "tool")
        self._failed = counter("tool_failures", "Calls of tools that failed.", "tool")
        self._stored = times("store_batch_seconds", "Transactions that store changes.", _SHORT)
        self._changes = times("store_batch_changes", "Changes in one transaction.", _COUNT)
        self._unstored = counter(
            "store_failures", "Transactions that failed; they are tried again."
        )
        self._snapshots = times(
            "snapshot_seconds",
            "Snapshots of threads: for who opens one, and for who reads too slowly.",
            _SHORT,
            "reason",
        )
        self._lag = times("event_loop_lag_seconds", "How late the event loop is.", _SHORT)

    @contextmanager
    def during(self, step: Step) -> Iterator[None]:
        if isinstance(step, Connected | PassedOn):
            open_ones = self._sockets if isinstance(step, Connected) else self._relays
            with open_ones.track_inprogress():
                yield
            return
        failure: BaseException | None = None
        began = time.perf_counter()
        try:
            yield
        except BaseException as error:
            failure = error
            raise
        finally:
            self._count(step, time.perf_counter() - began, failure)

    def spoke(self, upstream: str, after_s: float) -> None:
        self._first.labels(self._upstream(upstream)).observe(after_s)

    def ended(self, run: Run) -> None:
        self._runs.labels(self._upstream(run.upstream), run.status).inc()

    def _count(self, step: Step, took_s: float, failure: BaseException | None) -> None:
        code = code_of(failure)
        match step:
            case Commanded():
                outcome = self._refusal(code) if code is not None else "ok"
                self._commands.labels(step.type, outcome).inc()
            case Asking():
                upstream, code = self._upstream(step.upstream), code or step.error
                self._rounds.labels(upstream).observe(took_s)
                if code is not None:
                    self._errors.labels(upstream, self._code(code)).inc()
            case Calling():
                tool = self._tool(step.tool) if step.tool is not None else NO_TOOL
                self._tools.labels(tool).observe(took_s)
                if step.outcome == "failed":
                    self._failed.labels(tool).inc()
            case Storing() if failure is not None:
                self._unstored.inc()
            case Storing():
                self._stored.observe(took_s)
                self._changes.observe(step.changes)
            case Showing():
                self._snapshots.labels(step.reason).observe(took_s)
            case Working() | Requested() | Connected() | PassedOn():
                pass
            case _:
                assert_never(step)

    async def follow_loop(self) -> None:
        """Measure for ever how late the event loop is."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_INTERVAL_S
            await asyncio.sleep(LAG_INTERVAL_S)
            self._lag.observe(max(0.0, loop.time() - due))

    async def text(self, now: Now, accept: str) -> tuple[bytes, str]:
        """Returns all figures, and their media type: of Prometheus or, where accepted, OpenMetrics."""
        self._now.is_so = now
        encode, media_type = choose_encoder(accept)
        return await asyncio.to_thread(encode, self.registry), media_type


class _Now(Collector):
    """Figures that are looked up by whoever has them read."""

    is_so = Now()

    def collect(self) -> Iterator[Metric]:
        now = self.is_so
        yield CounterMetricFamily("runstream_deltas", "Deltas of all threads.", now.deltas)
        active = GaugeMetricFamily(
            "runstream_runs_active", "Runs that are worked on, by upstream.", labels=["upstream"]
        )
        for upstream, count in now.active.items():
            active.add_metric([upstream], count)
        yield active
        if now.waiting is not None:
            yield GaugeMetricFamily(
                "runstream_runs_waiting",
                "Runs in the database that wait for a person: the same in every process.",
                now.waiting,
            )
