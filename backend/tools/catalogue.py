"""The catalogue: every tool that runs here, whoever may call it, from every source."""

from collections.abc import Sequence

from backend.domain.errors import AppError, NotFound
from backend.domain.ids import RunId
from backend.tools.discovery import FunctionProblem
from backend.tools.tool import Tool, ToolEntry, ToolSource


class ToolUnavailable(AppError):
    code = "tool_unavailable"
    status = 409


class Catalogue:
    """Reads its sources at every call: tools come and go while the server runs."""

    def __init__(self, sources: Sequence[ToolSource]) -> None:
        self._sources = sources

    def entries(self) -> tuple[ToolEntry, ...]:
        """Returns the tools by source. Of two with one name, that of the first source counts."""
        found: dict[str, ToolEntry] = {}
        for source in self._sources:
            for entry in source.entries():
                found.setdefault(entry.tool.spec.name, entry)
        return tuple(found.values())

    def problems(self) -> tuple[FunctionProblem, ...]:
        """Returns what is left out, and why."""
        return tuple(problem for source in self._sources for problem in source.problems())

    def let_go(self, run_id: RunId) -> None:
        """End what calls of a run, or a call by hand, have kept open."""
        for source in self._sources:
            source.let_go(run_id)

    def usable(self, name: str) -> Tool:
        """Returns the tool of this name. Raises `NotFound` and `ToolUnavailable`."""
        tools = {entry.tool.spec.name: entry.tool for entry in self.entries()}
        tool = tools.get(name)
        if tool is None:
            sentences = [f"There is no tool {name[:64]!r}. There are: {', '.join(sorted(tools))}."]
            sentences += (f"{each.source} is left out: {each.error}" for each in self.problems())
            raise NotFound(" ".join(sentences), code="unknown_tool")
        if (reason := tool.unavailable()) is not None:
            raise ToolUnavailable(reason)
        return tool
