"""Which tool an item is a call of, and with which arguments."""

import json
from typing import Final, assert_never

from backend.domain.assistant import CODE_INTERPRETER, FILE_SEARCH
from backend.domain.hosted_tool import APPLY_PATCH, IMAGE_GENERATION, SHELL, WEB_SEARCH
from backend.domain.items import (
    CodeInterpreterCall,
    CodeLanguage,
    FileSearchCall,
    FunctionCall,
    ImageGenerationCall,
    Item,
    McpCall,
    ToolItem,
    WebSearchCall,
)

_OF_LANGUAGE: Final[dict[CodeLanguage, str]] = {
    "python": CODE_INTERPRETER,
    "shell": SHELL,
    "diff": APPLY_PATCH,
}


def tool_of(item: Item) -> str | None:
    """Returns the name of the tool, None for an item that is no call."""
    match item:
        case FunctionCall(name=name) | McpCall(name=name):
            return name
        case CodeInterpreterCall(language=language):
            return _OF_LANGUAGE[language]
        case FileSearchCall():
            return FILE_SEARCH
        case WebSearchCall():
            return WEB_SEARCH
        case ImageGenerationCall():
            return IMAGE_GENERATION
        case _:
            return None


def arguments_of(item: ToolItem) -> str:
    """Returns the arguments as JSON text, as far as the item shows them."""
    match item:
        case FunctionCall(arguments=arguments) | McpCall(arguments=arguments):
            return arguments
        case CodeInterpreterCall(language="python", code=code):
            return _json(code=code)
        case CodeInterpreterCall(language="shell", code=code):
            return _json(commands=code.splitlines())
        case CodeInterpreterCall(code=code):
            return _json(diff=code)
        case FileSearchCall(queries=queries) | WebSearchCall(queries=queries):
            return _json(query=" ".join(queries))
        case ImageGenerationCall(prompt=prompt):
            return _json(prompt=prompt)
        case _:
            assert_never(item)


def _json(**arguments: object) -> str:
    return json.dumps(arguments, ensure_ascii=False)
