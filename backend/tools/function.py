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
from functools import partial
from typing import Any, Final, Generic, ParamSpec, TypeVar, overload

from backend.tools.options import FunctionOptions
from backend.tools.parameters import Parameters
from backend.tools.tool_context import ThreadFile, ToolContext
from backend.tools.tool_error import Declined, ToolError

__all__ = [
    "Declined",
    "Function",
    "FunctionSpec",
    "ThreadFile",
    "ToolContext",
    "ToolError",
    "function",
]

P = ParamSpec("P")
R = TypeVar("R")
Options = ParamSpec("Options")


REVISION_MARK: Final = "@"
"""In no name of a function."""


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """The description of a function for a model."""

    name: str
    description: str
    parameters: dict[str, Any]
    """JSON Schema of the arguments."""
    strict: bool
    revision: str | None = None
    """Of a tool of another server: it changes whenever the tool does, as somebody may have read it."""
    source: str | None = None
    """Such as `mcp:NAME`: by it all tools of a server can be made to ask, or not, those included that it
    does not have yet."""

    @property
    def permission(self) -> str:
        """The name by which it can be allowed for good, as it is now."""
        return self.name if self.revision is None else self.name + REVISION_MARK + self.revision


@dataclass(frozen=True, slots=True, eq=False)
class Function(Generic[P, R]):
    """A declared function. Calling it calls the plain function."""

    spec: FunctionSpec
    parameters: Parameters
    implementation: Callable[P, R]
    options: FunctionOptions

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.implementation(*args, **kwargs)

    @property
    def is_async(self) -> bool:
        return inspect.iscoroutinefunction(self.implementation)


NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
"""Names of functions that OpenAI accepts."""

WIDGET = re.compile(r"[a-z][a-z0-9_]{0,63}")
"""Names of files in `frontend/src/widgets/`, without their ending."""


class Declaration(Generic[Options]):
    """Lets assistants call a typed function, sync or async: `@function`, `@function(timeout_s=9)`.

    The model reads the docstring and each `Annotated[T, "what it is"]` (or pydantic's `Field`).
    A parameter of type `ToolContext` receives the context and is hidden from the model. A sync
    function runs in a thread. The keywords are those of `FunctionOptions`.

    Raises `TypeError`, which says what to mend, for a function that a model could not call.
    """

    def __init__(self, options: Callable[Options, FunctionOptions]) -> None:
        self._options: Callable[..., FunctionOptions] = options

    @overload
    def __call__(  # type: ignore[overload-overlap]  # No option is positional.
        self, implementation: Callable[P, R], /
    ) -> Function[P, R]: ...

    @overload
    def __call__(
        self, *args: Options.args, **kwargs: Options.kwargs
    ) -> Callable[[Callable[P, R]], Function[P, R]]: ...

    def __call__(self, *implementation: Any, **options: Any) -> Any:
        declare = partial(_declare, self._options(**options))
        return declare(*implementation) if implementation else declare


function: Final = Declaration(FunctionOptions)


def _declare(options: FunctionOptions, implementation: Callable[P, R]) -> Function[P, R]:
    name = options.name or implementation.__name__
    if not NAME.fullmatch(name):
        raise TypeError(f"{name!r} cannot name a function: use up to 64 letters, digits, _ and -")
    if options.widget is not None and not WIDGET.fullmatch(options.widget):
        raise TypeError(f"{name}: {options.widget!r} cannot name a widget, as 'chart' does")
    if inspect.isgeneratorfunction(implementation) or inspect.isasyncgenfunction(implementation):
        raise TypeError(f"{name} is a generator; return the whole output as one value")
    description = inspect.getdoc(implementation)
    if not description:
        raise TypeError(f"{name} has no docstring; write one that tells the model when to call it")
    parameters = Parameters.of(implementation, name, context_type=ToolContext)
    spec = FunctionSpec(name, description, parameters.schema, parameters.strict)
    return Function(spec, parameters, implementation, options)
