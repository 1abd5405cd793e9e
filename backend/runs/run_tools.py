"""The tools that one run may call, from every source."""

from collections.abc import Callable, Iterable, Sequence

from backend.domain.assistant import FIND_TOOLS, FUNCTION_PREFIX, Assistant
from backend.domain.items import Item
from backend.runs.told_tools import found_in, searched_tools
from backend.tools.find_tools import FindTools
from backend.tools.function import REVISION_MARK, FunctionSpec
from backend.tools.function_tool import MissingTool
from backend.tools.tool import Tool, ToolSource


def tool_named(sources: Iterable[ToolSource], name: str) -> Tool | None:
    """Returns the tool that can be allowed by this name, whoever may call it."""
    own, _, _ = name.partition(REVISION_MARK)
    anybody = Assistant("", "", "", tools=(own, FUNCTION_PREFIX + own))
    found = RunTools(sources, anybody, frozenset()).find(own)
    return found if found is not None and name in (own, found.spec.permission) else None


class RunTools:
    """Finds tools by name. Of two with one name, that of the first source counts."""

    def __init__(
        self,
        sources: Iterable[ToolSource],
        assistant: Assistant,
        hosted: frozenset[str],
        *,
        told: int | None = None,
        history: Callable[[], Sequence[Item]] = tuple,
    ) -> None:
        """Of more than `told` tools of servers the model is told some, and searches the others.
        `history` returns the path of the thread, which says what it has found."""
        self._tools: dict[str, Tool] = {}
        for source in sources:
            for tool in source.tools(assistant, hosted):
                self._tools.setdefault(tool.spec.name, tool)
        self._history = history
        self._searched = {} if told is None else searched_tools(self._tools.values(), told)
        if self._searched:
            self._tools.setdefault(FIND_TOOLS, FindTools(self._searched.values()))

    def __contains__(self, name: object) -> bool:
        return name in self._tools

    def __getitem__(self, name: str) -> Tool:
        """Returns the tool, or one that refuses every call if there is none."""
        return self.find(name) or MissingTool(name, (spec.name for spec in self.specs()))

    def find(self, name: str) -> Tool | None:
        """Returns the tool also where the model was not told of it."""
        return self._tools.get(name)

    def found(self) -> tuple[str, ...]:
        """Returns which tools the model is told of since it has found them."""
        return found_in(self._history(), self._searched) if self._searched else ()

    def specs(self) -> tuple[FunctionSpec, ...]:
        """Returns what the model may call now. What it has found stands at the end, so that an
        upstream which remembers the beginning of a request knows it again."""
        told = (tool for name, tool in self._tools.items() if name not in self._searched)
        found = (self._tools[name] for name in self.found())
        return tuple(tool.spec for tool in (*told, *found) if tool.unavailable() is None)
