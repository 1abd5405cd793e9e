"""The body of every error answer."""

from backend.domain.frozen_model import FrozenModel


class ProblemDetail(FrozenModel):
    code: str
    message: str
    field: str | None = None
    retry_after_s: float | None = None


class Problem(FrozenModel):
    """The body of every error answer."""

    error: ProblemDetail
