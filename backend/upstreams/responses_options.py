"""What a server may refuse, and what it has refused: asked for once, then never again.

Compatible servers answer 400 or 422 to fields they do not know, and OpenAI itself to options that
a model lacks, so a refusal is remembered for the model it was said of.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import openai

from backend.assistant import CODE_INTERPRETER, Assistant
from backend.settings import Settings
from backend.upstreams.client import is_openai

Option = Literal["include", "reasoning", "hosted_tools", "background"]

_WORDS: dict[Option, tuple[str, ...]] = {
    "include": ("include", "encrypted"),
    "hosted_tools": ("code_interpreter", "container", "tools[0]", "tools.0"),
    "reasoning": ("reasoning", "summary"),
    "background": ("background",),
}
"""What a refusal of each mentions, the more telling ones first."""

REFUSALS = (openai.BadRequestError, openai.UnprocessableEntityError)


@dataclass(slots=True)
class Options:
    """Which optional parts of a request a server takes."""

    hosted_tools: bool
    """Whether it runs code itself: declared, since others would answer with confusion."""
    background: bool = False
    """Whether it is to go on without us, which means that it stores what is said."""
    _refused: set[tuple[str, Option]] = field(default_factory=set)

    @classmethod
    def declared(cls, settings: Settings) -> "Options":
        return cls(is_openai(settings), background=settings.responses_background)

    def body(self, assistant: Assistant, model: str) -> dict[str, Any]:
        """The optional part of a request's body: `include`, `reasoning`, hosted `tools`, and
        `background`."""
        body: dict[str, Any] = {}
        tools = self._tools(assistant, model)
        if self._takes("include", model):
            body["include"] = ["reasoning.encrypted_content"]
            if tools:
                body["include"].append("code_interpreter_call.outputs")
        if self._takes("reasoning", model):
            body["reasoning"] = {"summary": "auto"}
        if tools:
            body["tools"] = tools
        if self.background and self._takes("background", model):
            body["background"] = True
        return body

    def learn(self, error: openai.APIStatusError, sent: dict[str, Any], model: str) -> bool:
        """Whether the refusal names an option that was sent; it is left out from now on."""
        for option in get_args(Option):
            key = "tools" if option == "hosted_tools" else option
            if key in sent and _names(error, option):
                self._refused.add((model, option))
                return True
        return False

    def _takes(self, option: Option, model: str) -> bool:
        return (model, option) not in self._refused

    def _tools(self, assistant: Assistant, model: str) -> list[dict[str, Any]]:
        wanted = self.hosted_tools and CODE_INTERPRETER in assistant.tools
        if not wanted or not self._takes("hosted_tools", model):
            return []
        return [{"type": "code_interpreter", "container": {"type": "auto"}}]


def _names(error: openai.APIStatusError, option: Option) -> bool:
    said = f"{error.param or ''} {json.dumps(error.body, default=str)}".lower()
    return any(word in said for word in _WORDS[option])
