"""Endings of a run, and the count of its tokens, that are the same for every upstream."""

from typing import Final

from backend.domain.items import RunError
from backend.domain.usage import Usage
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
) -> Usage | None:
    """Returns the tokens of one answer, of which a server may leave out or garble any number; None
    where it counts nothing.

    Thoughts count as output, though some servers count them beside it (xAI) or in the total alone
    (Gemini).
    """
    counts = (max(count or 0, 0) for count in (given, made, total, reasoning, cached))
    given, made, total, reasoning, cached = counts
    if reasoning > made or (reasoning and total == given + made + reasoning):
        made += reasoning
    elif given and made and total > given + made:
        reasoning, made = reasoning or total - given - made, total - given
    given = given or max(total - made, 0)
    made = made or max(total - given, 0)
    if not (given or made):
        return None
    return Usage(
        input_tokens=given,
        output_tokens=made,
        total_tokens=max(total, given + made),
        reasoning_tokens=reasoning,
        cached_tokens=min(cached, given),
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
