"""The body of every error answer."""

from backend.domain.items import Value


class ProblemDetail(Value):
    code: str
    message: str
    field: str | None = None
    retry_after_s: float | None = None


class Problem(Value):
    """The body of every error answer."""

    error: ProblemDetail
