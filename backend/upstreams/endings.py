"""Endings of a run that are the same for every upstream."""

from backend.domain.items import RunError, Usage
from backend.upstreams.events import RunEnded


def empty_answer(usage: Usage | None) -> RunEnded:
    """Returns the ending of a run that completed without anything to show."""
    return RunEnded(
        "incomplete",
        RunError(
            code="empty_answer",
            message="The model ended its answer without saying anything. Ask again, or put the "
            "question in another way.",
            retryable=True,
        ),
        usage,
    )
