"""The tools that one run may call, from every source."""

from collections.abc import Iterable

from backend.domain.assistant import FUNCTION_PREFIX, Assistant
from backend.tools.function import FunctionSpec
from backend.tools.function_tool import MissingTool
from backend.tools.tool import Tool, ToolSource


def tool_named(sources: Iterable[ToolSource], name: str) -> Tool | None:
    """Returns the tool of this name, whoever may call it."""
    anybody = Assistant("", "", "", tools=(name, FUNCTION_PREFIX + name))
    return RunTools(sources, anybody, frozenset()).find(name)


class RunTools:
    """Finds tools by name. Of two with one name, that of the first source counts."""

    def __init__(
        self, sources: Iterable[ToolSource], assistant: Assistant, hosted: frozenset[str]
    ) -> None:
        self._tools: dict[str, Tool] = {}
        for source in sources:
            for tool in source.tools(assistant, hosted):
                self._tools.setdefault(tool.spec.name, tool)

    def __contains__(self, name: object) -> bool:
        return name in self._tools

    def __getitem__(self, name: str) -> Tool:
        """Returns the tool, or one that refuses every call if there is none."""
        return self.find(name) or MissingTool(name, self._tools)

    def find(self, name: str) -> Tool | None:
        return self._tools.get(name)

    def specs(self) -> tuple[FunctionSpec, ...]:
        """Returns what the model may call now."""
        tools = self._tools.values()
        return tuple(tool.spec for tool in tools if tool.unavailable() is None)
