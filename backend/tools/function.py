"""`@function`, which makes a typed Python function one that an assistant may call.

@function
def roll_dice(sides: Annotated[int, "How many sides the die has."] = 6) -> int:
    \"\"\"Roll one die.\"\"\"
    return random.randint(1, sides)
"""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, ParamSpec, TypeVar, overload

import httpx2

from backend.config.settings import Settings
from backend.tools.parameters import Parameters

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """The description of a function for a model."""

    name: str
    description: str
    parameters: dict[str, Any]
    """JSON Schema of the arguments."""
    strict: bool


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a call may know of its run, and what it may use."""

    thread_id: str
    run_id: str
    timezone: str
    """IANA name of the visitor's time zone, `UTC` if unknown."""
    now: datetime
    """In the visitor's time zone."""
    http: httpx2.AsyncClient
    """A client for calls to other services. The toolbox closes it."""
    settings: Settings

    @property
    def today(self) -> date:
        return self.now.date()


class ToolError(Exception):
    """Raised by a function to tell the model in a sentence why there is no result."""


@dataclass(frozen=True, slots=True)
class Function(Generic[P, R]):
    """A declared function. Calling it calls the plain function."""

    spec: FunctionSpec
    parameters: Parameters
    implementation: Callable[P, R]
    timeout_s: float | None
    """None means the toolbox's."""
    output_limit_bytes: int | None
    """None means the toolbox's."""
    repeatable: bool
    """Whether a call may be made again if the server died during it."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.implementation(*args, **kwargs)

    @property
    def is_async(self) -> bool:
        return inspect.iscoroutinefunction(self.implementation)


NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
"""Names of functions that OpenAI accepts."""


@overload
def function(implementation: Callable[P, R], /) -> Function[P, R]: ...


@overload
def function(
    *,
    name: str | None = None,
    timeout_s: float | None = None,
    output_limit_bytes: int | None = None,
    repeatable: bool = False,
) -> Callable[[Callable[P, R]], Function[P, R]]: ...


def function(
    implementation: Callable[P, R] | None = None,
    /,
    *,
    name: str | None = None,
    timeout_s: float | None = None,
    output_limit_bytes: int | None = None,
    repeatable: bool = False,
) -> Function[P, R] | Callable[[Callable[P, R]], Function[P, R]]:
    """Let assistants call a typed function, sync or async.

    The model reads the docstring and each `Annotated[T, "what it is"]` (or pydantic's `Field`).
    A parameter of type `ToolContext` receives the context and is hidden from the model. A sync
    function runs in a thread. After `timeout_s` the model is told of the timeout, but a thread
    cannot be killed: it runs on and occupies one of the toolbox's threads.

    A `repeatable` function may be called again with the same arguments if the server dies during
    a call; say so of functions that only read. No other call is made twice by itself: the run
    ends, and the user may retry it.

    Raises `TypeError`, which says what to mend, for a function that a model could not call.
    """
    if implementation is None:
        return lambda wrapped: _declare(wrapped, name, timeout_s, output_limit_bytes, repeatable)
    return _declare(implementation, name, timeout_s, output_limit_bytes, repeatable)


def _declare(
    implementation: Callable[P, R],
    name: str | None,
    timeout_s: float | None,
    output_limit_bytes: int | None,
    repeatable: bool,
) -> Function[P, R]:
    name = name or implementation.__name__
    if not NAME.fullmatch(name):
        raise TypeError(f"{name!r} cannot name a function: use up to 64 letters, digits, _ and -")
    if inspect.isgeneratorfunction(implementation) or inspect.isasyncgenfunction(implementation):
        raise TypeError(f"{name} is a generator; return the whole output as one value")
    description = inspect.getdoc(implementation)
    if not description:
        raise TypeError(f"{name} has no docstring; write one that tells the model when to call it")
    parameters = Parameters.of(implementation, name, context_type=ToolContext)
    return Function(
        spec=FunctionSpec(name, description, parameters.schema, parameters.strict),
        parameters=parameters,
        implementation=implementation,
        timeout_s=timeout_s,
        output_limit_bytes=output_limit_bytes,
        repeatable=repeatable,
    )
