"""Built-in tools that run here, for upstreams that host none: code interpreter and file search.

The thread shows a call of one as an item of the hosted tool.
"""

from collections.abc import Iterable

from backend.domain.assistant import Assistant
from backend.domain.ids import RunId
from backend.tools.discovery import FunctionProblem
from backend.tools.tool import Tool, ToolEntry


class Builtins:
    """The `ToolSource` of tools that are named like the hosted ones."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        self.all = tuple(tools)

    def tools(self, assistant: Assistant, hosted: frozenset[str]) -> Iterable[Tool]:
        wanted = frozenset(assistant.tools) - hosted
        return (tool for tool in self.all if tool.spec.name in wanted)

    def entries(self) -> Iterable[ToolEntry]:
        return (ToolEntry(tool=tool, kind="builtin") for tool in self.all)

    def problems(self) -> Iterable[FunctionProblem]:
        return ()

    def let_go(self, run_id: RunId) -> None:
        """None is kept open."""

    def unavailable(self, name: str) -> str | None:
        """Returns in a sentence why a tool cannot be used now, or None if it can or is unknown."""
        return next((tool.unavailable() for tool in self.all if tool.spec.name == name), None)
