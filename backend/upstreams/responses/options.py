"""Optional fields of a request: sent until a server refuses them, then left out.

Compatible servers answer 400 or 422 to fields they do not know, and OpenAI to options that a model
lacks, so a refusal is remembered for that model.
"""

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import openai

from backend.domain.assistant import CODE_INTERPRETER, FILE_SEARCH
from backend.upstreams.hosting import HostedTool
from backend.upstreams.parameters import said_by
from backend.upstreams.request import RunRequest

Option = Literal["include", "reasoning", "hosted_tools", "background"]

_WORDS: dict[Option, tuple[str, ...]] = {
    "include": ("include", "encrypted"),
    "hosted_tools": ("code_interpreter", "container", "tools[0]", "tools.0"),
    "reasoning": ("reasoning", "summary"),
    "background": ("background",),
}
"""The words by which a refusal of each is known, the most specific first."""

_RESULTS = {
    "code_interpreter": "code_interpreter_call.outputs",
    "file_search": "file_search_call.results",
}
"""What `include` has to name for the server to send the results of a hosted tool."""


@dataclass(slots=True)
class Options:
    """Which optional fields a server accepts."""

    hosted_tools: frozenset[HostedTool]
    background: bool = False
    """Whether responses run on the server by themselves, which then stores them."""
    _refused: set[tuple[str, Option]] = field(default_factory=set)

    def body(self, request: RunRequest, model: str) -> dict[str, Any]:
        """Returns the optional fields: `include`, `reasoning`, hosted `tools` and `background`."""
        body: dict[str, Any] = {}
        tools = self._tools(request, model)
        if self._takes("include", model):
            body["include"] = ["reasoning.encrypted_content"]
            body["include"] += [_RESULTS[tool["type"]] for tool in tools]
        if self._takes("reasoning", model):
            body["reasoning"] = {"summary": "auto"}
        if tools:
            body["tools"] = tools
        if self.background and self._takes("background", model):
            body["background"] = True
        return body

    def learn(self, error: openai.APIStatusError, sent: dict[str, Any], model: str) -> bool:
        """Returns whether the refusal names an option that was sent, and leaves it out from now on."""
        for option in get_args(Option):
            key = "tools" if option == "hosted_tools" else option
            if key in sent and _names(error, option):
                self._refused.add((model, option))
                return True
        return False

    def _takes(self, option: Option, model: str) -> bool:
        return (model, option) not in self._refused

    def _tools(self, request: RunRequest, model: str) -> list[dict[str, Any]]:
        if not self.hosted_tools or not self._takes("hosted_tools", model):
            return []
        tools: list[dict[str, Any]] = []
        if CODE_INTERPRETER in request.assistant.tools:
            container: dict[str, Any] = {"type": "auto"}
            if file_ids := list(request.files.remote_ids.values()):
                container["file_ids"] = file_ids
            tools.append({"type": "code_interpreter", "container": container})
        if FILE_SEARCH in request.assistant.tools and request.files.vector_store_ids:
            stores = list(request.files.vector_store_ids)
            tools.append({"type": "file_search", "vector_store_ids": stores})
        return tools


def _names(error: openai.APIStatusError, option: Option) -> bool:
    said = said_by(error)
    return any(word in said for word in _WORDS[option])
