"""What the rest of the server knows of a function: its spec, its context, its result."""

from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """A function as a model is told of it."""

    name: str
    description: str
    parameters: dict[str, Any]
    """JSON Schema of the arguments."""
    strict: bool


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a call may know of the run it belongs to."""

    thread_id: str
    run_id: str
    timezone: str
    """IANA name of the visitor's time zone, `UTC` where unknown."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What came of a call. With `error` set, `output` tells the model what went wrong."""

    output: JsonValue
    error: str | None
    duration_ms: float
