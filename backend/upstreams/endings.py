"""Endings of a run, and the count of its tokens, that are the same for every upstream."""

from typing import Final

from backend.domain.items import RunError, Usage
from backend.upstreams.events import RunEnded

INCOMPLETE: Final = {
    "max_output_tokens": "The answer reached its length limit. Ask it to go on, or for less.",
    "content_filter": "The provider's content filter stopped the answer. Ask differently.",
}
"""What to do about an answer that was cut off, by the reason."""


def tokens_of(
    given: int | None,
    made: int | None,
    total: int | None,
    *,
    reasoning: int | None = None,
    cached: int | None = None,
) -> Usage:
    """Returns the tokens of one answer, of which a server may leave out any number."""
    return Usage(
        input_tokens=given or 0,
        output_tokens=made or 0,
        total_tokens=total or (given or 0) + (made or 0),
        reasoning_tokens=reasoning or 0,
        cached_tokens=cached or 0,
    )


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
