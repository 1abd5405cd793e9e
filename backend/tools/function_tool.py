"""Functions as the tools of a run."""

from collections.abc import Iterable
from typing import ClassVar

from backend.domain.assistant import Assistant
from backend.domain.items import FunctionCall, ToolItem
from backend.domain.parts import value_of
from backend.tools.function import FunctionSpec
from backend.tools.tool import CallContext, Display, StreamedArguments, Tool, ToolResult
from backend.tools.toolbox import Toolbox, failure


class Functions:
    """The `ToolSource` of this server's functions."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox

    def tools(self, assistant: Assistant, hosted: frozenset[str]) -> Iterable[Tool]:
        wanted = assistant.function_names()
        specs = self._toolbox.specs()
        return (FunctionTool(spec, self._toolbox) for spec in specs if spec.name in wanted)


class _ShownAsFunction:
    """The half of a `Tool` that shows the function call as it is, with its output."""

    streamed: ClassVar[StreamedArguments | None] = StreamedArguments("arguments")

    def unavailable(self) -> str | None:
        return None

    def item(self, call: FunctionCall) -> ToolItem:
        return call

    def finished(self, item: ToolItem, result: ToolResult) -> ToolItem:
        return item.model_copy(update={"output": value_of(result.parts)})


class FunctionTool(_ShownAsFunction):
    def __init__(self, spec: FunctionSpec, toolbox: Toolbox) -> None:
        self.spec = spec
        self._toolbox = toolbox

    @property
    def repeatable(self) -> bool:
        return self._toolbox.repeatable(self.spec.name)

    async def call(self, arguments: str, display: Display, context: CallContext) -> ToolResult:
        of_run = self._toolbox.context(context.thread_id, context.run_id, context.timezone)
        return await self._toolbox.call(self.spec.name, arguments, of_run)


class MissingTool(_ShownAsFunction):
    """Answers for a name that no tool of the run has."""

    repeatable = True

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.spec = FunctionSpec(name, "", {}, strict=False)
        self._known = ", ".join(sorted(known)) or "none"

    async def call(self, arguments: str, display: Display, context: CallContext) -> ToolResult:
        return failure(
            "unknown_function",
            f"There is no function {self.spec.name!r}. There are: {self._known}.",
        )
