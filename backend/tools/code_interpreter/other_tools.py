"""The tools `shell` and `apply_patch`, which work in the sandbox of the code interpreter.

There is no program in it but Python, so a small shell written in Python runs the commands.
"""

import json
from abc import ABC, abstractmethod
from typing import Annotated, Any, Literal

from backend.domain.action import ApprovalPolicy
from backend.domain.hosted_tool import APPLY_PATCH, SHELL
from backend.domain.items import (
    CodeInterpreterCall,
    CodeLanguage,
    CodeLogs,
    FunctionCall,
    ToolCallBase,
    ToolItem,
)
from backend.tools.code_interpreter.tool import CodeInterpreter
from backend.tools.form import Form
from backend.tools.function import FunctionSpec
from backend.tools.function_tool import failed_call
from backend.tools.parameters import InvalidArguments, Parameters
from backend.tools.tool import CallContext, Display, StreamedArguments, ToolResult


class SandboxTool(ABC):
    """A `Tool` whose calls are a line of Python in the sandbox."""

    streamed: StreamedArguments | None = None
    repeatable = True
    approval: ApprovalPolicy = "never"
    language: CodeLanguage

    def __init__(self, interpreter: CodeInterpreter, spec: FunctionSpec, module: str) -> None:
        self.spec = spec
        self._interpreter = interpreter
        self._module = module

    def unavailable(self) -> str | None:
        return self._interpreter.unavailable()

    def form(self, arguments: str) -> Form:
        self._parse(arguments)
        return Form("approval", self.spec.parameters, self._parse)

    def item(self, call: FunctionCall) -> ToolItem:
        # An output is there where the server ran the call itself.
        outputs = (CodeLogs(logs=call.output),) if isinstance(call.output, str) else ()
        return CodeInterpreterCall(
            **call.model_dump(include=set(ToolCallBase.model_fields)),
            language=self.language,
            code=self._shown(call.arguments),
            outputs=outputs,
        )

    async def call(self, arguments: str, display: Display, context: CallContext) -> ToolResult:
        try:
            value = self._parse(arguments)
        except InvalidArguments as error:
            return failed_call(error.code, str(error))
        code = f"__import__({self._module!r}, fromlist=['run']).run({value!r})"
        return await self._interpreter.run(code, display, context)

    def finished(self, item: ToolItem, result: ToolResult) -> ToolItem:
        return item

    def _shown(self, arguments: str) -> str:
        try:
            return self._text(self._parse(arguments))
        except InvalidArguments:
            # Then the card shows what was asked for, beside what is wrong with it.
            return arguments

    @abstractmethod
    def _parse(self, arguments: str) -> Any:
        """Returns what the sandbox is given, as JSON. Raises `InvalidArguments`."""

    @abstractmethod
    def _text(self, value: Any) -> str:
        """Returns what the card shows of it."""


class Shell(SandboxTool):
    language = "shell"

    def __init__(self, interpreter: CodeInterpreter) -> None:
        self._parameters = Parameters.of(_commands, SHELL, context_type=type(None))
        spec = FunctionSpec(
            SHELL,
            "Run command lines in a sandbox and get what they print. The working folder holds the files of "
            "the conversation; new files there are shown to the user. It is a small shell: pipes, &&, "
            "redirections, here-documents and the usual commands for files and texts, and python3, but "
            "no loops, no substitution, no other programs and no network.",
            self._parameters.schema,
            self._parameters.strict,
        )
        super().__init__(interpreter, spec, "guest.shell")

    def _parse(self, arguments: str) -> Any:
        # The API's own tool has limits beside the commands.
        value = _object(arguments)
        return self._parameters.parse(json.dumps({"commands": value.get("commands")}))["commands"]

    def _text(self, value: Any) -> str:
        return "\n".join(value)


class ApplyPatch(SandboxTool):
    language = "diff"

    def __init__(self, interpreter: CodeInterpreter) -> None:
        self._parameters = Parameters.of(_operation, APPLY_PATCH, context_type=type(None))
        spec = FunctionSpec(
            APPLY_PATCH,
            "Create, change or delete a text file in the sandbox's working folder.",
            self._parameters.schema,
            self._parameters.strict,
        )
        super().__init__(interpreter, spec, "guest.patch")

    def _parse(self, arguments: str) -> Any:
        return self._parameters.parse(arguments)

    def _text(self, value: Any) -> str:
        return f"*** {value['type']}: {value['path']}\n{value['diff']}".rstrip()


def _object(arguments: str) -> dict[str, Any]:
    try:
        value = json.loads(arguments)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {}


def _commands(
    commands: Annotated[list[str], "The command lines, run one after the other."],
) -> None: ...


def _operation(
    type: Annotated[Literal["create_file", "update_file", "delete_file"], "What to do."],
    path: Annotated[str, "The file, within the working folder."],
    diff: Annotated[
        str,
        "Lines that begin with a space (unchanged), - (removed) or + (added), in sections that begin "
        "with @@ and perhaps a line that precedes them. All lines of a new file begin with +.",
    ] = "",
) -> None: ...
