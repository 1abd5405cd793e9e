"""What somebody is asked before a call, instead of it, or in the middle of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backend.domain.action import ActionKind, ToolChange
from backend.tools.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Form:
    kind: ActionKind
    schema: dict[str, Any]
    """JSON Schema of the arguments that may be approved, or of the answer; empty if they cannot be
    changed."""
    parse: Callable[[str], Any]
    """Returns the arguments or the answer in JSON text. Raises `InvalidArguments`."""
    message: str = ""
    """The question."""
    problem: str | None = None
    """Why an answer could not be taken that somebody gave to the same question before."""
    asker: str | None = None
    """The MCP server that asks, where it is not this one."""
    url: str | None = None
    """An address to open before the call goes on."""
    held: bool = False
    """Whether the call is kept open meanwhile, and so ends with the process."""
    changes: tuple[ToolChange, ...] = ()
    """What is another than when the tool was last called."""


def approval_form(parameters: Parameters, arguments: str) -> Form:
    """Returns the form of a call with these arguments. Raises `InvalidArguments`."""
    parameters.parse(arguments)
    return Form("approval", parameters.form, parameters.parse)
