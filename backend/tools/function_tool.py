"""Functions as the tools of a run."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from backend.domain.action import ApprovalPolicy
from backend.domain.assistant import FIND_TOOLS, Assistant
from backend.domain.ids import RunId
from backend.domain.item_files import thread_files
from backend.domain.items import FunctionCall, ToolItem
from backend.domain.text import clean_text
from backend.files.files import Files
from backend.tools.discovery import FunctionProblem
from backend.tools.form import Form, approval_form
from backend.tools.function import Function, FunctionSpec
from backend.tools.media import MediaRefused, kept_parts
from backend.tools.parameters import InvalidArguments
from backend.tools.progress import ProgressReport
from backend.tools.tool import (
    CallContext,
    Display,
    StreamedArguments,
    Tool,
    ToolEntry,
    ToolResult,
)
from backend.tools.tool_context import ReportProgress, ThreadFile, ToolContext
from backend.tools.toolbox import Toolbox, problem


class Functions:
    """The `ToolSource` of this server's functions."""

    def __init__(self, toolbox: Toolbox, files: Files) -> None:
        """`files` keeps what functions return beside JSON."""
        self._toolbox = toolbox
        self._files = files

    def tools(self, assistant: Assistant, hosted: frozenset[str]) -> Iterable[Tool]:
        wanted = assistant.function_names()
        entries = (entry for entry in self._toolbox.functions() if entry.spec.name in wanted)
        return map(self._tool, entries)

    def entries(self) -> Iterable[ToolEntry]:
        return (
            ToolEntry(
                tool=self._tool(entry),
                kind="function",
                origin=self._toolbox.origin(entry),
                title=entry.options.title,
                icon=entry.options.icon,
                form=entry.parameters.form,
            )
            for entry in self._toolbox.functions()
        )

    def problems(self) -> Iterable[FunctionProblem]:
        return self._toolbox.problems()

    def let_go(self, run_id: RunId) -> None:
        """None is kept open."""

    def _tool(self, entry: Function[..., Any]) -> Tool:
        return FunctionTool(entry, self._toolbox, self._files)


class ShownAsFunction:
    """The half of a `Tool` that shows the function call as it is, with its outputs."""

    streamed: ClassVar[StreamedArguments | None] = StreamedArguments("arguments")

    def unavailable(self) -> str | None:
        return None

    def item(self, call: FunctionCall) -> ToolItem:
        return call

    def finished(self, item: ToolItem, result: ToolResult) -> ToolItem:
        return item.model_copy(update={"outputs": result.parts})


class FunctionTool(ShownAsFunction):
    def __init__(self, entry: Function[..., Any], toolbox: Toolbox, files: Files) -> None:
        self.spec = entry.spec
        self._entry = entry
        self._toolbox = toolbox
        self._files = files

    @property
    def repeatable(self) -> bool:
        return self._entry.options.repeatable

    @property
    def approval(self) -> ApprovalPolicy:
        return self._entry.options.approval

    def form(self, arguments: str) -> Form:
        return approval_form(self._entry.parameters, arguments)

    def item(self, call: FunctionCall) -> ToolItem:
        options = self._entry.options
        shown = {"title": options.title, "icon": options.icon, "widget": options.widget}
        return call.model_copy(update=shown)

    async def call(self, arguments: str, display: Display, context: CallContext) -> ToolResult:
        progress = ProgressReport(display)
        of_call = await self._context(context, progress)
        is_done = False
        try:
            result = await self._toolbox.call(self._entry, arguments, of_call)
            is_done = True
        finally:
            progress.end(shown=is_done)
        if result.asks is not None:
            return replace(failed_call("nobody_to_ask", result.error or ""), asks=result.asks)
        saved = of_call.saved if result.error is None else {}
        try:
            parts = await kept_parts(
                result.outputs,
                saved,
                self._files,
                context.owner,
                context.thread_id,
                context.history,
            )
        except MediaRefused as error:
            return failed_call("output_not_kept", clean_text(str(error)))
        return ToolResult(parts, failed=result.error is not None, error=result.error)

    async def _context(self, call: CallContext, progress: ReportProgress) -> ToolContext:
        files: tuple[ThreadFile, ...] = ()
        if self._entry.parameters.context_name is not None:
            named = {file.file_id: file for file, _ in thread_files(call.history)}
            owned = await self._files.owned(named, call.owner)
            files = tuple(
                ThreadFile(
                    file.id,
                    file.name,
                    file.media_type,
                    file.size,
                    partial(self._files.storage.open_now, file.id),
                )
                for file in (owned[file_id] for file_id in named if file_id in owned)
            )
        return self._toolbox.context(
            call.thread_id or "",
            call.run_id,
            call.timezone,
            locale=call.locale,
            function=self.spec.name,
            files=files,
            progress=progress,
            decided=call.decided,
        )


class MissingTool(ShownAsFunction):
    """Answers for a name that no tool of the run has."""

    repeatable = True
    approval: ApprovalPolicy = "never"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.spec = FunctionSpec(name, "", {}, strict=False)
        listed = sorted(known)
        self._problem = f"There is no function {name!r}. There are: {', '.join(listed) or 'none'}."
        if FIND_TOOLS in listed:
            self._problem += f" Search for others with {FIND_TOOLS}."

    def form(self, arguments: str) -> Form:
        raise InvalidArguments(self._problem)

    async def call(self, arguments: str, display: Display, context: CallContext) -> ToolResult:
        return failed_call("unknown_function", self._problem)


def failed_call(code: str, message: str) -> ToolResult:
    """Returns the result of a call that came to nothing, in the form that functions give it."""
    return ToolResult((problem(code, message),), failed=True, error=message)
