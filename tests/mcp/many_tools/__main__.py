"""`python -m tests.mcp.many_tools`: what it costs to tell a model hundreds of tools, and what a search
of them costs and finds.

Installs 19 servers of npm, has each list its tools, and asks the questions beside this file.
"""

import asyncio
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any, Final

from backend.config.settings import Settings
from backend.domain.parts import in_words
from backend.runs.told_tools import searched_tools
from backend.tools.find_tools import FOUND, FindTools
from backend.tools.function import FunctionSpec
from backend.tools.function_tool import MissingTool
from backend.upstreams.responses.input import function_tool
from tests.mcp.many_tools.lists import KNOWN, NEW, NPM, listed

QUESTIONS: Final = Path(__file__).with_name("questions.txt")
SIZES: Final = (10, 20, 30, 60, 100, 200)
_NOBODY: Final[Any] = None
_COSTS: Final = (
    "| characters of | tools | all told | told with a search | once it found | its answer |"
)
_FINDS: Final = (
    "| search of | queries | first | among 3 | among 5 | processor: first search, others |"
)

Question = tuple[str, frozenset[str]]


class Listed(MissingTool):
    """A tool that is told and never called."""

    def __init__(self, spec: FunctionSpec) -> None:
        self.spec = spec


async def main() -> None:
    NPM.install()
    print(await report(await listed(KNOWN), await listed(NEW)))


async def report(known: Mapping[str, FunctionSpec], new: Mapping[str, FunctionSpec]) -> str:
    """Returns the tables of the README."""
    questions = list(_questions())
    limit = Settings().mcp_tools_told
    costs, finds = [_COSTS, _rule(_COSTS)], [_FINDS, _rule(_FINDS)]
    for name, specs in (
        ("14 servers", known),
        ("5 others", new),
        ("all of these", {**known, **new}),
    ):
        asked = [each for each in questions if each[1] & specs.keys()]
        costs.append(await _cost(name, specs, limit, asked))
        finds.append(await _find(name, specs, asked))
    each = mean(map(_chars, known.values()))
    sizes = ", ".join(f"{size} make {each * size:,.0f}" for size in SIZES)
    return "\n".join(
        [
            *costs,
            "",
            *finds,
            "",
            f"On average a tool of the 14 has {each:,.0f} characters: {sizes}.",
        ]
    )


async def _cost(
    name: str, specs: Mapping[str, FunctionSpec], limit: int, asked: Sequence[Question]
) -> str:
    tools = [Listed(spec) for spec in specs.values()]
    searched = searched_tools(tools, limit)
    find = FindTools(searched.values())
    told = _chars(find.spec) + sum(
        _chars(tool.spec) for tool in tools if tool.spec.name not in searched
    )
    known = {spec.name: spec for spec in specs.values()}
    found, answers = list[int](), list[int]()
    for query, _ in asked:
        answer = await _answer(find, query)
        answers.append(len(answer))
        found.append(sum(_chars(known[tool["name"]]) for tool in json.loads(answer)["tools"]))
    return _line(
        name,
        f"{len(specs):,}",
        f"{sum(map(_chars, specs.values())):,}",
        f"{told:,}",
        f"{told + mean(found):,.0f}",
        f"{mean(answers):,.0f}",
    )


async def _find(name: str, specs: Mapping[str, FunctionSpec], asked: Sequence[Question]) -> str:
    keys = {spec.name: key for key, spec in specs.items()}
    find = FindTools(map(Listed, specs.values()))
    ranks = list[int]()
    began = time.process_time()
    await _answer(find, asked[0][0])
    first_ms = (time.process_time() - began) * 1000
    began = time.process_time()
    for query, right in asked:
        tools = json.loads(await _answer(find, query))["tools"]
        places = (place for place, tool in enumerate(tools) if keys[tool["name"]] in right)
        ranks.append(next(places, len(tools)))
    next_ms = (time.process_time() - began) / len(asked) * 1000
    shares = [mean(float(rank < first) for rank in ranks) for first in (1, 3, FOUND)]
    return _line(
        name,
        f"{len(asked)}",
        *(f"{share:.2f}" for share in shares),
        f"{first_ms:.0f} ms, {next_ms:.0f} ms",
    )


async def _answer(find: FindTools, query: str) -> str:
    result = await find.call(json.dumps({"query": query}), _NOBODY, _NOBODY)
    return in_words(result.parts)


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(head: str) -> str:
    return _line(*("---" for _ in head.split("|")[1:-1]))


def _chars(spec: FunctionSpec) -> int:
    """Returns the length of a tool as a request tells it."""
    return len(json.dumps(function_tool(spec), ensure_ascii=False))


def _questions() -> Iterator[Question]:
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            query, _, right = line.partition("|")
            yield query.strip(), frozenset(right.split())


if __name__ == "__main__":
    asyncio.run(main())
