"""What somebody thinks of an answer."""

from typing import Final, Literal

from pydantic import Field

from backend.domain.frozen_model import FrozenModel

MAX_COMMENT: Final = 4_000


class FeedbackUpdate(FrozenModel):
    rating: Literal["up", "down"]
    comment: str = Field(default="", max_length=MAX_COMMENT)


class Feedback(FeedbackUpdate):
    at: float
    """When it was given or last changed, in seconds since the Unix epoch."""
