"""Endings of a run that are the same for every upstream."""

from typing import Final

from backend.domain.items import RunError, Usage
from backend.upstreams.events import RunEnded

INCOMPLETE: Final = {
    "max_output_tokens": "The answer reached its length limit. Ask it to go on, or for less.",
    "content_filter": "The provider's content filter stopped the answer. Ask differently.",
}
"""What to do about an answer that was cut off, by the reason."""


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
