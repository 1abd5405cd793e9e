"""What a function raises, or may catch, where there is no result."""

from typing import Final

MAX_ERROR_CHARS: Final = 4_000
"""Of what a model and a person are told of a failure."""


class ToolError(Exception):
    """Raised by a function to tell the model in a sentence why there is no result."""


class Declined(ToolError):
    """Raised by `context.ask` and `context.confirm` where the user said no, skipped the question, or did
    not answer in time. A function that does not catch it tells the model so."""

    def __init__(self, message: str, *, reason: str | None = None, expired: bool = False) -> None:
        super().__init__(message)
        self.reason = reason
        """Why not, in the user's words."""
        self.expired = expired
        """Whether nobody answered at all."""


def error_text(error: BaseException) -> str:
    """Returns the kind of an error and what it says, if it says anything that can be had."""
    kind = type(error).__name__
    try:
        said = str(error)
    except BaseException:
        return f"{kind}, which does not tell what it is"
    return f"{kind}: {said}" if said else kind
