"""Which tools a model is told of where there are too many to tell it all.

Our own always, and those of the servers with the fewest tools, as long as all of a server's tools fit.
The model searches the rest with `find_tools`. What it has found or called is read off the thread, so
that it is told of on just that branch, whatever process goes on with it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from backend.domain.items import FunctionCall, Item
from backend.tools.find_tools import found_names
from backend.tools.tool import Tool

MAX_FOUND: Final = 20
"""How many found tools a model is told of. Those that were found or called last stay."""


def searched_tools(tools: Iterable[Tool], limit: int) -> dict[str, Tool]:
    """Returns those to search, by name: none where servers have no more tools than `limit`."""
    by_source: defaultdict[str, list[Tool]] = defaultdict(list)
    for tool in tools:
        if tool.spec.source is not None:
            by_source[tool.spec.source].append(tool)
    told, searched = 0, dict[str, Tool]()
    for _, its in sorted(by_source.items(), key=lambda item: (len(item[1]), item[0])):
        told += len(its)
        if told > limit:
            searched |= {tool.spec.name: tool for tool in its}
    return searched


def found_in(history: Sequence[Item], searched: Iterable[str]) -> tuple[str, ...]:
    """Returns which of the searched tools were found or called, those that came first before others."""
    known = frozenset(searched)
    first: dict[str, int] = {}
    latest: dict[str, None] = {}
    for item in history:
        if isinstance(item, FunctionCall):
            for name in (item.name, *found_names(item)):
                if name in known:
                    first.setdefault(name, len(first))
                    latest.pop(name, None)
                    latest[name] = None
    return tuple(sorted(list(latest)[-MAX_FOUND:], key=first.__getitem__))
