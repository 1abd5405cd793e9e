"""What a function's author declares about it: the keywords of `@function(...)`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionOptions:
    name: str | None = None
    """What the model calls it; None means the name in Python."""
    timeout_s: float | None = None
    """After it the model is told of the timeout; None means `TOOL_TIMEOUT_S`. A thread cannot be
    killed: a sync function runs on and occupies one of the toolbox's threads."""
    output_limit_bytes: int | None = None
    """None means `TOOL_OUTPUT_LIMIT_BYTES`."""
    repeatable: bool = False
    """Whether a call may be made again, with the same arguments, if the server died during it.
    Say so of functions that only read. No other call is made twice by itself: the run ends, and
    the user may retry it."""
    widget: str | None = None
    """The file in `frontend/src/widgets/` that shows the output, such as `chart`; None means the one
    that is called like the function. Without either the output is shown as JSON."""
