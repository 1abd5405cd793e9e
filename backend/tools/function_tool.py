"""Functions as the tools of a run."""

from collections.abc import Iterable
from typing import ClassVar

from backend.domain.assistant import Assistant
from backend.domain.items import FunctionCall, ToolItem
from backend.domain.text import clean_text
from backend.tools.function import FunctionSpec
from backend.tools.media import GeneratedFiles, MediaRefused, kept_parts
from backend.tools.tool import CallContext, Display, StreamedArguments, Tool, ToolResult
from backend.tools.toolbox import Toolbox, problem


class Functions:
    """The `ToolSource` of this server's functions."""

    def __init__(self, toolbox: Toolbox, files: GeneratedFiles) -> None:
        """`files` keeps what functions return beside JSON."""
        self._toolbox = toolbox
        self._files = files

    def tools(self, assistant: Assistant, hosted: frozenset[str]) -> Iterable[Tool]:
        wanted = assistant.function_names()
        specs = (spec for spec in self._toolbox.specs() if spec.name in wanted)
        return (FunctionTool(spec, self._toolbox, self._files) for spec in specs)


class _ShownAsFunction:
    """The half of a `Tool` that shows the function call as it is, with its outputs."""

    streamed: ClassVar[StreamedArguments | None] = StreamedArguments("arguments")

    def unavailable(self) -> str | None:
        return None

    def item(self, call: FunctionCall) -> ToolItem:
        return call

    def finished(self, item: ToolItem, result: ToolResult) -> ToolItem:
        return item.model_copy(update={"outputs": result.parts})


class FunctionTool(_ShownAsFunction):
    def __init__(self, spec: FunctionSpec, toolbox: Toolbox, files: GeneratedFiles) -> None:
        self.spec = spec
        self._toolbox = toolbox
        self._files = files

    @property
    def repeatable(self) -> bool:
        return self._toolbox.repeatable(self.spec.name)

    async def call(self, arguments: str, display: Display, context: CallContext) -> ToolResult:
        of_run = self._toolbox.context(context.thread_id, context.run_id, context.timezone)
        result = await self._toolbox.call(self.spec.name, arguments, of_run)
        try:
            parts = await kept_parts(result.outputs, self._files, context.owner, context.thread_id)
        except MediaRefused as error:
            return failed_call("output_not_kept", clean_text(str(error)))
        return ToolResult(parts, failed=result.error is not None, error=result.error)


class MissingTool(_ShownAsFunction):
    """Answers for a name that no tool of the run has."""

    repeatable = True

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.spec = FunctionSpec(name, "", {}, strict=False)
        self._known = ", ".join(sorted(known)) or "none"

    async def call(self, arguments: str, display: Display, context: CallContext) -> ToolResult:
        return failed_call(
            "unknown_function",
            f"There is no function {self.spec.name!r}. There are: {self._known}.",
        )


def failed_call(code: str, message: str) -> ToolResult:
    """Returns the result of a call that came to nothing, in the form that functions give it."""
    return ToolResult((problem(code, message),), failed=True, error=message)
