"""An assistant as the Assistants API keeps it, and as we know it.

https://platform.openai.com/docs/api-reference/assistants/object
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from openai.types.beta import AssistantToolParam, FunctionToolParam

from backend.domain.assistant import CODE_INTERPRETER, FILE_SEARCH, FUNCTION_PREFIX, Assistant
from backend.domain.errors import InvalidRequest
from backend.tools.function import FunctionSpec
from backend.upstreams.assistants.parameters import parameters_of


class FunctionObject(msgspec.Struct):
    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class ToolObject(msgspec.Struct):
    type: str
    function: FunctionObject | None = None


class FileSearchResources(msgspec.Struct):
    vector_store_ids: list[str] | None = None


class ToolResources(msgspec.Struct):
    file_search: FileSearchResources | None = None


class AssistantObject(msgspec.Struct):
    id: str
    model: str = ""
    name: str | None = None
    instructions: str | None = None
    tools: list[ToolObject] | None = None
    tool_resources: ToolResources | None = None
    metadata: dict[str, Any] | None = None
    reasoning_effort: Any = None
    temperature: Any = None
    top_p: Any = None
    response_format: Any = None


def assistant_of(remote: AssistantObject) -> Assistant:
    """Ours for theirs. Tools of a kind we do not know are left out."""
    tools: list[str] = []
    for tool in remote.tools or ():
        if tool.type == "function" and tool.function is not None:
            tools.append(FUNCTION_PREFIX + tool.function.name)
        elif tool.type in (CODE_INTERPRETER, FILE_SEARCH):
            tools.append(tool.type)
    return Assistant(
        id=remote.id,
        name=remote.name or "",
        model=remote.model,
        instructions=remote.instructions or "",
        tools=tuple(tools),
        parameters=parameters_of(msgspec.structs.asdict(remote)),
    )


def store_ids_of(remote: AssistantObject) -> tuple[str, ...]:
    """The vector stores that it searches."""
    resources = remote.tool_resources
    search = resources.file_search if resources is not None else None
    return tuple((search.vector_store_ids if search is not None else None) or ())


def remote_tools(
    tools: Iterable[str], functions: Iterable[FunctionSpec], remote: AssistantObject | None
) -> list[AssistantToolParam]:
    """Theirs for ours. A function that only the remote assistant knows keeps its definition.

    Raises `InvalidRequest` for a function that nobody knows.
    """
    specs = {spec.name: _function(spec) for spec in functions}
    kept = _kept_functions(remote)
    mapped: list[AssistantToolParam] = []
    for tool in tools:
        name = tool.removeprefix(FUNCTION_PREFIX)
        if tool == CODE_INTERPRETER:
            mapped.append({"type": "code_interpreter"})
        elif tool == FILE_SEARCH:
            mapped.append({"type": "file_search"})
        elif tool.startswith(FUNCTION_PREFIX) and (known := specs.get(name) or kept.get(name)):
            mapped.append(known)
        else:
            raise InvalidRequest(f"There is no tool named {tool!r}.", field="tools")
    return mapped


def lent_tools(
    assistant: Assistant, functions: Iterable[FunctionSpec]
) -> list[AssistantToolParam] | None:
    """Returns the tools of a run that has functions which its assistant has not, else None.

    Theirs and its own: a run's tools stand in place of the assistant's.
    """
    specs = tuple(functions)
    own = assistant.function_names()
    lent = tuple(FUNCTION_PREFIX + spec.name for spec in specs if spec.name not in own)
    known = {FUNCTION_PREFIX + spec.name for spec in specs}
    kept = tuple(
        tool for tool in assistant.tools if tool in known or not tool.startswith(FUNCTION_PREFIX)
    )
    return remote_tools((*kept, *lent), specs, None) if lent else None


def _function(spec: FunctionSpec) -> FunctionToolParam:
    return {
        "type": "function",
        "function": {
            "name": spec.name,
            "description": spec.description,
            "parameters": spec.parameters,
            "strict": spec.strict,
        },
    }


def _kept_functions(remote: AssistantObject | None) -> Mapping[str, FunctionToolParam]:
    found = [tool.function for tool in (remote.tools if remote else None) or () if tool.function]
    return {
        function.name: _function(
            FunctionSpec(
                name=function.name,
                description=function.description or "",
                parameters=function.parameters or {},
                strict=bool(function.strict),
            )
        )
        for function in found
    }
