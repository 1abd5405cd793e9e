"""Functions that say what the test has them say."""

from backend.tools.function import ToolError, function
from tests.poison.texts import current


@function
def harm_by_output(which: str = "") -> object:
    """Return it, as a value and as a name."""
    return {current[0]: [current[0], which]}


@function
def harm_by_text(which: str = "") -> object:
    """Return it."""
    return current[0] + which


@function
def harm_by_refusing(which: str = "") -> object:
    """Refuse with it."""
    raise ToolError(current[0] + which)


@function
def harm_by_raising(which: str = "") -> object:
    """Fail with it."""
    raise RuntimeError(current[0], which)
