"""The facts of a run in a line: when, by which model, how long, and what it took."""

from collections.abc import Iterator
from datetime import UTC, datetime

from backend.domain.items import Run
from backend.domain.usage import Usage


def facts_line(run: Run) -> str:
    """Returns `2026-11-30 16:20 UTC · gpt-5 · 4.2 s · 1,234 tokens in (200 cached), 56 out`."""
    return " · ".join(_facts(run))


def _facts(run: Run) -> Iterator[str]:
    at = datetime.fromtimestamp(run.finished_at or run.created_at, UTC)
    yield f"{at:%Y-%m-%d %H:%M} UTC"
    if run.model:
        yield run.model
    if run.active_s is not None:
        yield f"{run.active_s:.1f} s"
    if run.usage is not None:
        yield _tokens(run.usage)
    if run.cost is not None:
        yield f"{run.cost.amount:.6f}".rstrip("0").rstrip(".") + f" {run.cost.currency}"


def _tokens(usage: Usage) -> str:
    cached = f" ({usage.cached_tokens:,} cached)" if usage.cached_tokens else ""
    thought = f" ({usage.reasoning_tokens:,} reasoning)" if usage.reasoning_tokens else ""
    return f"{usage.input_tokens:,} tokens in{cached}, {usage.output_tokens:,} out{thought}"
