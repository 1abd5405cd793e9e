"""What a function's author declares about it: the keywords of `@function(...)`."""

from dataclasses import dataclass
from typing import Final

from backend.domain.action import ApprovalPolicy

MAX_ICON_CHARS: Final = 16
"""An emoji may consist of many code points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionOptions:
    name: str | None = None
    """What the model calls it; None means the name in Python."""
    title: str | None = None
    """What people see in its place."""
    icon: str | None = None
    """An emoji, or the name of an icon of the page (`frontend/src/ui/icon.ts`), which looks the same where
    no font has emoji. Shown beside the title."""
    timeout_s: float | None = None
    """After it the model is told of the timeout; None means `TOOL_TIMEOUT_S`. A thread cannot be
    killed: a sync function runs on and occupies one of the toolbox's threads."""
    output_limit_bytes: int | None = None
    """None means `TOOL_OUTPUT_LIMIT_BYTES`."""
    repeatable: bool = False
    """Whether a call may be made again, with the same arguments, if the server died during it.
    Say so of functions that only read. No other call is made twice by itself: the run ends, and
    the user may retry it."""
    approval: ApprovalPolicy = "never"
    """`ask`: somebody has to allow each call before it is made, and may change its arguments. Say so
    of functions that change, send or pay for something."""
    widget: str | None = None
    """The file in `frontend/src/widgets/` that shows the output, such as `chart`; None means the one
    that is called like the function. Without either the output is shown as JSON."""
    at_once: int | None = None
    """How many calls may run at a time, of all chats together; others wait. None means any number."""
    cache_s: float | None = None
    """For how many seconds the text or JSON of a call is the answer to calls with equal arguments.
    A function with a `ToolContext` answers from what it said in the same chat with the same files."""

    def __post_init__(self) -> None:
        """Raises `TypeError` for a value that makes no sense."""
        for name in ("timeout_s", "output_limit_bytes", "at_once", "cache_s"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise TypeError(f"{name} must be more than 0, not {value!r}")
        if self.icon is not None and not 0 < len(self.icon) <= MAX_ICON_CHARS:
            raise TypeError(f"icon must be an emoji, not {self.icon!r}")
