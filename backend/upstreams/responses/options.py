"""Optional fields of a request: sent until a server refuses them, then left out.

Compatible servers answer 400 or 422 to fields they do not know, and OpenAI to options that a model
lacks, so a refusal is remembered for that model.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from backend.config.settings import Settings
from backend.domain.hosted_tool import HostedTool
from backend.tools.function import FunctionSpec
from backend.upstreams.events import Remark
from backend.upstreams.request import RunRequest
from backend.upstreams.responses.client_calls import CLIENT_TOOLS
from backend.upstreams.responses.hosted_tools import RESULTS, hosted_tools
from backend.upstreams.responses.input import function_tool

Option = Literal["include", "reasoning", "background"]

_WORDS: dict[Option, tuple[str, ...]] = {
    "include": ("include", "encrypted"),
    "reasoning": ("reasoning", "summary"),
    "background": ("background",),
}
"""The words by which a refusal of each is known, the most specific first."""

_TOOL_WORDS: Final = {
    "code_interpreter": ("code_interpreter", "container"),
    "image_generation": ("image_generation",),
    "web_search": ("web_search",),
}
"""Of the tools that are left out where a model lacks them. What a server says of the others is about
what the user chose there."""
_TOOL_FIELDS: Final = ("partial_images", "user_location")
"""Of tools, left out by themselves."""
_TOOL_PLACE: Final = re.compile(r"tools(?:\[|\.)(\d+)")


@dataclass(slots=True)
class Options:
    """Which optional fields a server accepts."""

    settings: Settings
    hosted_tools: frozenset[HostedTool]
    knows_client_tools: bool = False
    """Whether the server knows shell and patches as tools of its API."""
    _refused: set[tuple[str, str]] = field(default_factory=set)
    """By model: an `Option`, the type of a tool, or an entry of `include`."""

    def body(self, request: RunRequest, model: str) -> dict[str, Any]:
        """Returns the optional fields: `include`, `reasoning`, hosted `tools` and `background`."""
        body: dict[str, Any] = {}
        hosted = hosted_tools(request, self.hosted_tools, self.settings)
        tools = [self._trimmed(tool, model) for tool in hosted if self._takes(tool["type"], model)]
        if self._takes("include", model):
            results = (RESULTS[tool["type"]] for tool in tools if tool["type"] in RESULTS)
            wanted = ("reasoning.encrypted_content", *results)
            body["include"] = [entry for entry in wanted if self._takes(entry, model)]
        if self._takes("reasoning", model):
            body["reasoning"] = {"summary": "auto"}
        if tools:
            body["tools"] = tools
        # Whether responses run on the server by themselves, which then stores them.
        if self.settings.responses_background and self._takes("background", model):
            body["background"] = True
        return body

    def learn(
        self,
        said: str,
        sent: dict[str, Any],
        model: str,
        functions: Sequence[dict[str, Any]] = (),
    ) -> bool:
        """Returns whether a refusal names an option that was sent, and leaves it out from now on.

        `functions` are the tools that preceded the optional ones.
        """
        client_tools = (tool["type"] for tool in functions if tool["type"] in CLIENT_TOOLS)
        named = next((tool for tool in client_tools if tool in said), None)
        named = named or next(_named(said, sent, len(functions)), None)
        if named is not None:
            self._refused.add((model, named))
        return named is not None

    def remarks(self, request: RunRequest, model: str) -> Iterator[Remark]:
        """Yields a sentence for each tool that is left out."""
        for tool in hosted_tools(request, self.hosted_tools, self.settings):
            if not self._takes(tool["type"], model):
                yield Remark(f"{model} does not take the tool {tool['type']}, so it was left out.")

    def function(self, spec: FunctionSpec, model: str) -> dict[str, Any]:
        """Returns a function as a tool: as one of the API's own where OpenAI's models know it."""
        if spec.name in CLIENT_TOOLS and self.knows_client_tools and self._takes(spec.name, model):
            return CLIENT_TOOLS[spec.name]
        return function_tool(spec)

    def _trimmed(self, tool: dict[str, Any], model: str) -> dict[str, Any]:
        return {key: value for key, value in tool.items() if self._takes(key, model)}

    def _takes(self, option: str, model: str) -> bool:
        return (model, option) not in self._refused


def _named(said: str, sent: dict[str, Any], tools_before: int) -> Iterator[str]:
    """Yields what was sent and may be meant, the likeliest first."""
    for entry in sent.get("include", ()):
        if entry in RESULTS.values() and entry in said:
            yield entry
    if "include" in sent and any(word in said for word in _WORDS["include"]):
        yield "include"
    for name in _TOOL_FIELDS:
        if name in said and any(name in tool for tool in sent.get("tools", ())):
            yield name
    tools = [tool["type"] for tool in sent.get("tools", ())]
    places = [int(place) - tools_before for place in _TOOL_PLACE.findall(said)]
    yield from (tools[at] for at in places if 0 <= at < len(tools) and tools[at] in _TOOL_WORDS)
    yield from (tool for tool in tools if any(word in said for word in _TOOL_WORDS.get(tool, ())))
    for option in get_args(Option):
        if option in sent and any(word in said for word in _WORDS[option]):
            yield option
